//! Logout messages: a verified LogoutRequest or LogoutResponse in, one that is meant for us, now and here, out.
//!
//! Built like the stage around it: one file per rule, one private field of evidence per rule. Every rule always runs;
//! the first that fails is the refusal. What a LogoutResponse reports is not a reason to refuse it: our own session has
//! ended before the LogoutRequest went out.

mod answer;
mod destination;
mod expiry;
mod issue_instant;
mod issuer;
mod name;
mod version;

use super::Claim;
use crate::config::{EndpointUrl, EntityId, Idp, Sp};
use crate::decoded::RelayState;
use crate::names;
use crate::parsed::hint::Status;
use crate::reject::Rejection;
use crate::saml::{LogoutRequest, LogoutResponse, NameId};
use crate::time::Instant;

/// A LogoutRequest of ours that has not been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingLogout {
    /// Its ID, which the answer must repeat.
    pub id: String,
    /// The IdP it was sent to; no other may answer.
    pub idp: EntityId,
}

/// The circumstances of a delivery.
#[derive(Debug, Clone, Copy)]
pub struct LogoutDelivery<'a> {
    /// The endpoint of ours that received it; Destination must name it.
    pub endpoint: &'a EndpointUrl,
    /// The time on our clock.
    pub now: Instant,
}

/// What the rules look at.
#[derive(Clone, Copy)]
struct Place<'a> {
    head: &'a crate::saml::LogoutHead,
    sp: &'a Sp,
    idp: &'a Idp,
    delivery: LogoutDelivery<'a>,
}

/// What holds of either message.
#[derive(Debug)]
#[expect(dead_code, reason = "evidence carries no data: that the field is filled is the point")]
struct Evidence {
    version: version::VersionMatched,
    issuer: issuer::IssuerMatched,
    destination: destination::DestinationMatched,
    issue_instant: issue_instant::IssuedJustNow,
}

impl Evidence {
    fn check(place: &Place<'_>) -> Result<Self, Rejection> {
        Ok(Self {
            version: version::check(place)?,
            issuer: issuer::check(place)?,
            destination: destination::check(place)?,
            issue_instant: issue_instant::check(place)?,
        })
    }
}

/// A LogoutRequest that every rule let pass. To be carried out once: that takes
/// [`redeem_logout`](crate::logout::redeem_logout).
#[derive(Debug)]
#[expect(dead_code, reason = "evidence carries no data: that the field is filled is the point")]
pub struct ValidatedLogoutRequest {
    evidence: Evidence,
    not_over: expiry::NotOver,
    named: name::Named,
    request: LogoutRequest,
    idp: EntityId,
    us: EntityId,
    relay_state: Option<RelayState>,
    accepted_at: Instant,
    over_at: Instant,
}

impl ValidatedLogoutRequest {
    /// What must happen only once.
    pub fn claim(&self) -> Claim {
        Claim::new(&self.idp, self.request.id(), None, self.over_at)
    }

    pub(crate) fn accepted_at(&self) -> Instant {
        self.accepted_at
    }

    pub(crate) fn into_order(self) -> LogoutOrder {
        let LogoutRequest { head, name_id, session_indexes, .. } = self.request;
        let (issuer, us, relay_state) = (self.idp, self.us, self.relay_state);
        LogoutOrder { issuer, us, request_id: head.id, name_id, session_indexes, relay_state }
    }
}

/// Which sessions an IdP orders to end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogoutOrder {
    /// The IdP.
    pub issuer: EntityId,
    /// We, to whom a name without an SPNameQualifier was given.
    us: EntityId,
    /// The LogoutRequest's ID; the LogoutResponse names it.
    pub request_id: String,
    /// Whose sessions.
    pub name_id: NameId,
    /// Which of them, by the IdP's names for them; none means all (core 3.7.1).
    pub session_indexes: Vec<String>,
    /// To be sent back with the LogoutResponse as it is.
    pub relay_state: Option<RelayState>,
}

