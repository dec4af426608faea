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
    last_end: Instant,
}

impl BearerConfirmed {
    /// The latest end of any bearer confirmation of the Assertion, not only of the one that holds now: another may
    /// hold later.
    pub(super) fn last_end(&self) -> Instant {
        self.last_end
    }
}

pub(super) fn check(subject: &Subject<'_>) -> Result<BearerConfirmed, Rejection> {
    let confirmations = subject.assertion.subject.as_ref().map_or(&[][..], |subject| &subject.confirmations);
    fault!(ConfirmationIgnored => Ok(BearerConfirmed { last_end: subject.delivery.now.later(subject.sp.max_age()) }));
    let mut first_failure = None;
    for confirmation in
        confirmations.iter().filter(|confirmation| fault!(MethodIgnored) || confirmation.method == METHOD_BEARER)
    {
        match holds(confirmation, subject) {
            Ok(end) => return Ok(BearerConfirmed { last_end: last_end(confirmations).unwrap_or(end) }),
            Err(rejection) => first_failure = first_failure.or(Some(rejection)),
        }
    }
    Err(first_failure.unwrap_or_else(|| {
        let found =
            confirmations.iter().map(|confirmation| confirmation.method.as_str()).collect::<Vec<_>>().join(", ");
        Rejection::new(Reason::BearerMissing, METHOD_BEARER, if found.is_empty() { "none" } else { &found })
    }))
}

fn last_end(confirmations: &[SubjectConfirmation]) -> Option<Instant> {
    let bearer = confirmations.iter().filter(|confirmation| confirmation.method == METHOD_BEARER);
    bearer.filter_map(|confirmation| confirmation.data.as_ref()?.not_on_or_after).max()
}

/// The end of a confirmation that holds here and now.
fn holds(confirmation: &SubjectConfirmation, subject: &Subject<'_>) -> Result<Instant, Rejection> {
    let (endpoint, now, skew) = (subject.delivery.endpoint.as_str(), subject.delivery.now, subject.sp.skew());
    let missing = || Rejection::new(Reason::ConfirmationDataMissing, "SubjectConfirmationData", "none");
    fault!(try crate::fault::text::end_without_data(confirmation, now.later(subject.sp.max_age())));
    let data = confirmation.data.as_ref().ok_or_else(missing)?;
    match data.recipient.as_deref() {
        Some(recipient) if recipient == endpoint => {}
        Some(other) if fault!(RecipientPrefix) && other.starts_with(endpoint) => {}
        Some(_) if fault!(RecipientIgnored) => {}
        None if fault!(RecipientOptional) => {}
        Some(other) => return Err(Rejection::new(Reason::RecipientMismatch, endpoint, other)),
        None => return Err(Rejection::new(Reason::RecipientMissing, endpoint, "none")),
    }
    let no_end = || Rejection::new(Reason::ConfirmationEndMissing, "NotOnOrAfter", "none");
    fault!(let data = &crate::fault::text::ending(data, now.later(subject.sp.max_age())));
    let end = data.not_on_or_after.ok_or_else(no_end)?;
    if is_over(end, now, skew) {
        return Err(Rejection::new(Reason::ConfirmationExpired, format!("an end after {now}"), end.to_string()));
    }
    if let Some(start) = data.not_before.filter(|_| !fault!(ConfirmationNotBeforeIgnored)) {
        return Err(Rejection::new(Reason::ConfirmationNotBefore, "no NotBefore", start.to_string()));
    }
    let wanted = subject.delivery.expectation.settle(subject.envelope.in_response_to.is_some());
    fault!(ConfirmationAnswersAny => Ok(end));
    answers(data.in_response_to.as_deref(), wanted)?;
    Ok(end)
}
