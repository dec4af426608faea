//! Logout messages of the mock IdPs, by both bindings: the healthy ones are accepted, and each row spoils one thing.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, ENTITY_ID, Memory, NOW, at, now, sp_with_logout, trusted};
use mock_idp::encrypt::{Cipher, Encryption, EncryptionFault, KeyPlacement};
use mock_idp::logout::{EncryptedName, LogoutEdits, LogoutFault, LogoutPart, LogoutRecipe, Subject};
use mock_idp::{Vendor, people};
use sp::logout::{LogoutDelivery, LogoutOrder, LogoutOutcome, PendingLogout, Received, redeem_logout};
use sp::saml::NameId;
use sp::{Allow, EndpointUrl, EntityId, Idp, Instant, Rejection, Sp};

pub(crate) const SLO: &str = "https://sp.example.test/slo";

const REQUEST_ID: &str = "_logout1";

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Binding {
    Post,
    Redirect,
}

pub(crate) const BINDINGS: [Binding; 2] = [Binding::Post, Binding::Redirect];

fn slo() -> EndpointUrl {
    EndpointUrl::new(SLO).unwrap()
}

fn mock(vendor: Vendor) -> mock_idp::Idp {
    mock_idp::Idp::of(vendor, "https://idp.example.test")
}

fn idp(vendor: Vendor) -> Idp {
    trusted(&mock(vendor), vendor, Allow::default())
}

fn request(vendor: Vendor) -> LogoutRecipe {
    let subject = Subject::of(vendor, &people::ann(), ["_s1"]);
    LogoutRecipe { sign: true, ..LogoutRecipe::request(vendor, mock(vendor), SLO, subject, NOW) }
}

fn response(vendor: Vendor) -> LogoutRecipe {
    let recipe = LogoutRecipe::response(vendor, mock(vendor), SLO, Some(REQUEST_ID.to_owned()), NOW);
    LogoutRecipe { sign: true, ..recipe }
}

fn received(recipe: &LogoutRecipe, binding: Binding, sp: &Sp) -> Result<Received, Rejection> {
    match binding {
        Binding::Redirect => Received::redirect(&recipe.redirect().unwrap().query, sp),
        Binding::Post => {
            let form = recipe.post().unwrap();
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.append_pair(form.field, &form.base64());
            body.extend_pairs(form.relay_state.iter().map(|state| ("RelayState", state)));
            Received::post(body.finish().as_bytes(), sp)
        }
    }
}

fn order(recipe: &LogoutRecipe, binding: Binding, idp: &Idp, now: Instant) -> Result<LogoutOrder, Rejection> {
    let sp = sp_with_logout(SLO);
    let delivery = LogoutDelivery { endpoint: &slo(), now };
    let validated = received(recipe, binding, &sp)?.accept_request(&sp, idp, delivery)?;
    run(redeem_logout(validated, &Memory::default(), now))
}

fn outcome(recipe: &LogoutRecipe, binding: Binding, idp: &Idp) -> Result<LogoutOutcome, Rejection> {
    let pending = PendingLogout { id: REQUEST_ID.to_owned(), idp: idp.entity_id().clone() };
    outcome_for(recipe, binding, idp, Some(&pending))
}

fn outcome_for(
    recipe: &LogoutRecipe,
    binding: Binding,
    idp: &Idp,
    pending: Option<&PendingLogout>,
) -> Result<LogoutOutcome, Rejection> {
    let sp = sp_with_logout(SLO);
    let delivery = LogoutDelivery { endpoint: &slo(), now: now() };
    let validated = received(recipe, binding, &sp)?.accept_response(&sp, idp, pending, delivery)?;
    Ok(validated.outcome().clone())
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn reason<T>(result: Result<T, Rejection>) -> Result<T, &'static str> {
    result.map_err(|rejection| rejection.reason().name())
}

