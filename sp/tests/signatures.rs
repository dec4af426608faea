//! The parts of a Signature and what it refers to: each row spoils one of them, and says for which reason it is refused.
//!
//! Most of what is spoiled is not signed any more, but how a Signature is built is looked at before its value is.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{accept, builder, changed, idp, outcome, recipe, sp};
use mock_idp::quirks::Quirk;
use mock_idp::sign::Transform;
use mock_idp::step::Step;
use mock_idp::tree::Element;
use mock_idp::wire::spell;
use mock_idp::{Recipe, Sign, Vendor, read};

fn okta() -> Vendor {
    Vendor::named("okta").unwrap()
}

#[test]
fn each_part_has_its_place() {
    let okta = Vendor::named("okta").unwrap();
    let xml = Recipe { sign: Sign::Assertion, ..recipe(okta) }.build().unwrap().xml;
    let verdict = |xml: &str| outcome(&accept(xml, &sp(), &idp(okta)));
    assert_eq!(verdict(&xml), "accepted as ann@example.test");
    let part = |local: &str| {
        let start = xml.find(&format!("<ds:{local}")).unwrap();
        let end_tag = format!("</ds:{local}>");
        let end = xml[start..].find(&end_tag).map(|end| start + end + end_tag.len());
        let end = end.unwrap_or_else(|| start + xml[start..].find("/>").unwrap() + "/>".len());
        xml[start..end].to_owned()
    };
    let reference = part("Reference");
    let (canonicalization, method) = (part("CanonicalizationMethod"), part("SignatureMethod"));
    let (transforms, digest, digest_value) = (part("Transforms"), part("DigestMethod"), part("DigestValue"));
    let (info, value) = (part("SignedInfo"), part("SignatureValue"));
    let opened = |part: &str, inside: &str| {
        let start = part[..part.find('>').unwrap()].trim_end_matches('/');
        format!("{start}>{inside}</{}>", start[1..].split(' ').next().unwrap())
    };
    let rows: [(&str, String, &str); 21] = [
        (&reference, format!("{reference}{reference}"), "reference_count"),
        (&reference, String::new(), "reference_count"),
        (&reference, format!("{reference}<ds:Object></ds:Object>"), "signature_malformed"),
        (&reference, format!("<ds:Object></ds:Object>{reference}"), "reference_count"),
        (&canonicalization, String::new(), "signature_malformed"),
        (&canonicalization, opened(&canonicalization, "<ds:Object/>"), "signature_malformed"),
        (&method, String::new(), "signature_malformed"),
        (&method, opened(&method, "<ds:HMACOutputLength>8</ds:HMACOutputLength>"), "signature_malformed"),
        (&transforms, String::new(), "transform_not_allowed"),
        (&transforms, "<ds:Transforms></ds:Transforms>".to_owned(), "transform_not_allowed"),
        (&transforms, transforms.replace("</ds:Transforms>", "<ds:Object/></ds:Transforms>"), "signature_malformed"),
        (&digest, String::new(), "signature_malformed"),
        (&digest, opened(&digest, "<ds:Object/>"), "signature_malformed"),
        (&digest_value, String::new(), "signature_malformed"),
        (&digest_value, format!("{digest_value}{digest_value}"), "signature_malformed"),
        (&digest_value, "<ds:DigestValue>@</ds:DigestValue>".to_owned(), "signature_malformed"),
        (&digest_value, "<ds:DigestValue></ds:DigestValue>".to_owned(), "signature_invalid"),
        (&info, String::new(), "signature_malformed"),
        (&info, format!("{info}{info}"), "signature_malformed"),
        (&value, String::new(), "signature_malformed"),
        (&value, format!("{value}{value}"), "signature_malformed"),
    ];
    for (part, instead, expected) in rows {
        assert_eq!(verdict(&xml.replacen(part, &instead, 1)), expected, "{instead} instead of {part}");
    }
}

/// Signs as some stacks do that never heard of exclusive canonicalization.
static NO_CANONICALIZATION: Quirk = changed(&[Step::Plan(|plan, _| plan.transforms = vec![Transform::Enveloped])]);

