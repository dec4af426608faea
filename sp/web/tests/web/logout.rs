//! Logout, started by the IdP and started here, over both stores: whose session ends, and whose does not.

use crate::browser::{Answer, Browser};
use crate::journeys::check_over_both_stores;
use crate::world::{World, vendor};
use mock_idp::logout::read::{self, Content, LogoutMessage};
use mock_idp::logout::{LogoutEdits, LogoutFault, LogoutRecipe, Subject};
use mock_idp::{Edits, Recipe, people};

/// A browser in which Ann is logged in by Okta, under this SessionIndex.
async fn ann(world: &World, seed: u64, session_index: &str) -> Browser {
    let edits = Edits { session_index: Some(session_index.to_owned()), ..Edits::default() };
    let browser = world.browser();
    let message = Recipe { edits, seed, ..world.recipe(vendor("okta")) }.build().unwrap();
    browser.deliver(&message, None).await.check_accepted("/");
    browser.check_ann().await;
    browser
}

fn request(world: &World, seed: u64, session_indexes: &[&str]) -> LogoutRecipe {
    let (okta, recipe) = (vendor("okta"), world.recipe(vendor("okta")));
    let subject = Subject::of(okta, &people::ann(), session_indexes.iter().copied());
    let request = LogoutRecipe::request(okta, recipe.idp, &world.ready.slo, subject, recipe.clock);
    LogoutRecipe { sign: true, seed, ..request }
}

async fn by_redirect(browser: &Browser, recipe: &LogoutRecipe) -> Answer {
    browser.get(&format!("/saml/slo?{}", recipe.redirect().unwrap().query)).await
}

async fn by_post(browser: &Browser, recipe: &LogoutRecipe) -> Answer {
    let form = recipe.post().unwrap();
    browser.post_to("/saml/slo", &[(form.field, &form.base64())]).await
}

/// The message that a browser is sent on with.
fn sent_on(answer: &Answer) -> LogoutMessage {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let (url, query) = answer.location().split_once('?').unwrap();
    assert_eq!(url, mock_idp::Idp::of(vendor("okta"), "http://127.0.0.1:7500").slo_url.unwrap());
    let message = read::from_redirect_query(query).unwrap();
    assert!(message.signed);
    message
}

#[tokio::test]
async fn started_at_the_idp() {
    check_over_both_stores(async |world| {
        let (first, second, third) = (ann(world, 1, "_1").await, ann(world, 2, "_2").await, ann(world, 3, "_3").await);
        // A browser without any cookie of ours brings the request: what counts is the signature.
        let messenger = world.browser();
        let recipe = LogoutRecipe { relay_state: Some("state".to_owned()), ..request(world, 10, &["_1", "_9"]) };
        let answer = sent_on(&by_redirect(&messenger, &recipe).await);
        assert_eq!(answer.relay_state.as_deref(), Some("state"));
        let Content::Response { in_response_to, status, .. } = answer.content else { panic!("a request") };
        assert_eq!(in_response_to, Some(recipe.redirect().unwrap().id));
        assert!(status.ends_with(":Success"));
        first.check_nobody().await;
        second.check_ann().await;

        // Brought once more, it is refused, and ends nothing.
        by_redirect(&messenger, &recipe).await.check_refused_to_log_out("logout_replayed");
        second.check_ann().await;

        // Without a SessionIndex, all sessions of this principal end.
        sent_on(&by_post(&messenger, &request(world, 11, &[])).await);
        second.check_nobody().await;
        third.check_nobody().await;
    })
    .await;
}

#[tokio::test]
async fn requests_that_end_nothing() {
    let world = World::new().await;
    let browser = ann(&world, 1, "_1").await;
    let somebody = LogoutEdits { name_id: Some("bob@example.test".to_owned()), ..LogoutEdits::default() };
    sent_on(&by_redirect(&browser, &LogoutRecipe { edits: somebody, ..request(&world, 20, &[]) }).await);
    sent_on(&by_redirect(&browser, &request(&world, 21, &["_2"])).await);
    browser.check_ann().await;
    for (fault, reason) in
        [(LogoutFault::Unsigned, "logout_not_signed"), (LogoutFault::AttackerKey, "signature_invalid")]
    {
        let recipe = LogoutRecipe { fault: Some(fault), ..request(&world, 22, &["_1"]) };
        by_redirect(&browser, &recipe).await.check_refused_to_log_out(reason);
        by_post(&browser, &recipe).await.check_refused_to_log_out(reason);
    }
    browser.get("/saml/slo").await.check_refused_to_log_out("field_missing");
    browser.check_ann().await;
    sent_on(&by_post(&browser, &request(&world, 23, &["_1"])).await);
    browser.check_nobody().await;
}

#[tokio::test]
async fn started_here() {
    check_over_both_stores(async |world| {
        let browser = ann(world, 1, "_1").await;
        let sent = browser.post_to("/saml/logout", &[]).await;
        // Our own session is over before the IdP has said anything.
        browser.check_nobody().await;
        let message = sent_on(&sent);
        let Content::Request { name_id, session_indexes, .. } = &message.content else { panic!("a response") };
        assert_eq!((name_id.as_str(), session_indexes.as_slice()), ("ann@example.test", &["_1".to_owned()][..]));

        let recipe = world.recipe(vendor("okta"));
        let answer = |id: &str| LogoutRecipe {
            sign: true,
            ..LogoutRecipe::response(
                vendor("okta"),
                recipe.idp.clone(),
                &world.ready.slo,
                Some(id.to_owned()),
                recipe.clock,
            )
        };
        // In another browser it answers nothing; in this one it does, once.
        by_redirect(&world.browser(), &answer(&message.id)).await.check_refused_to_log_out("logout_unexpected");
        let heard = by_redirect(&browser, &answer(&message.id)).await;
        assert_eq!((heard.status, heard.location()), (303, "/"));
        by_redirect(&browser, &answer(&message.id)).await.check_refused_to_log_out("logout_unexpected");
    })
    .await;
}

#[tokio::test]
async fn a_link_logs_nobody_out() {
    let world = World::new().await;
    let browser = ann(&world, 1, "_1").await;
    assert_eq!(browser.get("/saml/logout").await.status, 405);
    browser.check_ann().await;
    let nobody = world.browser().post_to("/saml/logout", &[]).await;
    assert_eq!((nobody.status, nobody.location()), (303, "/"));
}

/// Google takes no logout messages: the session here ends all the same.
#[tokio::test]
async fn an_idp_without_logout() {
    let world = World::new().await;
    let browser = world.browser();
    browser.deliver(&world.unsolicited(vendor("google")), None).await.check_accepted("/");
    let answer = browser.post_to("/saml/logout", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/"));
    browser.check_nobody().await;
}
