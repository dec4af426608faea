//! IssueInstant: Response and Assertion were not made in the future (core 2.3.3), and not too long ago.
//!
//! House rule house-3: older than `Sp::max_age` is refused even within open Conditions, so that hoarded Assertions die.

use super::Subject;
use crate::config::Sp;
use crate::reject::{Reason, Rejection};
use crate::time::Instant;

/// Response and Assertion were made just now.
#[derive(Debug)]
pub(super) struct IssuedJustNow(());

pub(super) fn check(subject: &Subject<'_>) -> Result<IssuedJustNow, Rejection> {
    for issued in [subject.envelope.issue_instant, subject.assertion.issue_instant] {
        is_recent(issued, subject.sp, subject.delivery.now)?;
    }
    Ok(IssuedJustNow(()))
}

pub(crate) fn is_recent(issued: Instant, sp: &Sp, now: Instant) -> Result<(), Rejection> {
    let skew = sp.skew().0;
    let latest = now.later(skew);
    if !fault!(IssuedInFutureAllowed) && latest < issued {
        return Err(Rejection::new(Reason::IssuedInFuture, format!("at most {latest}"), issued.to_string()));
    }
    let earliest = now.earlier(sp.max_age()).earlier(skew);
    if !fault!(AgeIgnored) && issued < earliest {
        return Err(Rejection::new(Reason::IssuedTooLongAgo, format!("at least {earliest}"), issued.to_string()));
    }
    Ok(())
}
