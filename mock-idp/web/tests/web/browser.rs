//! The mocks as a browser meets them: a real listener on loopback, real requests.

use crate::here::{ACS, Here, posted, query, request, value};
use mock_idp::{Sp, Vendor, base64};
use reqwest::StatusCode;
use scraper::Html;
use serde_json::{Value, json};

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

/// Both ways: what the document lists is answered, and nothing else is.
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
