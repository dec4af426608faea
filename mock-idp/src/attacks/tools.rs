//! What several attacks need: the element whose Signature they work on, a digest that fits, elements outside any prefix.

use crate::base64;
use crate::canonical::{Scope, canonical};
use crate::names::{DS, MD, RESPONDER, SAML, SAMLP};
use crate::recipe::RecipeError;
use crate::sign::Plan;
use crate::tree::Element;
use crate::workshop::Workshop;

/// A message of the same layout about the attacker, signed by this plan.
pub(super) fn sign_forgery(workshop: &mut Workshop<'_>, plan: Plan) -> Result<(), RecipeError> {
    workshop.plan = plan;
    workshop.response = workshop.forged_response()?;
    if workshop.recipe.sign.assertion() {
        workshop.sign_assertion()?;
    }
    if workshop.recipe.sign.response() {
        workshop.sign_response()?;
    }
    Ok(())
}

/// The element whose Signature an attack works on, and what is declared around it: the Assertion where it is signed (a
/// signature of the Response is dropped then, as an attacker would), or else the Response.
pub(super) fn signed_element<'w>(workshop: &'w mut Workshop<'_>) -> Result<(&'w mut Element, Scope), RecipeError> {
    if !workshop.recipe.sign.assertion() {
        return Ok((&mut workshop.response, Scope::default()));
    }
    workshop.strip_response_signature();
    let around = Scope::default().inside(&workshop.response);
    Ok((workshop.assertion()?, around))
}

/// The Signature of that element.
pub(super) fn its_signature<'w>(workshop: &'w mut Workshop<'_>) -> Result<&'w mut Element, RecipeError> {
    signed_element(workshop)?.0.child_mut("Signature").ok_or(RecipeError::Missing("Signature"))
}

/// What the DigestValue of that element would have to say of it as it stands now.
pub(super) fn digest_as_it_stands(workshop: &mut Workshop<'_>) -> Result<String, RecipeError> {
    let octets = octets_as_they_stand(workshop)?;
    Ok(base64::encode(&workshop.plan.digest.digest(octets.as_bytes())))
}

/// The canonical octets of that element as it stands now, without its Signature.
pub(super) fn octets_as_they_stand(workshop: &mut Workshop<'_>) -> Result<String, RecipeError> {
    let method = workshop.plan.digested();
    let (signed, around) = signed_element(workshop)?;
    let mut bare = signed.clone();
    bare.take("Signature");
    Ok(canonical(&bare, &around, &method))
}

/// Makes the Response one that the IdP signs to say that something failed: no Assertion, and a Status that says so.
pub(super) fn signed_error(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.strip_response_signature();
    workshop.take_assertion()?;
    let code = workshop.response.at_mut(&["Status", "StatusCode"]).ok_or(RecipeError::Missing("StatusCode"))?;
    code.set("Value", RESPONDER);
    workshop.sign_response()
}

/// An element of the signature namespace that can stand anywhere.
pub(super) fn dsig(local: &str) -> Element {
    Element::new(format!("dsig:{local}")).with("xmlns:dsig", DS)
}

/// An element of the assertion namespace that can stand anywhere.
pub(super) fn saml(local: &str) -> Element {
    Element::new(format!("a:{local}")).with("xmlns:a", SAML)
}

/// An element of the protocol namespace that can stand anywhere.
pub(super) fn samlp(local: &str) -> Element {
    Element::new(format!("p:{local}")).with("xmlns:p", SAMLP)
}

/// An element of the metadata namespace that can stand anywhere.
pub(super) fn md(local: &str) -> Element {
    Element::new(format!("md:{local}")).with("xmlns:md", MD)
}

/// Binds the prefix of this element to another namespace.
pub(super) fn rebind(element: &mut Element, uri: &str) {
    let declaration = match element.prefix() {
        "" => "xmlns".to_owned(),
        prefix => format!("xmlns:{prefix}"),
    };
    element.set(&declaration, uri);
}

/// Puts an Extensions element with this in it where the schema wants one: before the Status.
pub(super) fn put_in_extensions(workshop: &mut Workshop<'_>, parked: Element) {
    let extensions = workshop.samlp("Extensions").holding(parked);
    let status = workshop.response.position("Status").unwrap_or(1);
    workshop.response.insert(status, extensions);
}

/// Puts a StatusDetail with this in it at the end of the Status, where the schema wants one.
pub(super) fn put_in_status_detail(workshop: &mut Workshop<'_>, parked: Element) -> Result<(), RecipeError> {
    let detail = workshop.samlp("StatusDetail").holding(parked);
    workshop.response.child_mut("Status").ok_or(RecipeError::Missing("Status"))?.push(detail);
    Ok(())
}
