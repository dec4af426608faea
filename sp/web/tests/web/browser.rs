//! A browser: keeps cookies, follows nothing by itself. And what it gets to see.

use crate::log;
use mock_idp::Message;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::Value;

pub(crate) struct Browser {
    client: reqwest::Client,
    base: String,
}

/// One answer of the Service Provider.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Browser {
    pub(crate) fn new(base: &str) -> Self {
        // Someone else may have named one already; every test speaks plain http anyway.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).no_proxy();
        Self { client: client.build().unwrap(), base: base.to_owned() }
    }

    pub(crate) async fn get(&self, path_and_query: &str) -> Answer {
        Answer::of(self.client.get(format!("{}{path_and_query}", self.base))).await
    }

    /// A GET, to be completed.
    pub(crate) fn get_request(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.base))
    }

    pub(crate) async fn get_with(&self, path: &str, cookie: &str) -> Answer {
        Answer::of(self.client.get(format!("{}{path}", self.base)).header("cookie", cookie)).await
    }

    /// A POST to the AssertionConsumerService, to be completed.
    pub(crate) fn post(&self) -> reqwest::RequestBuilder {
        self.client.post(format!("{}/saml/acs", self.base))
    }

    /// Posts a form to one of the Service Provider's paths.
    pub(crate) async fn post_to(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.client.post(format!("{}{path}", self.base)).form(fields)).await
    }

    /// Delivers a message as an IdP's page would.
    pub(crate) async fn deliver(&self, message: &Message, relay_state: Option<&str>) -> Answer {
        let response = message.base64();
        let mut fields = vec![("SAMLResponse", response.as_str())];
        fields.extend(relay_state.map(|state| ("RelayState", state)));
        Answer::of(self.post().form(&fields)).await
    }

    /// Who is logged in.
    pub(crate) async fn whoami(&self) -> Option<Value> {
        let answer = self.get("/saml/whoami").await;
        match answer.status {
            200 => Some(serde_json::from_str(&answer.body).unwrap()),
            401 => None,
            other => panic!("whoami answers {other}"),
        }
    }

    /// Checks that nobody is logged in.
    pub(crate) async fn check_nobody(&self) {
        assert_eq!(self.whoami().await, None);
    }

    /// Checks that Ann is logged in, with her attributes.
    pub(crate) async fn check_ann(&self) {
        let whoami = self.whoami().await.expect("somebody is logged in");
        assert_eq!(whoami["name_id"], "ann@example.test");
        assert!(whoami["attributes"].to_string().contains("Archer"), "{whoami}");
    }
}

impl Answer {
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.text().await.unwrap() }
    }

    pub(crate) fn location(&self) -> &str {
        self.headers.get(LOCATION).map(|location| location.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn set_cookie(&self) -> &str {
        self.headers.get(SET_COOKIE).map(|cookie| cookie.to_str().unwrap()).unwrap_or_default()
    }

    /// Checks that the message logged someone in, and where the browser goes.
    pub(crate) fn check_accepted(&self, path: &str) {
        assert_eq!((self.status, self.location()), (303, path), "{}", self.refusal_or_body());
        assert!(self.set_cookie().starts_with("samlspec-session="), "{}", self.set_cookie());
    }

    /// Checks the refusal: one sentence for the browser, the reason in the log.
    pub(crate) fn check_refused(&self, reason: &str) {
        self.check_refused_with(403, reason);
    }

    pub(crate) fn check_refused_with(&self, status: u16, reason: &str) {
        let line = self.log_line().unwrap_or_else(|| panic!("refused, not {}: {}", self.status, self.body));
        assert_eq!((self.status, log::field(&line, "reason").as_str()), (status, reason), "{line}");
        assert_eq!(self.set_cookie(), "");
        assert_eq!(self.headers[CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(self.body.contains("<h1>The sign-in could not be completed.</h1>"), "{}", self.body);
        let secrets = [reason, &log::field(&line, "rule"), &log::field(&line, "found")].map(str::to_owned);
        for secret in secrets.iter().filter(|secret| 4 < secret.len()) {
            assert!(!self.body.contains(secret.as_str()), "the page says {secret}");
        }
    }

    /// Checks the refusal of a logout message.
    pub(crate) fn check_refused_to_log_out(&self, reason: &str) {
        let line = self.log_line().unwrap_or_else(|| panic!("refused, not {}: {}", self.status, self.body));
        assert_eq!((self.status, log::field(&line, "reason").as_str()), (403, reason), "{line}");
        assert!(self.body.contains("<h1>The sign-out could not be completed.</h1>"), "{}", self.body);
    }

    /// The line in the log about this refusal.
    pub(crate) fn log_line(&self) -> Option<String> {
        let (_, rest) = self.body.split_once("<code>")?;
        Some(log::line(rest.split('<').next()?))
    }

    fn refusal_or_body(&self) -> String {
        self.log_line().unwrap_or_else(|| self.body.clone())
    }
}
