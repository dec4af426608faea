//! What was asked for is what came: the person, the kind of NameID, a fresh authentication, the AuthnContext
//! (core 3.4.1, 3.3.2.2.1, 3.3.4).
//!
//! Holds only for the answer to our request. IsPassive has nothing to hold: an IdP that had to show something reports
//! a failure, which the Status refuses. Of RequestedAuthnContext only `exact` is held.

use super::Subject;
use super::expectation::Wanted;
use crate::names;
use crate::reject::{Reason, Rejection};
use crate::request::{Comparison, Demands};
use crate::saml::NameId;
use crate::time::Instant;

/// Every demand is met.
#[derive(Debug)]
pub(super) struct DemandsMet(());

pub(super) fn check(subject: &Subject<'_>) -> Result<DemandsMet, Rejection> {
    let expectation = subject.delivery.expectation;
    let wanted = expectation.settle(subject.envelope.in_response_to.is_some());
    if let (Wanted::Answer(_), Some((demands, asked_at))) = (wanted, expectation.demands()) {
        person_is_given(demands, subject)?;
        format_is_given(demands, subject)?;
        qualifier_is_given(demands, subject)?;
        context_is_given(demands, subject)?;
        if demands.force_authn {
            is_fresh(*asked_at, subject)?;
        }
    }
    Ok(DemandsMet(()))
}

fn given<'a>(subject: &'a Subject<'_>) -> Option<&'a NameId> {
    subject.assertion.subject.as_ref().and_then(|subject| subject.name_id.as_ref())
}

/// Whoever was named logs in, and nobody else (core 3.3.4). What the request left open about the name stays open.
fn person_is_given(demands: &Demands, subject: &Subject<'_>) -> Result<(), Rejection> {
    let Some(asked) = &demands.subject else { return Ok(()) };
    let agrees = |asked: &Option<String>, given: &Option<String>| asked.is_none() || asked == given;
    let is_asked = |given: &&NameId| {
        given.value == asked.value
            && (asked.format_or_unspecified() == names::FORMAT_UNSPECIFIED || agrees(&asked.format, &given.format))
            && agrees(&asked.name_qualifier, &given.name_qualifier)
            && agrees(&asked.sp_name_qualifier, &given.sp_name_qualifier)
    };
    match given(subject) {
        Some(name_id) if is_asked(&name_id) => Ok(()),
        other => {
            let found = other.map_or("no NameID".to_owned(), |name_id| format!("{name_id:?}"));
            Err(Rejection::new(Reason::NameIdMismatch, format!("{asked:?}"), found))
        }
    }
}

/// SPNameQualifier: the name is one for that SP or affiliation. A NameID without one is a name for us (core 2.2.2).
fn qualifier_is_given(demands: &Demands, subject: &Subject<'_>) -> Result<(), Rejection> {
    let Some(asked) = demands.sp_name_qualifier.as_deref() else { return Ok(()) };
    let us = subject.sp.entity_id().as_str();
    match given(subject).map(|name_id| name_id.sp_name_qualifier.as_deref().unwrap_or(us)) {
        Some(given) if given == asked => Ok(()),
        given => Err(Rejection::new(Reason::NameQualifierMismatch, asked, given.unwrap_or("no NameID"))),
    }
}

/// Asking for `unspecified` or `encrypted` leaves the kind to the IdP (core 3.4.1.1).
fn format_is_given(demands: &Demands, subject: &Subject<'_>) -> Result<(), Rejection> {
    let open = [names::FORMAT_UNSPECIFIED, names::FORMAT_ENCRYPTED];
    let Some(asked) = demands.name_id_format.as_deref().filter(|asked| !open.contains(asked)) else { return Ok(()) };
    match given(subject).map(|name_id| name_id.format_or_unspecified()) {
        Some(given) if given == asked => Ok(()),
        given => Err(Rejection::new(Reason::NameIdFormatMismatch, asked, given.unwrap_or("no NameID"))),
    }
}

fn context_is_given(demands: &Demands, subject: &Subject<'_>) -> Result<(), Rejection> {
    let Some(asked) = demands.authn_context.as_ref().filter(|asked| asked.comparison == Comparison::Exact) else {
        return Ok(());
    };
    for statement in &subject.assertion.authn_statements {
        let given = statement.class_ref.as_deref().unwrap_or("none");
        if !asked.class_refs.iter().any(|class| class == given) {
            return Err(Rejection::new(Reason::AuthnContextMismatch, asked.class_refs.join(" or "), given));
        }
    }
    Ok(())
}

/// ForceAuthn: the principal authenticated after we asked, as far as the clocks agree.
fn is_fresh(asked_at: Instant, subject: &Subject<'_>) -> Result<(), Rejection> {
    // IdPs write whole seconds, and what happened within the second of the request is fresh.
    let whole = Instant::from_unix_seconds(asked_at.unix_seconds()).unwrap_or(asked_at);
    let earliest = whole.earlier(subject.sp.skew().0);
    match subject.assertion.authn_statements.iter().find(|statement| statement.authn_instant < earliest) {
        None => Ok(()),
        Some(stale) => Err(Rejection::new(
            Reason::AuthenticationNotFresh,
            format!("at least {earliest}"),
            stale.authn_instant.to_string(),
        )),
    }
}
