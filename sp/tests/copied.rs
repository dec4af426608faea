//! Messages as people copy them for `inspect`: what a login would refuse is refused, however it was copied.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{REQUEST_ID, acs, idp, now, recipe, sp};
use mock_idp::{SignatureAlgorithm, Vendor};
use sp::inspect::{Asked, inspect};
use std::io::Write;

fn okta() -> Vendor {
    Vendor::named("okta").unwrap()
}

fn check(copied: &str, expected: &str) {
    let asked = Asked::Request(REQUEST_ID.to_owned());
    let report = inspect(copied.as_bytes(), &sp(), &[idp(okta())], &acs(), &asked, now());
    let verdict = report.verdict.map_or_else(|r| r.reason().name(), |_| "accepted");
    assert_eq!(
        verdict,
        expected,
        "{copied:.60}...{}",
        copied.get(copied.len().saturating_sub(60)..).unwrap_or_default()
    );
}

fn escaped(octets: &[u8]) -> String {
    mock_idp::base64::encode(octets).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

fn field() -> String {
    format!("SAMLResponse={}", escaped(recipe(okta()).build().unwrap().xml.as_bytes()))
}

/// The same by HTTP-Redirect.
fn deflated_field() -> String {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(recipe(okta()).build().unwrap().xml.as_bytes()).unwrap();
    format!("SAMLResponse={}", escaped(&encoder.finish().unwrap()))
}

/// A question mark in a value starts no query that would hide the fields before it.
#[test]
fn no_field_hides_behind_a_question_mark() {
    let field = field();
    check(&field, "accepted");
    check(&format!("RelayState=a?b&{field}"), "accepted");
    check(&format!("https://sp.example.test/acs?{field}"), "accepted");
    check(&format!("{field}&RelayState=?&{field}"), "field_repeated");
    check(&format!("RelayState=a&RelayState=?&{field}"), "field_repeated");
    check(&format!("SAMLRequest=?&{field}"), "field_repeated");
    check(&format!("RelayState={}?&{field}", "x".repeat(100)), "relay_state_too_long");
}

/// A query that says it is signed is, by the IdP and over these octets. It need not be: the Response is signed inside.
#[test]
fn the_signature_of_a_query_is_held() {
    let mock = mock_idp::Idp::of(okta(), "https://idp.example.test");
    let field = deflated_field();
    let signed = |fields: &str, algorithm: SignatureAlgorithm| {
        let octets = format!("{fields}&SigAlg={}", algorithm.uri().replace(':', "%3A").replace('#', "%23"));
        let value = escaped(&mock.key().sign(algorithm, octets.as_bytes()).unwrap());
        format!("{octets}&Signature={value}")
    };
    let good = signed(&field, SignatureAlgorithm::RsaSha256);
    check(&field, "accepted");
    check(&good, "accepted");
    check(&format!("https://sp.example.test/acs?{good}"), "accepted");
    check(&signed(&format!("{field}&RelayState=a"), SignatureAlgorithm::RsaSha256), "accepted");
    check(&good.replace("&SigAlg", "&RelayState=a&SigAlg"), "signature_invalid");
    check(&format!("{field}&SigAlg=x&Signature=YWI%3D"), "signature_algorithm_not_allowed");
    check(&signed(&field, SignatureAlgorithm::RsaSha1), "signature_algorithm_not_allowed");
    check(&format!("{good}&Signature=YWI%3D"), "query_malformed");
    check(&format!("{field}&Signature=YWI%3D"), "query_malformed");
    check(&format!("{field}&SAMLEncoding=none"), "query_malformed");
}

/// With several IdPs, a message that names none of them has the fault that a login finds.
#[test]
fn a_message_that_names_nobody() {
    let idps = || [idp(okta()), idp(Vendor::named("duo").unwrap())];
    let xml = recipe(okta()).build().unwrap().xml;
    let reason = |message: &str| {
        let report = inspect(message.as_bytes(), &sp(), &idps(), &acs(), &Asked::Unknown, now());
        report.verdict.map_or_else(|r| r.reason().name(), |_| "accepted")
    };
    assert_eq!(reason(&xml), "accepted");
    assert_eq!(reason("<a/>"), "unexpected_root");
    let name = mock_idp::Idp::of(okta(), "https://idp.example.test").entity_id;
    assert_eq!(reason(&xml.replace(&name, "urn:x")), "issuer_mismatch");
}
