//! Signature wrapping around a signed Assertion: the genuine one stays in the message with its signature live, and a
//! forged one stands where an SP might look.
//!
//! Where the Response is signed too, that signature is dropped first, as an attacker would.

use super::tools::{put_in_extensions, put_in_status_detail};
use super::{Attack, WRAPPING};
use crate::recipe::RecipeError;
use crate::step::Step;
use crate::tree::Element;
use crate::workshop::Workshop;

/// The genuine Assertion, the forged one, and where the genuine one stood.
pub(super) fn pair(workshop: &mut Workshop<'_>) -> Result<(Element, Element, usize), RecipeError> {
    workshop.strip_response_signature();
    let forged = workshop.forged_assertion()?;
    let place = workshop.response.position("Assertion").unwrap_or_default();
    Ok((workshop.take_assertion()?, forged, place))
}

pub(super) fn take_signature(assertion: &mut Element) -> Result<Element, RecipeError> {
    assertion.take("Signature").ok_or(RecipeError::Missing("Signature"))
}

/// Puts a Signature where the schema wants it: behind the Issuer.
pub(super) fn carry_signature(assertion: &mut Element, signature: Element) {
    assertion.insert(crate::sign::usual_position(assertion), signature);
}

pub(super) const XSW_BEFORE: Attack = Attack {
    id: "xsw_before",
    about: "A forged Assertion stands before the genuine, signed one.",
    source: "XSW-3; Somorovsky et al., On Breaking SAML, 2012",
    steps: &[Step::Signed(xsw_before)],
    ..WRAPPING
};

fn xsw_before(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, forged, place) = pair(workshop)?;
    workshop.response.insert(place, genuine);
    workshop.response.insert(place, forged);
    Ok(())
}

pub(super) const XSW_AFTER: Attack = Attack {
    id: "xsw_after",
    about: "A forged Assertion stands after the genuine, signed one.",
    source: "XSW-3; CVE-2022-41912",
    steps: &[Step::Signed(xsw_after)],
    ..WRAPPING
};

fn xsw_after(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, forged, _) = pair(workshop)?;
    workshop.response.push(genuine);
    workshop.response.push(forged);
    Ok(())
}

pub(super) const XSW_AROUND: Attack = Attack {
    id: "xsw_around",
    about: "The forged Assertion contains the genuine, signed one as its last child.",
    source: "XSW-4",
    steps: &[Step::Signed(xsw_around)],
    ..WRAPPING
};

fn xsw_around(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, forged, place) = pair(workshop)?;
    workshop.response.insert(place, forged.holding(genuine));
    Ok(())
}

pub(super) const XSW_SIGNATURE_MOVED: Attack = Attack {
    id: "xsw_signature_moved",
    about: "The forged Assertion carries the genuine Signature; the Assertion it refers to stands behind, without one.",
    source: "XSW-5; CVE-2020-5407",
    steps: &[Step::Signed(xsw_signature_moved)],
    ..WRAPPING
};

fn xsw_signature_moved(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (mut genuine, mut forged, place) = pair(workshop)?;
    carry_signature(&mut forged, take_signature(&mut genuine)?);
    workshop.response.insert(place, forged);
    workshop.response.push(genuine);
    Ok(())
}

pub(super) const XSW_INSIDE_SIGNATURE: Attack = Attack {
    id: "xsw_inside_signature",
    about: "The forged Assertion carries the genuine Signature, and the Assertion it refers to stands inside that Signature.",
    source: "XSW-6",
    steps: &[Step::Signed(xsw_inside_signature)],
    ..WRAPPING
};

fn xsw_inside_signature(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (mut genuine, mut forged, place) = pair(workshop)?;
    let signature = take_signature(&mut genuine)?.holding(genuine);
    carry_signature(&mut forged, signature);
    workshop.response.insert(place, forged);
    Ok(())
}

pub(super) const XSW_IN_OBJECT: Attack = Attack {
    id: "xsw_in_object",
    about: "The forged Assertion carries the genuine Signature, whose Object holds the Assertion it refers to.",
    source: "XSW-8; C14-09",
    steps: &[Step::Signed(xsw_in_object)],
    ..WRAPPING
};

fn xsw_in_object(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (mut genuine, mut forged, place) = pair(workshop)?;
    let signature = take_signature(&mut genuine)?;
    carry_signature(&mut forged, signature.holding(workshop.ds("Object").holding(genuine)));
    workshop.response.insert(place, forged);
    Ok(())
}

pub(super) const XSW_IN_ADVICE: Attack = Attack {
    id: "xsw_in_advice",
    about: "The genuine, signed Assertion stands in the Advice of the forged one.",
    source: "XSW-10; node-saml's Advice fixtures",
    steps: &[Step::Signed(xsw_in_advice)],
    ..WRAPPING
};

fn xsw_in_advice(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, mut forged, place) = pair(workshop)?;
    put_in_advice(workshop, &mut forged, genuine);
    workshop.response.insert(place, forged);
    Ok(())
}

