//! What a delivery expects, against what a message claims to answer: each pair has its verdict, and its claim.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{REQUEST_ID, acs, idp, now, recipe, sp};
use mock_idp::{Edits, Recipe, Vendor};
use sp::accept::Received;
use sp::{Delivery, EntityId, Expectation, PendingRequest};

fn okta() -> Vendor {
    Vendor::named("okta").unwrap()
}

/// The request that an accepted message answers, or the reason why it is refused.
fn verdict(recipe: &Recipe, expectation: &Expectation) -> Result<Option<String>, &'static str> {
    let received = Received::post_value(&mock_idp::base64::encode(recipe.build().unwrap().xml.as_bytes()), &sp());
    let delivery = Delivery { endpoint: &acs(), expectation, now: now() };
    let validated = received.unwrap().accept(&sp(), &idp(okta()), delivery);
    validated
        .map(|validated| validated.claim().request_id().map(str::to_owned))
        .map_err(|rejection| rejection.reason().name())
}

#[test]
fn who_may_answer_what() {
    let to = |idp: &EntityId| PendingRequest { id: REQUEST_ID.to_owned(), idp: idp.clone() };
    let (ours, other) = (idp(okta()).entity_id().clone(), EntityId::new("https://other-idp.test").unwrap());
    let answer = recipe(okta());
    let other_answer = Recipe { in_response_to: Some("_another".to_owned()), ..recipe(okta()) };
    let unsolicited = Recipe { in_response_to: None, ..recipe(okta()) };
    let half = |edits: Edits| Recipe { edits, ..unsolicited.clone() };
    let around = half(Edits { response_in_response_to: Some(REQUEST_ID.to_owned()), ..Edits::default() });
    let inside = half(Edits { confirmation_in_response_to: Some(REQUEST_ID.to_owned()), ..Edits::default() });
    let answered = || Ok(Some(REQUEST_ID.to_owned()));
    let (mismatch, missing) = (Err("in_response_to_mismatch"), Err("in_response_to_missing"));
    let (names, other_idp) = (Err("unsolicited_names_request"), Err("request_of_other_idp"));
    let not_allowed = || Err("unsolicited_not_allowed");
    // In each row: the right answer, an answer to something else, none, and one that the Response or the signed
    // confirmation alone claims to be.
    let rows = [
        (
            Expectation::answer_to(to(&ours)),
            [answered(), mismatch.clone(), missing.clone(), missing.clone(), missing.clone()],
        ),
        (
            Expectation::answer_to(to(&other)),
            [other_idp.clone(), other_idp.clone(), other_idp.clone(), other_idp.clone(), other_idp.clone()],
        ),
        (
            Expectation::answer_or_unsolicited(to(&ours)),
            [answered(), mismatch.clone(), Ok(None), missing.clone(), names.clone()],
        ),
        (
            Expectation::answer_or_unsolicited(to(&other)),
            [other_idp.clone(), other_idp.clone(), Ok(None), other_idp, names.clone()],
        ),
        (Expectation::unsolicited(), [names.clone(), names.clone(), Ok(None), names.clone(), names]),
        (Expectation::nothing(), [not_allowed(), not_allowed(), not_allowed(), not_allowed(), not_allowed()]),
    ];
    for (expectation, expected) in rows {
        let verdicts = [&answer, &other_answer, &unsolicited, &around, &inside].map(|r| verdict(r, &expectation));
        assert_eq!(verdicts, expected, "{expectation:?}");
    }
}
