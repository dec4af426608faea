//! HTTP-Artifact: which artifacts are resolved and where, and what the answer must be. The message inside is the mock's.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{ACS, ENTITY_ID, REQUEST_ID, acs, expecting, now, recipe, sp, sp_with_logout};
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

/// A Response that nobody signed and its ArtifactResponse, which is, both written in their canonical forms: what Keycloak sends.
struct Vouched {
    signer: mock_idp::key::SigningKey,
    issuer: String,
    /// What the Response holds.
    assertion: String,
}

impl Vouched {
    fn of(signer: mock_idp::key::SigningKey, issuer: &str) -> Self {
        let assertion = format!(
            "<a:Assertion xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_x\" IssueInstant=\"2026-11-25T09:30:00Z\" \
             Version=\"2.0\"><a:Issuer>{issuer}</a:Issuer><a:Subject><a:NameID>ann@example.test</a:NameID>\
             <a:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><a:SubjectConfirmationData \
             InResponseTo=\"{REQUEST_ID}\" NotOnOrAfter=\"2026-11-25T09:35:00Z\" Recipient=\"{ACS}\"></a:SubjectConfirmationData>\
             </a:SubjectConfirmation></a:Subject><a:Conditions><a:AudienceRestriction><a:Audience>{ENTITY_ID}</a:Audience>\
             </a:AudienceRestriction></a:Conditions><a:AuthnStatement AuthnInstant=\"2026-11-25T09:30:00Z\"><a:AuthnContext>\
             <a:AuthnContextClassRef>urn:x</a:AuthnContextClassRef></a:AuthnContext></a:AuthnStatement></a:Assertion>"
        );
        Self { signer, issuer: issuer.to_owned(), assertion }
    }

    fn soap(&self) -> String {
        const SUCCESS: &str =
            "<p:Status><p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></p:StatusCode></p:Status>";
        const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
        let saml = "xmlns:a=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
        let issuer = |name: &str| format!("<a:Issuer {saml}>{name}</a:Issuer>");
        let response = format!(
            "<p:Response Destination=\"{ACS}\" ID=\"_m\" InResponseTo=\"{REQUEST_ID}\" IssueInstant=\"2026-11-25T09:30:00Z\" \
             Version=\"2.0\">{}{SUCCESS}{}</p:Response>",
            issuer(&self.issuer),
            self.assertion,
        );
        let start = "<p:ArtifactResponse xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_a\" InResponseTo=\"_r\" \
                     IssueInstant=\"2026-11-25T09:30:00Z\" Version=\"2.0\">";
        let (head, rest) = (issuer(idp().entity_id().as_str()), format!("{SUCCESS}{response}</p:ArtifactResponse>"));
        let digest = mock_idp::DigestAlgorithm::Sha256.digest(format!("{start}{head}{rest}").as_bytes());
        let info = format!(
            "<ds:SignedInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\">\
             </ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\">\
             </ds:SignatureMethod><ds:Reference URI=\"#_a\"><ds:Transforms><ds:Transform \
             Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform><ds:Transform \
             Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms><ds:DigestMethod \
             Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod><ds:DigestValue>{}</ds:DigestValue>\
             </ds:Reference></ds:SignedInfo>",
            mock_idp::base64::encode(&digest)
        );
        let value = self.signer.sign(mock_idp::SignatureAlgorithm::RsaSha256, info.as_bytes()).unwrap();
        format!(
            "<e:Envelope xmlns:e=\"{SOAP}\"><e:Body>{start}{head}<ds:Signature \
             xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{info}<ds:SignatureValue>{}</ds:SignatureValue></ds:Signature>{rest}\
             </e:Body></e:Envelope>",
            mock_idp::base64::encode(&value)
        )
    }
}

/// What was signed around an unsigned message vouches for it, and for nothing that is not in it.
#[test]
fn the_signature_of_the_answer_covers_the_message_in_it() {
    let okta = mock_idp::Idp::of(okta(), "https://idp.example.test");
    let good = || Vouched::of(okta.key().clone(), &okta.entity_id);
    let soap = good().soap();
    assert_eq!(outcome(&soap), Ok(()));
    let spaced = soap.replace("<p:Status>", "<!-- as it was signed --><p:Status>");
    assert_eq!(outcome(&spaced), Ok(()), "comments are not signed");

    let (before, rest) = soap.split_once("<ds:Signature ").unwrap();
    let unsigned = format!("{before}{}", rest.split_once("</ds:Signature>").unwrap().1);
    assert_eq!(outcome(&unsigned), Err("signature_missing"));
    assert_eq!(outcome(&soap.replace("ann@", "mallory@")), Err("digest_mismatch"));
    assert_eq!(outcome(&soap.replace("ann@", "ann<!---->@")), Err("comment_in_text"));
    assert_eq!(outcome(&soap.replace("ID=\"_a\"", "ID=\"_b\"")), Err("reference_mismatch"));
    let attacker = Vouched { signer: mock_idp::key::attacker(), ..good() };
    assert_eq!(outcome(&attacker.soap()), Err("signature_invalid"));
    let two = Vouched { assertion: good().assertion.replace("_x", "_y") + &good().assertion, ..good() };
    assert_eq!(outcome(&two.soap()), Err("assertion_repeated"));
}

/// What one IdP signed says nothing about the people of another.
#[test]
fn an_answer_vouches_for_its_own_idp_only() {
    let okta = mock_idp::Idp::of(okta(), "https://idp.example.test");
    let other = crate::common::idp(Vendor::named("azure").unwrap());
    let vouched = Vouched::of(okta.key().clone(), other.entity_id().as_str());
    let expectation = expecting(&other);
    let delivery = Delivery { endpoint: &acs(), expectation: &expectation, now: now() };
    let received = resolved(vouched.soap().as_bytes(), "_r", None, &sp(), &idp(), now()).unwrap();
    let refused = received.accept(&sp(), &other, delivery).unwrap_err();
    assert_eq!(refused.reason().name(), "signature_missing");
    let received = resolved(vouched.soap().as_bytes(), "_r", None, &sp(), &idp(), now()).unwrap();
    let refused = received.accept(&sp(), &idp(), delivery).unwrap_err();
    assert_eq!(refused.reason().name(), "issuer_mismatch");
}
