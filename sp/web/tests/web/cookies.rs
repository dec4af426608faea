//! Sessions and their cookies: whose name is whose.

use crate::world::{World, login_path, options, vendor};
use mock_idp::Recipe;
use sp_web::{Handle, Options};

#[tokio::test]
async fn nobody_is_logged_in_by_a_name_nobody_gave() {
    let world = World::new().await;
    for cookie in ["", "samlspec-session=", "samlspec-session=x", &planted("samlspec-session")] {
        assert_eq!(world.browser().get_with("/saml/whoami", cookie).await.status, 401, "{cookie}");
    }
}

#[tokio::test]
async fn a_planted_session_is_worth_nothing() {
    let world = World::new().await;
    let cookie = planted("samlspec-session");
    let message = world.unsolicited(vendor("okta")).base64();
    let request = world.browser().post().header("cookie", &cookie).form(&[("SAMLResponse", message)]);
    let answer = crate::browser::Answer::of(request).await;
    answer.check_accepted("/");
    assert!(!answer.set_cookie().contains(&cookie), "a new name");
    assert_eq!(world.browser().get_with("/saml/whoami", &cookie).await.status, 401);
}

#[tokio::test]
async fn a_second_login_ends_the_first_session() {
    let world = World::new().await;
    let (browser, okta) = (world.browser(), vendor("okta"));
    let first = browser.deliver(&world.unsolicited(okta), None).await;
    let first = first.set_cookie().split(';').next().unwrap();
    assert_eq!(world.browser().get_with("/saml/whoami", first).await.status, 200);
    let second = Recipe { seed: 2, ..world.recipe(okta) }.build().unwrap();
    browser.deliver(&second, None).await.check_accepted("/");
    assert_eq!(world.browser().get_with("/saml/whoami", first).await.status, 401);
    browser.check_ann().await;
}

#[tokio::test]
async fn a_planted_name_for_waiting_logins_is_not_kept() {
    let world = World::new().await;
    let cookie = planted("samlspec-login");
    let answer = world.browser().get_with(&login_path(vendor("okta"), "/"), &cookie).await;
    assert!(answer.set_cookie().starts_with("samlspec-login="), "{}", answer.set_cookie());
    assert!(!answer.set_cookie().contains(&cookie));
}

#[tokio::test]
async fn over_https_cookies_are_secure() {
    let options = Options { public_url: Some("https://sp.example.test".to_owned()), ..options() };
    let world = World::with(options).await;
    assert_eq!(world.ready.acs, "https://sp.example.test/saml/acs");
    let okta = vendor("okta");
    let waiting = world.browser().get(&login_path(okta, "/")).await;
    assert!(waiting.set_cookie().starts_with("__Host-samlspec-login="), "{}", waiting.set_cookie());
    assert!(waiting.set_cookie().ends_with("; Path=/; HttpOnly; Max-Age=600; SameSite=None; Secure"));
    let accepted = world.browser().deliver(&world.unsolicited(okta), None).await;
    assert!(accepted.set_cookie().starts_with("__Host-samlspec-session="), "{}", accepted.set_cookie());
}

fn planted(name: &str) -> String {
    format!("{name}={}", Handle::random().as_str())
}
