//! Attacks on the parts of a Signature: missing, twice, spoilt by comments, or looked for in the whole document.

use super::tools::{
    digest_as_it_stands, dsig, its_signature, put_in_extensions, put_in_status_detail, rebind, signed_element,
    signed_error,
};
use super::{Attack, FORGERY, ORDINARY, WRAPPING, has_signed_response, is_signed_plain};
use crate::base64;

use crate::recipe::RecipeError;
use crate::sign::usual_position;
use crate::step::Step;
use crate::tree::Node;
use crate::workshop::Workshop;

/// The IdP's own message with a Signature that two readers may read differently.
const AMBIGUOUS: Attack =
    Attack { needs: "a signed message that is not encrypted", applies: is_signed_plain, ..ORDINARY };

pub(super) const EMPTY_SIGNATURE: Attack = Attack {
    id: "empty_signature",
    about: "A forged message carries a Signature with nothing in it.",
    source: "SIG-01; CVE-2025-54982",
    steps: &[Step::Signed(empty_signature)],
    ..FORGERY
};

fn empty_signature(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    let signature = workshop.ds("Signature");
    let (forged, _) = signed_element(workshop)?;
    forged.insert(usual_position(forged), signature);
    Ok(())
}

pub(super) const SIGNATURE_IN_OTHER_NAMESPACE: Attack = Attack {
    id: "signature_in_other_namespace",
    about: "The message is changed to name the attacker, and the Signature moved to a namespace that no verifier looks for.",
    source: "SIG-01; XSW-15; CVE-2025-25292",
    steps: &[Step::Signed(signature_in_other_namespace)],
    ..FORGERY
};

fn signature_in_other_namespace(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.swap_identity()?;
    rebind(its_signature(workshop)?, "urn:samlspec:no-signature");
    Ok(())
}

pub(super) const SIGNATURE_VALUE_CHANGED: Attack = Attack {
    id: "signature_value_changed",
    about: "One octet of SignatureValue is another; nothing else is changed.",
    source: "SIG-13; XML Signature 3.2.2",
    live: false,
    steps: &[Step::Signed(signature_value_changed)],
    ..AMBIGUOUS
};

fn signature_value_changed(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let value = its_signature(workshop)?.child_mut("SignatureValue").ok_or(RecipeError::Missing("SignatureValue"))?;
    let text: String = value.text().split_whitespace().collect();
    let mut octets = base64::decode(&text).ok_or(RecipeError::Missing("SignatureValue"))?;
    octets.iter_mut().take(1).for_each(|octet| *octet ^= 1);
    value.say(base64::encode(&octets));
    Ok(())
}

pub(super) const SIGNED_INFO_BEFORE: Attack = Attack {
    id: "signed_info_before",
    about: "The message names the attacker; a second SignedInfo with the digest of that stands before the genuine one.",
    source: "SIG-08; CVE-2025-29774",
    steps: &[Step::Signed(|workshop| second_signed_info(workshop, 0))],
    ..FORGERY
};

pub(super) const SIGNED_INFO_AFTER: Attack = Attack {
    id: "signed_info_after",
    about: "The message names the attacker; a second SignedInfo with the digest of that stands behind the genuine one.",
    source: "SIG-08; CVE-2025-29774",
    steps: &[Step::Signed(|workshop| second_signed_info(workshop, 1))],
    ..FORGERY
};

fn second_signed_info(workshop: &mut Workshop<'_>, place: usize) -> Result<(), RecipeError> {
    workshop.swap_identity()?;
    let digest = digest_as_it_stands(workshop)?;
    let signature = its_signature(workshop)?;
    let mut second = signature.child("SignedInfo").cloned().ok_or(RecipeError::Missing("SignedInfo"))?;
    second.at_mut(&["Reference", "DigestValue"]).ok_or(RecipeError::Missing("DigestValue"))?.say(digest);
    signature.insert(place, second);
    Ok(())
}

pub(super) const TWO_SIGNATURE_VALUES: Attack = Attack {
    id: "two_signature_values",
    about: "SignatureValue stands twice, the genuine one first.",
    source: "SIG-08; XML Signature 4",
    steps: &[Step::Signed(|workshop| repeated(workshop, "SignatureValue"))],
    ..AMBIGUOUS
};

pub(super) const TWO_KEY_INFOS: Attack = Attack {
    id: "two_key_infos",
    about: "KeyInfo stands twice: one reader takes the first, another the last.",
    source: "SIG-08; KEY-03; XML Signature 4",
    steps: &[Step::Signed(|workshop| repeated(workshop, "KeyInfo"))],
    ..AMBIGUOUS
};

fn repeated(workshop: &mut Workshop<'_>, local: &'static str) -> Result<(), RecipeError> {
    let signature = its_signature(workshop)?;
    let part = signature.child(local).cloned().ok_or(RecipeError::Missing(local))?;
    let place = signature.position(local).unwrap_or_default();
    signature.insert(place + 1, part);
    Ok(())
}

