//! HTTP-Artifact: which artifacts are resolved and where, and what the answer must be. The message inside is the mock's.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{
    ACS, ENTITY_ID, Memory, REQUEST_ID, acs, changed, expecting, now, recipe, redeem, sp, sp_with_logout,
};
use crate::wrapping::{carrying, placements};
use mock_idp::quirks::Quirk;
use mock_idp::recipe::RecipeError;
use mock_idp::sign::Plan;
use mock_idp::step::Step;
use mock_idp::tree::Element;
use mock_idp::wire::spell;
use mock_idp::workshop::Workshop;
use mock_idp::{Recipe, Sign, Vendor, attacks, people, read};
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
    let (_, request) = resolve.soap().split_once(":Body>").unwrap();
    let (request, _) = request.rsplit_once("</").and_then(|(inside, _)| inside.rsplit_once("</")).unwrap();
    let certificate = sp_with_logout("https://sp.test/slo").signing_key().unwrap().certificate_der().unwrap().to_vec();
    mock_idp::proof::of_xml(request.as_bytes(), std::slice::from_ref(&certificate)).unwrap();
    let other = mock_idp::Idp::of(okta(), "https://idp.example.test").certificate_der().to_vec();
    assert!(mock_idp::proof::of_xml(request.as_bytes(), &[other]).is_err());
    assert!(mock_idp::proof::of_xml(request.replace(&text, "AAQ").as_bytes(), &[certificate]).is_err());
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
    who(soap).map(drop)
}

/// Who logs in by this answer.
fn who(soap: &str) -> Result<String, &'static str> {
    let (sp, idp) = (sp(), idp());
    let delivery = Delivery { endpoint: &acs(), expectation: &expecting(&idp), now: now() };
    let received = resolved(soap.as_bytes(), "_r", Some("state"), &sp, &idp, now());
    let accepted = received.and_then(|received| {
        assert_eq!(received.relay_state().unwrap().as_str(), "state");
        redeem(received.accept(&sp, &idp, delivery)?, &Memory::default(), now())
    });
    accepted.map(|identity| identity.name_id.value).map_err(|rejection| rejection.reason().name())
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

/// Puts the signed Response into an ArtifactResponse, which is signed by this plan.
fn signed_answer(bench: &mut Workshop<'_>, plan: &Plan) -> Result<(), RecipeError> {
    let of = |name: &str| Element::new(name.to_owned());
    let issuer = of("a:Issuer").with("xmlns:a", "urn:oasis:names:tc:SAML:2.0:assertion");
    let code = of("p:StatusCode").with("Value", "urn:oasis:names:tc:SAML:2.0:status:Success");
    let answer = of("p:ArtifactResponse").with("xmlns:p", "urn:oasis:names:tc:SAML:2.0:protocol").with("ID", "_a");
    let answer = answer.with("Version", "2.0").with("IssueInstant", "2026-11-25T09:30:00Z").with("InResponseTo", "_r");
    let answer = answer.holding(issuer.saying(bench.recipe.idp.entity_id.clone()));
    let message = std::mem::replace(&mut bench.response, of("none"));
    bench.response = answer.holding(of("p:Status").holding(code)).holding(message);
    bench.sign_response_by(plan)
}

static SIGNED: Quirk = changed(&[Step::Signed(|bench| signed_answer(bench, &bench.plan.clone()))]);

static SIGNED_BY_A_STRANGER: Quirk = changed(&[Step::Signed(|bench| {
    let plan = bench.attacker_plan(Vec::new());
    signed_answer(bench, &plan)
})]);

/// An answer may be signed; then it must be by this IdP, over what is there.
#[test]
fn a_signature_of_the_answer_counts() {
    let built = |quirk| Recipe { quirk: Some(quirk), ..recipe(okta()) }.build().unwrap().xml;
    let envelope = |xml: &str| {
        let answer = xml.split_once("?>").map_or(xml, |(_, rest)| rest);
        format!("<e:Envelope xmlns:e=\"{SOAP}\"><e:Body>{answer}</e:Body></e:Envelope>")
    };
    let healthy = built(&SIGNED);
    assert_eq!(outcome(&envelope(&healthy)), Ok(()));
    let later = healthy.replacen("09:30:00Z\" InResponseTo=\"_r", "09:29:59Z\" InResponseTo=\"_r", 1);
    assert_ne!(later, healthy);
    assert_eq!(outcome(&envelope(&later)), Err("digest_mismatch"));
    assert_eq!(outcome(&envelope(&built(&SIGNED_BY_A_STRANGER))), Err("signature_invalid"));
    let version = answer("_r", idp().entity_id().as_str(), "Success", &recipe(okta()).build().unwrap().xml);
    assert_eq!(outcome(&version), Ok(()));
    assert_eq!(outcome(&version.replacen("Version=\"2.0\"", "Version=\"1.1\"", 1)), Err("version_mismatch"));
}

/// Around a signed answer whose message nobody signed: a forged answer in every place of it, it in every place of a forged
/// one, with and without the genuine Signature where it would be looked for.
#[test]
fn every_place_around_a_signed_answer() {
    let tree = |person, id: &str| {
        let recipe = Recipe { quirk: Some(&SIGNED), sign: Sign::Neither, person, ..recipe(okta()) };
        let mut answer = read::element(&recipe.build().unwrap().xml).unwrap();
        answer.set("ID", id);
        answer
    };
    let genuine = tree(people::ann(), "_a");
    let mut forged = tree(people::mallory(), "_b");
    forged.take("Signature");
    forged.child_mut("Response").unwrap().walk_mut(&mut |element| {
        if let Some(id) = element.get("ID").map(str::to_owned) {
            element.set("ID", format!("{id}b"));
        }
    });
    let soap =
        |answer: &Element| format!("<e:Envelope xmlns:e=\"{SOAP}\"><e:Body>{}</e:Body></e:Envelope>", spell(answer));
    assert_eq!(outcome(&soap(&genuine)), Ok(()));
    assert_eq!(outcome(&soap(&forged)), Err("signature_missing"));
    let mut bare = genuine.clone();
    let carrier = carrying(forged.clone(), &bare.take("Signature").unwrap());
    let mut answers = placements(&genuine, &forged);
    answers.extend(placements(&genuine, forged.child("Response").unwrap()));
    for (host, guest) in [(&forged, &genuine), (&carrier, &bare), (&carrier, &genuine)] {
        answers.extend(placements(host, guest));
    }
    // What stands inside the Signature is outside the digest, and nobody looks there for a message.
    let accepted: Vec<_> = answers.iter().filter_map(|answer| who(&soap(answer)).ok()).collect();
    assert!(accepted.iter().all(|name| name == "ann@example.test"), "{accepted:?}");
    assert!(answers.len() > 400 && accepted.len() < 20, "{} of {}", accepted.len(), answers.len());
}