/// Canonicalization is not among the transforms, and the inclusive one is what that means.
#[test]
fn no_transform_that_canonicalizes() {
    for sign in [Sign::Assertion, Sign::Response, Sign::Both] {
        let xml = Recipe { sign, quirk: Some(&NO_CANONICALIZATION), ..recipe(okta()) }.build().unwrap().xml;
        assert_eq!(xml.matches(":Transform ").count(), xml.matches(":Signature ").count(), "one each: {xml}");
        assert_eq!(outcome(&accept(&xml, &sp(), &idp(okta()))), "accepted as ann@example.test");
        let forged = xml.replace("ann@example.test", "mallory@example.test");
        assert_eq!(outcome(&accept(&forged, &sp(), &idp(okta()))), "digest_mismatch");
        // The inclusive form has the namespaces around it; SignedInfo is exclusive all the same.
        let moved = xml.replacen("Response ", "Response xmlns:more=\"urn:more\" ", 1);
        assert_eq!(outcome(&accept(&moved, &sp(), &idp(okta()))), "digest_mismatch");
    }
}

/// Without one of the two transforms that belong there, the octets are others on every stack.
#[test]
fn transforms_that_are_missing() {
    let xml = Recipe { sign: Sign::Assertion, ..recipe(okta()) }.build().unwrap().xml;
    let verdict = |without: Option<usize>| {
        let mut message = read::element(&xml).unwrap();
        let path = ["Assertion", "Signature", "SignedInfo", "Reference", "Transforms"];
        let transforms = &mut message.at_mut(&path).unwrap().children;
        without.into_iter().for_each(|number| drop(transforms.remove(number)));
        outcome(&accept(&spell(&message), &sp(), &idp(okta())))
    };
    assert_eq!(verdict(None), "accepted as ann@example.test");
    assert_eq!(verdict(Some(0)), "transform_not_allowed");
    assert_eq!(verdict(Some(1)), "signature_invalid");
}

/// Signs as usual, and then once more in the same place: two Signatures, both genuine.
fn repeat_signature(element: &mut Element) {
    let place = element.position("Signature").unwrap();
    let signature = element.child("Signature").cloned().unwrap();
    element.insert(place + 1, signature);
}

static RESPONSE_SIGNED_TWICE: Quirk = changed(&[Step::Signed(|bench| {
    repeat_signature(&mut bench.response);
    Ok(())
})]);

static ASSERTION_SIGNED_TWICE: Quirk = changed(&[Step::Signed(|bench| {
    repeat_signature(bench.assertion()?);
    Ok(())
})]);

#[test]
fn a_second_signature() {
    let verdict = |quirk, sign| {
        let xml = Recipe { quirk, sign, ..recipe(okta()) }.build().unwrap().xml;
        outcome(&accept(&xml, &sp(), &idp(okta())))
    };
    for sign in [Sign::Response, Sign::Both] {
        assert_eq!(verdict(None, sign), "accepted as ann@example.test");
        assert_eq!(verdict(Some(&RESPONSE_SIGNED_TWICE), sign), "signature_repeated");
    }
    assert_eq!(verdict(None, Sign::Assertion), "accepted as ann@example.test");
    assert_eq!(verdict(Some(&ASSERTION_SIGNED_TWICE), Sign::Assertion), "signature_repeated");
}

static TWO_PREFIXES: Quirk = changed(&[Step::Plan(|plan, _| plan.transforms = prefixes(&["x", "y"]))]);

static THREE_PREFIXES: Quirk = changed(&[Step::Plan(|plan, _| plan.transforms = prefixes(&["x", "y", "z"]))]);

fn prefixes(list: &[&str]) -> Vec<Transform> {
    let mut method = mock_idp::canonical::Method::exclusive();
    method.prefix_list = list.iter().map(|prefix| (*prefix).to_owned()).collect();
    vec![Transform::Enveloped, Transform::Canonical(method)]
}

/// As many prefixes in a PrefixList as the limit says, and one more.
#[test]
fn prefixes_are_counted() {
    let mut limits = sp::Limits::default();
    limits.prefix_list = 2;
    let sp = builder().limits(limits).build();
    let verdict = |quirk| {
        let xml = Recipe { quirk: Some(quirk), ..recipe(okta()) }.build().unwrap().xml;
        outcome(&accept(&xml, &sp, &idp(okta())))
    };
    assert_eq!(verdict(&TWO_PREFIXES), "accepted as ann@example.test");
    assert_eq!(verdict(&THREE_PREFIXES), "signature_malformed");
}
