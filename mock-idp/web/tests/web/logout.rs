//! Single Logout as browser and SPs meet it.

use crate::here::{ACS, Here, flate, posted, value};
use mock_idp::logout::read::{self, Content};
use mock_idp::logout::{LogoutRecipe, Subject};
use mock_idp::{Idp, Sp, Vendor, base64, people};
use reqwest::StatusCode;
use serde_json::{Value, json};
use time::OffsetDateTime;

/// A mock that knows two SPs, of which the second has a logout endpoint only where asked for.
async fn two_sps(second: bool) -> Here {
    let here = Here::start(Vec::new()).await;
    here.api("/api/sps", json!({ "entity_id": "urn:one", "acs": ACS, "slo": "http://one.test/slo" })).await;
    let mut other = json!({ "entity_id": "urn:two", "acs": "http://two.test/acs" });
    if second {
        other["slo"] = json!("http://two.test/slo");
    }
    here.api("/api/sps", other).await;
    here
}

/// Ann logs in at both SPs in one session; what comes back is her SessionIndex at the first.
async fn log_in_at_both(here: &Here, vendor: &str) -> String {
    let first = posted(&here.get(&format!("/{vendor}/start?user=ann&sp=urn:one")).await.1).xml;
    here.get(&format!("/{vendor}/start?sp=urn:two")).await;
    let (_, after) = first.split_once("SessionIndex=\"").unwrap();
    after.split('"').next().unwrap().to_owned()
}

/// A LogoutRequest of an SP: shaped as a vendor's, which is as good as any.
fn request_of(issuer: &str, session: &str, signed: bool) -> LogoutRecipe {
    let duo = Vendor::named("duo").unwrap();
    let mut idp = Idp::of(duo, "http://x.test");
    idp.entity_id = issuer.to_owned();
    let subject = Subject::of(duo, &people::ann(), [session]);
    let recipe = LogoutRecipe::request(duo, idp, "http://idp.test/slo", subject, OffsetDateTime::UNIX_EPOCH);
    LogoutRecipe { sign: signed, relay_state: Some("back".to_owned()), ..recipe }
}

fn answer_of(issuer: &str, in_response_to: &str) -> String {
    let duo = Vendor::named("duo").unwrap();
    let mut idp = Idp::of(duo, "http://x.test");
    idp.entity_id = issuer.to_owned();
    let id = Some(in_response_to.to_owned());
    LogoutRecipe::response(duo, idp, "http://idp.test/slo", id, OffsetDateTime::UNIX_EPOCH).redirect().unwrap().query
}

/// What the mock sent through the browser: where to, the message, and what came with it.
async fn sent(here: &Here) -> (String, read::LogoutMessage) {
    let exchanges: Value = serde_json::from_str(&here.get("/api/exchanges").await.1).unwrap();
    let last = exchanges.as_array().unwrap().last().unwrap()["number"].clone();
    let exchange: Value = serde_json::from_str(&here.get(&format!("/api/exchange?number={last}")).await.1).unwrap();
    let xml = exchange["sent"]["xml"].as_str().unwrap_or_else(|| panic!("{exchange}"));
    (exchange["sent"]["to"].as_str().unwrap().to_owned(), read::read(xml.as_bytes()).unwrap())
}

#[tokio::test]
async fn an_sp_ends_the_session_everywhere() {
    for vendor in ["okta", "auth0", "duo"] {
        let here = two_sps(true).await;
        let slo = Vendor::named(vendor).unwrap().shape().service.slo_path.as_ref().unwrap().value.clone();
        let session = log_in_at_both(&here, vendor).await;
        let request = request_of("urn:one", &session, true).redirect().unwrap();
        here.get(&format!("{slo}?{}", request.query)).await;
        // First the other SP is told, in its own name for the session; then the first gets its answer.
        let (to, told) = sent(&here).await;
        assert_eq!(to, "http://two.test/slo", "{vendor}");
        assert!(matches!(&told.content, Content::Request { name_id, .. } if name_id == "ann@example.test"));
        here.get(&format!("{slo}?{}", answer_of("urn:two", &told.id))).await;
        let (to, answer) = sent(&here).await;
        assert_eq!(to, "http://one.test/slo", "{vendor}");
        let Content::Response { in_response_to, status, sub_status } = answer.content else { panic!("{answer:?}") };
        assert_eq!((in_response_to, sub_status), (Some(request.id), None));
        assert!(status.ends_with(":Success"));
        assert!(here.get(&format!("/{vendor}/start?sp=urn:two")).await.1.contains("Who are you"), "{vendor}");
    }
}