#[test]
fn every_vendors_messages_are_understood() {
    for vendor in Vendor::all() {
        for binding in BINDINGS {
            let recipe = LogoutRecipe { relay_state: Some("a b&c".to_owned()), ..request(vendor) };
            let order = order(&recipe, binding, &idp(vendor), now()).unwrap();
            assert_eq!(
                (order.name_id.value.as_str(), order.session_indexes.as_slice()),
                ("ann@example.test", &["_s1".to_owned()][..])
            );
            assert_eq!(order.relay_state.unwrap().as_str(), "a b&c");
            assert_eq!(
                outcome(&response(vendor), binding, &idp(vendor)),
                Ok(LogoutOutcome::Complete),
                "{}",
                vendor.name()
            );
        }
    }
}

/// An EncryptedID names the same person; what does not decrypt ends nobody's session (core 3.7.1).
#[test]
fn an_encrypted_name() {
    let okta_idp = idp(okta());
    let hidden = |fault| {
        let encryption = Encryption { fault, ..Encryption::new(Cipher::Aes256Gcm, KeyPlacement::Sibling) };
        let to = mock_idp::Sp::new(ENTITY_ID, common::ACS).encrypting(common::SP_CERTIFICATE);
        LogoutRecipe { encrypt_name: Some(EncryptedName { encryption, sp: to }), ..request(okta()) }
    };
    for binding in BINDINGS {
        let plain = order(&request(okta()), binding, &okta_idp, now()).unwrap();
        let order_of = |recipe: &LogoutRecipe| order(recipe, binding, &okta_idp, now());
        assert!(!hidden(None).post().unwrap().xml.contains("ann@example.test"));
        let opened = order_of(&hidden(None)).unwrap();
        assert_eq!((opened.name_id, opened.session_indexes), (plain.name_id, plain.session_indexes));
        for fault in [EncryptionFault::WrongRecipient, EncryptionFault::Changed, EncryptionFault::ShortKey] {
            assert_eq!(reason(order_of(&hidden(Some(fault)))).unwrap_err(), "decryption_failed", "{fault:?}");
        }
        // The signature comes first: a stranger's ciphertext never meets our key.
        let forged = LogoutRecipe { fault: Some(LogoutFault::AttackerKey), ..hidden(Some(EncryptionFault::Changed)) };
        assert_eq!(reason(order_of(&forged)).unwrap_err(), "signature_invalid");
    }
}

/// Each row: what differs from the healthy request, and the reason by form and by query.
#[test]
fn requests_that_are_refused() {
    let edit = |edits: LogoutEdits| LogoutRecipe { edits, ..request(okta()) };
    let without = |part| edit(LogoutEdits { without: vec![part], ..LogoutEdits::default() });
    let some = |text: &str| Some(text.to_owned());
    let rows = [
        (
            edit(LogoutEdits { issuer: some("https://evil.test"), ..LogoutEdits::default() }),
            "issuer_mismatch",
            "issuer_mismatch",
        ),
        (without(LogoutPart::Issuer), "signature_misplaced", "issuer_missing"),
        (
            edit(LogoutEdits { destination: some("https://sp.example.test/acs"), ..LogoutEdits::default() }),
            "destination_mismatch",
            "destination_mismatch",
        ),
        (without(LogoutPart::Destination), "destination_missing", "destination_missing"),
        (edit(LogoutEdits { version: some("1.1"), ..LogoutEdits::default() }), "version_mismatch", "version_mismatch"),
        (
            edit(LogoutEdits { not_on_or_after: some("+0s"), ..LogoutEdits::default() }),
            "logout_expired",
            "logout_expired",
        ),
        (
            edit(LogoutEdits { issue_instant: some("+1s"), ..LogoutEdits::default() }),
            "issued_in_future",
            "issued_in_future",
        ),
        (
            edit(LogoutEdits { issue_instant: some("-3601s"), not_on_or_after: some("+1h"), ..LogoutEdits::default() }),
            "issued_too_long_ago",
            "issued_too_long_ago",
        ),
        (
            edit(LogoutEdits { name_id: some(" "), ..LogoutEdits::default() }),
            "logout_name_missing",
            "logout_name_missing",
        ),
        (without(LogoutPart::NameId), "logout_name_missing", "logout_name_missing"),
        (without(LogoutPart::Id), "reference_mismatch", "attribute_missing"),
    ];
    for (recipe, by_post, by_redirect) in rows {
        for (binding, expected) in [(Binding::Post, by_post), (Binding::Redirect, by_redirect)] {
            order(&recipe.twin(), binding, &idp(okta()), now()).unwrap();
            assert_eq!(
                reason(order(&recipe, binding, &idp(okta()), now())),
                Err(expected),
                "{binding:?} {:?}",
                recipe.edits
            );
        }
    }
}

