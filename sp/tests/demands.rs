//! What a login demanded is what came: each row is a demand, and what the mock's healthy answer is held against.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, acs, expecting, idp, now, recipe, sp};
use mock_idp::{Edits, Recipe, Vendor, request};
use sp::accept::Received;
use sp::request::{AuthnRequest, Carried, Comparison, Demands, RequestedAuthnContext};
use sp::saml::NameId;
use sp::{Delivery, Expectation};

const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
const KERBEROS: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos";

fn okta() -> Vendor {
    Vendor::named("okta").unwrap()
}

fn demands(change: impl FnOnce(&mut Demands)) -> Demands {
    let mut demands = Demands::default();
    change(&mut demands);
    demands
}

fn name(value: &str, change: impl FnOnce(&mut NameId)) -> NameId {
    let mut name = NameId { value: value.to_owned(), format: None, name_qualifier: None, sp_name_qualifier: None };
    change(&mut name);
    name
}

fn context(comparison: Comparison, class_refs: &[&str]) -> Demands {
    let class_refs = class_refs.iter().map(|class| (*class).to_owned()).collect();
    demands(|demands| demands.authn_context = Some(RequestedAuthnContext { comparison, class_refs }))
}

fn check(edits: Edits, expectation: &Expectation, expected: Result<(), &str>) {
    let xml = Recipe { edits, ..recipe(okta()) }.build().unwrap().xml;
    let delivery = Delivery { endpoint: &acs(), expectation, now: now() };
    let received = Received::post_value(&mock_idp::base64::encode(xml.as_bytes()), &sp()).unwrap();
    let accepted = received.accept(&sp(), &idp(okta()), delivery);
    assert_eq!(accepted.map(drop).map_err(|rejection| rejection.reason().name()), expected, "{expectation:?}");
}

#[test]
fn the_answer_is_held_against_the_demand() {
    let edits = Edits {
        name_id_format: Some(EMAIL.to_owned()),
        authn_context: Some(PASSWORD.to_owned()),
        authn_instant: Some("-1s".to_owned()),
        ..Edits::default()
    };
    let rows = [
        (Demands::default(), Ok(())),
        (demands(|d| d.name_id_format = Some(EMAIL.to_owned())), Ok(())),
        (demands(|d| d.name_id_format = Some(PERSISTENT.to_owned())), Err("name_id_format_mismatch")),
        (context(Comparison::Exact, &[KERBEROS, PASSWORD]), Ok(())),
        (context(Comparison::Exact, &[KERBEROS]), Err("authn_context_mismatch")),
        (context(Comparison::Minimum, &[KERBEROS]), Ok(())),
        (demands(|d| d.is_passive = true), Ok(())),
        (demands(|d| d.name_id_format = Some(UNSPECIFIED.to_owned())), Ok(())),
        (demands(|d| d.subject = Some(name("ann@example.test", |_| {}))), Ok(())),
        (demands(|d| d.subject = Some(name("ann@example.test", |n| n.format = Some(EMAIL.to_owned())))), Ok(())),
        (demands(|d| d.subject = Some(name("ann@example.test", |n| n.format = Some(UNSPECIFIED.to_owned())))), Ok(())),
        (demands(|d| d.subject = Some(name("ben@example.test", |_| {}))), Err("name_id_mismatch")),
        (
            demands(|d| d.subject = Some(name("ann@example.test", |n| n.format = Some(PERSISTENT.to_owned())))),
            Err("name_id_mismatch"),
        ),
        (
            demands(|d| d.subject = Some(name("ann@example.test", |n| n.name_qualifier = Some("urn:x".to_owned())))),
            Err("name_id_mismatch"),
        ),
        (
            demands(|d| d.subject = Some(name("ann@example.test", |n| n.sp_name_qualifier = Some("urn:x".to_owned())))),
            Err("name_id_mismatch"),
        ),
        (demands(|d| d.sp_name_qualifier = Some(common::ENTITY_ID.to_owned())), Ok(())),
        (demands(|d| d.sp_name_qualifier = Some("urn:affiliation".to_owned())), Err("name_qualifier_mismatch")),
    ];
    for (demands, expected) in rows {
        check(edits.clone(), &expecting(&idp(okta())).demanding(demands.clone(), now()), expected);
    }
    let for_the_affiliation = Edits { sp_name_qualifier: Some("urn:affiliation".to_owned()), ..edits.clone() };
    let asked = demands(|d| d.sp_name_qualifier = Some("urn:affiliation".to_owned()));
    check(for_the_affiliation, &expecting(&idp(okta())).demanding(asked, now()), Ok(()));
    // A session of a second ago is fresh for a request of then, and stale for a request of now.
    let forced = demands(|d| d.force_authn = true);
    let asked = |seconds| expecting(&idp(okta())).demanding(forced.clone(), common::at(seconds));
    check(edits.clone(), &asked(-1), Ok(()));
    check(edits, &asked(0), Err("authentication_not_fresh"));
}