pub(super) const SIGNATURE_VALUE_COMMENT: Attack = Attack {
    id: "signature_value_comment",
    about: "A comment stands in the middle of SignatureValue: readers that take the first text node get half of it.",
    source: "SIG-09; CVE-2025-29775",
    steps: &[Step::Signed(|workshop| commented(workshop, &["SignatureValue"]))],
    ..AMBIGUOUS
};

pub(super) const CERTIFICATE_COMMENT: Attack = Attack {
    id: "certificate_comment",
    about: "A comment stands in the middle of X509Certificate.",
    source: "SIG-09; KEY-13",
    steps: &[Step::Signed(|workshop| commented(workshop, &["KeyInfo", "X509Data", "X509Certificate"]))],
    ..AMBIGUOUS
};

fn commented(workshop: &mut Workshop<'_>, path: &[&str]) -> Result<(), RecipeError> {
    let part = its_signature(workshop)?.at_mut(path).ok_or(RecipeError::Missing("part of the Signature"))?;
    let text = part.text();
    let (start, end) = text.split_at_checked(text.len() / 2).ok_or(RecipeError::Missing("text"))?;
    part.children = vec![Node::text(start), Node::Comment(" ".to_owned()), Node::text(end)];
    Ok(())
}

pub(super) const SIGNATURE_BEFORE_ISSUER: Attack = Attack {
    id: "signature_before_issuer",
    about: "The genuine Signature is the first child, before the Issuer, where the schema has no place for it.",
    source: "SIG-04; core 2.3.3",
    steps: &[Step::Signed(signature_before_issuer)],
    ..AMBIGUOUS
};

fn signature_before_issuer(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (signed, _) = signed_element(workshop)?;
    let signature = signed.take("Signature").ok_or(RecipeError::Missing("Signature"))?;
    signed.insert(0, signature);
    Ok(())
}

pub(super) const DIGEST_IN_STATUS_DETAIL: Attack = Attack {
    id: "digest_in_status_detail",
    about: "The Assertion names the attacker, and a lone DigestValue that fits stands in StatusDetail, where a search of the whole document finds it first.",
    source: "SIG-10; CVE-2024-45409",
    live: false,
    steps: &[Step::Signed(digest_in_status_detail)],
    ..WRAPPING
};

fn digest_in_status_detail(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.swap_identity()?;
    let digest = digest_as_it_stands(workshop)?;
    put_in_status_detail(workshop, dsig("DigestValue").saying(digest))
}

pub(super) const SIGNATURE_IN_EXTENSIONS: Attack = Attack {
    id: "signature_in_extensions",
    about: "The Assertion names the attacker, and a whole Signature whose digest fits stands in the Extensions.",
    source: "SIG-10; CVE-2019-3465",
    live: false,
    steps: &[Step::Signed(signature_in_extensions)],
    ..WRAPPING
};

fn signature_in_extensions(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.swap_identity()?;
    let digest = digest_as_it_stands(workshop)?;
    let mut copy = its_signature(workshop)?.clone();
    let value = copy.at_mut(&["SignedInfo", "Reference", "DigestValue"]);
    value.ok_or(RecipeError::Missing("DigestValue"))?.say(digest);
    put_in_extensions(workshop, copy);
    Ok(())
}

pub(super) const MIXED_SIGNATURES_INSIDE: Attack = Attack {
    id: "mixed_signatures_inside",
    about: "The Response's signature is genuine, the Assertion's inside it is by the attacker's key.",
    source: "SIG-03; CVE-2024-8698; CVE-2024-9487",
    needs: "a signed Response that is not encrypted",
    applies: has_signed_response,
    steps: &[Step::Signed(mixed_signatures_inside)],
    ..ORDINARY
};

fn mixed_signatures_inside(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.strip_response_signature();
    let plan = workshop.attacker_plan(workshop.plan.certificates.clone());
    let place = workshop.response.position("Assertion").unwrap_or_default();
    let mut assertion = workshop.take_assertion()?;
    assertion.take("Signature");
    workshop.sign_as_child(&mut assertion, &plan)?;
    workshop.response.insert(place, assertion);
    workshop.sign_response()
}

pub(super) const DECOY_ON_ERROR: Attack = Attack {
    id: "decoy_on_error",
    about: "A signed error Response gets a second Signature with the genuine value, whose Object holds a forged Assertion.",
    source: "SIG-15; OneUptime #2981",
    forges: true,
    // Live only for a verifier that takes out every Signature with that value.
    live: false,
    needs: "a signed Response that is not encrypted",
    applies: has_signed_response,
    steps: &[Step::Signed(decoy_on_error)],
    ..ORDINARY
};

fn decoy_on_error(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let object = workshop.ds("Object").holding(workshop.forged_assertion()?);
    signed_error(workshop)?;
    let genuine = workshop.response.child("Signature").cloned().ok_or(RecipeError::Missing("Signature"))?;
    let place = workshop.response.position("Signature").unwrap_or_default();
    workshop.response.insert(place, genuine.holding(object));
    Ok(())
}
