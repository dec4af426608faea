//! What a vendor file says: TOML in, the facts of one vendor's wire shape out, each with its source, date and confidence.
//!
//! Refuses: a field nobody knows, a missing one, a fact without a source. One file per vendor is all it takes to add one.

use crate::algorithm::SignatureAlgorithm;
use crate::encrypt::{Cipher, KeyPlacement, KeyTransport, Padding};
use crate::names::namespace_of;
use crate::recipe::Sign;
use crate::wire::Declaration;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One fact and how it is known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact<T> {
    /// What the vendor does.
    pub value: T,
    /// Where that was seen.
    pub source: String,
    /// When the source was made or read: a year, a month or a day.
    pub date: String,
    /// How far to trust it.
    pub confidence: Confidence,
}

/// How far a fact can be trusted.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Seen in raw bytes, in the vendor's code, or in the vendor's documentation.
    High,
    /// Several independent reports.
    Medium,
    /// One report, or an inference: the mock is approximate here.
    Low,
    /// No source at all: the mock is approximate here.
    Unverified,
}

/// Everything a vendor file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// The name on the command line, in lower case.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// Where the mock answers, under whose name.
    pub service: Service,
    /// The signing certificate.
    pub certificate: CertificateFacts,
    /// Octets: declaration, prefixes, line ends.
    pub wire: WireFacts,
    /// Patterns of identifiers.
    pub ids: Ids,
    /// The windows around the clock.
    pub times: Times,
    /// What gets signed, and how.
    pub signing: Signing,
    /// NameID, AuthnContext, order of statements.
    pub login: Login,
    /// The attributes of a new application, in order.
    #[serde(default)]
    pub attributes: Vec<AttributeFact>,
    /// Encryption of Assertions.
    pub encryption: EncryptionFacts,
    /// Single Logout.
    pub logout: LogoutFacts,
    /// The metadata document.
    pub metadata: MetadataFacts,
    /// How start tags are written, by local name or by `Parent/Local`; see [`Spelling`].
    #[serde(default)]
    pub spelling: BTreeMap<String, Fact<Spelling>>,
    /// White space of templates: the text before a child, by `Parent/Child` or with one more ancestor in front; `Parent/`
    /// is the text before the end tag.
    #[serde(default)]
    pub space: BTreeMap<String, Fact<String>>,
}

/// Names and paths.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The IdP's entityID.
    pub entity_id: Fact<String>,
    /// Path of the SSO endpoint under the public URL.
    pub sso_path: Fact<String>,
    /// Path of the logout endpoint, where the vendor has one.
    pub slo_path: Option<Fact<String>>,
    /// Path of the metadata.
    pub metadata_path: Fact<String>,
}

/// The certificate over the committed key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateFacts {
    /// Pairs of attribute type (`CN`, `O`, ...) and value, in order.
    pub subject: Fact<Vec<(String, String)>>,
    /// Start and end, RFC 3339.
    pub validity: Fact<(String, String)>,
    /// The serial number in hexadecimal.
    pub serial: Fact<String>,
    /// Whether it carries basic constraints that say "no CA".
    pub basic_constraints: Fact<bool>,
}

/// Octets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireFacts {
    /// How the document starts.
    pub declaration: Fact<Declaration>,
    /// The prefix of each family of names; an empty one means the default namespace.
    pub prefixes: Fact<Prefixes>,
    /// Line length of SignatureValue and DigestValue; 0 is one line.
    pub signature_wrap: Fact<usize>,
    /// Line length of certificates; 0 is one line.
    pub certificate_wrap: Fact<usize>,
    /// Whether a wrapped SignatureValue starts and ends with a line end.
    pub signature_edges: Option<Fact<bool>>,
    /// Whether an empty element has a space before its slash.
    pub spaced_slash: Option<Fact<bool>>,
    /// Whether Destination stands only in a Response that is signed.
    pub destination_when_signed: Option<Fact<bool>>,
    /// The ID of a signed element, where it differs from an unsigned one's.
    pub signed_id: Option<Fact<String>>,
}

/// Prefixes by family.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prefixes {
    /// Assertions.
    pub saml: String,
    /// Protocol messages.
    pub samlp: String,
    /// Signatures.
    pub ds: String,
    /// Encryption.
    pub xenc: String,
}

/// Patterns for [`crate::random::Random::id`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ids {
    /// The Response's ID.
    pub response: Fact<String>,
    /// The Assertion's ID.
    pub assertion: Fact<String>,
    /// What SessionIndex says.
    pub session_index: Fact<SessionIndex>,
}

/// Where a SessionIndex comes from.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SessionIndex {
    /// The Assertion's own ID.
    AssertionId,
    /// The ID of the request that is answered; this pattern, where `{millis}` is the time, when there was none.
    RequestIdOr(String),
    /// A pattern of its own.
    Pattern(String),
}

