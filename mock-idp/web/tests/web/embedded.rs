//! The mock inside a Rust test.

use crate::here::browser;
use mock_idp::idp::Certificate;
use mock_idp::{Person, Sp};
use mock_idp_web::MockIdp;
use std::time::Duration;
use time::macros::datetime;

#[tokio::test]
async fn many_at_once_do_not_meet() {
    let sp = || Sp::new("urn:sp", "http://sp.test/acs");
    let zoe = Person::new("zoe@a.test", "Zoe", "Zimmer", &[]);
    let at = datetime!(2026-01-01 12:00 UTC);
    let healthy = MockIdp::azure().sp(sp()).person(zoe).at(at).seed(7).start().await.unwrap();
    let others = [MockIdp::okta(), MockIdp::duo(), MockIdp::google(), MockIdp::auth0(), MockIdp::azure()];
    let mut running = Vec::new();
    for other in others {
        running.push(other.sp(sp()).start().await.unwrap());
    }
    let broken = running.last().unwrap();
    broken.queue("wrong_audience").unwrap();
    assert!(broken.queue("no_such").unwrap_err().to_string().starts_with("`queue` is `no_such`, expected one of"));
    let login = |idp: &mock_idp_web::Running, user: &str| {
        let url = format!("{}/azure/start?user={user}", idp.url());
        async move { browser().get(url).send().await.unwrap() }
    };
    let (one, other) = (login(&healthy, "zoe").await, login(broken, "ann").await);
    let cookie = |response: &reqwest::Response| response.headers()["set-cookie"].to_str().unwrap().to_owned();
    let name = |cookie: String| cookie.split('=').next().unwrap().to_owned();
    assert_ne!(name(cookie(&one)), name(cookie(&other)), "ports of one host share their cookies");
    let xml = |idp: &mock_idp_web::Running| idp.exchanges()[0]["sent"]["xml"].as_str().unwrap().to_owned();
    assert!(xml(&healthy).contains("zoe@a.test") && xml(&healthy).contains("2026-01-01T12:"));
    assert!(xml(broken).contains("https://other-sp.test"));
    assert_eq!(healthy.take_request(Duration::ZERO).await, None, "nobody sent a request");
    let before = broken.metadata();
    broken.roll_over(&[Certificate::Current, Certificate::Next]);
    let announced = broken.metadata();
    broken.roll_over(&[Certificate::Next]);
    assert!(announced.len() > before.len() && broken.metadata() != before, "the metadata follows the keys");
    let url = healthy.url().to_owned();
    drop(healthy);
    assert!(browser().get(url).send().await.is_err(), "it ends when it is dropped");
}
