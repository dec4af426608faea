//! Logout messages that we send: what they say, where they go, and that whoever has our certificate verifies them.

use crate::common::{self, ENTITY_ID, Memory, now, sp_with_logout};
use crate::logout::{BINDINGS, Binding, SLO, reason, run};
use sp::logout::{LogoutDelivery, LogoutOutcome, PendingLogout, Received, redeem_logout};
use sp::request::{Carried, LogoutRequest, LogoutResponse, LogoutStatus};
use sp::saml::NameId;
use sp::{Allow, EndpointUrl, EntityId, Idp};

/// Which status we report, and that the answer goes to the ResponseLocation where there is one.
#[test]
fn what_our_answers_say() {
    let (url, other) =
        (EndpointUrl::new("https://idp.test/slo").unwrap(), EndpointUrl::new("https://idp.test/answers"));
    let other = other.unwrap();
    let responder = "urn:oasis:names:tc:SAML:2.0:status:Responder";
    let rows = [
        (LogoutStatus::Success, "urn:oasis:names:tc:SAML:2.0:status:Success", None),
        (LogoutStatus::Partial, responder, Some("urn:oasis:names:tc:SAML:2.0:status:PartialLogout")),
        (LogoutStatus::Failed, responder, None),
    ];
    for response_location in [None, Some(other.clone())] {
        let mut services = sp::Services::default();
        let endpoint = sp::Endpoint::Redirect(url.clone());
        services.single_logout =
            vec![sp::SingleLogoutService { endpoint, response_location: response_location.clone() }];
        let idp = Idp::builder(EntityId::new("idp").unwrap()).services(services);
        let idp = idp.certificate(common::SP_CERTIFICATE.as_bytes()).unwrap().build().unwrap();
        for (status, code, second) in rows {
            let answer = LogoutResponse::new("_a", now(), &sp_with_logout(SLO), &idp, "_theirs", status).unwrap();
            let Carried::Redirect(location) = answer.carry(Some("state")).unwrap() else { panic!("a form") };
            let (place, query) = location.split_once('?').unwrap();
            let wanted = response_location.as_ref().unwrap_or(&url).as_str();
            let read = mock_idp::logout::read::from_redirect_query(query).unwrap();
            assert_eq!((place, read.destination.as_deref()), (wanted, Some(wanted)));
            let in_response_to = Some("_theirs".to_owned());
            let (status, sub_status) = (code.to_owned(), second.map(str::to_owned));
            assert_eq!(read.content, mock_idp::logout::read::Content::Response { in_response_to, status, sub_status });
        }
        let request = LogoutRequest::new("_r", now(), &sp_with_logout(SLO), &idp, &ann(), None).unwrap();
        let Carried::Redirect(location) = request.carry(None).unwrap() else { panic!("a form") };
        assert!(location.starts_with("https://idp.test/slo?"), "{location}");
    }
}

