//! Once only: what is remembered of a message outlives every moment at which the message could be accepted again.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, Memory, accept_at, at, builder, changed, idp, outcome, recipe, redeem, sp};
use mock_idp::quirks::Quirk;
use mock_idp::step::Step;
use mock_idp::{Edits, Recipe, Vendor, quirks};
use sp::{ClockSkew, EndpointUrl};
use std::time::Duration;

fn okta() -> Vendor {
    Vendor::named("okta").unwrap()
}

/// The claim of a message, and the last second at which the message is accepted.
fn claim_and_last_second(recipe: &Recipe, sp: &sp::Sp) -> (i64, i64) {
    let (xml, idp) = (recipe.build().unwrap().xml, idp(recipe.vendor));
    let accepted = |t: i64| accept_at(&xml, sp, &idp, at(t));
    let last = (0..8000).rev().find(|t| accepted(*t).is_ok()).unwrap();
    (accepted(0).unwrap().claim().until().unix_seconds() - at(0).unix_seconds(), last)
}

#[test]
fn a_claim_outlives_its_message() {
    let long = Edits {
        not_on_or_after: Some("+2h".to_owned()),
        confirmation_not_on_or_after: Some("+2h".to_owned()),
        ..Edits::default()
    };
    let two = Recipe { quirk: quirks::named("two_confirmations"), ..recipe(okta()) };
    for recipe in [recipe(okta()), Recipe { edits: long, ..recipe(okta()) }, two] {
        for skew in [0, 60] {
            let sp = builder().skew(ClockSkew(Duration::from_secs(skew))).build();
            let (until, last) = claim_and_last_second(&recipe, &sp);
            // An hour more than needed, and not for ever: a far-off end is cut by the message's greatest age.
            assert!(last + 3600 <= until && until <= 3600 + 3600 + 120, "{until} {last}");
        }
    }
}

static SECOND_ENDS_LATER: Quirk = changed(&[Step::Tree(|bench| {
    let subject = bench.assertion()?.child_mut("Subject").unwrap();
    let mut second = subject.child("SubjectConfirmation").cloned().unwrap();
    second.child_mut("SubjectConfirmationData").unwrap().set("NotOnOrAfter", "2026-11-25T10:20:00Z");
    subject.push(second);
    Ok(())
})]);

/// A message is remembered as long as any of its confirmations could let it in again, not only the one that does now.
#[test]
fn a_claim_outlives_every_confirmation() {
    let edits = Edits { not_on_or_after: Some("+50m".to_owned()), ..Edits::default() };
    let recipe = Recipe { edits, quirk: Some(&SECOND_ENDS_LATER), ..recipe(okta()) };
    let (xml, idp) = (recipe.build().unwrap().xml, idp(okta()));
    let accepted = |t: i64| accept_at(&xml, &sp(), &idp, at(t));
    let claimed = accepted(0).unwrap().claim().until().unix_seconds() - at(0).unix_seconds();
    assert!(accepted(2999).is_ok() && accepted(3000).is_err(), "for fifty minutes");
    assert!(3000 + 3600 <= claimed, "{claimed}");
}

#[test]
fn an_accepted_message_does_not_keep() {
    let (xml, idp) = (recipe(okta()).build().unwrap().xml, idp(okta()));
    let redeemed = |t: i64| outcome(&redeem(accept_at(&xml, &sp(), &idp, at(0)).unwrap(), &Memory::default(), at(t)));
    assert_eq!(redeemed(60), "accepted as ann@example.test");
    assert_eq!(redeemed(61), "redeemed_too_late");
}

#[test]
fn a_request_is_answered_once() {
    let (idp, store) = (idp(okta()), Memory::default());
    let answer = |seed: u64| {
        let xml = Recipe { seed, ..recipe(okta()) }.build().unwrap().xml;
        redeem(accept_at(&xml, &sp(), &idp, at(0)).unwrap(), &store, at(0))
    };
    assert_eq!(outcome(&answer(1)), "accepted as ann@example.test");
    assert_eq!(outcome(&answer(2)), "request_already_answered");
    assert_eq!(outcome(&answer(1)), "assertion_replayed");
}

#[test]
fn an_endpoint_that_is_not_ours_receives_nothing() {
    let (xml, idp) = (recipe(okta()).build().unwrap().xml, idp(okta()));
    let endpoint = EndpointUrl::new("https://evil.example.test/acs").unwrap();
    let delivery = sp::Delivery { endpoint: &endpoint, expectation: &common::expecting(&idp), now: at(0) };
    let received = sp::accept::Received::post_value(&mock_idp::base64::encode(xml.as_bytes()), &sp()).unwrap();
    assert_eq!(received.accept(&sp(), &idp, delivery).unwrap_err().reason().name(), "endpoint_not_ours");
}