#[test]
fn faults_of_the_signature() {
    for fault in LogoutFault::ALL {
        for binding in BINDINGS {
            let expected = match (fault, binding) {
                (LogoutFault::Unsigned, _) => "logout_not_signed",
                (LogoutFault::AttackerKey, _) | (LogoutFault::EmptySignature | LogoutFault::WrongAlgorithm, _) => {
                    "signature_invalid"
                }
                (LogoutFault::Tampered, Binding::Post) => "digest_mismatch",
                (LogoutFault::Tampered, Binding::Redirect) => "signature_invalid",
                (LogoutFault::WeakAlgorithm, _) => "signature_algorithm_not_allowed",
            };
            for recipe in [request(okta()), response(okta())] {
                let recipe = LogoutRecipe { fault: Some(*fault), ..recipe };
                let refused = match recipe.field() {
                    "SAMLRequest" => reason(order(&recipe, binding, &idp(okta()), now())).map(drop),
                    _ => reason(outcome(&recipe, binding, &idp(okta()))).map(drop),
                };
                assert_eq!(refused, Err(expected), "{fault:?} {binding:?} {}", recipe.field());
            }
        }
    }
}

#[test]
fn a_message_is_of_the_kind_that_its_field_says() {
    let sp = sp_with_logout(SLO);
    let delivery = LogoutDelivery { endpoint: &slo(), now: now() };
    for binding in BINDINGS {
        let refused = received(&response(okta()), binding, &sp).unwrap().accept_request(&sp, &idp(okta()), delivery);
        assert_eq!(reason(refused.map(drop)), Err("logout_unexpected_root"));
        let refused =
            received(&request(okta()), binding, &sp).unwrap().accept_response(&sp, &idp(okta()), None, delivery);
        assert_eq!(reason(refused.map(drop)), Err("logout_unexpected_root"));
    }
    // A LogoutResponse in the field of a request.
    let query = response(okta()).redirect().unwrap().query.replace("SAMLResponse=", "SAMLRequest=");
    let refused = Received::redirect(&query, &sp).unwrap().accept_request(&sp, &idp(okta()), delivery);
    assert_eq!(reason(refused.map(drop)), Err("signature_invalid"));
}

#[test]
fn the_query_is_verified_as_it_came() {
    let sp = sp_with_logout(SLO);
    let azure = Vendor::named("azure").unwrap();
    let query = request(azure).redirect().unwrap().query;
    assert!(query.contains("%3a%2f%2f"), "Azure escapes in lower case: {query}");
    let check = |query: &str, expected: Result<(), &str>| {
        let delivery = LogoutDelivery { endpoint: &slo(), now: now() };
        let result = Received::redirect(query, &sp).and_then(|r| r.accept_request(&sp, &idp(azure), delivery));
        assert_eq!(reason(result.map(drop)), expected, "{query}");
    };
    check(&query, Ok(()));
    check(&format!("tenant=1&{query}"), Ok(()));
    check(&query.replace("%3a%2f%2f", "%3A%2F%2F"), Err("signature_invalid"));
    check(&query.replace("&SigAlg", "&RelayState=x&SigAlg"), Err("signature_invalid"));
    check(&format!("{query}&RelayState=x"), Err("query_malformed"));
    check(&format!("{query}&{query}"), Err("query_malformed"));
    check(query.split("&SigAlg").next().unwrap(), Err("logout_not_signed"));
}

