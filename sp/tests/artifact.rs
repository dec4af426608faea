//! HTTP-Artifact: which artifacts are resolved and where, and what the answer must be. The message inside is the mock's.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{acs, expecting, now, recipe, sp, sp_with_logout};
use mock_idp::{Recipe, Vendor, attacks};
use sp::artifact::{Artifact, resolved};
use sp::request::ArtifactResolve;
use sp::{Delivery, Idp, metadata};

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

fn okta() -> Vendor {
    Vendor::named("okta").unwrap()
}

/// Okta with an endpoint for artifacts, as some IdPs' metadata has it.
fn idp() -> Idp {
    let file = mock_idp::Idp::of(okta(), "https://idp.example.test").metadata(okta());
    let service = "<md:ArtifactResolutionService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:SOAP\" index=\"7\" \
                   Location=\"https://idp.example.test/artifact\"/>";
    let (before, after) = file.split_once("</md:KeyDescriptor>").unwrap();
    let file = format!("{before}</md:KeyDescriptor>{service}{after}");
    metadata::read_idp(file.as_bytes(), &sp::Allow::default(), now(), &sp::Limits::default()).unwrap().remove(0)
}

fn artifact(entity_id: &str, kind: u8, index: u8, length: usize) -> String {
    let source = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, entity_id.as_bytes());
    let octets = [&[0, kind, 0, index], source.as_ref(), &[9; 20][..]].concat();
    mock_idp::base64::encode(octets.get(..length).unwrap_or(&octets))
}

#[test]
fn which_artifacts_are_resolved() {
    let idp = idp();
    let ours = idp.entity_id().as_str();
    let check = |text: &str, expected: Result<&str, &str>| {
        let artifact = Artifact::read(text);
        let location =
            artifact.and_then(|artifact| artifact.resolution_service(&idp).map(|service| service.location.to_string()));
        assert_eq!(location.map_err(|rejection| rejection.reason().name()), expected.map(str::to_owned), "{text}");
    };
    check(&artifact(ours, 4, 7, 44), Ok("https://idp.example.test/artifact"));
    check(&artifact(ours, 4, 8, 44), Err("artifact_endpoint_unknown"));
    check(&artifact("https://other.test", 4, 7, 44), Err("artifact_of_other_idp"));
    check(&artifact(ours, 1, 7, 44), Err("artifact_invalid"));
    check(&artifact(ours, 4, 7, 43), Err("artifact_invalid"));
    check("", Err("artifact_invalid"));
    check("@", Err("artifact_invalid"));
    check(&"A".repeat(1000), Err("artifact_invalid"));
}

#[test]
fn what_is_asked_is_signed() {
    let text = artifact(idp().entity_id().as_str(), 4, 7, 44);
    let artifact = Artifact::read(&text).unwrap();
    let resolve = ArtifactResolve::new("_r", now(), &sp_with_logout("https://sp.test/slo"), &idp(), &artifact).unwrap();
    assert_eq!(resolve.location().as_str(), "https://idp.example.test/artifact");
    assert!(resolve.soap().contains(&format!("<samlp:Artifact>{text}</samlp:Artifact>")), "{}", resolve.soap());
    assert!(resolve.soap().contains("<ds:SignatureValue>"));
    assert!(ArtifactResolve::new("_r", now(), &sp(), &idp(), &artifact).is_err(), "there is no key");
}

/// An answer around a message: the ID it answers, its Issuer, its Status.
fn answer(id: &str, issuer: &str, status: &str, message: &str) -> String {
    let message = message.split_once("?>").filter(|_| message.starts_with("<?")).map_or(message, |(_, rest)| rest);
    format!(
        "<e:Envelope xmlns:e=\"{SOAP}\"><e:Header/><e:Body><p:ArtifactResponse xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
         ID=\"_a\" Version=\"2.0\" IssueInstant=\"2026-11-25T09:30:00Z\" InResponseTo=\"{id}\">\
         <a:Issuer xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\">{issuer}</a:Issuer><p:Status>\
         <p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{status}\"/></p:Status>{message}</p:ArtifactResponse>\
         </e:Body></e:Envelope>"
    )
}

fn outcome(soap: &str) -> Result<(), &'static str> {
    let (sp, idp) = (sp(), idp());
    let delivery = Delivery { endpoint: &acs(), expectation: &expecting(&idp), now: now() };
    let received = resolved(soap.as_bytes(), "_r", Some("state"), &sp, &idp, now());
    let accepted = received.and_then(|received| {
        assert_eq!(received.relay_state().unwrap().as_str(), "state");
        received.accept(&sp, &idp, delivery)
    });
    accepted.map(drop).map_err(|rejection| rejection.reason().name())
}

#[test]
fn what_the_answer_must_be() {
    let idp = idp();
    let ours = idp.entity_id().as_str();
    let message = recipe(okta()).build().unwrap().xml;
    let forged = Recipe { attack: attacks::named("unsigned"), ..recipe(okta()) }.build().unwrap().xml;
    assert_eq!(outcome(&answer("_r", ours, "Success", &message)), Ok(()));
    let rows = [
        (answer("_other", ours, "Success", &message), "artifact_answer_mismatch"),
        (answer("_r", "https://other.test", "Success", &message), "issuer_mismatch"),
        (answer("_r", ours, "Requester", &message), "status_not_success"),
        (answer("_r", ours, "Success", ""), "artifact_unknown"),
        (answer("_r", ours, "Success", &forged), "signature_missing"),
        (
            answer("_r", ours, "Success", &message).replace(SOAP, "http://www.w3.org/2003/05/soap-envelope"),
            "soap_malformed",
        ),
        (
            answer("_r", ours, "Success", &message)
                .replace("09:30:00Z\" InResponseTo=\"_r", "09:30:01Z\" InResponseTo=\"_r"),
            "issued_in_future",
        ),
        (message.clone(), "soap_malformed"),
    ];
    for (soap, expected) in rows {
        assert_eq!(outcome(&soap), Err(expected), "{soap:.600}");
    }
}
