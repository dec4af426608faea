//! SubjectConfirmation: one with the bearer method holds in all its parts (profiles 4.1.4.2, 4.1.4.3).
//!
//! All parts of the same one: two halves of two confirmations make none. Other methods need proof we do not ask for.

use super::Subject;
use super::in_response_to::answers;
use super::window::is_over;
use crate::names::METHOD_BEARER;
use crate::reject::{Reason, Rejection};
use crate::saml::SubjectConfirmation;
use crate::time::Instant;

/// A bearer confirmation is addressed to this endpoint and request, and not over.
#[derive(Debug)]
pub(super) struct BearerConfirmed {
    until: Instant,
}

impl BearerConfirmed {
    /// From this instant on the Assertion is refused as over, so its use need not be remembered any longer.
    pub(super) fn until(&self) -> Instant {
        self.until
    }
}

pub(super) fn check(subject: &Subject<'_>) -> Result<BearerConfirmed, Rejection> {
    let confirmations = subject.assertion.subject.as_ref().map_or(&[][..], |subject| &subject.confirmations);
    let mut first_failure = None;
    for confirmation in confirmations.iter().filter(|confirmation| confirmation.method == METHOD_BEARER) {
        match holds(confirmation, subject) {
            Ok(confirmed) => return Ok(confirmed),
            Err(rejection) => first_failure = first_failure.or(Some(rejection)),
        }
    }
    Err(first_failure.unwrap_or_else(|| {
        let found =
            confirmations.iter().map(|confirmation| confirmation.method.as_str()).collect::<Vec<_>>().join(", ");
        Rejection::new(Reason::BearerMissing, METHOD_BEARER, if found.is_empty() { "none" } else { &found })
    }))
}

fn holds(confirmation: &SubjectConfirmation, subject: &Subject<'_>) -> Result<BearerConfirmed, Rejection> {
    let (endpoint, now, skew) = (subject.delivery.endpoint.as_str(), subject.delivery.now, subject.sp.skew());
    let missing = || Rejection::new(Reason::ConfirmationDataMissing, "SubjectConfirmationData", "none");
    let data = confirmation.data.as_ref().ok_or_else(missing)?;
    match data.recipient.as_deref() {
        Some(recipient) if recipient == endpoint => {}
        Some(other) => return Err(Rejection::new(Reason::RecipientMismatch, endpoint, other)),
        None => return Err(Rejection::new(Reason::RecipientMissing, endpoint, "none")),
    }
    let no_end = || Rejection::new(Reason::ConfirmationEndMissing, "NotOnOrAfter", "none");
    let end = data.not_on_or_after.ok_or_else(no_end)?;
    if is_over(end, now, skew) {
        return Err(Rejection::new(Reason::ConfirmationExpired, format!("an end after {now}"), end.to_string()));
    }
    if let Some(start) = data.not_before {
        return Err(Rejection::new(Reason::ConfirmationNotBefore, "no NotBefore", start.to_string()));
    }
    let wanted = subject.delivery.expectation.settle(subject.envelope.in_response_to.is_some());
    answers(data.in_response_to.as_deref(), wanted)?;
    Ok(BearerConfirmed { until: end.later(skew.0) })
}
