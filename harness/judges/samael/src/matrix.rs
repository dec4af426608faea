//! Shows every algorithm that `mock-idp` signs or encrypts with, in every combination, to the `xmlsec1` program.
//!
//! A message passes when xmlsec1 confirms it (each Signature under the pinned certificate; the Assertion out of its
//! encryption) and refuses it under another certificate or once its ciphertext was changed. What this xmlsec1 does not
//! know is counted apart, and only if it refuses: the list of it is exact.

use crate::tally::Tally;
use crate::xmlsec1::{Signed, Xmlsec1, assertion_text};
use mock_idp::canonical::Method;
use mock_idp::encrypt::{KeyTransport, Scheme};
use mock_idp::quirks::Quirk;
use mock_idp::sign::{Plan, Transform};
use mock_idp::step::Step;
use mock_idp::tree::Node;
use mock_idp::{
    Cipher, DigestAlgorithm, Encryption, Idp, KeyPlacement, Recipe, Sign, SignatureAlgorithm, Sp, Vendor, key,
};
use time::OffsetDateTime;

const SP_KEY: &str = include_str!("../../../../fixtures/keys/sp.key.pem");
const SP_CERTIFICATE: &str = include_str!("../../../../fixtures/keys/sp.crt.pem");

/// Judges both tables.
pub(crate) fn judge() -> Tally {
    let mut tally = Tally::default();
    let Some(vendor) = Vendor::named("okta") else {
        tally.row("okta", Err("the mock has no such vendor".to_owned()));
        return tally;
    };
    signatures(vendor, &mut tally);
    encryptions(vendor, &mut tally);
    tally
}

const fn canonicalized(steps: &'static [Step]) -> Quirk {
    Quirk { id: "matrix", about: "", source: "", seen_at: &[], needs: "", applies: |_| true, steps }
}

fn set(plan: &mut Plan, method: Method) {
    plan.canonicalization = method.clone();
    plan.transforms = vec![Transform::Enveloped, Transform::Canonical(method)];
}

/// Comments between elements: of the Response, of the Assertion, which is signed by itself too, and of SignedInfo.
const COMMENTS: Step = Step::Tree(|workshop| {
    let comment = || Node::Comment(" between elements ".to_owned());
    workshop.plan.remark = Some(" in SignedInfo ");
    workshop.response.children.push(comment());
    workshop.assertion()?.children.insert(1, comment());
    Ok(())
});

static FORMS: &[(&str, Quirk)] = &[
    ("exclusive", canonicalized(&[COMMENTS, Step::Plan(|plan, _| set(plan, Method::exclusive()))])),
    (
        "exclusive with a list",
        canonicalized(&[
            COMMENTS,
            Step::Plan(|plan, _| {
                set(plan, Method { prefix_list: vec!["xs".to_owned(), "#default".to_owned()], ..Method::exclusive() });
            }),
        ]),
    ),
    ("inclusive", canonicalized(&[COMMENTS, Step::Plan(|plan, _| set(plan, Method::inclusive()))])),
    (
        "exclusive with comments",
        canonicalized(&[COMMENTS, Step::Plan(|plan, _| set(plan, Method { comments: true, ..Method::exclusive() }))]),
    ),
    (
        "inclusive with comments",
        canonicalized(&[COMMENTS, Step::Plan(|plan, _| set(plan, Method { comments: true, ..Method::inclusive() }))]),
    ),
];

/// xmlsec1 1.2 has no RSA-PSS and no EdDSA.
fn knows(algorithm: SignatureAlgorithm) -> bool {
    use SignatureAlgorithm as Of;
    !matches!(algorithm, Of::RsaPssSha256 | Of::RsaPssSha384 | Of::RsaPssSha512 | Of::Ed25519)
}

fn signatures(vendor: Vendor, tally: &mut Tally) {
    for &algorithm in SignatureAlgorithm::ALL {
        let idp = idp(vendor).with_key(key::fitting(algorithm, vendor.key()), vendor);
        for &digest in DigestAlgorithm::ALL {
            for (form, quirk) in FORMS {
                let mut recipe = recipe(vendor, idp.clone());
                recipe.signature = algorithm;
                recipe.digest = Some(digest);
                recipe.quirk = Some(quirk);
                let name = format!("{algorithm:?}, References by {digest:?}, {form}");
                tally.row(&name, outcome(knows(algorithm), signed(&recipe, vendor)));
            }
        }
    }
}

