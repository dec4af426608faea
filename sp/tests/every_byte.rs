//! Every octet of one message per vendor and signing layout, changed one at a time: never accepted where what is signed
//! changes.
//!
//! A change elsewhere may be accepted (a blank in a tag, a declaration that nothing uses); then the canonical octets, as
//! the mock's own canonicalization writes them, and the identity are those that were signed.
//!
//! Each octet becomes twelve others, and with `ALL_VALUES` set, as `.ci/run` sets it, all 255. With `ACCEPTED_CHANGES=DIR`
//! what is accepted of the twelve is written there, so that `.ci/run` can ask libxmlsec1 about it. One vendor's messages are
//! encrypted too, in each layout, and for them twelve values it stays: where no signature stands around the ciphertext, many
//! a change costs a decryption. The dev profile takes every 41st octet.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, accept_at, idp, now, recipe, sp};
use mock_idp::canonical::{Method, Scope, canonical};
use mock_idp::{Recipe, Sign, Vendor, read};
use sp::{Idp, Sp, Validated};
use std::env;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::thread;

const STEP: usize = if cfg!(debug_assertions) { 41 } else { 1 };

/// What takes the place of an octet: its neighbour, its other case, and what readers of XML and of URIs stumble over.
fn few(octet: u8) -> [u8; 12] {
    [octet ^ 1, octet ^ 0x20, b'<', b'&', b'"', b' ', b'\n', 0, 0xff, b'%', b'#', b':']
}

/// One message, whole.
struct Case {
    name: String,
    xml: String,
    sign: Sign,
    encrypted: bool,
    /// What its outermost signature covers; none where that is inside of the ciphertext.
    covered: Option<String>,
    /// Where the KeyInfos stand.
    key_infos: Vec<Range<usize>>,
    certificate: String,
    idp: Idp,
}

#[derive(Debug, Default)]
struct Counts {
    changes: usize,
    accepted: usize,
}

impl Case {
    fn of(vendor: Vendor, sign: Sign, encrypted: bool) -> Self {
        let recipe = recipe(vendor);
        let encrypt = encrypted.then(|| recipe.usual_encryption());
        let recipe = Recipe { sign, encrypt, ..recipe };
        let xml = recipe.build().unwrap().xml;
        let document = roxmltree::Document::parse(&xml).unwrap();
        let key_infos = document.descendants().filter(|node| node.tag_name().name() == "KeyInfo");
        let name = format!("{}-{sign:?}{}", vendor.name(), if encrypted { "-encrypted" } else { "" }).to_lowercase();
        let covered = covered(&xml, sign);
        assert_eq!(covered.is_some(), !encrypted || sign.response(), "{name}");
        Self {
            key_infos: key_infos.map(|node| node.range()).collect(),
            certificate: recipe.idp.certificate_pem(),
            idp: idp(vendor),
            name,
            covered,
            sign,
            encrypted,
            xml,
        }
    }

    /// What takes the place of an octet.
    fn others(&self, octet: u8) -> Vec<u8> {
        let all = env::var_os("ALL_VALUES").is_some() && !self.encrypted;
        let mut values = if all { (0..=u8::MAX).collect() } else { few(octet).to_vec() };
        values.retain(|value| *value != octet);
        values
    }

    /// Changes the octets of one share of the message.
    fn run(&self, sp: &Sp, share: usize, shares: usize) -> Counts {
        let mut counts = Counts::default();
        let original = signed_identity(&accept_at(&self.xml, sp, &self.idp, now()).unwrap());
        let mut octets = self.xml.clone().into_bytes();
        let mut field = mock_idp::base64::encode(&octets);
        for at in (0..octets.len()).step_by(STEP).filter(|at| (at / STEP) % shares == share) {
            let octet = octets[at];
            for other in self.others(octet) {
                counts.changes += 1;
                octets[at] = other;
                encode_again(&octets, at, &mut field);
                if let Ok(validated) = accept_field(&field, sp, &self.idp) {
                    counts.accepted += 1;
                    let changed = std::str::from_utf8(&octets).unwrap();
                    let around = &changed[changed.floor_char_boundary(at.saturating_sub(40))..at + 1];
                    assert_eq!(signed_identity(&validated), original, "{} at {at}: {around}", self.name);
                    // The first KeyInfo is in the outermost Signature, which does not sign itself.
                    if !self.key_infos.first().is_some_and(|first| first.contains(&at)) {
                        assert_eq!(covered(changed, self.sign), self.covered, "{} at {at}: {around}", self.name);
                    }
                    self.keep(at, octet, other, changed);
                }
            }
            octets[at] = octet;
            encode_again(&octets, at, &mut field);
        }
        counts
    }

