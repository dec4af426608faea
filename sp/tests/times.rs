//! When a message and the session it starts begin and end: each end to the second, with and without a difference of the
//! clocks.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{accept, accept_at, at, builder, changed, idp, outcome, recipe, sp};
use mock_idp::quirks::Quirk;
use mock_idp::step::Step;
use mock_idp::{Edits, Recipe, Vendor};
use sp::ClockSkew;
use std::time::Duration;

fn okta() -> Vendor {
    Vendor::named("okta").unwrap()
}

/// The skew is added once, on either side, and nowhere twice.
#[test]
fn the_skew_counts_once() {
    let sp = builder().skew(ClockSkew(Duration::from_secs(30))).build();
    let edits = Edits { not_before: Some("+30s".to_owned()), ..Edits::default() };
    let xml = Recipe { edits, ..recipe(okta()) }.build().unwrap().xml;
    let idp = idp(okta());
    assert!(accept_at(&xml, &sp, &idp, at(0)).is_ok());
    assert_eq!(accept_at(&xml, &sp, &idp, at(-1)).unwrap_err().reason().name(), "not_yet_valid");
}

/// What the IdP says of the end and the start comes before our own limit on age and a clock that is ahead.
#[test]
fn a_message_that_is_opened_too_late_or_too_early() {
    let healthy = recipe(okta()).build().unwrap().xml;
    let open = Edits {
        not_on_or_after: Some("+3d".to_owned()),
        confirmation_not_on_or_after: Some("+3d".to_owned()),
        ..Edits::default()
    };
    let open = Recipe { edits: open, ..recipe(okta()) }.build().unwrap().xml;
    let verdict = |xml: &str, seconds| {
        let result = accept_at(xml, &sp(), &idp(okta()), at(seconds));
        result.map_or_else(|rejection| rejection.reason().name(), |_| "accepted")
    };
    assert_eq!(verdict(&healthy, 0), "accepted");
    for later in [3600, 86_400, 400 * 86_400] {
        assert_eq!(verdict(&healthy, later), "expired", "{later}");
    }
    assert_eq!(verdict(&healthy, -86_400), "not_yet_valid");
    assert_eq!(verdict(&open, 3600), "accepted");
    assert_eq!(verdict(&open, 3601), "issued_too_long_ago");
}

static TWO_STATEMENTS: Quirk = changed(&[Step::Tree(|bench| {
    let assertion = bench.assertion()?;
    let statement = assertion.child("AuthnStatement").cloned().unwrap();
    let place = assertion.position("AuthnStatement").unwrap();
    assertion.child_mut("AuthnStatement").unwrap().set("SessionNotOnOrAfter", "2026-11-25T11:00:00Z");
    let second = statement.with("SessionNotOnOrAfter", "2026-11-25T10:00:00Z").with("SessionIndex", "_second");
    assertion.insert(place + 1, second);
    Ok(())
})]);

/// With several AuthnStatements the first one names the session, and the earliest end of any bounds it.
#[test]
fn the_earliest_end_of_a_session() {
    let of = |quirk| {
        let edits = Edits { session_index: Some("_first".to_owned()), ..Edits::default() };
        let xml = Recipe { quirk, edits, ..recipe(okta()) }.build().unwrap().xml;
        accept(&xml, &sp(), &idp(okta())).unwrap()
    };
    assert_eq!(of(None).session_not_on_or_after, None);
    let identity = of(Some(&TWO_STATEMENTS));
    assert_eq!(identity.session_index.as_deref(), Some("_first"));
    assert_eq!(identity.session_not_on_or_after, sp::Instant::parse("2026-11-25T10:00:00Z").ok());
}

/// As old as a message may be, and a second older; with and without a difference of the clocks.
#[test]
fn how_old_a_message_may_be() {
    let far = Some("+1d".to_owned());
    for (skew, oldest) in [(0, 3600), (60, 3660)] {
        let sp = builder().skew(ClockSkew(Duration::from_secs(skew))).build();
        let verdict = |age: i64| {
            let edits = Edits {
                issue_instant: Some(format!("-{age}s")),
                not_on_or_after: far.clone(),
                confirmation_not_on_or_after: far.clone(),
                ..Edits::default()
            };
            outcome(&accept(&Recipe { edits, ..recipe(okta()) }.build().unwrap().xml, &sp, &idp(okta())))
        };
        assert_eq!(verdict(oldest), "accepted as ann@example.test");
        assert_eq!(verdict(oldest + 1), "issued_too_long_ago");
    }
}
