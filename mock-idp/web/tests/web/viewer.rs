//! The trace as a person reads it.

use crate::here::{ACS, Here, browser, posted};
use mock_idp::{Sp, Vendor};
use mock_idp_web::{Config, Explain, Explained, serve};
use reqwest::StatusCode;
use scraper::{Html, Selector};
use serde_json::json;

fn text(page: &str, selector: &str) -> String {
    let document = Html::parse_document(page);
    document.select(&Selector::parse(selector).unwrap()).flat_map(|element| element.text()).collect()
}

#[tokio::test]
async fn a_login_and_what_is_wrong_with_it() {
    let here = Here::start(Vec::new()).await;
    let okta = Vendor::named("okta").unwrap();
    let (_, form) = here.request(okta, "").await;
    let (_, page) = here.log_in(okta, &form, "ann+xsw_before").await;
    let xml = posted(&page).xml;
    let (status, list) = here.get("/trace").await;
    assert_eq!(status, StatusCode::OK);
    assert!(list.contains("xsw_before") && list.contains(r#"href="/trace/1""#), "{list}");
    let (_, one) = here.get("/trace/1").await;
    for needed in ["AuthnRequest", "InResponseTo=", "xsw_before", "an SP must refuse", "curl -i"] {
        assert!(one.contains(needed), "{needed}");
    }
    // Every signature with what it names, and the forged Assertion as a line that the healthy message does not have.
    assert!(text(&one, "table").contains("names #id"), "{}", text(&one, "table"));
    assert!(text(&one, "pre.diff .new").contains("mallory@example.test"));
    assert!(!one.contains("<script"), "works without JavaScript");
    let (_, again) = here.get("/trace/1/sent.xml").await;
    assert_eq!(again, xml);
    assert!(here.get("/trace/1/healthy.xml").await.1.contains("ann@example.test"));
    let tar =
        here.browser.get(format!("{}/trace/1/bundle.tar", here.base)).send().await.unwrap().bytes().await.unwrap();
    let mut archive = tar::Archive::new(tar.as_ref());
    let names: Vec<_> =
        archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().display().to_string()).collect();
    for needed in
        ["exchange.json", "received.xml", "received.curl", "sent.xml", "sent.curl", "healthy.xml", "idp-metadata.xml"]
    {
        assert!(names.iter().any(|name| name.ends_with(needed)), "{needed}: {names:?}");
    }
}

#[tokio::test]
async fn what_was_refused_and_what_is_not_there() {
    let here = Here::start(vec![Sp::new("urn:other", ACS)]).await;
    here.request(Vendor::named("azure").unwrap(), "").await;
    here.get("/azure/start?user=<b>nobody").await;
    let (_, list) = here.get("/trace").await;
    assert!(list.contains("AADSTS700016") && !list.contains("<b>nobody"), "{list}");
    assert!(text(&here.get("/trace/1").await.1, "h2").contains("Refused: AADSTS700016"));
    for path in ["/trace/99", "/trace/x", "/trace/1/etc", "/trace/1/sent.xml"] {
        assert_eq!(here.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_judge_is_asked_where_there_is_one() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let mut config = Config::new(&base, vec![Vendor::named("duo").unwrap()]);
    config.sps = vec![Sp::new("urn:sp", ACS)];
    let judge = |explained: &Explained<'_>| vec![format!("judged for {} at {}", explained.sp_entity_id, explained.now)];
    config.explain = Some(Explain::by(judge));
    tokio::spawn(serve(config, listener));
    let here = Here { base, browser: browser() };
    // The person takes a minute for the form: what counts is when the message was made.
    here.api("/api/clock", json!({ "now": "2030-01-02T03:04:05Z" })).await;
    let (_, form) = here.get("/duo/start").await;
    here.api("/api/clock", json!({ "now": "2030-01-02T03:05:05Z" })).await;
    let (_, page) = here.log_in(Vendor::named("duo").unwrap(), &form, "ann").await;
    assert!(posted(&page).xml.contains("IssueInstant=\"2030-01-02T03:05:05Z\""));
    let (_, page) = here.get("/trace/1").await;
    assert!(text(&page, "li").contains("judged for urn:sp at 2030-01-02T03:05:05.000Z"), "{page}");
    assert!(page.contains("--now &#39;2030-01-02T03:05:05.000Z&#39;"), "{page}");
}