    /// Writes an accepted message where it is wanted. KeyInfo is left to itself: ours never reads it, others parse it. What
    /// is signed only inside of its ciphertext nobody can verify as it stands.
    fn keep(&self, at: usize, octet: u8, other: u8, changed: &str) {
        let is_clue = self.key_infos.iter().any(|key_info| key_info.contains(&at));
        let is_asked = self.covered.is_some() && few(octet).contains(&other) && !is_clue;
        if let (Some(folder), true) = (env::var_os("ACCEPTED_CHANGES"), is_asked) {
            let folder = PathBuf::from(folder).join(&self.name);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("idp.pem"), &self.certificate).unwrap();
            fs::write(folder.join(format!("{at}-{other:02x}.xml")), changed).unwrap();
        }
    }
}

/// Writes the four letters anew that stand for the octet at this place and those beside it.
fn encode_again(octets: &[u8], at: usize, field: &mut String) {
    let (group, letters) = (at / 3 * 3, at / 3 * 4);
    let three = &octets[group..octets.len().min(group + 3)];
    field.replace_range(letters..letters + 4, &mock_idp::base64::encode(three));
}

fn accept_field(field: &str, sp: &Sp, idp: &Idp) -> Result<Validated, sp::Rejection> {
    let expectation = common::expecting(idp);
    let delivery = sp::Delivery { endpoint: &common::acs(), expectation: &expectation, now: now() };
    sp::accept::Received::post_value(field, sp)?.accept(sp, idp, delivery)
}

/// Everything a login would hand out, as text.
fn signed_identity(validated: &Validated) -> String {
    format!("{validated:?}")
}

/// The canonical octets of the outermost signed element, by the mock's own reader and canonicalization.
fn covered(xml: &str, sign: Sign) -> Option<String> {
    let mut response = read::element(xml)?;
    let (mut signed, around) = if sign.response() {
        (response, Scope::default())
    } else {
        let around = Scope::default().inside(&response);
        (response.take("Assertion")?, around)
    };
    let signature = signed.take("Signature")?;
    let transforms = signature.at(&["SignedInfo", "Reference", "Transforms"])?;
    let listed = transforms.elements().find_map(|transform| transform.child("InclusiveNamespaces")?.get("PrefixList"));
    let prefix_list = listed.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect();
    Some(canonical(&signed, &around, &Method { prefix_list, ..Method::exclusive() }))
}

/// Every vendor in every layout, and one of them encrypted.
fn cases() -> Vec<Case> {
    let layouts = [Sign::Response, Sign::Assertion, Sign::Both];
    let clear = Vendor::all().flat_map(|vendor| layouts.map(|sign| Case::of(vendor, sign, false)));
    let encrypted = layouts.map(|sign| Case::of(Vendor::named("okta").unwrap(), sign, true));
    clear.chain(encrypted).collect()
}

#[test]
fn no_octet_that_is_signed() {
    let sp = sp();
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let mut total = Counts::default();
    for case in cases() {
        let counts: Vec<Counts> = thread::scope(|scope| {
            let run = |share| case.run(&sp, share, threads);
            let shares: Vec<_> = (0..threads).map(|share| scope.spawn(move || run(share))).collect();
            shares.into_iter().map(|share| share.join().unwrap()).collect()
        });
        let changes: usize = counts.iter().map(|counts| counts.changes).sum();
        let accepted: usize = counts.iter().map(|counts| counts.accepted).sum();
        let octets = case.xml.len();
        println!("{}: {octets} octets, {changes} changes, {accepted} accepted with the same signed octets", case.name);
        // A law about acceptance would hold of an SP that accepts nothing: some changes touch nothing that is signed.
        assert!(accepted * 5 < changes, "{}", case.name);
        total.changes += changes;
        total.accepted += accepted;
    }
    assert!(total.accepted > 0);
    println!("{} changes in all, {} accepted", total.changes, total.accepted);
}
