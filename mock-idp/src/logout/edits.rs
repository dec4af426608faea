//! Edits of logout messages: fields by name in, a changed message out, as data in a scenario or an API call.
//!
//! Times are offsets from the clock (see [`crate::moment`]). Refuses: a field nobody knows.

use serde::Deserialize;

/// What to change. Every field that is set replaces what the vendor would have written.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct LogoutEdits {
    /// Parts to leave out altogether.
    pub without: Vec<LogoutPart>,
    /// The message's ID.
    pub id: Option<String>,
    /// Its Version.
    pub version: Option<String>,
    /// Its IssueInstant.
    pub issue_instant: Option<String>,
    /// Its Destination.
    pub destination: Option<String>,
    /// Its Consent.
    pub consent: Option<String>,
    /// Its Issuer.
    pub issuer: Option<String>,
    /// LogoutRequest: when it stops to count.
    pub not_on_or_after: Option<String>,
    /// LogoutRequest: why the session ends (core 3.7.1), `urn:oasis:names:tc:SAML:2.0:logout:user` for instance.
    pub reason: Option<String>,
    /// LogoutRequest: the NameID.
    pub name_id: Option<String>,
    /// LogoutRequest: the NameID's Format.
    pub name_id_format: Option<String>,
    /// LogoutRequest: the NameID's NameQualifier.
    pub name_qualifier: Option<String>,
    /// LogoutRequest: the NameID's SPNameQualifier.
    pub sp_name_qualifier: Option<String>,
    /// LogoutRequest: the sessions.
    pub session_indexes: Option<Vec<String>>,
    /// LogoutResponse: the request that is answered.
    pub in_response_to: Option<String>,
    /// LogoutResponse: the top-level StatusCode.
    pub status: Option<String>,
    /// LogoutResponse: the second-level StatusCode, [`crate::names::PARTIAL_LOGOUT`] for instance.
    pub sub_status: Option<String>,
    /// LogoutResponse: the StatusMessage.
    pub status_message: Option<String>,
}

/// A part of a logout message that can be left out.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LogoutPart {
    /// The ID.
    Id,
    /// The Version.
    Version,
    /// The IssueInstant.
    IssueInstant,
    /// The Destination.
    Destination,
    /// The Issuer.
    Issuer,
    /// LogoutRequest: NotOnOrAfter, where the vendor writes one.
    NotOnOrAfter,
    /// LogoutRequest: the NameID.
    NameId,
    /// LogoutRequest: the NameID's Format.
    NameIdFormat,
    /// LogoutRequest: every SessionIndex.
    SessionIndex,
    /// LogoutResponse: InResponseTo.
    InResponseTo,
    /// LogoutResponse: the Status.
    Status,
}
