//! Each Assertion logs in once, each request is answered once: at once, one after the other, and after a restart.

use crate::journeys::over_sqlite;
use crate::world::{World, options, vendor};
use mock_idp::Recipe;
use sp_web::Options;
use std::sync::Arc;
use tokio::task::JoinSet;

/// How many deliveries of one message arrive at once.
const AT_ONCE: usize = 50;

async fn check_fifty_at_once(options: Options) {
    let world = World::with(options).await;
    let okta = vendor("okta");
    let browser = Arc::new(world.browser());
    let started = world.start(&browser, okta, "/").await;
    let answer = (world.answer(okta, &started), Some(started.relay_state));
    let unsolicited = (Recipe { seed: 2, ..world.recipe(okta) }.build().unwrap(), None);
    for (message, relay_state) in [answer, unsolicited] {
        let mut deliveries = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (browser, message, relay_state) = (Arc::clone(&browser), message.clone(), relay_state.clone());
            deliveries.spawn(async move { browser.deliver(&message, relay_state.as_deref()).await.status });
        }
        let mut statuses = deliveries.join_all().await;
        statuses.sort_unstable();
        assert_eq!((statuses[0], statuses[1], statuses[AT_ONCE - 1]), (303, 403, 403), "{statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_in_memory() {
    check_fifty_at_once(options()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    check_fifty_at_once(over_sqlite(&folder)).await;
}

#[tokio::test]
async fn a_second_presentation_is_refused_in_any_browser() {
    let world = World::new().await;
    let message = world.unsolicited(vendor("azure"));
    world.browser().deliver(&message, None).await.check_accepted("/");
    let other = world.browser();
    other.deliver(&message, None).await.check_refused("assertion_replayed");
    other.check_nobody().await;
}

#[tokio::test]
async fn a_request_is_answered_once() {
    let world = World::new().await;
    let (browser, duo) = (world.browser(), vendor("duo"));
    let started = world.start(&browser, duo, "/").await;
    let first = world.answer(duo, &started);
    let second = Recipe { seed: 2, ..world.answer_recipe(duo, &started) }.build().unwrap();
    assert_ne!(first.assertion_id, second.assertion_id);
    browser.deliver(&first, Some(&started.relay_state)).await.check_accepted("/");
    browser.deliver(&second, Some(&started.relay_state)).await.check_refused("unsolicited_names_request");
}

#[tokio::test]
async fn sqlite_remembers_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    // The port changes with the restart, the public name does not.
    let options = Options { public_url: Some("http://sp.example.test".to_owned()), ..over_sqlite(&folder) };
    let okta = vendor("okta");

    let world = World::with(options.clone()).await;
    let message = world.unsolicited(okta);
    let accepted = world.browser().deliver(&message, None).await;
    accepted.check_accepted("/");
    let session = accepted.set_cookie().split(';').next().unwrap().to_owned();
    let waiting = world.browser().get("/saml/login?idp=http%3A%2F%2Fwww.okta.com%2Fnone").await;
    waiting.check_refused_with(400, "idp_unknown");
    world.stop().await;

    let world = World::with(options).await;
    world.browser().deliver(&message, None).await.check_refused("assertion_replayed");
    let whoami = world.browser().get_with("/saml/whoami", &session).await;
    assert_eq!(whoami.status, 200, "{}", whoami.body);
    assert!(whoami.body.contains("ann@example.test"), "{}", whoami.body);
}
