//! What the tests share: running mocks on loopback, a browser with cookies, requests and what a page posts.

use mock_idp::names::{SAML, SAMLP};
use mock_idp::{Sp, Vendor, base64};
use mock_idp_web::{Config, serve};
use reqwest::{Client, StatusCode, redirect};
use scraper::{Html, Selector};
use serde_json::Value;

pub(crate) const ACS: &str = "http://sp.test/acs";

/// A running set of mocks and a browser with a cookie jar.
pub(crate) struct Here {
    pub(crate) base: String,
    pub(crate) browser: Client,
}

/// A browser with an empty cookie jar that goes nowhere by itself.
pub(crate) fn browser() -> Client {
    // A process has one provider; another test may have installed it already.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    Client::builder().cookie_store(true).redirect(redirect::Policy::none()).build().unwrap()
}

/// What a page would post to the SP.
#[derive(Debug)]
pub(crate) struct Posted {
    pub(crate) action: String,
    pub(crate) xml: String,
    pub(crate) relay_state: Option<String>,
}

impl Here {
    pub(crate) async fn start(sps: Vec<Sp>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let config = Config { sps, seed: 1, ..Config::new(&base, Vendor::all().collect()) };
        tokio::spawn(serve(config, listener));
        Self { base, browser: browser() }
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, String) {
        let response = self.browser.get(format!("{}{path}", self.base)).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let response = self.browser.post(format!("{}{path}", self.base)).form(fields).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    pub(crate) async fn api(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send("post", path, &body).await
    }

    pub(crate) async fn send(&self, verb: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let verb = verb.to_uppercase().parse().unwrap();
        let request = self.browser.request(verb, format!("{}{path}", self.base));
        let request = request.header("content-type", "application/json");
        let response = request.body(body.to_string()).send().await.unwrap();
        (response.status(), serde_json::from_str(&response.text().await.unwrap()).unwrap())
    }

    /// Sends an AuthnRequest by Redirect and returns the page.
    pub(crate) async fn request(&self, vendor: Vendor, more: &str) -> (StatusCode, String) {
        let path = &vendor.shape().service.sso_path.value;
        let separator = if path.contains('?') { '&' } else { '?' };
        self.get(&format!("{path}{separator}{}", query(&request(more)))).await
    }

    /// Fills the login form in.
    pub(crate) async fn log_in(&self, vendor: Vendor, page: &str, user: &str) -> (StatusCode, String) {
        let key = value(page, "input[name=login]").unwrap();
        self.form(&format!("/{}/login", vendor.name()), &[("login", &key), ("other", user)]).await
    }
}

pub(crate) fn request(more: &str) -> String {
    format!(
        r#"<p:AuthnRequest xmlns:p="{SAMLP}" xmlns:a="{SAML}" ID="_r1" Version="2.0" IssueInstant="2026-01-01T00:00:00Z" AssertionConsumerServiceURL="{ACS}" {more}><a:Issuer>urn:sp</a:Issuer></p:AuthnRequest>"#
    )
}

pub(crate) fn query(xml: &str) -> String {
    let encoded = base64::encode(&flate(xml.as_bytes()));
    form_urlencoded::Serializer::new(String::new())
        .append_pair("SAMLRequest", &encoded)
        .append_pair("RelayState", "/back?to=1&here")
        .finish()
}

/// A DEFLATE stream of one stored block, which needs no compressor.
pub(crate) fn flate(octets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(octets.len()).unwrap();
    let mut stream = vec![1];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(octets);
    stream
}

pub(crate) fn value(page: &str, selector: &str) -> Option<String> {
    let document = Html::parse_document(page);
    let found = document.select(&Selector::parse(selector).unwrap()).next()?;
    found.value().attr("value").map(str::to_owned)
}

pub(crate) fn posted(page: &str) -> Posted {
    let document = Html::parse_document(page);
    let form = document.select(&Selector::parse("form").unwrap()).next().expect(page);
    let encoded = value(page, "input[name=SAMLResponse]").expect(page);
    assert!(page.contains("<button>Continue</button>"), "works without JavaScript");
    Posted {
        action: form.value().attr("action").unwrap().to_owned(),
        xml: String::from_utf8(base64::decode(&encoded).unwrap()).unwrap(),
        relay_state: value(page, "input[name=RelayState]"),
    }
}