pub(super) const XSW_MOVED_IN_ADVICE: Attack = Attack {
    id: "xsw_moved_in_advice",
    about: "The forged Assertion carries the genuine Signature; the Assertion it refers to stands in its Advice, without one.",
    source: "XSW-5; XSW-10; CVE-2020-5390",
    steps: &[Step::Signed(xsw_moved_in_advice)],
    ..WRAPPING
};

fn xsw_moved_in_advice(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (mut genuine, mut forged, place) = pair(workshop)?;
    carry_signature(&mut forged, take_signature(&mut genuine)?);
    put_in_advice(workshop, &mut forged, genuine);
    workshop.response.insert(place, forged);
    Ok(())
}

/// Behind the Conditions, where the schema wants an Advice.
fn put_in_advice(workshop: &Workshop<'_>, assertion: &mut Element, advised: Element) {
    let end = assertion.children.len();
    let place = assertion.position("Conditions").map_or(end, |conditions| conditions + 1);
    assertion.insert(place, workshop.saml("Advice").holding(advised));
}

pub(super) const XSW_IN_EXTENSIONS: Attack = Attack {
    id: "xsw_in_extensions",
    about: "The forged Assertion stands in the Response's Extensions, the genuine one in its place.",
    source: "XSW-7; OneUptime #2949",
    steps: &[Step::Signed(xsw_in_extensions)],
    ..WRAPPING
};

fn xsw_in_extensions(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, forged, place) = pair(workshop)?;
    workshop.response.insert(place, genuine);
    put_in_extensions(workshop, forged);
    Ok(())
}

pub(super) const XSW_PARKED_IN_EXTENSIONS: Attack = Attack {
    id: "xsw_parked_in_extensions",
    about: "The genuine, signed Assertion is parked in the Response's Extensions, a forged one stands in its place.",
    source: "XSW-10; CVE-2021-21238",
    steps: &[Step::Signed(xsw_parked_in_extensions)],
    ..WRAPPING
};

fn xsw_parked_in_extensions(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, forged, place) = pair(workshop)?;
    workshop.response.insert(place, forged);
    put_in_extensions(workshop, genuine);
    Ok(())
}

pub(super) const XSW_PARKED_IN_STATUS_DETAIL: Attack = Attack {
    id: "xsw_parked_in_status_detail",
    about: "The genuine, signed Assertion is parked in StatusDetail, a forged one stands in its place.",
    source: "XSW-10; SIG-10; CVE-2024-45409",
    steps: &[Step::Signed(xsw_parked_in_status_detail)],
    ..WRAPPING
};

fn xsw_parked_in_status_detail(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, forged, place) = pair(workshop)?;
    workshop.response.insert(place, forged);
    put_in_status_detail(workshop, genuine)
}

pub(super) const XSW_LIFTED_SIGNATURE: Attack = Attack {
    id: "xsw_lifted_signature",
    about: "The genuine Signature is lifted to the Response, the Assertion it refers to is parked in Extensions, a forged one stands in its place.",
    source: "SIG-04; SIG-05; CVE-2024-8698; CVE-2025-47949",
    steps: &[Step::Signed(xsw_lifted_signature)],
    ..WRAPPING
};

fn xsw_lifted_signature(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (mut genuine, forged, place) = pair(workshop)?;
    let signature = take_signature(&mut genuine)?;
    workshop.response.insert(place, forged);
    put_in_extensions(workshop, genuine);
    carry_signature(&mut workshop.response, signature);
    Ok(())
}

pub(super) const XSW_DUPLICATE_ID_BEFORE: Attack = Attack {
    id: "xsw_duplicate_id_before",
    about: "A forged Assertion with the genuine one's ID stands before it.",
    source: "XSW-9; crewjam TestXswPermutationNine",
    steps: &[Step::Signed(xsw_duplicate_id_before)],
    ..WRAPPING
};

fn xsw_duplicate_id_before(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, mut forged, place) = pair(workshop)?;
    forged.set("ID", genuine.get("ID").unwrap_or_default());
    workshop.response.insert(place, genuine);
    workshop.response.insert(place, forged);
    Ok(())
}

pub(super) const XSW_DUPLICATE_ID_AFTER: Attack = Attack {
    id: "xsw_duplicate_id_after",
    about: "A forged Assertion with the genuine one's ID stands after it.",
    source: "XSW-9",
    steps: &[Step::Signed(xsw_duplicate_id_after)],
    ..WRAPPING
};

fn xsw_duplicate_id_after(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, mut forged, _) = pair(workshop)?;
    forged.set("ID", genuine.get("ID").unwrap_or_default());
    workshop.response.push(genuine);
    workshop.response.push(forged);
    Ok(())
}

pub(super) const TWO_ASSERTIONS: Attack = Attack {
    id: "two_assertions",
    about: "Two Assertions, both signed by the IdP: first the signed user's, then the attacker's own.",
    source: "PRO-16; CVE-2022-41912",
    steps: &[Step::Signed(two_assertions)],
    ..WRAPPING
};

fn two_assertions(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.strip_response_signature();
    let mut second = workshop.forged_assertion()?;
    let plan = workshop.plan.clone();
    workshop.sign_as_child(&mut second, &plan)?;
    workshop.response.push(second);
    Ok(())
}