/// A query is signed as a whole; a Signature inside of its message is one too many (bindings 3.4.4.1).
#[test]
fn a_query_holds_no_signature_inside() {
    let verdict = |sign| {
        let xml = LogoutRecipe { sign, ..request(okta()) }.post().unwrap().xml;
        let algorithm = mock_idp::SignatureAlgorithm::RsaSha256;
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("SAMLRequest", &mock_idp::base64::encode(&stored(xml.as_bytes())));
        let signed = query.append_pair("SigAlg", algorithm.uri()).finish();
        let value = mock(okta()).key().sign(algorithm, signed.as_bytes()).unwrap();
        let value: String = form_urlencoded::byte_serialize(mock_idp::base64::encode(&value).as_bytes()).collect();
        let sp = sp_with_logout(SLO);
        let received = Received::redirect(&format!("{signed}&Signature={value}"), &sp).unwrap();
        let delivery = LogoutDelivery { endpoint: &slo(), now: now() };
        reason(received.accept_request(&sp, &idp(okta()), delivery).map(drop))
    };
    assert_eq!(verdict(false), Ok(()));
    assert_eq!(verdict(true), Err("signature_misplaced"));
}

/// DEFLATE of one block that is not compressed.
fn stored(octets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(octets.len()).unwrap();
    [&[1], length.to_le_bytes().as_slice(), (!length).to_le_bytes().as_slice(), octets].concat()
}

/// A comment that splits the name is dropped where the name is digested, and refused where it is read (house-7).
#[test]
fn a_comment_in_the_name() {
    let form = request(okta()).post().unwrap();
    let verdict = |xml: &str| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair(form.field, &mock_idp::base64::encode(xml.as_bytes()));
        let sp = sp_with_logout(SLO);
        let received = Received::post(body.finish().as_bytes(), &sp).unwrap();
        let delivery = LogoutDelivery { endpoint: &slo(), now: now() };
        reason(received.accept_request(&sp, &idp(okta()), delivery).map(drop))
    };
    assert_eq!(verdict(&form.xml), Ok(()));
    assert_eq!(verdict(&form.xml.replace("@example.test", "<!---->@example.test")), Err("comment_in_text"));
}

#[test]
fn a_request_is_carried_out_once() {
    let (sp, store) = (sp_with_logout(SLO), Memory::default());
    let redeemed = |recipe: &LogoutRecipe| {
        let delivery = LogoutDelivery { endpoint: &slo(), now: now() };
        let validated =
            received(recipe, Binding::Redirect, &sp).unwrap().accept_request(&sp, &idp(okta()), delivery).unwrap();
        reason(run(redeem_logout(validated, &store, now()))).map(drop)
    };
    assert_eq!(redeemed(&request(okta())), Ok(()));
    assert_eq!(redeemed(&request(okta())), Err("logout_replayed"));
    assert_eq!(redeemed(&LogoutRecipe { seed: 2, ..request(okta()) }), Ok(()));
    let delivery = LogoutDelivery { endpoint: &slo(), now: now() };
    let late =
        received(&request(okta()), Binding::Post, &sp).unwrap().accept_request(&sp, &idp(okta()), delivery).unwrap();
    assert_eq!(reason(run(redeem_logout(late, &Memory::default(), at(61)))).map(drop), Err("redeemed_too_late"));
}

