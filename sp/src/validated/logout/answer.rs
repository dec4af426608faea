//! InResponseTo of a LogoutResponse: the LogoutRequest that this browser waits for, sent to this IdP (core 3.2.2).

use super::PendingLogout;
use crate::config::Idp;
use crate::reject::{Reason, Rejection};
use crate::saml::LogoutResponse;

/// The response answers the logout of this browser.
#[derive(Debug)]
pub(super) struct LogoutAnswered(());

pub(super) fn check(
    response: &LogoutResponse,
    pending: Option<&PendingLogout>,
    idp: &Idp,
) -> Result<LogoutAnswered, Rejection> {
    let found = response.in_response_to.as_deref().unwrap_or("none");
    let unexpected = || Rejection::new(Reason::LogoutUnexpected, "a logout that was started here", found);
    let pending = pending.ok_or_else(unexpected)?;
    // House rule house-15: a request that went to one IdP is not answered by another, though we trust both.
    if pending.idp != *idp.entity_id() {
        return Err(Rejection::new(Reason::RequestOfOtherIdp, pending.idp.as_str(), idp.entity_id().as_str()));
    }
    if found != pending.id {
        return Err(Rejection::new(Reason::LogoutAnswerMismatch, &pending.id, found));
    }
    Ok(LogoutAnswered(()))
}
