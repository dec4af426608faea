//! What a login demanded is what came: each row is a demand, and what the mock's healthy answer is held against.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, acs, expecting, idp, now, recipe, sp};
use mock_idp::{Edits, Recipe, Vendor, request};
use sp::accept::Received;
use sp::request::{AuthnRequest, Carried, Comparison, Demands, RequestedAuthnContext};
use sp::{Delivery, Expectation};

const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
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
    ];
    for (demands, expected) in rows {
        check(edits.clone(), &expecting(&idp(okta())).demanding(demands.clone(), now()), expected);
    }
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
    assert!(!url.contains("Signature="), "Okta does not ask for it");
    let signing = common::builder().signing_key(sp::SigningKey::from_file(common::SP_KEY.as_bytes()).unwrap());
    let request =
        AuthnRequest::demanding(&demands, "_1", now(), &signing.sign_requests().build(), &idp(okta()), &acs());
    let Carried::Redirect(url) = request.unwrap().carry(Some("state")).unwrap() else { panic!("a form") };
    assert!(url.contains("&RelayState=state&SigAlg=") && url.contains("&Signature="), "{url}");
}
