//! Shows every healthy message of `mock-idp` to samael and to xmlsec1: recipes in, one verdict each out.
//!
//! A message passes when it is accepted as the person of its recipe, attributes included, with nothing but the
//! certificate of that IdP pinned; and, so that this is no rubber stamp, when it is refused after one signed or encrypted
//! character was changed, and refused when the IdP's metadata carries another certificate.

use crate::peer::{Identity, Peer};
use crate::tally::Tally;
use crate::xmlsec1::{Signed, Xmlsec1, assertion_text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp::{
    Cipher, Encryption, Idp, KeyPlacement, Message, Recipe, Sign, SignatureAlgorithm, Sp, Vendor, key, quirks,
};
use samael::schema::Assertion;
use time::OffsetDateTime;

const REQUEST: &str = "_request-of-the-judge";
const SP: &str = "https://sp.judge.test/metadata";
const ACS: &str = "https://sp.judge.test/acs";
const SP_KEY: &str = include_str!("../../../../fixtures/keys/sp.key.pem");
const SP_CERTIFICATE: &str = include_str!("../../../../fixtures/keys/sp.crt.pem");
const LAYOUTS: [Sign; 3] = [Sign::Response, Sign::Assertion, Sign::Both];

/// Judges every row of [`rows`].
pub(crate) fn judge() -> Tally {
    let mut tally = Tally::default();
    for row in rows() {
        tally.row(&row.name, row.judge());
    }
    tally
}

/// One healthy message.
#[derive(Clone)]
struct Row {
    name: String,
    recipe: Recipe,
}

fn rows() -> Vec<Row> {
    Vendor::all()
        .flat_map(|vendor| {
            [layouts(vendor), algorithms(vendor), borrowed(vendor), encrypted(vendor), unusual(vendor)].concat()
        })
        .collect()
}

/// Each signing layout, asked for and unsolicited.
fn layouts(vendor: Vendor) -> Vec<Row> {
    let flow = |sign, request: Option<&str>| {
        let mut recipe = healthy(vendor, vendor, sign);
        recipe.in_response_to = request.map(ToOwned::to_owned);
        row(format!("{sign:?} signed, {}", if request.is_some() { "requested" } else { "unsolicited" }), recipe)
    };
    LAYOUTS.into_iter().flat_map(|sign| [flow(sign, Some(REQUEST)), flow(sign, None)]).collect()
}

/// Each algorithm a production SP allows, with a key that fits it.
fn algorithms(vendor: Vendor) -> Vec<Row> {
    let keys = [
        (SignatureAlgorithm::RsaSha384, vendor.key()),
        (SignatureAlgorithm::RsaSha512, vendor.key()),
        (SignatureAlgorithm::EcdsaSha256, key::p256()),
        (SignatureAlgorithm::EcdsaSha384, key::p384()),
    ];
    let one = |(algorithm, key)| {
        let mut recipe = healthy(vendor, vendor, Sign::Both);
        recipe.idp = recipe.idp.with_key(key, vendor);
        recipe.signature = algorithm;
        row(format!("{algorithm:?}"), recipe)
    };
    keys.into_iter().map(one).collect()
}

/// This vendor's shape under every other vendor's name and key: what a target that trusts one IdP gets to see.
fn borrowed(vendor: Vendor) -> Vec<Row> {
    let others = Vendor::core().filter(|other| other.name() != vendor.name());
    others
        .map(|other| row(format!("under the name of {}", other.name()), healthy(vendor, other, vendor_layout(vendor))))
        .collect()
}

/// Each cipher, place of the key and signing layout.
fn encrypted(vendor: Vendor) -> Vec<Row> {
    let mut rows = Vec::new();
    for &cipher in Cipher::ALL {
        for key_placement in [KeyPlacement::InKeyInfo, KeyPlacement::Sibling] {
            for sign in LAYOUTS {
                let mut recipe = healthy(vendor, vendor, sign);
                recipe.encrypt = Some(Encryption::new(cipher, key_placement));
                rows.push(row(format!("{cipher:?}, key {key_placement:?}, {sign:?} signed"), recipe));
            }
        }
    }
    rows
}

/// Everything legal but unusual that applies to this vendor.
fn unusual(vendor: Vendor) -> Vec<Row> {
    let mut rows = Vec::new();
    for quirk in quirks::ALL {
        let mut recipe = healthy(vendor, vendor, vendor_layout(vendor));
        recipe.quirk = Some(quirk);
        if recipe.build().is_ok() {
            rows.push(row(format!("quirk {}", quirk.id), recipe));
        }
    }
    rows
}

/// A healthy recipe for the SP here; its clock is set when it is judged.
fn healthy(shape: Vendor, name: Vendor, sign: Sign) -> Recipe {
    let sp = Sp::new(SP, ACS).encrypting(SP_CERTIFICATE);
    let mut recipe = Recipe::new(shape, Idp::of(name, "https://idp.judge.test"), sp, OffsetDateTime::now_utc());
    recipe.in_response_to = Some(REQUEST.to_owned());
    recipe.sign = sign;
    recipe
}

fn vendor_layout(vendor: Vendor) -> Sign {
    vendor.shape().signing.sign.value
}

fn row(name: String, recipe: Recipe) -> Row {
    Row { name: format!("{}, {name}", recipe.vendor.name()), recipe }
}

impl Row {
    fn judge(&self) -> Result<String, String> {
        // samael's clock goes on while the rows before this one are judged.
        let recipe = Recipe { clock: OffsetDateTime::now_utc(), ..self.recipe.clone() };
        let message = recipe.build().map_err(|error| format!("the mock does not build it: {error}"))?;
        let mut judges = vec![];
        if self.is_for_samael(&message) {
            self.ask(&message, "samael", Self::samael)?;
            judges.push("samael");
        }
        if self.recipe.encrypt.is_some() {
            self.ask(&message, "xmlsec1", Self::xmlsec1)?;
            judges.push("xmlsec1");
        }
        Ok(format!("accepted as {} by {}", self.recipe.person.user_name, judges.join(" and ")))
    }

    /// samael decrypts AES-128 only, wants PKCS#7 padding in CBC mode where XML Encryption leaves the padding open, reads a
    /// KeyInfo only with a declaration of the prefix `ds` on it, and does not look at the Signature of a decrypted Assertion.
    fn is_for_samael(&self, message: &Message) -> bool {
        let Some(encryption) = self.recipe.encrypt else { return true };
        encryption.cipher == Cipher::Aes128Gcm
            && self.recipe.sign.response()
            && message.xml.contains("<ds:KeyInfo xmlns:ds=")
    }

    /// One judge accepts the message, refuses it once it is changed, and refuses it under another certificate.
    fn ask(&self, message: &Message, judge: &str, verdict: Verdict) -> Result<(), String> {
        let idp = &self.recipe.idp;
        let stranger = idp.clone().with_key(key::attacker(), self.recipe.vendor);
        let seen = verdict(self, &message.xml, idp).map_err(|reason| format!("{judge} refuses it: {reason}"))?;
        self.is_the_person(&seen).map_err(|reason| format!("{judge} accepts it, but {reason}"))?;
        if verdict(self, &self.changed(&message.xml)?, idp).is_ok() {
            return Err(format!("{judge} also accepts it with one character changed: its word is worth nothing here"));
        }
        if verdict(self, &message.xml, &stranger).is_ok() {
            return Err(format!("{judge} also accepts it under another certificate: its word is worth nothing here"));
        }
        Ok(())
    }

    fn samael(&self, xml: &str, idp: &Idp) -> Result<Identity, String> {
        let mut peer = Peer::new(&idp.metadata(self.recipe.vendor), SP, ACS)?.with_key(SP_KEY.as_bytes())?;
        if peer.certificates()? != [idp.certificate_der()] {
            return Err("the metadata carries another certificate than the IdP signs with".to_owned());
        }
        peer.accept(&STANDARD.encode(xml), self.recipe.in_response_to.as_deref())
    }

    fn xmlsec1(&self, xml: &str, idp: &Idp) -> Result<Identity, String> {
        let judge = Xmlsec1::new(&idp.certificate_pem(), SP_KEY)?;
        if self.recipe.sign.response() {
            judge.verify(xml, Signed::Response)?;
        }
        let decrypted = judge.decrypt(xml)?;
        if self.recipe.sign.assertion() {
            judge.verify(&decrypted, Signed::Assertion)?;
        }
        let assertion = assertion_text(&decrypted).ok_or("no Assertion came out of the encryption")?;
        let assertion: Assertion =
            assertion.parse().map_err(|error| format!("samael cannot read the Assertion: {error}"))?;
        Ok(Identity::of(&assertion))
    }

    /// The message with one character changed: of the signed NameID, or of what is encrypted.
    fn changed(&self, xml: &str) -> Result<String, String> {
        let at = match self.recipe.encrypt {
            None => xml.find(&self.recipe.person.user_name).ok_or("the NameID is not in the message")?,
            Some(_) => middle_of_longest_text(xml),
        };
        other_character(xml, at).ok_or_else(|| "cannot split the message".to_owned())
    }

    fn is_the_person(&self, seen: &Identity) -> Result<(), String> {
        let person = &self.recipe.person;
        if seen.name_id != person.user_name {
            return Err(format!("as `{}`, expected `{}`", seen.name_id, person.user_name));
        }
        if self.recipe.quirk.is_some_and(|quirk| quirk.id == "no_attributes") {
            return if seen.attributes.is_empty() { Ok(()) } else { Err("with attributes".to_owned()) };
        }
        for fact in &self.recipe.vendor.shape().attributes {
            let found =
                seen.attributes.get(&fact.name).ok_or_else(|| format!("without the attribute {}", fact.name))?;
            let expected: Option<Vec<&str>> = match fact.values.as_slice() {
                [value] => match value.as_str() {
                    "${USER_NAME}" => Some(vec![&person.user_name]),
                    "${EMAIL}" => Some(vec![&person.email]),
                    "${FIRST_NAME}" => Some(vec![&person.first_name]),
                    "${LAST_NAME}" => Some(vec![&person.last_name]),
                    "${GROUPS}" => Some(person.groups.iter().map(String::as_str).collect()),
                    _ => None, // something of the vendor's own: that it is there is enough
                },
                _ => None,
            };
            // That quirk writes two more Attributes of the Name `Role`, which is also Keycloak's.
            let more = self.recipe.quirk.is_some_and(|quirk| quirk.id == "repeated_attribute");
            let fits = |expected: Vec<&str>| {
                expected.iter().eq(found) || more && found.iter().take(expected.len()).eq(&expected)
            };
            if expected.is_some_and(|expected| !fits(expected)) {
                return Err(format!("with {} = {found:?}", fact.name));
            }
        }
        Ok(())
    }
}

/// How a judge is asked: a message and the IdP it is meant to be of.
type Verdict = fn(&Row, &str, &Idp) -> Result<Identity, String>;

/// The message with one character of its longest text changed: of what is encrypted.
pub(crate) fn with_ciphertext_changed(xml: &str) -> String {
    other_character(xml, middle_of_longest_text(xml)).unwrap_or_default()
}

fn other_character(xml: &str, at: usize) -> Option<String> {
    let (before, after) = xml.split_at_checked(at)?;
    let mut rest = after.chars();
    let other = if rest.next() == Some('A') { 'B' } else { 'A' };
    Some(format!("{before}{other}{}", rest.as_str()))
}

/// In an encrypted message the longest text is what is encrypted.
fn middle_of_longest_text(xml: &str) -> usize {
    let texts = xml.split('>').map(|part| part.split('<').next().unwrap_or_default());
    let longest = texts.max_by_key(|text| text.len()).unwrap_or_default();
    xml.find(longest).unwrap_or_default() + longest.len() / 2
}
