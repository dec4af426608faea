//! HTTP-Redirect: a logout recipe in, the query that travels out, signed over its own octets (bindings 3.4.4.1).

use super::build::{self, wrong_algorithm};
use super::{LogoutFault, LogoutRecipe};
use crate::algorithm::SignatureAlgorithm;
use crate::key;
use crate::recipe::RecipeError;
use crate::{base64, random};

/// A logout message that travels in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutRedirect {
    /// The message's ID.
    pub id: String,
    /// The XML as text; there is no signature in it.
    pub xml: String,
    /// The whole query, without a question mark.
    pub query: String,
    /// Where the browser is sent: the endpoint with the query.
    pub url: String,
}

/// The redirect of a recipe.
pub(super) fn redirect(recipe: &LogoutRecipe) -> Result<LogoutRedirect, RecipeError> {
    let genuine = build::unsigned(recipe)?;
    let (mut query, signed) = if recipe.sign && recipe.fault != Some(LogoutFault::Unsigned) {
        signed_query(recipe, &genuine.xml)?
    } else {
        (message_part(recipe, &genuine.xml), genuine.xml.clone())
    };
    let mut xml = signed;
    if recipe.fault == Some(LogoutFault::Tampered) {
        xml = build::tampered(recipe)?.xml;
        query = query.replacen(&message_part(recipe, &genuine.xml), &message_part(recipe, &xml), 1);
    }
    let separator = if recipe.destination.contains('?') { '&' } else { '?' };
    let url = format!("{}{separator}{query}", recipe.destination);
    Ok(LogoutRedirect { id: genuine.id, xml, query, url })
}

/// The message and RelayState, then SigAlg, all of which is signed, then Signature.
fn signed_query(recipe: &LogoutRecipe, xml: &str) -> Result<(String, String), RecipeError> {
    let (signer, algorithm) = match recipe.fault {
        Some(LogoutFault::AttackerKey) => (key::attacker(), key::attacker().usual_algorithm()),
        Some(LogoutFault::WeakAlgorithm) => (recipe.idp.key().clone(), SignatureAlgorithm::RsaSha1),
        _ => (recipe.idp.key().clone(), recipe.signature),
    };
    let named = match recipe.fault {
        Some(LogoutFault::WrongAlgorithm) => wrong_algorithm(algorithm),
        _ => algorithm.uri(),
    };
    let mut query = message_part(recipe, xml);
    query.push_str("&SigAlg=");
    query.push_str(&escaped(named, recipe));
    let value = match recipe.fault {
        Some(LogoutFault::EmptySignature) => String::new(),
        _ => base64::encode(&signer.sign(algorithm, query.as_bytes())?),
    };
    query.push_str("&Signature=");
    query.push_str(&escaped(&value, recipe));
    Ok((query, xml.to_owned()))
}

fn message_part(recipe: &LogoutRecipe, xml: &str) -> String {
    let deflated = miniz_oxide::deflate::compress_to_vec(xml.as_bytes(), 6);
    let mut part = format!("{}={}", recipe.field(), escaped(&base64::encode(&deflated), recipe));
    if let Some(relay_state) = &recipe.relay_state {
        part.push_str("&RelayState=");
        part.push_str(&escaped(relay_state, recipe));
    }
    part
}

/// Percent-encoding in the vendor's case: the signature covers exactly these octets, so it matters.
fn escaped(text: &str, recipe: &LogoutRecipe) -> String {
    let lower = recipe.vendor.shape().logout.lower_case_escapes.value;
    let mut out = String::with_capacity(text.len() * 2);
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            out.push(char::from(octet));
            continue;
        }
        let hex = random::hex(&[octet]);
        out.push('%');
        out.push_str(&if lower { hex } else { hex.to_uppercase() });
    }
    out
}
