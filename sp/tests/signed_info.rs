//! The parts of a Signature: each row spoils one of them, and says for which reason it is refused. What is spoiled is not
//! signed any more, but how a Signature is built is looked at before its value is.

use crate::common::{accept, idp, outcome, recipe, sp};
use mock_idp::{Recipe, Sign, Vendor};

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
