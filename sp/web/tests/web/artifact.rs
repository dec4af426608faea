//! A login by HTTP-Artifact: the browser brings a reference, the Service Provider fetches the message from the IdP.

use crate::world::{World, metadata, options, vendor};
use aws_lc_rs::digest;
use axum::Router;
use axum::routing::post;
use sp_web::Options;
use std::sync::{Arc, Mutex};

/// An ArtifactResolutionService on a port of its own that gives this message, and a world that knows of it.
async fn world() -> (World, Arc<Mutex<String>>) {
    let message = Arc::new(Mutex::new(String::new()));
    let given = Arc::clone(&message);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let service = format!(
        "<md:ArtifactResolutionService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:SOAP\" index=\"0\" Location=\"http://{}/\"/>",
        listener.local_addr().unwrap()
    );
    let issuer = mock_idp::Idp::of(vendor("okta"), "http://127.0.0.1:7500").entity_id;
    let answer = async move |asked: String| {
        let id = asked.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap();
        let given = given.lock().unwrap();
        let message = given.split_once("?>").map_or(given.as_str(), |(_, rest)| rest);
        format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><p:ArtifactResponse \
             xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_a\" Version=\"2.0\" IssueInstant=\"2026-01-15T12:00:00Z\" \
             InResponseTo=\"{id}\"><a:Issuer xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\">{issuer}</a:Issuer><p:Status>\
             <p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></p:Status>{message}</p:ArtifactResponse>\
             </e:Body></e:Envelope>"
        )
    };
    let router = Router::new().route("/", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut file = metadata(vendor("okta"));
    let text = String::from_utf8(file.octets).unwrap();
    let (before, after) = text.split_once("</md:KeyDescriptor>").unwrap();
    file.octets = format!("{before}</md:KeyDescriptor>{service}{after}").into_bytes();
    (World::with(Options { idp_metadata: vec![file], ..options() }).await, message)
}

fn artifact(entity_id: &str) -> String {
    let source = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, entity_id.as_bytes());
    mock_idp::base64::encode(&[&[0, 4, 0, 0], source.as_ref(), &[7; 20][..]].concat())
}

#[tokio::test]
async fn a_message_is_fetched_and_accepted_once() {
    let (world, given) = world().await;
    let artifact = artifact(&world.recipe(vendor("okta")).idp.entity_id);
    let browser = world.browser();
    let started = world.start(&browser, vendor("okta"), "/a").await;
    *given.lock().unwrap() = world.answer(vendor("okta"), &started).xml;
    let fields = [("SAMLart", artifact.as_str()), ("RelayState", &started.relay_state)];
    browser.post_to("/saml/acs", &fields).await.check_accepted("/a");
    browser.check_ann().await;
    // The IdP should give it once; if it does not, we take it once.
    world.browser().post_to("/saml/acs", &fields[..1]).await.check_refused("unsolicited_names_request");

    *given.lock().unwrap() = mock_idp::Recipe { seed: 2, ..world.recipe(vendor("okta")) }.build().unwrap().xml;
    let query = reqwest::Url::parse_with_params("http://sp/saml/acs", [("SAMLart", artifact.as_str())]).unwrap();
    let other = world.browser();
    other.get(&format!("/saml/acs?{}", query.query().unwrap())).await.check_accepted("/");
    other.check_ann().await;
}

#[tokio::test]
async fn artifacts_that_are_refused() {
    let (world, given) = world().await;
    let browser = world.browser();
    let post = async |art: &str| browser.post_to("/saml/acs", &[("SAMLart", art)]).await;
    post(&artifact("https://other.test")).await.check_refused("artifact_of_other_idp");
    post("AAAA").await.check_refused("artifact_invalid");
    let ours = artifact(&world.recipe(vendor("okta")).idp.entity_id);
    post(&ours).await.check_refused("artifact_unknown");
    let attack = mock_idp::attacks::named("unsigned");
    *given.lock().unwrap() = mock_idp::Recipe { attack, ..world.recipe(vendor("okta")) }.build().unwrap().xml;
    post(&ours).await.check_refused("signature_missing");
    let twice = browser.post_to("/saml/acs", &[("SAMLart", &ours), ("SAMLart", &ours)]).await;
    twice.check_refused_with(400, "field_repeated");
    browser.check_nobody().await;
}