/// Windows, as offsets from the clock such as `-5m`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// Whether instants carry milliseconds.
    pub milliseconds: Fact<bool>,
    /// `NotBefore` of the Conditions.
    pub not_before: Fact<String>,
    /// `NotOnOrAfter` of the Conditions.
    pub not_on_or_after: Fact<String>,
    /// `NotOnOrAfter` of the SubjectConfirmationData.
    pub confirmation: Fact<String>,
    /// `IssueInstant` of the Assertion, where it lags behind the Response's.
    pub assertion: Fact<String>,
    /// `AuthnInstant`.
    pub authn: Fact<String>,
    /// `SessionNotOnOrAfter`, where the vendor writes one.
    pub session: Option<Fact<String>>,
}

/// What gets signed, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    /// The vendor's default.
    pub sign: Fact<Sign>,
    /// The vendor's default algorithm.
    pub algorithm: Fact<SignatureAlgorithm>,
    /// The PrefixList of the Reference's transform, empty for none; only written when there are attributes.
    pub prefix_list: Fact<Vec<String>>,
    /// What KeyInfo holds.
    pub key_info: Fact<KeyInfo>,
}

/// What KeyInfo holds.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum KeyInfo {
    /// The certificate.
    Certificate,
    /// The certificate's subject, then the certificate.
    SubjectThenCertificate,
    /// A name of the key, then the certificate.
    NameThenCertificate,
    /// There is no KeyInfo.
    None,
}

/// Subject and statements.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The NameID's Format.
    pub name_id_format: Fact<String>,
    /// The AuthnContextClassRef.
    pub class: Fact<String>,
    /// Whether the AttributeStatement stands before the AuthnStatement.
    pub attributes_first: Fact<bool>,
    /// The Name of the attribute that is the vendor's group claim, where there is one.
    pub group_claim: Option<Fact<String>>,
    /// Whether the NameID is qualified by the SP's name.
    pub sp_name_qualifier: Option<Fact<bool>>,
}

/// One attribute of the AttributeStatement.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeFact {
    /// Its Name.
    pub name: String,
    /// Its values; `${GROUPS}` stands for as many as the person has groups.
    pub values: Vec<String>,
    /// Its NameFormat, where it differs from the vendor's usual one.
    pub name_format: Option<String>,
    /// Its FriendlyName, where it has one.
    pub friendly_name: Option<String>,
    /// Whether every value stands in an Attribute of its own.
    #[serde(default)]
    pub one_by_one: bool,
    /// Where that was seen.
    pub source: String,
    /// When.
    pub date: String,
    /// How far to trust it.
    pub confidence: Confidence,
}

/// Encryption of Assertions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncryptionFacts {
    /// Whether the vendor has it at all.
    pub offered: Fact<bool>,
    /// The usual cipher.
    pub cipher: Fact<Cipher>,
    /// Where the EncryptedKey stands.
    pub key_placement: Fact<KeyPlacement>,
    /// How the content key travels.
    pub transport: Fact<KeyTransport>,
    /// Whether OAEP's digest is named although it is the usual SHA-1.
    pub digest_method: Fact<bool>,
    /// How the EncryptedKey says for whom it is.
    pub recipient: Fact<RecipientHint>,
    /// What fills up the last block in CBC mode.
    pub padding: Fact<Padding>,
    /// Pattern of the Ids of EncryptedData and EncryptedKey; empty for no Ids.
    pub id: Fact<String>,
}

/// How an EncryptedKey says for whom it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum RecipientHint {
    /// By the SP's certificate.
    Certificate,
    /// By issuer and serial number of the SP's certificate.
    IssuerSerial,
    /// Not at all.
    None,
}

/// Single Logout.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogoutFacts {
    /// The bindings the vendor speaks; none means that it has no Single Logout at all.
    pub bindings: Fact<Vec<LogoutBinding>>,
    /// Pattern of the IDs of its messages.
    pub id: Fact<String>,
    /// Whether it signs its messages.
    pub signed: Fact<bool>,
    /// Whether the NameID of a LogoutRequest carries its Format.
    pub name_id_format: Fact<bool>,
    /// `NotOnOrAfter` of a LogoutRequest, where there is one.
    pub not_on_or_after: Option<Fact<String>>,
    /// Whether percent-escapes of a Redirect query are in lower case.
    pub lower_case_escapes: Fact<bool>,
    /// Whether an SP's LogoutRequest must be signed.
    pub wants_signed: Fact<bool>,
    /// The Issuer that the documentation shows in a LogoutResponse, where that is not the entityID.
    pub response_issuer: Option<Fact<String>>,
}

/// How a logout message travels.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LogoutBinding {
    /// HTTP-Redirect (bindings 3.4).
    Redirect,
    /// HTTP-POST (bindings 3.5).
    Post,
}

