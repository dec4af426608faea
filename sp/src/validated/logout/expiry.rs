//! NotOnOrAfter of a LogoutRequest: exclusive, and not reached (core 3.7.1). It may be missing: house-3 ends it then.

use super::Place;
use crate::reject::{Reason, Rejection};
use crate::saml::LogoutRequest;
use crate::validated::window::is_over;

/// The request still counts.
#[derive(Debug)]
pub(super) struct NotOver(());

pub(super) fn check(request: &LogoutRequest, place: &Place<'_>) -> Result<NotOver, Rejection> {
    let now = place.delivery.now;
    match request.not_on_or_after.filter(|end| is_over(*end, now, place.sp.skew())) {
        None => Ok(NotOver(())),
        Some(end) => Err(Rejection::new(Reason::LogoutExpired, format!("an end after {now}"), end.to_string())),
    }
}
