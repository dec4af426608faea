//! NotBefore and NotOnOrAfter of the Conditions (core 2.5.1.2). The second is exclusive: the instant itself is too late.
//!
//! Either may be missing: the confirmation's own end is demanded in its rule, and bounds an Assertion without one here.

use super::Subject;
use crate::reject::{Reason, Rejection};
use crate::saml::Assertion;
use crate::time::{ClockSkew, Instant};

/// Now is within the window.
#[derive(Debug)]
pub(super) struct WithinWindow(());

pub(super) fn check(subject: &Subject<'_>) -> Result<WithinWindow, Rejection> {
    is_open(subject.assertion, subject.delivery.now, subject.sp.skew())
}

fn is_open(assertion: &Assertion, now: Instant, skew: ClockSkew) -> Result<WithinWindow, Rejection> {
    fault!(WindowIgnored => Ok(WithinWindow(())));
    let (not_before, not_on_or_after) = assertion
        .conditions
        .as_ref()
        .map_or((None, None), |conditions| (conditions.not_before, conditions.not_on_or_after));
    // Said first, as it is no matter of the clock: with a skew, such a window could seem open from both ends.
    if let (Some(start), Some(end)) = (not_before, not_on_or_after)
        && end <= start
        && !fault!(WindowMayBeEmpty)
    {
        return Err(Rejection::new(Reason::WindowEmpty, format!("after {start}"), end.to_string()));
    }
    if let Some(start) = not_before.filter(|start| !fault!(NotBeforeIgnored) && now.later(skew.0) < *start) {
        return Err(Rejection::new(Reason::NotYetValid, format!("a start at {now} or before"), start.to_string()));
    }
    if let Some(end) = not_on_or_after.filter(|end| is_over(*end, now, skew)) {
        return Err(Rejection::new(Reason::Expired, format!("an end after {now}"), end.to_string()));
    }
    Ok(WithinWindow(()))
}

/// `NotOnOrAfter` is exclusive: the instant itself is too late (core 2.5.1.2).
pub(super) fn is_over(not_on_or_after: Instant, now: Instant, skew: ClockSkew) -> bool {
    fault!(EndIncluded => not_on_or_after.later(skew.0) < now);
    fault!(SkewGenerous => not_on_or_after.later(skew.0 + std::time::Duration::from_secs(300)) <= now);
    fault!(EndIgnored => false);
    not_on_or_after.later(skew.0) <= now
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::parsed::hint::Issuer;
    use crate::saml::{Condition, Conditions};
    use std::time::Duration;

    /// An Assertion that says nothing but its Conditions.
    pub(in crate::validated) fn assertion(
        start: Option<Instant>,
        end: Option<Instant>,
        conditions: Vec<Condition>,
    ) -> Assertion {
        Assertion {
            id: "_a".into(),
            version: "2.0".into(),
            issue_instant: at(0),
            issuer: Issuer { name: "idp".into(), format: None },
            subject: None,
            conditions: Some(Conditions { not_before: start, not_on_or_after: end, conditions }),
            authn_statements: vec![],
            attributes: vec![],
        }
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_unix_seconds(seconds).unwrap()
    }

    /// Each row: NotBefore, NotOnOrAfter, now, skew, in seconds.
    #[test]
    fn windows() {
        check(Some(10), Some(20), 9, 0, Err("not_yet_valid"));
        check(Some(10), Some(20), 10, 0, Ok(()));
        check(Some(10), Some(20), 19, 0, Ok(()));
        check(Some(10), Some(20), 20, 0, Err("expired"));
        check(Some(10), Some(20), 21, 0, Err("expired"));
        check(Some(10), Some(20), 7, 3, Ok(()));
        check(Some(10), Some(20), 6, 3, Err("not_yet_valid"));
        check(Some(10), Some(20), 22, 3, Ok(()));
        check(Some(10), Some(20), 23, 3, Err("expired"));
        check(Some(10), Some(10), 10, 3, Err("window_empty"));
        check(Some(20), Some(10), 15, 60, Err("window_empty"));
        check(None, Some(20), 20, 0, Err("expired"));
        check(None, Some(20), 19, 0, Ok(()));
        check(Some(10), None, 9, 0, Err("not_yet_valid"));
        check(Some(10), None, 10, 0, Ok(()));
        check(None, None, 10, 0, Ok(()));
    }

    fn check(start: Option<i64>, end: Option<i64>, now: i64, skew: u64, expected: Result<(), &str>) {
        let assertion = assertion(start.map(at), end.map(at), vec![]);
        let result = is_open(&assertion, at(now), ClockSkew(Duration::from_secs(skew)));
        assert_eq!(result.map(|_| ()).map_err(|r| r.reason().name()), expected, "{start:?} {end:?} {now} {skew}");
    }
}