/// Each row: the sessions that a request lists, and whether ours, `_s1`, is meant.
#[test]
fn which_sessions_are_meant() {
    let ann = NameId {
        value: "ann@example.test".to_owned(),
        format: Some("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress".to_owned()),
        name_qualifier: None,
        sp_name_qualifier: None,
    };
    let us = idp(okta()).entity_id().to_string();
    let order_with = |edits: LogoutEdits| {
        order(&LogoutRecipe { edits, ..request(okta()) }, Binding::Post, &idp(okta()), now()).unwrap()
    };
    let rows: [(&[&str], bool); 4] = [(&[], true), (&["_s1"], true), (&["_s0", "_s1"], true), (&["_s0"], false)];
    for (indexes, expected) in rows {
        let indexes = Some(indexes.iter().map(|index| (*index).to_owned()).collect());
        let order = order_with(LogoutEdits {
            session_indexes: indexes,
            name_id_format: ann.format.clone(),
            ..LogoutEdits::default()
        });
        assert_eq!(order.means(&us, &ann, Some("_s1")), expected, "{order:?}");
        assert!(!order.means("https://other.test", &ann, Some("_s1")));
        assert!(!order.means(&us, &NameId { value: "Ann@example.test".to_owned(), ..ann.clone() }, Some("_s1")));
        assert!(!order.means(&us, &NameId { format: None, ..ann.clone() }, Some("_s1")));
        assert!(!order.means(&us, &NameId { sp_name_qualifier: Some("x".to_owned()), ..ann.clone() }, Some("_s1")));
        let qualified =
            NameId { name_qualifier: Some(us.clone()), sp_name_qualifier: Some(ENTITY_ID.to_owned()), ..ann.clone() };
        assert_eq!(order.means(&us, &qualified, Some("_s1")), expected);
        // A session without a SessionIndex ends with all of them, never with a listed one.
        assert_eq!(order.means(&us, &ann, None), order.session_indexes.is_empty());
    }
    let any_format = order_with(LogoutEdits { without: vec![LogoutPart::NameIdFormat], ..LogoutEdits::default() });
    assert!(any_format.means(&us, &ann, Some("_s1")));
}

#[test]
fn an_answer_is_to_the_pending_request() {
    let okta_idp = idp(okta());
    let pending = |id: &str, idp: &str| PendingLogout { id: id.to_owned(), idp: EntityId::new(idp).unwrap() };
    let ours = okta_idp.entity_id().as_str();
    for binding in BINDINGS {
        let check = |recipe: &LogoutRecipe, pending: Option<&PendingLogout>, expected: Result<LogoutOutcome, &str>| {
            assert_eq!(reason(outcome_for(recipe, binding, &okta_idp, pending)), expected);
        };
        check(&response(okta()), Some(&pending(REQUEST_ID, ours)), Ok(LogoutOutcome::Complete));
        check(&response(okta()), None, Err("logout_unexpected"));
        check(&response(okta()), Some(&pending("_other", ours)), Err("logout_answer_mismatch"));
        check(&response(okta()), Some(&pending(REQUEST_ID, "https://other.test")), Err("request_of_other_idp"));
        let edits = LogoutEdits { without: vec![LogoutPart::InResponseTo], ..LogoutEdits::default() };
        let nameless = LogoutRecipe { edits, ..response(okta()) };
        check(&nameless, Some(&pending(REQUEST_ID, ours)), Err("logout_answer_mismatch"));
    }
}

/// Each row: the two StatusCodes, and what became of the logout.
#[test]
fn what_an_answer_reports() {
    let success = "urn:oasis:names:tc:SAML:2.0:status:Success";
    let responder = "urn:oasis:names:tc:SAML:2.0:status:Responder";
    let partial = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
    let rows = [
        (success, None, LogoutOutcome::Complete),
        (success, Some(partial), LogoutOutcome::Partial),
        (responder, Some(partial), LogoutOutcome::Partial),
        (responder, None, LogoutOutcome::Failed(responder.to_owned())),
    ];
    for (status, sub_status, expected) in rows {
        let edits = LogoutEdits {
            status: Some(status.to_owned()),
            sub_status: sub_status.map(str::to_owned),
            ..LogoutEdits::default()
        };
        let recipe = LogoutRecipe { edits, ..response(okta()) };
        assert_eq!(outcome(&recipe, Binding::Redirect, &idp(okta())), Ok(expected));
    }
}

fn okta() -> Vendor {
    Vendor::named("okta").unwrap()
}
