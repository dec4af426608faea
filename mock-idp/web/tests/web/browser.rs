//! The mocks as a browser and as a test suite meet them: a real listener on loopback, real requests.

use mock_idp::names::{SAML, SAMLP};
use mock_idp::{Sp, Vendor, base64};
use mock_idp_web::{Config, serve};
use reqwest::{Client, StatusCode, redirect};
use scraper::{Html, Selector};
use serde_json::{Value, json};

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

#[tokio::test]
async fn a_login_at_every_vendor_by_redirect() {
    for vendor in Vendor::all() {
        let here = Here::start(Vec::new()).await;
        let (status, form) = here.request(vendor, "").await;
        assert_eq!(status, StatusCode::OK);
        assert!(form.contains(&format!("samlspec mock, not {}", vendor.title())), "{form}");
        let (status, page) = here.log_in(vendor, &form, "ann").await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let posted = posted(&page);
        assert_eq!((posted.action.as_str(), posted.relay_state.as_deref()), (ACS, Some("/back?to=1&here")));
        assert!(posted.xml.contains(r#"InResponseTo="_r1""#) && posted.xml.contains(">ann@example.test<"));
    }
}

#[tokio::test]
async fn a_session_spares_the_second_form() {
    let here = Here::start(Vec::new()).await;
    let (azure, okta) = (Vendor::named("azure").unwrap(), Vendor::named("okta").unwrap());
    let (_, form) = here.request(azure, "").await;
    here.log_in(azure, &form, "bob@example.test").await;
    assert!(posted(&here.request(azure, "").await.1).xml.contains("bob@example.test"));
    // Another vendor has a session of its own, and ForceAuthn asks again.
    assert!(here.request(okta, "").await.1.contains("Who are you"));
    assert!(here.request(azure, r#"ForceAuthn="true""#).await.1.contains("Who are you"));
    assert!(here.get("/azure/logout").await.1.contains("Signed out"));
    assert!(here.request(azure, "").await.1.contains("Who are you"));
}

#[tokio::test]
async fn a_passive_request_is_answered_without_a_form() {
    let here = Here::start(Vec::new()).await;
    let posted = posted(&here.request(Vendor::named("azure").unwrap(), r#"IsPassive="true""#).await.1);
    assert!(posted.xml.contains("status:NoPassive") && !posted.xml.contains("<Assertion"), "{}", posted.xml);
}

#[tokio::test]
async fn a_login_by_post_and_an_unsolicited_one() {
    let here = Here::start(Vec::new()).await;
    let duo = Vendor::named("duo").unwrap();
    let encoded = base64::encode(request("").as_bytes());
    let fields = [("SAMLRequest", encoded.as_str()), ("RelayState", "state")];
    let (_, form) = here.form(&duo.shape().service.sso_path.value, &fields).await;
    assert_eq!(posted(&here.log_in(duo, &form, "ann").await.1).relay_state.as_deref(), Some("state"));
    let unsolicited = posted(&here.get("/duo/start?user=mallory&relay_state=home").await.1);
    assert!(unsolicited.xml.contains("mallory@example.test") && !unsolicited.xml.contains("InResponseTo"));
    assert_eq!(unsolicited.relay_state.as_deref(), Some("home"));
}

#[tokio::test]
async fn a_bad_request_gets_a_page_that_names_the_field() {
    let here = Here::start(vec![Sp::new("urn:sp", "http://sp.test/other")]).await;
    let azure = Vendor::named("azure").unwrap();
    let path = &azure.shape().service.sso_path.value;
    let long = format!("{path}?SAMLRequest={}", "A".repeat(20_000));
    for (path, named) in [
        (path.clone(), "`SAMLRequest` is missing"),
        (format!("{path}?SAMLRequest=%21"), "`SAMLRequest` is not base64"),
        (format!("{path}?SAMLRequest=AAAA"), "`SAMLRequest` is not a complete DEFLATE stream"),
        (format!("{path}?{}", query("<a/>")), "not an AuthnRequest"),
        (format!("{path}?{}", query(&request(""))), "AADSTS50011"),
        (format!("{path}?{}", query(&request("").replace("urn:sp", "urn:x"))), "AADSTS700016"),
        (format!("{path}?SAMLRequest=%21"), "AADSTS75005"),
        (format!("{path}?{}", query(&request("")).replace("RelayState=", "SAMLRequest=")), "more than once"),
        (format!("{path}?{}", query(&request(""))), "`AssertionConsumerServiceURL` is"),
        (format!("{path}?{}", query(&request("").replace("urn:sp", "urn:&lt;b&gt;x"))), "`Issuer` is"),
        (long, "DEFLATE"),
        ("/azure/start?user=nobody".to_owned(), "`user` is"),
        ("/azure/start?user=ann%2Bnothing".to_owned(), "`user` is"),
        ("/azure/start?sp=urn:x".to_owned(), "`sp` is"),
        ("/azure/start?attack=x".to_owned(), "`attack` is"),
    ] {
        let (status, page) = here.get(&path).await;
        let text: String = Html::parse_document(&page).root_element().text().collect();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert!(text.contains(named), "{path}: {text}");
        assert!(!page.contains("<b>"), "{path}: not escaped");
    }
    let (status, _) = here.form("/azure/login", &[("login", "gone"), ("user", "ann")]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn too_much_is_refused() {
    let here = Here::start(Vec::new()).await;
    let path = &Vendor::named("okta").unwrap().shape().service.sso_path.value;
    let body = format!("SAMLRequest={}", "A".repeat(mock_idp_web::BODY_BYTES));
    let request = here.browser.post(format!("{}{path}", here.base));
    assert_eq!(request.body(body).send().await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(here.get("/healthz").await, (StatusCode::OK, "ok\n".to_owned()));
}

#[tokio::test]
async fn attacks_by_queue_and_by_user_name() {
    let here = Here::start(vec![Sp::new("urn:sp", ACS)]).await;
    let (status, body) = here.api("/api/queue", json!({ "vendor": "okta", "attack": "xsw_before" })).await;
    assert_eq!((status, &body["waiting"]), (StatusCode::OK, &json!(1)));
    let forged = posted(&here.get("/okta/start?user=ann").await.1).xml;
    assert_eq!(forged.matches("<saml2:Assertion ").count(), 2);
    let healthy = posted(&here.get("/okta/start?user=ann").await.1).xml;
    assert_eq!(healthy.matches("<saml2:Assertion ").count(), 1);
    let wrong = posted(&here.get("/okta/start?user=ann%2Bwrong_audience").await.1).xml;
    assert!(wrong.contains("https://other-sp.test"));
    let odd = posted(&here.get("/okta/start?user=ann&quirk=cdata_name_id").await.1).xml;
    assert!(odd.contains("<![CDATA[ann@example.test]]>"));
    let again = posted(&here.get("/okta/start?user=ann&attack=replay").await.1).xml;
    assert_eq!(again, odd);
}

#[tokio::test]
async fn the_api_says_what_it_refuses() {
    let here = Here::start(Vec::new()).await;
    for (path, body, named) in [
        ("/api/queue", json!({ "vendor": "nobody" }), "`vendor` is `nobody`"),
        ("/api/queue", json!({ "vendor": "okta", "attack": "x" }), "`attack` is `x`"),
        ("/api/queue", json!({ "vendor": "okta", "atack": "x" }), "unknown field `atack`"),
        ("/api/queue", json!({ "vendor": "okta", "attack": "x" }), "expected one of unsigned, tampered"),
        ("/api/queue", json!({ "vendor": "okta", "times": 0 }), "`times` is `0`"),
        ("/api/queue", json!({ "vendor": "okta", "edits": { "nmae": 1 } }), "unknown field `nmae`"),
        ("/api/queue", json!({ "vendor": "okta", "sign": "all" }), "`sign` is `all`, expected one of response, "),
        ("/api/queue", json!({}), "`vendor` is missing"),
        ("/api/queue", json!({ "vendor": 1 }), "`vendor` is `1`, expected a text"),
        ("/api/queue", json!({ "vendor": "okta", "encrypt": "yes" }), "`encrypt` is `yes`, expected true or false"),
        ("/api/queue", json!({ "vendor": "okta", "logout": "x" }), "`logout` is `x`, expected one of unsigned, "),
        ("/api/keys", json!({ "vendor": "okta", "certificates": "next" }), "`certificates` is `next`, expected a list"),
        ("/api/queue", json!([]), "`body` is"),
        ("/api/people", json!({ "user_name": "a b" }), "without spaces"),
        ("/api/requests/take", json!({ "wait_seconds": 61 }), "`wait_seconds` is `61`, expected 0 to 60"),
        ("/api/requests/take", json!({ "vendor": "nobody" }), "expected one of duo, azure"),
        ("/api/sps", json!({ "metadata_url": "file:///etc/passwd" }), "http or https"),
        ("/api/sps", json!({ "metadata_url": "http://127.0.0.1:1/" }), "`metadata_url` is"),
        ("/api/sps", json!({ "entity_id": "x" }), "or `entity_id` and `acs`"),
        ("/api/reset", json!({ "now": 1 }), "unknown field `now`"),
        ("/api/clock", json!({ "offset_seconds": i64::MAX }), "a year from 1900"),
        ("/api/sps", json!({ "metadata": "<a/>" }), "no SPSSODescriptor"),
        ("/api/sps", json!({ "entity_id": "x", "acs": "javascript:x" }), "http or https"),
        ("/api/clock", json!({ "now": "noon" }), "`now` is `noon`"),
    ] {
        let (status, answer) = here.api(path, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert!(answer["error"].as_str().unwrap().contains(named), "{answer}");
    }
    for (path, field, allowed) in [
        ("/api/exchanges?vendor=x", "vendor", "okta"),
        ("/api/exchanges?vender=okta", "vender", "vendor"),
        ("/api/exchange?number=-1", "number", ""),
        ("/api/exchange", "number", ""),
        ("/api/exchange?number=99", "number", ""),
        ("/api/people?x=1", "x", ""),
        ("/api/reset", "method", "POST"),
    ] {
        let (status, answer) = here.get(path).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(status.is_client_error() && answer["field"] == field, "{path}: {answer}");
        let listed = answer["allowed"].as_array().cloned().unwrap_or_default();
        assert!(allowed.is_empty() || listed.contains(&json!(allowed)), "{path}: {answer}");
    }
    let long = json!({ "metadata": "x".repeat(mock_idp_web::BODY_BYTES) });
    let (status, answer) = here.api("/api/sps", long).await;
    assert_eq!((status, &answer["field"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("body")));
    assert!(answer["error"].as_str().unwrap().contains("expected at most 262144 octets"), "{answer}");
    // A form from another site carries no JSON.
    assert_eq!(here.form("/api/queue", &[("vendor", "okta")]).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_document_says_what_the_router_takes() {
    let here = Here::start(vec![Sp::new("urn:sp", ACS)]).await;
    let document: Value = serde_json::from_str(&here.get("/api/openapi.json").await.1).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 9, "{paths:?}");
    for (path, operations) in paths {
        for (verb, operation) in operations.as_object().unwrap() {
            assert!(operation["summary"].as_str().unwrap().ends_with('.'), "{verb} {path}");
            let unknown = match verb.as_str() {
                "get" | "delete" => continue,
                _ => json!({ "no_such_field": 1 }),
            };
            let (status, answer) = here.send(verb, path, &unknown).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{verb} {path}");
            let error = answer["error"].as_str().unwrap();
            assert!(error.contains("unknown field `no_such_field`"), "{verb} {path}: {error}");
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            for (name, property) in schema["properties"].as_object().unwrap() {
                let value = match property["type"].as_str().unwrap() {
                    "integer" => json!(1),
                    "boolean" => json!(false),
                    "object" => json!({}),
                    "array" => json!([]),
                    _ => property["enum"].get(0).cloned().unwrap_or(json!("x")),
                };
                let (_, answer) = here.send(verb, path, &json!({ name: value })).await;
                let error = answer["error"].as_str().unwrap_or_default();
                let unfit = error.contains("unknown field") || error.contains("invalid type");
                assert!(!unfit, "{verb} {path} {name}: {error}");
            }
        }
    }
}

/// Both ways: what the document lists is answered, and nothing else is.
#[tokio::test]
async fn routes_and_document_are_the_same() {
    let here = Here::start(Vec::new()).await;
    let document: Value = serde_json::from_str(&here.get("/api/openapi.json").await.1).unwrap();
    let paths = document["paths"].as_object().unwrap();
    for (path, operations) in paths {
        for verb in ["get", "post", "put", "delete", "patch"] {
            // A field nobody knows keeps the call from changing anything.
            let (status, answer) = here.send(verb, path, &json!({ "no_such_field": 1 })).await;
            let served = status != StatusCode::METHOD_NOT_ALLOWED && status != StatusCode::NOT_FOUND;
            assert_eq!(served, operations.get(verb).is_some(), "{verb} {path}: {answer}");
            if !served {
                let listed: Vec<String> =
                    operations.as_object().unwrap().keys().map(|verb| verb.to_uppercase()).collect();
                assert_eq!(answer["allowed"], json!(listed), "{verb} {path}");
            }
        }
    }
    let (status, answer) = here.send("get", "/api/nothing", &json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let listed: Vec<&str> = answer["allowed"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    assert_eq!(listed, paths.keys().collect::<Vec<_>>(), "{answer}");
}

#[tokio::test]
async fn a_page_from_elsewhere_cannot_steer() {
    let here = Here::start(Vec::new()).await;
    for (origin, expected) in [("http://evil.test", StatusCode::FORBIDDEN), (here.base.as_str(), StatusCode::OK)] {
        let request = here.browser.post(format!("{}/api/reset", here.base)).header("origin", origin);
        assert_eq!(request.send().await.unwrap().status(), expected, "{origin}");
    }
}

#[tokio::test]
async fn requests_are_taken_and_awaited() {
    let here = Here::start(Vec::new()).await;
    let nothing = here.api("/api/requests/take", json!({})).await;
    assert_eq!(nothing, (StatusCode::OK, Value::Null));
    let wait = json!({ "vendor": "okta", "wait_seconds": 30 });
    let okta = Vendor::named("okta").unwrap();
    let ((_, taken), _) = tokio::join!(here.api("/api/requests/take", wait), here.request(okta, ""));
    assert_eq!((&taken["received"]["issuer"], &taken["received"]["id"]), (&json!("urn:sp"), &json!("_r1")));
    assert!(taken["received"]["xml"].as_str().unwrap().contains("<p:AuthnRequest"));
    assert_eq!(here.api("/api/requests/take", json!({})).await.1, Value::Null);
}

#[tokio::test]
async fn people_are_edited_and_imported() {
    let here = Here::start(vec![Sp::new("urn:sp", ACS)]).await;
    let zoe = json!({ "user_name": "zoe@a.test", "first_name": "Zoe", "groups": ["night shift"] });
    assert_eq!(here.api("/api/people", zoe).await.0, StatusCode::OK);
    let xml = posted(&here.get("/okta/start?user=zoe").await.1).xml;
    assert!(xml.contains(">zoe@a.test<") && xml.contains(">night shift<"), "{xml}");
    let csv = json!({ "csv": "user_name,last_name\nyan@a.test,Young\n" });
    assert_eq!(here.send("put", "/api/people", &csv).await, (StatusCode::OK, json!({ "people": 1 })));
    assert_eq!(here.get("/okta/start?user=zoe").await.0, StatusCode::BAD_REQUEST);
    let gone = here.send("delete", "/api/people?user_name=yan@a.test", &json!({})).await;
    assert_eq!(gone.0, StatusCode::OK);
    let bad = here.send("put", "/api/people", &json!({ "csv": "name\nx" })).await.1;
    assert!(bad["error"].as_str().unwrap().contains("unknown field `name`"), "{bad}");
}

#[tokio::test]
async fn an_attack_by_form_header_and_relay_state() {
    let here = Here::start(vec![Sp::new("urn:sp", ACS)]).await;
    let okta = Vendor::named("okta").unwrap();
    let (_, form) = here.request(okta, "").await;
    assert!(form.contains(r#"<option value="xsw_before""#) && form.contains(r#"<option value="cdata_name_id""#));
    let key = value(&form, "input[name=login]").unwrap();
    let fields = [("login", key.as_str()), ("user", "ann"), ("attack", "wrong_audience"), ("quirk", "")];
    let by_form = posted(&here.form("/okta/login", &fields).await.1).xml;
    assert!(by_form.contains("https://other-sp.test"), "{by_form}");
    let by_relay_state = posted(&here.get("/okta/start?user=ann&relay_state=/a%3Fsamlspec:wrong_audience").await.1);
    assert!(by_relay_state.xml.contains("https://other-sp.test"));
    assert_eq!(by_relay_state.relay_state.as_deref(), Some("/a?samlspec:wrong_audience"));
    let request = here.browser.get(format!("{}/okta/start?user=ann", here.base)).header("x-samlspec", "wrong_audience");
    let by_header = posted(&request.send().await.unwrap().text().await.unwrap()).xml;
    assert!(by_header.contains("https://other-sp.test"));
    let trace: Value = serde_json::from_str(&here.get("/api/exchanges").await.1).unwrap();
    let shown: Vec<_> = trace.as_array().unwrap().iter().map(|exchange| &exchange["sent"]["asked_by"][0]).collect();
    assert_eq!(shown, ["form", "RelayState", "x-samlspec"]);
    assert!(trace.as_array().unwrap().iter().all(|exchange| exchange["sent"]["attack"] == "wrong_audience"));
}

#[tokio::test]
async fn a_slip_in_the_form_does_not_end_the_login() {
    let here = Here::start(Vec::new()).await;
    let okta = Vendor::named("okta").unwrap();
    let (_, form) = here.request(okta, "").await;
    let (status, page) = here.log_in(okta, &form, "nobody").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("ann@example.test, mallory@example.test"), "{page}");
    assert!(posted(&here.log_in(okta, &form, "ann").await.1).xml.contains(">ann@example.test<"));
    assert_eq!(here.log_in(okta, &form, "ann").await.0, StatusCode::BAD_REQUEST, "a form is good for one login");
}

#[tokio::test]
async fn the_kind_of_login_shows() {
    let here = Here::start(Vec::new()).await;
    let (okta, azure) = (Vendor::named("okta").unwrap(), Vendor::named("azure").unwrap());
    let mfa = "https://refeds.org/profile/mfa";
    let wanted = request("").replace(
        "</p:AuthnRequest>",
        &format!("<p:RequestedAuthnContext><a:AuthnContextClassRef>{mfa}</a:AuthnContextClassRef></p:RequestedAuthnContext></p:AuthnRequest>"),
    );
    for (vendor, method, expected) in [
        (okta, "mfa", Ok(mfa)),
        (okta, "password", Err("status:NoAuthnContext")),
        (azure, "mfa", Ok(mfa)),
        (azure, "password", Err("AADSTS75011")),
    ] {
        let path = &vendor.shape().service.sso_path.value;
        here.get(&format!("/{}/logout", vendor.name())).await;
        let (_, form) = here.get(&format!("{path}?{}", query(&wanted))).await;
        let key = value(&form, "input[name=login]").expect(&form);
        let fields = [("login", key.as_str()), ("user", "ann"), ("method", method)];
        let (_, page) = here.form(&format!("/{}/login", vendor.name()), &fields).await;
        match expected {
            Ok(class) => assert!(posted(&page).xml.contains(&format!(">{class}<")), "{vendor:?} {method}"),
            Err(text) if text.starts_with("AAD") => assert!(page.contains(text), "{vendor:?} {method}: {page}"),
            Err(status) => {
                let xml = posted(&page).xml;
                assert!(xml.contains(status) && !xml.contains("Assertion ID"), "{vendor:?} {method}: {xml}");
            }
        }
    }
}

#[tokio::test]
async fn a_name_id_policy_is_followed_or_refused() {
    let here = Here::start(Vec::new()).await;
    let (okta, azure) = (Vendor::named("okta").unwrap(), Vendor::named("azure").unwrap());
    let asking = |vendor: Vendor, format: &str| {
        let policy = format!(r#"<p:NameIDPolicy Format="{format}"/></p:AuthnRequest>"#);
        let xml = request("").replace("</p:AuthnRequest>", &policy);
        format!("{}?{}", vendor.shape().service.sso_path.value, query(&xml))
    };
    let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    let (_, form) = here.get(&asking(azure, persistent)).await;
    let followed = posted(&here.log_in(azure, &form, "ann").await.1).xml;
    assert!(
        followed.contains(&format!(r#"Format="{persistent}""#)) && !followed.contains(">ann@example.test</NameID>")
    );
    assert!(here.get(&asking(azure, "urn:x")).await.1.contains("AADSTS75016"));
    let refused = posted(&here.get(&asking(okta, persistent)).await.1).xml;
    assert!(refused.contains("status:InvalidNameIDPolicy"), "{refused}");
}

#[tokio::test]
async fn garbage_never_stops_the_mock() {
    let here = Here::start(vec![Sp::new("urn:sp", ACS)]).await;
    for vendor in Vendor::all() {
        let path = vendor.shape().service.sso_path.value.clone();
        let separator = if path.contains('?') { '&' } else { '?' };
        for garbage in [
            "",
            "SAMLRequest",
            "SAMLRequest=",
            "SAMLRequest=%FF%00",
            "SAMLRequest=PGE+",
            "SAMLResponse=x",
            "SAMLRequest=a&SAMLRequest=b",
            "%%%",
            "SAMLEncoding=x&SAMLRequest=AAAA",
            "RelayState=samlspec:nothing",
        ] {
            let (by_query, _) = here.get(&format!("{path}{separator}{garbage}")).await;
            assert!(by_query.is_client_error(), "{vendor:?} {garbage}: {by_query}");
            let request = here.browser.post(format!("{}{path}", here.base));
            let by_form = request.body(garbage).send().await.unwrap().status();
            assert!(by_form.is_client_error(), "{vendor:?} {garbage}: {by_form}");
        }
        let octets = here.browser.post(format!("{}{path}", here.base)).body(vec![0xff; 100]).send().await.unwrap();
        assert!(octets.status().is_client_error());
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let request = here.browser.post(format!("{}/api/queue", here.base)).header("content-type", "application/json");
    assert_eq!(request.body(deep).send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(here.get("/healthz").await.1, "ok\n");
}

#[tokio::test]
async fn clock_trace_and_reset() {
    let here = Here::start(Vec::new()).await;
    here.api("/api/sps", json!({ "entity_id": "urn:sp", "acs": ACS })).await;
    here.api("/api/clock", json!({ "now": "2030-01-02T03:04:05Z" })).await;
    let then = posted(&here.get("/duo/start?user=ann").await.1).xml;
    assert!(then.contains(r#"IssueInstant="2030-01-02T03:04:05Z""#), "{then}");
    let trace: Value = serde_json::from_str(&here.get("/api/exchanges").await.1).unwrap();
    assert_eq!((&trace[0]["received"], &trace[0]["sent"]["user"]), (&Value::Null, &json!("ann@example.test")));
    here.api("/api/reset", json!({})).await;
    assert_eq!(here.get("/api/exchanges").await.1, "[]");
    assert_eq!(here.get("/api/sps").await.1, "[]");
}

#[tokio::test]
async fn metadata_console_and_lists() {
    let here = Here::start(Vec::new()).await;
    for vendor in Vendor::all() {
        let by_vendor_path = here.get(&vendor.shape().service.metadata_path.value).await;
        assert_eq!(by_vendor_path.0, StatusCode::OK);
        assert_eq!(by_vendor_path, here.get(&format!("/{}/metadata", vendor.name())).await);
        assert!(by_vendor_path.1.contains(&here.base), "{vendor:?}");
    }
    let (_, console) = here.get("/").await;
    for needed in ["xsw_before", "cdata_name_id", "/okta/start?user=ann@example.test", "Approximate here"] {
        assert!(console.contains(needed), "{needed}");
    }
    let idps: Value = serde_json::from_str(&here.get("/api/idps").await.1).unwrap();
    assert_eq!(idps.as_array().unwrap().len(), Vendor::all().count());
    let attacks: Value = serde_json::from_str(&here.get("/api/attacks").await.1).unwrap();
    assert_eq!(attacks.as_array().unwrap().len(), mock_idp::attacks::ALL.len());
}
