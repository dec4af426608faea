//! Requests that an application does not answer: settings and a request in, what the answer needs or a reason out.
//!
//! How the vendor's page or status says it is the business of whoever shows it.

use super::settings::Settings;
use crate::request::AuthnRequest;

/// Why an application does not answer a request.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// The Issuer is not one of the application's names.
    #[error("`Issuer` is `{found}`, expected one of {expected:?}")]
    Issuer {
        /// What the request says.
        found: String,
        /// The application's names.
        expected: Vec<String>,
    },
    /// The reply URL is not registered.
    #[error("`AssertionConsumerServiceURL` is `{found}`, expected one of {expected:?}")]
    ReplyUrl {
        /// What the request says.
        found: String,
        /// The registered URLs.
        expected: Vec<String>,
    },
    /// The number of a reply URL is none.
    #[error("`AssertionConsumerServiceIndex` is `{found}`, expected a number below {count}")]
    ReplyIndex {
        /// What the request says.
        found: String,
        /// How many there are.
        count: usize,
    },
    /// A NameID Format that the vendor does not have.
    #[error("`NameIDPolicy` asks for `{found}`, which is no Format of the standard")]
    NameIdFormat {
        /// What the request says.
        found: String,
    },
    /// The request is not signed, and has to be.
    #[error("the request is not signed, and this application demands it")]
    Unsigned,
    /// The signature is not by a registered certificate.
    #[error("the signature of the request does not verify with any registered certificate")]
    Signature,
}

const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const FORMATS: &[&str] = &[
    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
    "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
];

/// The name under which the SP is addressed: the one it used, or the default.
pub(super) fn entity_id(settings: &Settings, request: Option<&AuthnRequest>) -> Result<String, Refusal> {
    let default = settings.entity_ids.first().cloned().unwrap_or_default();
    match request {
        None => Ok(default),
        Some(request) if settings.entity_ids.contains(&request.issuer) => Ok(request.issuer.clone()),
        Some(request) => Err(Refusal::Issuer { found: request.issuer.clone(), expected: settings.entity_ids.clone() }),
    }
}

/// Where the Response goes: the URL or number the request names, or the default (core 3.4.1).
pub(super) fn acs(settings: &Settings, request: Option<&AuthnRequest>) -> Result<String, Refusal> {
    let urls = &settings.acs_urls;
    if let Some(found) = request.and_then(|request| request.acs_url.as_ref()) {
        let known = urls.contains(found).then(|| found.clone());
        return known.ok_or_else(|| Refusal::ReplyUrl { found: found.clone(), expected: urls.clone() });
    }
    if let Some(found) = request.and_then(|request| request.acs_index.as_ref()) {
        let known = found.parse::<usize>().ok().and_then(|index| urls.get(index));
        return known.cloned().ok_or_else(|| Refusal::ReplyIndex { found: found.clone(), count: urls.len() });
    }
    Ok(urls.first().cloned().unwrap_or_default())
}

/// The Format that the request asks for, where it asks for one; `unspecified` leaves the choice to the application.
pub(super) fn name_id_format(_: &Settings, request: Option<&AuthnRequest>) -> Result<Option<String>, Refusal> {
    match request.and_then(|request| request.name_id_policy.as_deref()) {
        None | Some(UNSPECIFIED) => Ok(None),
        Some(known) if FORMATS.contains(&known) => Ok(Some(known.to_owned())),
        Some(found) => Err(Refusal::NameIdFormat { found: found.to_owned() }),
    }
}
