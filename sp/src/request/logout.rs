//! LogoutRequest and LogoutResponse as we send them (core 3.7.1, 3.7.2), always signed (profiles 4.4.4.1, 4.4.4.2).
//!
//! Refuses an IdP without a SingleLogoutService for either binding, and settings without a signing key.

use super::escape::xml;
use super::outgoing::{Carried, Outgoing, preferred};
use super::sign::Draft;
use crate::config::{ConfigError, Endpoint, Idp, Sp};
use crate::names::{REASON_USER, SAML, SAMLP, STATUS_PARTIAL_LOGOUT, STATUS_RESPONDER, STATUS_SUCCESS};
use crate::saml::NameId;
use crate::time::Instant;
use std::time::Duration;

/// How long a LogoutRequest of ours counts.
const LIFETIME: Duration = Duration::from_secs(300);

/// "End this principal's session."
#[derive(Debug, Clone)]
pub struct LogoutRequest(Outgoing);

/// "This is what became of your request."
#[derive(Debug, Clone)]
pub struct LogoutResponse(Outgoing);

/// What became of an IdP's request here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoutStatus {
    /// No session of the principal is left.
    Success,
    /// Some were ended, some were not.
    Partial,
    /// Nothing could be done.
    Failed,
}

impl LogoutRequest {
    /// Writes a request to the IdP that the session came from. The NameID must be the one of its login, with every
    /// part. Without a SessionIndex, the IdP ends all sessions of this principal.
    pub fn new(
        id: &str,
        now: Instant,
        sp: &Sp,
        idp: &Idp,
        name_id: &NameId,
        session_index: Option<&str>,
    ) -> Result<Self, ConfigError> {
        let end = whole_seconds(now.later(LIFETIME));
        let index = session_index.map(|index| format!("<samlp:SessionIndex>{}</samlp:SessionIndex>", xml(index)));
        let tail = format!("{}{}</samlp:LogoutRequest>", self::name_id(name_id), index.unwrap_or_default());
        let endpoints: Vec<_> = idp.services().single_logout.iter().map(|service| service.endpoint.clone()).collect();
        let more = format!("NotOnOrAfter=\"{end}\" Reason=\"{REASON_USER}\"");
        let message = Message { name: "LogoutRequest", field: "SAMLRequest", id, now, more, tail };
        message.to(endpoints, sp, idp).map(Self)
    }

    /// Its ID; remember it with the browser, and the IdP it went to.
    pub fn id(&self) -> &str {
        &self.0.draft.id
    }

    /// What the browser is to do, with a note that comes back.
    pub fn carry(&self, relay_state: Option<&str>) -> Result<Carried, ConfigError> {
        self.0.carry(relay_state)
    }
}

impl LogoutResponse {
    /// Writes the answer to an IdP's request.
    pub fn new(
        id: &str,
        now: Instant,
        sp: &Sp,
        idp: &Idp,
        in_response_to: &str,
        status: LogoutStatus,
    ) -> Result<Self, ConfigError> {
        let tail = format!("<samlp:Status>{}</samlp:Status></samlp:LogoutResponse>", status.codes());
        let endpoints = idp.services().single_logout.iter().map(|service| service.response_endpoint()).collect();
        let more = format!("InResponseTo=\"{}\"", xml(in_response_to));
        let message = Message { name: "LogoutResponse", field: "SAMLResponse", id, now, more, tail };
        message.to(endpoints, sp, idp).map(Self)
    }

    /// What the browser is to do; the note is the request's.
    pub fn carry(&self, relay_state: Option<&str>) -> Result<Carried, ConfigError> {
        self.0.carry(relay_state)
    }
}

impl LogoutStatus {
    fn codes(self) -> String {
        let (code, second) = match self {
            Self::Success => (STATUS_SUCCESS, None),
            Self::Partial => (STATUS_RESPONDER, Some(STATUS_PARTIAL_LOGOUT)),
            Self::Failed => (STATUS_RESPONDER, None),
        };
        let second = second.map(|second| format!("<samlp:StatusCode Value=\"{second}\"/>")).unwrap_or_default();
        format!("<samlp:StatusCode Value=\"{code}\">{second}</samlp:StatusCode>")
    }
}

/// What one of the two messages says.
struct Message<'a> {
    name: &'static str,
    field: &'static str,
    id: &'a str,
    now: Instant,
    /// Its own attributes.
    more: String,
    /// What stands behind the Signature.
    tail: String,
}

impl Message<'_> {
    fn to(self, endpoints: Vec<Endpoint>, sp: &Sp, idp: &Idp) -> Result<Outgoing, ConfigError> {
        let Self { name, field, id, now, more, tail } = self;
        let none = || ConfigError::Metadata { why: format!("{} names no endpoint for logout", idp.entity_id()) };
        let endpoint = preferred(&endpoints).ok_or_else(none)?.clone();
        let no_key = || ConfigError::PrivateKey { why: "logout messages must be signed, and there is none".to_owned() };
        let key = sp.shared_signing_key().ok_or_else(no_key)?;
        let (Endpoint::Redirect(destination) | Endpoint::Post(destination)) = &endpoint;
        let head = format!(
            "<samlp:{name} xmlns:samlp=\"{SAMLP}\" xmlns:saml=\"{SAML}\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{now}\" \
             Destination=\"{destination}\" {more}><saml:Issuer>{issuer}</saml:Issuer>",
            id = xml(id),
            now = whole_seconds(now),
            destination = xml(destination.as_str()),
            issuer = xml(sp.entity_id().as_str()),
        );
        Ok(Outgoing { field, endpoint, draft: Draft { id: id.to_owned(), head, tail }, key: Some(key) })
    }
}

/// Each part as the login had it: the IdP finds the session by all of them (core 3.7.1).
pub(super) fn name_id(name_id: &NameId) -> String {
    let attribute = |name: &str, value: &Option<String>| {
        value.as_deref().map(|value| format!(" {name}=\"{}\"", xml(value))).unwrap_or_default()
    };
    format!(
        "<saml:NameID{}{}{}>{}</saml:NameID>",
        attribute("NameQualifier", &name_id.name_qualifier),
        attribute("SPNameQualifier", &name_id.sp_name_qualifier),
        attribute("Format", &name_id.format),
        xml(&name_id.value)
    )
}

/// Whole seconds and `Z`: some IdPs read nothing finer.
pub(super) fn whole_seconds(instant: Instant) -> Instant {
    Instant::from_unix_seconds(instant.unix_seconds()).unwrap_or(instant)
}
