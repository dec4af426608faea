//! What arrives from the street: each gets its own clear refusal, within limits, in time linear in its size.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, acs, expecting, idp, now, recipe, sp};
use mock_idp::Vendor;
use sp::accept;
use sp::{Delivery, Rejection};

fn post(body: &[u8]) -> Result<(), Rejection> {
    let (sp, idp) = (sp(), idp(Vendor::named("okta").unwrap()));
    let expectation = expecting(&idp);
    accept::post(body, &sp, &idp, Delivery { endpoint: &acs(), expectation: &expectation, now: now() }).map(|_| ())
}

fn field(xml: &[u8]) -> Vec<u8> {
    let value = mock_idp::base64::encode(xml).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!("SAMLResponse={value}").into_bytes()
}

fn healthy() -> String {
    recipe(Vendor::named("okta").unwrap()).build().unwrap().xml
}

#[test]
fn the_healthy_twin_is_accepted() {
    assert_eq!(post(&field(healthy().as_bytes())), Ok(()));
}

#[test]
fn each_fault_has_its_own_reason() {
    let check = |body: Vec<u8>, reason: &str| {
        let rejection = post(&body).unwrap_err();
        assert_eq!(rejection.reason().name(), reason, "{rejection}");
        assert!(rejection.to_string().len() < 1500, "a message's text is cut");
    };
    let xml = healthy();
    check(vec![], "field_missing");
    check(b"SAMLResponse=".to_vec(), "message_empty");
    check(b"SAMLResponse=%00%01%02".to_vec(), "base64_invalid");
    check([field(xml.as_bytes()), b"&".to_vec(), field(xml.as_bytes())].concat(), "field_repeated");
    check(field(&vec![b' '; 10 << 20]), "message_too_large");
    check(vec![b'x'; 100 << 20], "message_too_large");
    check(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03".to_vec(), "field_missing");
    check(field(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"), "not_utf8");
    check(field(&[xml.as_bytes(), b"\xff"].concat()), "not_utf8");
    check(field(format!("<!DOCTYPE x>{xml}").as_bytes()), "doctype_forbidden");
    check(field(b"<!DOCTYPE x><x/>"), "doctype_forbidden");
    check(field(&xml.as_bytes()[..xml.len() - 1]), "xml_malformed");
    check(field(&xml.as_bytes()[..xml.len() / 2]), "xml_malformed");
    check(field(&[xml.as_bytes(), b"<x/>"].concat()), "xml_malformed");
    check(field(format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000)).as_bytes()), "xml_limit_exceeded");
    check(
        field(format!("<a {}/>", (0..100_000).map(|i| format!("a{i}=''")).collect::<Vec<_>>().join(" ")).as_bytes()),
        "xml_limit_exceeded",
    );
    check(field(b"<a/>"), "unexpected_root");
    check(field(b"<samlp:Response xmlns:samlp='urn:other'/>"), "unexpected_root");
    check(field(b"<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'/>"), "element_missing");
    check(field(cut_signature(&xml).as_bytes()), "signature_malformed");
    check(field(xml.replace("rsa-sha256", "rsa-sha257").as_bytes()), "signature_algorithm_not_allowed");
}

/// Documents within every limit that made a reader do the square of their size. Each would run for minutes.
#[test]
fn the_work_is_linear() {
    let check = |xml: String, reason: &str| {
        assert!(xml.len() > 700_000);
        assert_eq!(post(&field(xml.as_bytes())).unwrap_err().reason().name(), reason);
    };
    check(format!("<r>{}</r>", "<é/>".repeat(190_000)), "unexpected_root");
    check(format!("<r>{}</r>", "<a é=''/>".repeat(95_000)), "unexpected_root");
    let response = |content: &str| {
        format!("<samlp:Response xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'>{content}</samlp:Response>")
    };
    check(response(&"<!---->".repeat(190_000)), "element_missing");
    check(response(&format!("{}&#32;{}", " ".repeat(1_000_000), "<!-- -->".repeat(90_000))), "element_missing");
    let ids: String = (0..60_000).map(|i| format!("<a ID='_{i}'/>")).collect();
    check(response(&ids), "element_missing");
}

/// A declaration that stands once and would be written a hundred thousand times.
#[test]
fn canonical_octets_are_bounded() {
    let uri = format!("urn:{}", "x".repeat(1000));
    let xml = healthy();
    let many = format!("<saml2p:Extensions xmlns:p='{uri}'>{}</saml2p:Extensions>", "<p:a/>".repeat(60_000));
    let status = xml.find("<saml2p:Status").unwrap();
    let changed = format!("{}{many}{}", &xml[..status], &xml[status..]);
    assert_eq!(post(&field(changed.as_bytes())).unwrap_err().reason().name(), "xml_limit_exceeded");
    let long = xml.replace("xmlns:saml2p=", &format!("xmlns:q='urn:{}' xmlns:saml2p=", "x".repeat(1100)));
    assert_eq!(post(&field(long.as_bytes())).unwrap_err().reason().name(), "xml_limit_exceeded");
}

/// Takes a few characters out of the SignatureValue, so that it is no longer base64.
fn cut_signature(xml: &str) -> String {
    let start = xml.find("SignatureValue>").unwrap() + "SignatureValue>".len();
    format!("{}{}", &xml[..start], &xml[start + 3..])
}

/// Every element of a healthy message left out, one at a time, and every attribute: refused or harmless, never a panic.
#[test]
fn nothing_that_is_missing_makes_it_panic() {
    for vendor in Vendor::all() {
        let xml = recipe(vendor).build().unwrap().xml;
        let document = roxmltree::Document::parse(&xml).unwrap();
        let mut refused = 0;
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let attributes = node.attributes().map(|attribute| attribute.range());
            for range in std::iter::once(node.range()).chain(attributes) {
                let changed = format!("{}{}", &xml[..range.start], &xml[range.end..]);
                refused += usize::from(common::accept(&changed, &sp(), &idp(vendor)).is_err());
            }
        }
        assert!(refused > 30, "{refused}");
    }
}