#[test]
fn the_request_says_what_is_demanded() {
    let demands = demands(|d| {
        d.name_id_format = Some(EMAIL.to_owned());
        d.known_only = true;
        d.force_authn = true;
        d.is_passive = true;
        d.authn_context =
            Some(RequestedAuthnContext { comparison: Comparison::Minimum, class_refs: vec![PASSWORD.to_owned()] });
        d.attribute_consuming_service_index = Some(1);
    });
    let sp = common::sp_with_logout("https://sp.example.test/slo");
    let request = AuthnRequest::demanding(&demands, "_1", now(), &sp, &idp(okta()), &acs()).unwrap();
    let Carried::Redirect(url) = request.carry(None).unwrap() else { panic!("a form") };
    let read = request::from_redirect_query(url.split_once('?').unwrap().1).unwrap();
    assert_eq!((read.id.as_str(), read.issuer.as_str()), ("_1", common::ENTITY_ID));
    assert_eq!((read.force_authn, read.is_passive), (true, true));
    assert_eq!(read.name_id_policy.as_deref(), Some(EMAIL));
    assert_eq!(read.authn_contexts, [PASSWORD]);
    assert_eq!((read.acs_url.as_deref(), read.acs_index.as_deref()), (Some(common::ACS), None));
    assert!(!read.signed, "Okta does not ask for it");
    let plain = AuthnRequest::new("_1", now(), &sp, &idp(okta()), &acs()).unwrap();
    let Carried::Redirect(url) = plain.carry(None).unwrap() else { panic!("a form") };
    let read = request::from_redirect_query(url.split_once('?').unwrap().1).unwrap();
    assert_eq!(
        (read.force_authn, read.is_passive, read.name_id_policy, read.authn_contexts),
        (false, false, None, vec![])
    );
}

/// What the mock does not read, as it stands in the XML.
#[test]
fn every_demand_is_written() {
    let idp = {
        let url = sp::EndpointUrl::new("https://idp.example.test/sso").unwrap();
        let idp = sp::Idp::builder(idp(okta()).entity_id().clone()).single_sign_on(sp::Endpoint::Post(url));
        idp.certificate(common::SP_CERTIFICATE.as_bytes()).unwrap().build().unwrap()
    };
    let written = |demands: &Demands| {
        let request = AuthnRequest::demanding(demands, "_1", now(), &sp(), &idp, &acs()).unwrap();
        let Carried::Form(form) = request.carry(None).unwrap() else { panic!("a URL") };
        String::from_utf8(mock_idp::base64::decode(&form.fields[0].1).unwrap()).unwrap()
    };
    let rows = [
        (demands(|d| d.attribute_consuming_service_index = Some(7)), " AttributeConsumingServiceIndex=\"7\""),
        (demands(|d| d.assertion_consumer_service_index = Some(3)), " AssertionConsumerServiceIndex=\"3\""),
        (demands(|d| d.known_only = true), "AllowCreate=\"false\""),
        (demands(|d| d.sp_name_qualifier = Some("urn:a&b".to_owned())), "SPNameQualifier=\"urn:a&amp;b\""),
        (context(Comparison::Minimum, &[PASSWORD]), "Comparison=\"minimum\""),
        (
            demands(|d| d.subject = Some(name("ann<", |n| n.format = Some(EMAIL.to_owned())))),
            &format!("<saml:Subject><saml:NameID Format=\"{EMAIL}\">ann&lt;</saml:NameID></saml:Subject>"),
        ),
    ];
    let plain = written(&Demands::default());
    for (demands, expected) in rows {
        assert!(!plain.contains(expected), "{plain}");
        assert!(written(&demands).contains(expected), "{expected}: {}", written(&demands));
    }
    let by_index = written(&demands(|d| d.assertion_consumer_service_index = Some(3)));
    assert!(!by_index.contains("AssertionConsumerServiceURL"), "{by_index}");
}

/// Who asks for signatures, and whose setting it is: either is enough; then the mock verifies them, by both bindings.
#[test]
fn requests_are_signed_where_it_is_asked() {
    let key = || sp::SigningKey::from_file(common::SP_KEY.as_bytes()).unwrap();
    let key = || key().certificate(common::SP_CERTIFICATE.as_bytes()).unwrap();
    let certificates = [key().certificate_der().unwrap().to_vec()];
    let stranger = [mock_idp::Idp::of(okta(), "https://idp.example.test").certificate_der().to_vec()];
    let url = sp::EndpointUrl::new("https://idp.example.test/sso").unwrap();
    for endpoint in [sp::Endpoint::Redirect(url.clone()), sp::Endpoint::Post(url)] {
        for (idp_wants, we_sign) in [(false, false), (true, false), (false, true), (true, true)] {
            let idp = sp::Idp::builder(idp(okta()).entity_id().clone()).single_sign_on(endpoint.clone());
            let idp = idp.wants_signed_requests(idp_wants).certificate(common::SP_CERTIFICATE.as_bytes()).unwrap();
            let sp = common::builder().signing_key(key());
            let sp = if we_sign { sp.sign_requests().build() } else { sp.build() };
            let request = AuthnRequest::new("_1", now(), &sp, &idp.build().unwrap(), &acs()).unwrap();
            let proof = |certificates: &[Vec<u8>]| match request.carry(Some("state")).unwrap() {
                Carried::Redirect(url) => mock_idp::proof::of_query(url.split_once('?').unwrap().1, certificates),
                Carried::Form(form) => {
                    mock_idp::proof::of_xml(&mock_idp::base64::decode(&form.fields[0].1).unwrap(), certificates)
                }
            };
            let case = format!("{endpoint:?} {idp_wants} {we_sign}");
            if idp_wants || we_sign {
                assert_eq!(proof(&certificates).unwrap(), sp::SignatureMethod::RsaSha256.uri(), "{case}");
                assert_eq!(proof(&stranger), Err(mock_idp::proof::ProofError::Untrusted), "{case}");
            } else {
                assert_eq!(proof(&certificates), Err(mock_idp::proof::ProofError::Unsigned), "{case}");
            }
        }
    }
}