impl LogoutOrder {
    /// Whether a session is meant: it is of this IdP and principal, and its SessionIndex is listed, or none is.
    ///
    /// Missing qualifiers stand for the IdP and for us (core 8.3.7). A request without a Format, which Azure sends,
    /// means the name in any Format.
    pub fn means(&self, issuer: &str, name_id: &NameId, session_index: Option<&str>) -> bool {
        let listed = |index: &str| self.session_indexes.iter().any(|known| known == index);
        issuer == self.issuer.as_str()
            && self.is_same_name(name_id)
            && (self.session_indexes.is_empty() || session_index.is_some_and(listed))
    }

    fn is_same_name(&self, name_id: &NameId) -> bool {
        let ours = &self.name_id;
        let giver = |name: &'_ NameId| name.name_qualifier.clone().unwrap_or_else(|| self.issuer.as_str().to_owned());
        let for_whom = |name: &'_ NameId| name.sp_name_qualifier.clone().unwrap_or_else(|| self.us.as_str().to_owned());
        let any_format = ours.format_or_unspecified() == names::FORMAT_UNSPECIFIED;
        ours.value == name_id.value
            && (any_format || ours.format_or_unspecified() == name_id.format_or_unspecified())
            && giver(ours) == giver(name_id)
            && for_whom(ours) == for_whom(name_id)
    }
}

/// What became of a logout that was started here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogoutOutcome {
    /// Every session of the principal ended.
    Complete,
    /// Some other Service Provider's session did not end (core 3.7.3.2).
    Partial,
    /// The IdP reports a failure; the text is its codes and message.
    Failed(String),
}

/// A LogoutResponse that every rule let pass.
#[derive(Debug)]
#[expect(dead_code, reason = "evidence carries no data: that the field is filled is the point")]
pub struct ValidatedLogoutResponse {
    evidence: Evidence,
    answered: answer::LogoutAnswered,
    outcome: LogoutOutcome,
    relay_state: Option<RelayState>,
}

impl ValidatedLogoutResponse {
    /// What became of the logout.
    pub fn outcome(&self) -> &LogoutOutcome {
        &self.outcome
    }

    /// The note the LogoutRequest was sent with.
    pub fn relay_state(&self) -> Option<&RelayState> {
        self.relay_state.as_ref()
    }
}

/// Runs every rule over a LogoutRequest.
pub(crate) fn validate_request(
    request: LogoutRequest,
    relay_state: Option<RelayState>,
    sp: &Sp,
    idp: &Idp,
    delivery: LogoutDelivery<'_>,
) -> Result<ValidatedLogoutRequest, Rejection> {
    let place = Place { head: &request.head, sp, idp, delivery };
    let evidence = Evidence::check(&place)?;
    let not_over = expiry::check(&request, &place)?;
    let named = name::check(&request)?;
    let too_old = request.head.issue_instant.later(sp.max_age());
    let over_at = request.not_on_or_after.map_or(too_old, |end| end.min(too_old)).later(sp.skew().0);
    let (idp, us, accepted_at) = (idp.entity_id().clone(), sp.entity_id().clone(), delivery.now);
    Ok(ValidatedLogoutRequest { evidence, not_over, named, request, idp, us, relay_state, accepted_at, over_at })
}

/// Runs every rule over a LogoutResponse.
pub(crate) fn validate_response(
    response: &LogoutResponse,
    relay_state: Option<RelayState>,
    pending: Option<&PendingLogout>,
    sp: &Sp,
    idp: &Idp,
    delivery: LogoutDelivery<'_>,
) -> Result<ValidatedLogoutResponse, Rejection> {
    let evidence = Evidence::check(&Place { head: &response.head, sp, idp, delivery })?;
    let answered = answer::check(response, pending, idp)?;
    Ok(ValidatedLogoutResponse { evidence, answered, outcome: outcome(&response.status), relay_state })
}

/// PartialLogout is a second code; IdPs put it under Success and under Responder.
fn outcome(status: &Status) -> LogoutOutcome {
    match (status.is_success(), status.second_code.as_deref()) {
        (_, Some(names::STATUS_PARTIAL_LOGOUT)) => LogoutOutcome::Partial,
        (Ok(()), _) => LogoutOutcome::Complete,
        (Err(rejection), _) => LogoutOutcome::Failed(rejection.found().to_owned()),
    }
}
