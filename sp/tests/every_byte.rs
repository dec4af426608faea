//! Every octet of one message per vendor and signing layout, changed one at a time: never accepted where what is signed
//! changes.
//!
//! A change elsewhere may be accepted (a blank in a tag, a declaration that nothing uses); then the canonical octets, as
//! the mock's own canonicalization writes them, and the identity are those that were signed. With `ACCEPTED_CHANGES=DIR`
//! each accepted message is written there, so that `.ci/run` can ask libxmlsec1 about it. Optimized builds change every
//! octet into nine others, and into all 255 for one shape (for every shape with `ALL_VALUES` set: four minutes); the dev
//! profile takes every 41st octet.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, accept_at, idp, now, recipe, sp};
use mock_idp::canonical::{Method, Scope, canonical};
use mock_idp::{Recipe, Sign, Vendor, read};
use sp::{Idp, Sp, Validated};
use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::thread;

const STEP: usize = if cfg!(debug_assertions) { 41 } else { 1 };

/// What takes the place of an octet: its neighbour, its other case, and what readers of XML stumble over.
fn few(octet: u8) -> Vec<u8> {
    vec![octet ^ 1, octet ^ 0x20, b'<', b'&', b'"', b' ', b'\n', 0, 0xff]
}

/// Every value there is, for the shape that most people meet; for all of them with `ALL_VALUES` set.
fn others(octet: u8, name: &str) -> Vec<u8> {
    let all = !cfg!(debug_assertions) && (name == "azure-assertion" || std::env::var_os("ALL_VALUES").is_some());
    let mut values = if all { (0..=u8::MAX).collect() } else { few(octet) };
    values.retain(|value| *value != octet);
    values
}

/// One message, whole.
struct Case {
    name: String,
    xml: String,
    sign: Sign,
    /// What its outermost signature covers.
    covered: String,
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
    fn of(vendor: Vendor, sign: Sign) -> Self {
        let recipe = Recipe { sign, ..recipe(vendor) };
        let xml = recipe.build().unwrap().xml;
        let document = roxmltree::Document::parse(&xml).unwrap();
        let key_infos = document.descendants().filter(|node| node.tag_name().name() == "KeyInfo");
        Self {
            name: format!("{}-{sign:?}", vendor.name()).to_lowercase(),
            covered: covered(&xml, sign).unwrap(),
            key_infos: key_infos.map(|node| node.range()).collect(),
            certificate: recipe.idp.certificate_pem(),
            idp: idp(vendor),
            sign,
            xml,
        }
    }

    /// Changes the octets of one share of the message.
    fn run(&self, sp: &Sp, share: usize, shares: usize) -> Counts {
        let mut counts = Counts::default();
        let original = signed_identity(&accept_at(&self.xml, sp, &self.idp, now()).unwrap());
        for at in (0..self.xml.len()).step_by(STEP).filter(|at| (at / STEP) % shares == share) {
            for other in others(self.xml.as_bytes()[at], &self.name) {
                counts.changes += 1;
                let mut octets = self.xml.clone().into_bytes();
                octets[at] = other;
                let field = mock_idp::base64::encode(&octets);
                if let Ok(validated) = accept_field(&field, sp, &self.idp) {
                    counts.accepted += 1;
                    let changed = String::from_utf8(octets).unwrap();
                    let around = &changed[changed.floor_char_boundary(at.saturating_sub(40))..at + 1];
                    assert_eq!(signed_identity(&validated), original, "{} at {at}: {around}", self.name);
                    let now_covered = covered(&changed, self.sign);
                    assert_eq!(now_covered.as_ref(), Some(&self.covered), "{} at {at}: {around}", self.name);
                    self.keep(at, other, &changed);
                }
            }
        }
        counts
    }

    /// Writes an accepted message where it is wanted. KeyInfo is left to itself: ours never reads it, others parse it.
    fn keep(&self, at: usize, other: u8, changed: &str) {
        let is_clue = self.key_infos.iter().any(|key_info| key_info.contains(&at));
        if let (Some(folder), false) = (std::env::var_os("ACCEPTED_CHANGES"), is_clue) {
            let folder = PathBuf::from(folder).join(&self.name);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("idp.pem"), &self.certificate).unwrap();
            fs::write(folder.join(format!("{at}-{other:02x}.xml")), changed).unwrap();
        }
    }
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

#[test]
fn no_octet_that_is_signed() {
    let sp = sp();
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let mut total = Counts::default();
    for vendor in Vendor::core() {
        for sign in [Sign::Response, Sign::Assertion, Sign::Both] {
            let case = Case::of(vendor, sign);
            let counts: Vec<Counts> = thread::scope(|scope| {
                let shares: Vec<_> = (0..threads)
                    .map(|share| {
                        scope.spawn({
                            let (case, sp) = (&case, &sp);
                            move || case.run(sp, share, threads)
                        })
                    })
                    .collect();
                shares.into_iter().map(|share| share.join().unwrap()).collect()
            });
            let changes: usize = counts.iter().map(|counts| counts.changes).sum();
            let accepted: usize = counts.iter().map(|counts| counts.accepted).sum();
            println!(
                "{}: {} octets, {changes} changes, {accepted} accepted with the same signed octets",
                case.name,
                case.xml.len()
            );
            // A law about acceptance would hold of an SP that accepts nothing: some changes touch nothing that is signed.
            assert!(accepted * 5 < changes, "{}", case.name);
            total.changes += changes;
            total.accepted += accepted;
        }
    }
    assert!(total.accepted > 0);
    println!("{} changes in all, {} accepted", total.changes, total.accepted);
}
