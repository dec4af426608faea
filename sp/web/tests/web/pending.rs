//! What a browser waits for is its own: by its cookie, for ten minutes, from one IdP.

use crate::world::{World, options, vendor};
use mock_idp::edit::Part;
use mock_idp::{Edits, Recipe};
use sp_web::{Options, Unsolicited};

#[tokio::test]
async fn another_browsers_request_is_not_answered_here() {
    let world = World::new().await;
    let okta = vendor("okta");
    let (ours, theirs) = (world.browser(), world.browser());
    let started = world.start(&theirs, okta, "/").await;
    let message = world.answer(okta, &started);
    ours.deliver(&message, Some(&started.relay_state)).await.check_refused("unsolicited_names_request");
    // Now this browser waits for something, too, but RelayState does not reach into the other one.
    world.start(&ours, okta, "/").await;
    ours.deliver(&message, Some(&started.relay_state)).await.check_refused("in_response_to_mismatch");
    ours.check_nobody().await;
    theirs.deliver(&message, Some(&started.relay_state)).await.check_accepted("/");
}

#[tokio::test]
async fn two_tabs_come_back_in_any_order() {
    let world = World::new().await;
    let (browser, duo) = (world.browser(), vendor("duo"));
    let first = world.start(&browser, duo, "/first").await;
    let second = world.start(&browser, duo, "/second").await;
    let answer = |started, seed| Recipe { seed, ..world.answer_recipe(duo, started) }.build().unwrap();
    browser.deliver(&answer(&first, 1), Some(&first.relay_state)).await.check_accepted("/first");
    browser.deliver(&answer(&second, 2), Some(&second.relay_state)).await.check_accepted("/second");
}

#[tokio::test]
async fn a_lost_relay_state_leaves_the_newest() {
    let world = World::new().await;
    let (browser, duo) = (world.browser(), vendor("duo"));
    let first = world.start(&browser, duo, "/first").await;
    let second = world.start(&browser, duo, "/second").await;
    let answer = |started, seed| Recipe { seed, ..world.answer_recipe(duo, started) }.build().unwrap();
    browser.deliver(&answer(&first, 1), None).await.check_refused("in_response_to_mismatch");
    browser.deliver(&answer(&second, 2), Some("\"><script>")).await.check_accepted("/second");
}

#[tokio::test]
async fn only_so_many_logins_wait() {
    let world = World::new().await;
    let (browser, okta) = (world.browser(), vendor("okta"));
    let oldest = world.start(&browser, okta, "/oldest").await;
    let next = world.start(&browser, okta, "/next").await;
    for _ in 0..7 {
        world.start(&browser, okta, "/").await;
    }
    let answer = |started, seed| Recipe { seed, ..world.answer_recipe(okta, started) }.build().unwrap();
    browser.deliver(&answer(&oldest, 1), Some(&oldest.relay_state)).await.check_refused("in_response_to_mismatch");
    browser.deliver(&answer(&next, 2), Some(&next.relay_state)).await.check_accepted("/next");
}

#[tokio::test]
async fn a_request_expires() {
    let world = World::new().await;
    let okta = vendor("okta");
    // Each row: how long the person takes, and what becomes of it.
    for (seed, (seconds, reason)) in [(599, None), (600, Some("unsolicited_names_request"))].into_iter().enumerate() {
        let browser = world.browser();
        let started = world.start(&browser, okta, "/").await;
        world.advance(seconds);
        let message = Recipe { seed: seed as u64, ..world.answer_recipe(okta, &started) }.build().unwrap();
        let answer = browser.deliver(&message, Some(&started.relay_state)).await;
        match reason {
            None => answer.check_accepted("/"),
            Some(reason) => answer.check_refused(reason),
        }
    }
}

#[tokio::test]
async fn another_idp_does_not_answer() {
    let world = World::new().await;
    let (okta, azure) = (vendor("okta"), vendor("azure"));
    let browser = world.browser();
    let started = world.start(&browser, okta, "/").await;
    let message = world.answer(azure, &started);
    browser.deliver(&message, Some(&started.relay_state)).await.check_refused("request_of_other_idp");
    // Under the name of the IdP that was asked, but by the other one's key.
    let posing = Edits { issuer: Some(world.recipe(okta).idp.entity_id), ..Edits::default() };
    let message = Recipe { edits: posing, ..world.answer_recipe(azure, &started) }.build().unwrap();
    browser.deliver(&message, Some(&started.relay_state)).await.check_refused("signature_invalid");
    browser.check_nobody().await;
}

#[tokio::test]
async fn half_an_answer_is_refused() {
    let world = World::new().await;
    let okta = vendor("okta");
    // Each row: the place that does not name the request, and the reason.
    let rows = [
        (Part::ResponseInResponseTo, "unsolicited_names_request"),
        (Part::ConfirmationInResponseTo, "in_response_to_missing"),
    ];
    for (part, reason) in rows {
        let browser = world.browser();
        let started = world.start(&browser, okta, "/").await;
        let edits = Edits { without: vec![part], ..Edits::default() };
        let message = Recipe { edits, ..world.answer_recipe(okta, &started) }.build().unwrap();
        browser.deliver(&message, Some(&started.relay_state)).await.check_refused(reason);
    }
}

#[tokio::test]
async fn unsolicited_messages_can_be_refused() {
    let world = World::with(Options { unsolicited: Unsolicited::Refused, ..options() }).await;
    let (browser, okta) = (world.browser(), vendor("okta"));
    browser.deliver(&world.unsolicited(okta), None).await.check_refused("unsolicited_not_allowed");
    let started = world.start(&browser, okta, "/").await;
    let unsolicited = world.unsolicited(okta);
    browser.deliver(&unsolicited, Some(&started.relay_state)).await.check_refused("in_response_to_missing");
    browser.deliver(&world.answer(okta, &started), Some(&started.relay_state)).await.check_accepted("/");
}

#[tokio::test]
async fn an_unsolicited_message_leaves_a_waiting_login_alone() {
    let world = World::new().await;
    let (browser, okta) = (world.browser(), vendor("okta"));
    let started = world.start(&browser, okta, "/wished").await;
    browser.deliver(&world.unsolicited(okta), Some("/portal")).await.check_accepted("/portal");
    let answer = Recipe { seed: 2, ..world.answer_recipe(okta, &started) }.build().unwrap();
    browser.deliver(&answer, Some(&started.relay_state)).await.check_accepted("/wished");
}