/// The metadata document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetadataFacts {
    /// The general form; its octets stand in `metadata.xml` beside this file.
    pub form: Fact<String>,
    /// Whether it is signed.
    pub signed: Fact<bool>,
}

/// A start tag as it is written: name, then XML attributes and namespace declarations in order.
///
/// Written as words: `saml2:Issuer Format=urn:... xmlns:saml2`. A bare word takes the message's value and is left out
/// where there is none; `word=value` is always the same; `xmlns:xs?` is declared only where there are attributes; `_` is
/// a space left behind by a template.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub struct Spelling {
    pub(crate) name: String,
    pub(crate) slots: Vec<Slot>,
}

/// One place in a start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Takes the message's value.
    Value(String),
    /// Always the same.
    Fixed(String, String),
    /// A namespace declaration; `attributes_only` when it depends on there being attributes.
    Namespace { name: String, uri: &'static str, attributes_only: bool },
    /// A lone space; the word is the attribute whose absence causes it, or none.
    Space,
}

impl TryFrom<String> for Spelling {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut words = text.split(' ');
        let name = words.next().filter(|name| !name.is_empty()).ok_or("a spelling starts with a name")?;
        let slots = words.map(|word| slot(word, name)).collect::<Result<_, _>>()?;
        Ok(Self { name: name.to_owned(), slots })
    }
}

fn slot(word: &str, element: &str) -> Result<Slot, String> {
    let (bare, attributes_only) = match word.strip_suffix('?') {
        Some(bare) => (bare, true),
        None => (word, false),
    };
    if word == "_" {
        return Ok(Slot::Space);
    }
    if let Some(alias) = bare.strip_prefix("xmlns=") {
        let uri = namespace_of(alias).ok_or_else(|| format!("`{word}` in `{element}`: no such namespace"))?;
        return Ok(Slot::Namespace { name: "xmlns".to_owned(), uri, attributes_only });
    }
    if let Some(prefix) = bare.strip_prefix("xmlns:") {
        let uri = namespace_of(prefix).ok_or_else(|| format!("`{word}` in `{element}`: no such namespace"))?;
        return Ok(Slot::Namespace { name: bare.to_owned(), uri, attributes_only });
    }
    Ok(match bare.split_once('=') {
        Some((name, value)) => Slot::Fixed(name.to_owned(), value.to_owned()),
        None => Slot::Value(bare.to_owned()),
    })
}

/// One fact as a line of text, for people who ask how the mock knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactLine {
    /// Where it stands in the file, `times.not_before` for instance.
    pub path: String,
    /// What it says.
    pub value: String,
    /// Where that was seen.
    pub source: String,
    /// When.
    pub date: String,
    /// `high`, `medium`, `low` or `unverified`.
    pub confidence: String,
}

/// Every fact of a vendor file.
pub(crate) fn lines(file: &toml::Table) -> Vec<FactLine> {
    let mut out = Vec::new();
    collect("", &toml::Value::Table(file.clone()), &mut out);
    out
}

fn collect(path: &str, value: &toml::Value, out: &mut Vec<FactLine>) {
    match value {
        toml::Value::Table(table) => match fact_line(path, table) {
            Some(line) => out.push(line),
            None => table.iter().for_each(|(key, inner)| collect(&join(path, key), inner, out)),
        },
        toml::Value::Array(items) => items.iter().for_each(|inner| collect(path, inner, out)),
        _ => {}
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn fact_line(path: &str, table: &toml::Table) -> Option<FactLine> {
    let text = |key: &str| table.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    let value = match (table.get("value"), text("name")) {
        (Some(value), _) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        (None, Some(name)) => name,
        (None, None) => return None,
    };
    Some(FactLine {
        path: path.to_owned(),
        value,
        source: text("source")?,
        date: text("date")?,
        confidence: text("confidence")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{SAML, XS};

    #[test]
    fn words_become_places_in_a_start_tag() {
        let spelling = Spelling::try_from("saml2:Issuer Format=urn:x=y ID xmlns:saml2 xmlns:xs?".to_owned()).unwrap();
        assert_eq!(spelling.name, "saml2:Issuer");
        let namespace =
            |name: &str, uri, attributes_only| Slot::Namespace { name: name.to_owned(), uri, attributes_only };
        assert_eq!(
            spelling.slots,
            [
                Slot::Fixed("Format".to_owned(), "urn:x=y".to_owned()),
                Slot::Value("ID".to_owned()),
                namespace("xmlns:saml2", SAML, false),
                namespace("xmlns:xs", XS, true),
            ]
        );
        assert!(Spelling::try_from("a xmlns:unheard".to_owned()).unwrap_err().contains("no such namespace"));
    }
}
