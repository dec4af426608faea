//! IssueInstant: the message was not made in the future (core 3.2.1), and not longer ago than `Sp::max_age` (house-3).

use super::Place;
use crate::reject::Rejection;
use crate::validated::issue_instant::is_recent;

/// The message was made just now.
#[derive(Debug)]
pub(super) struct IssuedJustNow(());

pub(super) fn check(place: &Place<'_>) -> Result<IssuedJustNow, Rejection> {
    is_recent(place.head.issue_instant, place.sp, place.delivery.now).map(IssuedJustNow)
}