/// What we send is read by the mock, and its signature holds: an IdP with our certificate accepts it.
#[test]
fn what_we_send_is_signed_by_both_bindings() {
    let sp = sp_with_logout(SLO);
    let name_id = NameId {
        value: "a&b".to_owned(),
        format: None,
        name_qualifier: Some("\"q\"".to_owned()),
        sp_name_qualifier: None,
    };
    for binding in BINDINGS {
        let url = EndpointUrl::new("https://idp.example.test/slo?x=1").unwrap();
        let idp = common::as_seen_by_idp(&url, binding == Binding::Redirect);
        let request = LogoutRequest::new("_r", now(), &sp, &idp, &name_id, Some("_s1")).unwrap();
        let response = LogoutResponse::new("_a", now(), &sp, &idp, "_theirs", LogoutStatus::Success).unwrap();
        // The other side: an SP of the same code that trusts our key, at the IdP's endpoint.
        let other = common::sp_at(&url);
        let us = common::us_as_an_idp();
        let receive = |carried: Carried| match carried {
            Carried::Redirect(url) => {
                let query = url.split_once("x=1&").unwrap().1.to_owned();
                mock_idp::logout::read::from_redirect_query(&query).map(|message| assert!(message.signed)).unwrap();
                Received::redirect(&query, &other).unwrap()
            }
            Carried::Form(form) => {
                let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
                mock_idp::logout::read::from_form(&body).map(|message| assert!(message.signed)).unwrap();
                Received::post(body.as_bytes(), &other).unwrap()
            }
        };
        let delivery = LogoutDelivery { endpoint: &url, now: now() };
        let received = receive(request.carry(Some("state")).unwrap());
        assert_eq!(received.relay_state().unwrap().as_str(), "state");
        let order =
            run(redeem_logout(received.accept_request(&other, &us, delivery).unwrap(), &Memory::default(), now()))
                .unwrap();
        assert_eq!((&order.name_id, order.session_indexes.as_slice()), (&name_id, &["_s1".to_owned()][..]));
        let pending = PendingLogout { id: "_theirs".to_owned(), idp: us.entity_id().clone() };
        let received = receive(response.carry(Some("their state")).unwrap());
        let answer = received.accept_response(&other, &us, Some(&pending), delivery).unwrap();
        assert_eq!(answer.outcome(), &LogoutOutcome::Complete);
        assert_eq!(answer.relay_state().unwrap().as_str(), "their state");
    }
    let nowhere = Idp::builder(EntityId::new("idp").unwrap()).certificate(common::SP_CERTIFICATE.as_bytes()).unwrap();
    assert!(LogoutRequest::new("_r", now(), &sp, &nowhere.build().unwrap(), &name_id, None).is_err());
}

/// Every method and digest of the settings, by both bindings, is verified by who has our certificate: by our own code and by
/// the mock's, which shares nothing with it.
#[test]
fn every_method_and_digest_that_we_sign_with() {
    use sp::{DigestMethod, SignatureMethod, SigningKey};
    let methods = [SignatureMethod::RsaSha256, SignatureMethod::RsaSha384, SignatureMethod::RsaSha512];
    let digests = [DigestMethod::Sha1, DigestMethod::Sha256, DigestMethod::Sha384, DigestMethod::Sha512];
    let url = EndpointUrl::new("https://idp.example.test/slo").unwrap();
    let us = Idp::builder(EntityId::new(ENTITY_ID).unwrap()).allow(Allow { sha1: true, ..Allow::default() });
    let us = us.certificate(common::SP_CERTIFICATE.as_bytes()).unwrap().build().unwrap();
    for (method, digest) in methods.iter().flat_map(|method| digests.iter().map(move |digest| (*method, *digest))) {
        let key = SigningKey::from_file(common::SP_KEY.as_bytes()).unwrap().signature_method(method).unwrap();
        let key = key.certificate(common::SP_CERTIFICATE.as_bytes()).unwrap();
        let certificates = [key.certificate_der().unwrap().to_vec()];
        let sp = common::builder().signing_key(key.digest_method(digest)).build();
        for binding in BINDINGS {
            let idp = common::as_seen_by_idp(&url, binding == Binding::Redirect);
            let request = LogoutRequest::new("_r", now(), &sp, &idp, &ann(), None).unwrap();
            let other = common::sp_at(&url);
            let received = match request.carry(None).unwrap() {
                Carried::Redirect(url) => {
                    let query = url.split_once('?').unwrap().1;
                    mock_idp::proof::of_query(query, &certificates).unwrap();
                    Received::redirect(query, &other)
                }
                Carried::Form(form) => {
                    let xml = mock_idp::base64::decode(&form.fields[0].1).unwrap();
                    mock_idp::proof::of_xml(&xml, &certificates).unwrap();
                    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
                    Received::post(body.as_bytes(), &other)
                }
            };
            let delivery = LogoutDelivery { endpoint: &url, now: now() };
            let accepted = received.unwrap().accept_request(&other, &us, delivery);
            assert_eq!(reason(accepted).map(drop), Ok(()), "{method:?} {digest:?} {binding:?}");
        }
    }
}

fn ann() -> NameId {
    NameId { value: "ann".to_owned(), format: None, name_qualifier: None, sp_name_qualifier: None }
}
