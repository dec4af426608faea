//! Deliveries that hold no acceptable message: each a clear refusal, and the connection lives.

use crate::browser::{Answer, Browser};
use crate::log;
use crate::world::{World, vendor};
use mock_idp::{Edits, Idp, Recipe};
use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};

const FORM: &str = "application/x-www-form-urlencoded";

async fn check(browser: &Browser, request: RequestBuilder, status: u16, reason: &str) {
    Answer::of(request).await.check_refused_with(status, reason);
    browser.check_nobody().await;
}

#[tokio::test]
async fn other_bodies_than_forms() {
    let world = World::new().await;
    let browser = world.browser();
    let message = world.unsolicited(vendor("okta")).base64();
    let fields = [("SAMLResponse", message.as_str())];
    let form = |content_type: &str| browser.post().header(CONTENT_TYPE, content_type);
    check(&browser, browser.post().body("x"), 415, "content_type_unsupported").await;
    check(&browser, form("text/xml").body("<x/>"), 415, "content_type_unsupported").await;
    check(&browser, form("multipart/form-data; boundary=x").body("--x--"), 415, "content_type_unsupported").await;
    let gzip = browser.post().form(&fields).header(CONTENT_ENCODING, "gzip");
    check(&browser, gzip, 415, "content_encoding_unsupported").await;
    // The first octets of a gzip stream, as if it were a form.
    check(&browser, form(FORM).body(&b"\x1f\x8b\x08\x00"[..]), 403, "field_missing").await;
    check(&browser, form(FORM).body(""), 403, "field_missing").await;
    check(&browser, form(FORM).body("SAMLResponse=%ff%fe"), 403, "base64_invalid").await;
    check(&browser, form(FORM).body("SAMLResponse=PGEvPg%3D%3D&SAMLResponse=PGEvPg%3D%3D"), 403, "field_repeated")
        .await;
    check(&browser, form(FORM).body("SAMLResponse=PGEvPg%3D%3D"), 403, "unexpected_root").await;
    let long = "x".repeat(81);
    let long = browser.post().form(&[("SAMLResponse", message.as_str()), ("RelayState", &long)]);
    check(&browser, long, 403, "relay_state_too_long").await;
}

#[tokio::test]
async fn large_bodies_get_an_answer() {
    let world = World::new().await;
    let browser = world.browser();
    let body = |octets: usize| {
        let body = format!("SAMLResponse={}", "A".repeat(octets));
        browser.post().header(CONTENT_TYPE, FORM).body(body)
    };
    check(&browser, body(4 << 20), 403, "message_too_large").await;
    check(&browser, body(10 << 20), 413, "body_too_large").await;
    check(&browser, body(10 << 20).header(CONTENT_ENCODING, "gzip"), 415, "content_encoding_unsupported").await;
}

#[tokio::test]
async fn other_methods_and_paths() {
    let world = World::new().await;
    let browser = world.browser();
    let statuses = [("/saml/acs", 405), ("/saml/nothing", 404), ("/healthz", 200), ("/saml/metadata", 200)];
    for (path, status) in statuses {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        let header = |name: &str| answer.headers[name].to_str().unwrap();
        assert!(header("content-security-policy").starts_with("default-src 'none'"));
        let headers = [header("x-content-type-options"), header("cache-control"), header("x-frame-options")];
        assert_eq!(headers, ["nosniff", "no-store", "DENY"], "{path}");
    }
}

/// Where we are is the operator's to say, never the sender's: what is for another host stays so, whatever Host it names.
#[tokio::test]
async fn a_foreign_host() {
    let world = World::new().await;
    let elsewhere = mock_idp::Sp::new(&world.ready.entity_id, "http://evil.test/saml/acs");
    let for_elsewhere = Recipe { sp: elsewhere, ..world.recipe(vendor("okta")) }.build().unwrap().base64();
    let for_us = Recipe { seed: 2, ..world.recipe(vendor("okta")) }.build().unwrap().base64();
    for name in ["host", "x-forwarded-host", "forwarded"] {
        let browser = world.browser();
        let value = if name == "forwarded" { "host=evil.test" } else { "evil.test" };
        let post = |message: &str| browser.post().header(name, value).form(&[("SAMLResponse", message)]);
        check(&browser, post(&for_elsewhere), 403, "destination_mismatch").await;
        let metadata = Answer::of(browser.get_request("/saml/metadata").header(name, value)).await;
        assert!(metadata.body.contains(&world.ready.acs) && !metadata.body.contains("evil.test"), "{}", metadata.body);
    }
    // A proxy may well change it: the same header does not spoil a message for us.
    let browser = world.browser();
    let healthy = browser.post().header("host", "evil.test").form(&[("SAMLResponse", for_us.as_str())]);
    Answer::of(healthy).await.check_accepted("/");
}

#[tokio::test]
async fn an_idp_that_is_not_trusted() {
    let world = World::new().await;
    let stranger = |issuer: &str| {
        let edits = Edits { issuer: Some(issuer.to_owned()), ..Edits::default() };
        Recipe { edits, ..world.recipe(vendor("okta")) }.build().unwrap()
    };
    let answer = world.browser().deliver(&stranger("https://evil.test"), None).await;
    answer.check_refused("issuer_mismatch");
    let line = answer.log_line().unwrap();
    assert_eq!(log::field(&line, "found"), "https://evil.test");
    assert_eq!(log::field(&line, "rule"), "profiles-4.1.4.2-d");
    // However many are trusted, a stranger cannot have them all written into the log.
    let expected = log::field(&line, "expected");
    assert!(expected.starts_with("one of ") && expected.ends_with(" more"), "{expected}");
    // What a message says of itself cannot forge a line of the log.
    let answer = world.browser().deliver(&stranger("x\u{1b}[31m"), None).await;
    assert_eq!(answer.status, 403);
    assert!(!answer.log_line().unwrap().contains('\u{1b}'));
}

#[tokio::test]
async fn refusals_are_logged_with_both_sides() {
    let world = World::new().await;
    let edits = Edits { audience: Some(vec!["https://other.test".to_owned()]), ..Edits::default() };
    let message = Recipe { edits, ..world.recipe(vendor("azure")) }.build().unwrap();
    let answer = world.browser().deliver(&message, None).await;
    answer.check_refused("audience_mismatch");
    let line = answer.log_line().unwrap();
    assert_eq!(log::field(&line, "rule"), "core-2.5.1.4-b");
    assert!(log::field(&line, "expected").contains("/saml/metadata"), "{line}");
    assert!(line.contains("https://other.test"), "{line}");
    for secret in ["ann@example.test", "Archer"] {
        assert!(!line.contains(secret), "{line}");
    }
}

#[tokio::test]
async fn links_that_start_no_login() {
    let world = World::new().await;
    let browser = world.browser();
    let entity_id = Idp::of(vendor("okta"), "http://127.0.0.1:7500").entity_id;
    browser.get("/saml/login?idp=https://evil.test").await.check_refused_with(400, "idp_unknown");
    let twice = browser.get(&format!("/saml/login?idp={entity_id}&idp={entity_id}")).await;
    assert_eq!(twice.status, 400);
}