#[tokio::test]
async fn by_post_and_partly() {
    let here = two_sps(false).await;
    let session = log_in_at_both(&here, "auth0").await;
    let slo = Vendor::named("auth0").unwrap().shape().service.slo_path.as_ref().unwrap().value.clone();
    let encoded = request_of("urn:one", &session, true).post().unwrap().base64();
    let (status, page) = here.form(&slo, &[("SAMLRequest", &encoded), ("RelayState", "back")]).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(value(&page, "input[name=RelayState]").as_deref(), Some("back"));
    let xml = base64::decode(&value(&page, "input[name=SAMLResponse]").unwrap()).unwrap();
    let Content::Response { sub_status, .. } = read::read(&xml).unwrap().content else { panic!("no answer") };
    assert!(sub_status.unwrap().ends_with(":PartialLogout"), "the second SP has no endpoint");
}

#[tokio::test]
async fn a_person_signs_out_at_the_idp() {
    let here = two_sps(true).await;
    log_in_at_both(&here, "duo").await;
    here.get("/duo/logout").await;
    let slo = Vendor::named("duo").unwrap().shape().service.slo_path.as_ref().unwrap().value.clone();
    let mut told = Vec::new();
    let mut page = String::new();
    for issuer in ["urn:one", "urn:two"] {
        let (to, request) = sent(&here).await;
        told.push(to);
        page = here.get(&format!("{slo}?{}", answer_of(issuer, &request.id))).await.1;
    }
    assert_eq!(told, ["http://one.test/slo", "http://two.test/slo"]);
    assert!(page.contains("Signed out") && !page.contains("Not every"), "{page}");
}

#[tokio::test]
async fn what_is_refused() {
    let here = two_sps(true).await;
    let path = |vendor: &str| {
        let service = &Vendor::named(vendor).unwrap().shape().service;
        service.slo_path.as_ref().unwrap_or(&service.sso_path).value.clone()
    };
    let query = |issuer: &str, signed: bool| request_of(issuer, "_s", signed).redirect().unwrap().query;
    let garbage = format!("SAMLRequest={}", base64::encode(&flate(b"<a/>")).replace('+', "%2B"));
    for (vendor, query, named) in [
        ("google", query("urn:one", true), "malformed_request"),
        ("okta", query("urn:one", false), "`Signature` is missing"),
        ("azure", query("urn:nobody", true), "AADSTS700016"),
        ("auth0", "SAMLResponse=x".to_owned(), "`SAMLResponse` is not"),
        ("auth0", garbage, "not a LogoutRequest or LogoutResponse"),
        ("auth0", answer_of("urn:one", "_nothing"), "waits for an answer"),
    ] {
        let path = path(vendor);
        let separator = if path.contains('?') { '&' } else { '?' };
        let (status, page) = here.get(&format!("{path}{separator}{query}")).await;
        assert!(status.is_client_error(), "{vendor}: {status}");
        assert!(page.replace("&#39;", "'").contains(named), "{vendor} {named}: {page}");
    }
}

#[tokio::test]
async fn a_fault_for_the_next_logout_message() {
    let here = two_sps(true).await;
    log_in_at_both(&here, "duo").await;
    let (status, answer) = here.api("/api/queue", json!({ "vendor": "duo", "logout": "unsigned" })).await;
    assert_eq!((status, &answer["logout"]), (StatusCode::OK, &json!(true)));
    let response = here.browser.get(format!("{}/duo/logout", here.base)).send().await.unwrap();
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.starts_with("http://one.test/slo?SAMLRequest=") && !location.contains("Signature="), "{location}");
}

#[tokio::test]
async fn an_sp_is_known_by_its_metadata() {
    let metadata = r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:sp"><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="http://sp.test/slo" ResponseLocation="http://sp.test/done"/><md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="http://sp.test/acs" index="0"/></md:SPSSODescriptor></md:EntityDescriptor>"#;
    let sp = Sp::from_metadata(metadata).unwrap();
    assert_eq!(
        (sp.logout[0].location.as_str(), sp.logout[0].response_location.as_str()),
        ("http://sp.test/slo", "http://sp.test/done")
    );
}