/// Both Signatures hold under the pinned certificate and neither under another.
fn signed(recipe: &Recipe, vendor: Vendor) -> Result<(), String> {
    let xml = recipe.build().map_err(|error| error.to_string())?.xml;
    let judge = Xmlsec1::new(&recipe.idp.certificate_pem(), SP_KEY)?;
    let stranger = Xmlsec1::new(&idp(vendor).with_key(key::attacker(), vendor).certificate_pem(), SP_KEY)?;
    for place in [Signed::Response, Signed::Assertion] {
        judge.verify(&xml, place)?;
        if stranger.verify(&xml, place).is_ok() {
            return Err("also confirmed under another certificate".to_owned());
        }
    }
    Ok(())
}

/// xmlsec1 1.2 has the older name of RSA-OAEP alone, with SHA-1.
fn transports() -> impl Iterator<Item = (KeyTransport, bool)> {
    let older = DigestAlgorithm::ALL
        .iter()
        .map(|&digest| (KeyTransport { digest, ..KeyTransport::default() }, digest == DigestAlgorithm::Sha1));
    let newer = DigestAlgorithm::ALL.iter().flat_map(|&digest| {
        DigestAlgorithm::ALL.iter().map(move |&mask| (KeyTransport { scheme: Scheme::Oaep, digest, mask }, false))
    });
    let oldest = (KeyTransport { scheme: Scheme::Pkcs1, ..KeyTransport::default() }, true);
    older.chain(newer).chain([oldest])
}

fn encryptions(vendor: Vendor, tally: &mut Tally) {
    for &cipher in Cipher::ALL.iter().chain(&[Cipher::TripleDesCbc]) {
        for (transport, is_known) in transports() {
            for key_placement in [KeyPlacement::InKeyInfo, KeyPlacement::Sibling] {
                let mut recipe = recipe(vendor, idp(vendor));
                recipe.encrypt = Some(Encryption { transport, ..Encryption::new(cipher, key_placement) });
                let KeyTransport { scheme, digest, mask } = transport;
                let name = format!("{cipher:?}, key by {scheme:?} {digest:?} {mask:?}, {key_placement:?}");
                tally.row(&name, outcome(is_known, encrypted(&recipe)));
            }
        }
    }
}

/// The Assertion comes out, and no Assertion comes out of a changed ciphertext.
fn encrypted(recipe: &Recipe) -> Result<(), String> {
    let xml = recipe.build().map_err(|error| error.to_string())?.xml;
    let judge = Xmlsec1::new(&recipe.idp.certificate_pem(), SP_KEY)?;
    let opened = judge.decrypt(&xml)?;
    let assertion = assertion_text(&opened).ok_or("no Assertion came out")?;
    if !assertion.contains(&recipe.person.user_name) {
        return Err("an Assertion about somebody else came out".to_owned());
    }
    let person = |xml: &str| judge.decrypt(xml).is_ok_and(|opened| opened.contains(assertion));
    if person(&crate::messages::with_ciphertext_changed(&xml)) {
        return Err("the same Assertion came out of a changed ciphertext".to_owned());
    }
    Ok(())
}

fn outcome(is_known: bool, verdict: Result<(), String>) -> Result<String, String> {
    match (is_known, verdict) {
        (true, Ok(())) => Ok("confirmed by xmlsec1".to_owned()),
        (true, Err(reason)) => Err(reason),
        (false, Err(_)) => Ok("not known to xmlsec1".to_owned()),
        (false, Ok(())) => Err("xmlsec1 confirms what it was thought not to know: correct the list".to_owned()),
    }
}

fn idp(vendor: Vendor) -> Idp {
    Idp::of(vendor, "https://idp.judge.test")
}

fn recipe(vendor: Vendor, idp: Idp) -> Recipe {
    let sp = Sp::new("https://sp.judge.test/metadata", "https://sp.judge.test/acs").encrypting(SP_CERTIFICATE);
    let mut recipe = Recipe::new(vendor, idp, sp, OffsetDateTime::now_utc());
    recipe.sign = Sign::Both;
    recipe
}
