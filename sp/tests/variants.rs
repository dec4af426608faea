//! One field in many spellings: each message is the IdP's own, signed, and differs from an accepted one in this field alone.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, ACS, ENTITY_ID, accept, builder, changed, idp, now, outcome, recipe, sp};
use mock_idp::edit::Part;
use mock_idp::quirks::Quirk;
use mock_idp::step::Step;
use mock_idp::tree::Element;
use mock_idp::workshop::Workshop;
use mock_idp::{Edits, Recipe, RecipeError, Sign, Vendor};
use sp::accept::Received;
use sp::{Delivery, EndpointUrl};
use std::collections::BTreeSet;

fn okta() -> Vendor {
    Vendor::named("okta").unwrap()
}

/// What becomes of Okta's message, both parts signed, with these edits.
fn verdict(edits: Edits) -> String {
    let recipe = Recipe { edits, sign: Sign::Both, ..recipe(okta()) };
    outcome(&accept(&recipe.build().unwrap().xml, &sp(), &idp(okta())))
}

/// Every value is refused for this reason, and the right one is accepted.
fn refused(right: &str, values: &[&str], reason: &str, edit: impl Fn(String) -> Edits) {
    assert_eq!(verdict(edit(right.to_owned())), "accepted as ann@example.test", "the twin: {right}");
    for value in values {
        assert_eq!(verdict(edit((*value).to_owned())), reason, "`{value}`");
    }
}

/// What is almost the URL of our ACS.
const ALMOST_ACS: &[&str] = &[
    "",
    " ",
    "https://sp.example.test/acs/",
    "https://sp.example.test/acs/1",
    "https://sp.example.test/ac",
    "https://sp.example.test/ACS",
    "https://sp.example.test/acs?x=1",
    "https://sp.example.test/acs#x",
    "https://sp.example.test:443/acs",
    "https://SP.example.test/acs",
    "HTTPS://sp.example.test/acs",
    "http://sp.example.test/acs",
    "https://sp.example.test.attacker.test/acs",
    "https://sp.example.test@attacker.test/acs",
    "https://sp.example.test/./acs",
    "https://sp.example.test/%61cs",
    " https://sp.example.test/acs",
    "https://sp.example.test/acs\n",
    "https://other-sp.test/acs",
];

#[test]
fn destinations() {
    refused(ACS, ALMOST_ACS, "destination_mismatch", |value| Edits { destination: Some(value), ..Edits::default() });
}

#[test]
fn recipients() {
    refused(ACS, ALMOST_ACS, "recipient_mismatch", |value| Edits { recipient: Some(value), ..Edits::default() });
}

#[test]
fn audiences() {
    let almost = [
        "",
        " ",
        "https://sp.example.test/metadata/",
        "https://sp.example.test/metadat",
        "https://sp.example.test/METADATA",
        " https://sp.example.test/metadata",
        "https://sp.example.test/metadata\t",
        "https://sp.example.test/metadata https://other.test",
        "https://.*",
        "*",
    ];
    refused(ENTITY_ID, &almost, "audience_mismatch", |value| Edits { audience: Some(vec![value]), ..Edits::default() });
}

#[test]
fn issuers() {
    let right = mock_idp::Idp::of(okta(), "https://idp.example.test").entity_id;
    let padded = [format!(" {right}"), format!("{right} "), format!("{right}/"), right.to_uppercase()];
    let almost: Vec<&str> = padded.iter().map(String::as_str).chain(["", "https://other-idp.test"]).collect();
    for place in [
        |edits: &mut Edits, value| edits.issuer = Some(value),
        |edits: &mut Edits, value| {
            edits.response_issuer = Some(value);
        },
        |edits: &mut Edits, value| edits.assertion_issuer = Some(value),
    ] {
        refused(&right, &almost, "issuer_mismatch", |value| {
            let mut edits = Edits::default();
            place(&mut edits, value);
            edits
        });
    }
}

/// A Response may leave its Issuer out where the Assertion alone is signed, in the clear (profiles 4.1.4.2).
#[test]
fn a_response_without_issuer() {
    let without = Edits { without: vec![Part::ResponseIssuer], ..Edits::default() };
    let ann = "accepted as ann@example.test";
    let encryption = recipe(okta()).usual_encryption();
    for (sign, encrypt, expected) in [
        (Sign::Assertion, None, ann),
        // Its Signature would have to stand behind that Issuer.
        (Sign::Response, None, "signature_misplaced"),
        (Sign::Both, None, "signature_misplaced"),
        (Sign::Assertion, Some(encryption), "issuer_missing"),
    ] {
        let whole = Recipe { sign, encrypt, ..recipe(okta()) };
        let verdict = |recipe: &Recipe| outcome(&accept(&recipe.build().unwrap().xml, &sp(), &idp(okta())));
        assert_eq!(verdict(&whole), ann, "{sign:?} {encrypt:?}");
        assert_eq!(verdict(&Recipe { edits: without.clone(), ..whole }), expected, "{sign:?} {encrypt:?}");
    }
}

/// What the login was started with comes back beside the identity, octet for octet.
#[test]
fn the_note_of_a_login() {
    let field = mock_idp::base64::encode(recipe(okta()).build().unwrap().xml.as_bytes());
    for note in [None, Some(""), Some("a b&c/\u{e9}")] {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("SAMLResponse", &field);
        body.extend_pairs(note.iter().map(|note| ("RelayState", note)));
        let idp = idp(okta());
        let delivery = Delivery { endpoint: &common::acs(), expectation: &common::expecting(&idp), now: common::now() };
        let validated = Received::post(body.finish().as_bytes(), &sp()).unwrap().accept(&sp(), &idp, delivery).unwrap();
        assert_eq!(validated.relay_state().map(|state| state.as_str()), note);
    }
}

#[test]
fn answers() {
    let right = common::REQUEST_ID;
    let padded = [format!("{right}x"), format!(" {right}"), right.to_uppercase()];
    let almost: Vec<&str> = padded.iter().map(String::as_str).chain(["", "_another"]).collect();
    refused(right, &almost, "in_response_to_mismatch", |value| Edits {
        in_response_to: Some(value),
        ..Edits::default()
    });
    refused(right, &almost, "in_response_to_mismatch", |value| Edits {
        confirmation_in_response_to: Some(value),
        ..Edits::default()
    });
}

#[test]
fn instants() {
    let almost = [
        "=",
        "=2026-11-25",
        "=2026-11-25T09:30:00",
        "=2026-11-25T09:30:00+00:00",
        "=2026-11-25T09:30:00-14:00",
        "=2026-11-25T09:30:00z",
        "=2026-11-25t09:30:00Z",
        "=2026-11-25 09:30:00Z",
        "= 2026-11-25T09:30:00Z",
        "=2026-11-25T09:30:00Z ",
        "=2026-11-25T24:00:00Z",
        "=2026-11-25T09:30:60Z",
        "=2026-02-30T09:30:00Z",
        "=2026-13-25T09:30:00Z",
        "=-2026-11-25T09:30:00Z",
        "=12026-11-25T09:30:00Z",
        "=26-11-25T09:30:00Z",
        "=2026-11-25T09:30:00.Z",
        "=2026-11-25T09:30:00,5Z",
        "=1795599000",
    ];
    refused("now", &almost, "timestamp_invalid", |value| Edits { issue_instant: Some(value), ..Edits::default() });
}

#[test]
fn statuses() {
    let right = "urn:oasis:names:tc:SAML:2.0:status:Success";
    let upper = right.to_uppercase();
    let almost = [
        "",
        "Success",
        &upper,
        "urn:oasis:names:tc:SAML:2.0:status:success",
        "urn:oasis:names:tc:SAML:2.0:status:Success ",
        "urn:oasis:names:tc:SAML:2.0:status:Requester",
        "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed",
    ];
    refused(right, &almost, "status_not_success", |value| Edits { status: Some(value), ..Edits::default() });
}

#[test]
fn versions() {
    let almost = ["", "1.0", "1.1", "2", "2.00", "2.0 ", "2.1", "02.0", "3.0"];
    for place in [
        |edits: &mut Edits, value| edits.response_version = Some(value),
        |edits: &mut Edits, value| {
            edits.assertion_version = Some(value);
        },
    ] {
        refused("2.0", &almost, "version_mismatch", |value| {
            let mut edits = Edits::default();
            place(&mut edits, value);
            edits
        });
    }
}

/// An ID that is no NCName cannot be what a Reference names, so the signature refuses it first.
#[test]
fn ids() {
    let almost = ["", " ", "1a", "-a", "a b", "a:b", " a", "a ", "#a"];
    refused("_a", &almost, "reference_mismatch", |value| Edits { response_id: Some(value), ..Edits::default() });
    let same = Edits { response_id: Some("_a".into()), assertion_id: Some("_a".into()), ..Edits::default() };
    assert_eq!(verdict(same), "duplicate_id");
    let long = "a".repeat(100_000);
    assert_eq!(verdict(Edits { assertion_id: Some(long), ..Edits::default() }), "accepted as ann@example.test");
}

/// Nothing is trimmed, folded or normalized: each of these is somebody else than Ann.
#[test]
fn names_are_taken_as_they_are() {
    let names = [
        "ann@example.test ",
        " ann@example.test",
        "ann@example.test\n",
        "ann@example.test\t",
        "ann@example.test\u{a0}",
        "ann@example.test\u{200b}",
        "\u{202e}ann@example.test",
        "Ann@example.test",
        "ANN@EXAMPLE.TEST",
        "\u{430}nn@example.test",
        "ann@ex\u{e4}mple.test",
        "ann@exa\u{308}mple.test",
        "ann@xn--exmple-cua.test",
        "\u{ff41}nn@example.test",
    ];
    let accepted: BTreeSet<String> =
        names.iter().map(|name| verdict(Edits { name_id: Some((*name).to_owned()), ..Edits::default() })).collect();
    let expected: BTreeSet<String> = names.iter().map(|name| format!("accepted as {name}")).collect();
    assert_eq!(accepted, expected);
}

/// Attributes of one Name are handed out one by one, in order, with their NameFormat; nothing is merged.
#[test]
fn attributes_of_one_name_stay_apart() {
    let healthy = recipe(okta()).build().unwrap().xml;
    assert!(accept(&healthy, &sp(), &idp(okta())).is_ok());
    let quirk = mock_idp::quirks::named("repeated_attribute");
    let xml = Recipe { quirk, ..recipe(okta()) }.build().unwrap().xml;
    let identity = accept(&xml, &sp(), &idp(okta())).unwrap();
    let names: Vec<&str> = identity.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), distinct.len() + 1, "{names:?}");
}

/// What holds for one IdP holds for that name at that IdP alone.
#[test]
fn a_name_belongs_to_its_idp() {
    let issuers: BTreeSet<String> = Vendor::all()
        .map(|vendor| {
            let identity = accept(&recipe(vendor).build().unwrap().xml, &sp(), &idp(vendor)).unwrap();
            assert_eq!(identity.name_id.value, "ann@example.test");
            identity.issuer.as_str().to_owned()
        })
        .collect();
    assert_eq!(issuers.len(), Vendor::all().count());
}

/// Changed one octet at a time, a ciphertext gets the public sentence that everyone gets, and never an identity.
#[test]
fn decryption_tells_nothing() {
    for vendor in ["azure", "duo"] {
        let vendor = Vendor::named(vendor).unwrap();
        let clear = Recipe { sign: Sign::Assertion, ..recipe(vendor) };
        let healthy = Recipe { encrypt: Some(clear.usual_encryption()), ..clear };
        let xml = healthy.build().unwrap().xml;
        let idp = idp(vendor);
        assert!(accept(&xml, &sp(), &idp).is_ok());
        for (start, _) in xml.match_indices("CipherValue>").filter(|(at, _)| !xml[..*at].ends_with('/')) {
            let start = start + "CipherValue>".len();
            let end = start + xml[start..].find('<').unwrap();
            let octets = mock_idp::base64::decode(&xml[start..end]).unwrap();
            for at in (0..octets.len()).step_by(octets.len() / 64 + 1) {
                let mut changed = octets.clone();
                changed[at] ^= 1;
                let changed = format!("{}{}{}", &xml[..start], mock_idp::base64::encode(&changed), &xml[end..]);
                let rejection = accept(&changed, &sp(), &idp).unwrap_err();
                assert_eq!(rejection.public_sentence(), sp::PUBLIC_SENTENCE, "{rejection}");
            }
        }
    }
}

/// Recipient and Destination are the endpoint that received it, not any endpoint of ours.
#[test]
fn another_endpoint_of_ours() {
    let other = EndpointUrl::new("https://sp.example.test/other-acs").unwrap();
    let sp = builder().acs(other.clone()).build();
    let idp = idp(okta());
    let xml = recipe(okta()).build().unwrap().xml;
    assert!(accept(&xml, &sp, &idp).is_ok());
    let field = mock_idp::base64::encode(xml.as_bytes());
    let expectation = common::expecting(&idp);
    let delivery = sp::Delivery { endpoint: &other, expectation: &expectation, now: now() };
    let result = sp::accept::Received::post_value(&field, &sp).unwrap().accept(&sp, &idp, delivery);
    assert_eq!(result.unwrap_err().reason().name(), "destination_mismatch");
}

/// Gives the first Attribute one more value.
fn add_value(workshop: &mut Workshop<'_>, value: Element) -> Result<(), RecipeError> {
    let attribute = workshop.assertion()?.at_mut(&["AttributeStatement", "Attribute"]);
    attribute.ok_or(RecipeError::Missing("Attribute"))?.push(value);
    Ok(())
}

fn address() -> Element {
    let city = Element::new("x:city").saying("Bern");
    Element::new("x:address").with("xmlns:x", "urn:x").holding(city)
}

/// What an IdP may say beside what we read keeps nobody out, and is not read.
#[test]
fn what_is_not_ours_to_read() {
    let idp = idp(okta());
    let accepted = |quirk| accept(&Recipe { quirk, ..recipe(okta()) }.build().unwrap().xml, &sp(), &idp);
    let usual = accepted(None).unwrap();
    assert!(!usual.attributes.is_empty());

    static STRUCTURED: Quirk =
        changed(&[Step::Tree(|workshop| add_value(workshop, workshop.saml("AttributeValue").holding(address())))]);
    static LAID_OUT: Quirk = changed(&[Step::Tree(|workshop| {
        add_value(workshop, workshop.saml("AttributeValue").saying("\n  ").holding(address()).holding(address()))
    })]);
    static DECISION: Quirk = changed(&[Step::Tree(|workshop| {
        let action = workshop.saml("Action").with("Namespace", "urn:x").saying("Read");
        let decision = workshop.saml("AuthzDecisionStatement").with("Resource", "urn:x").with("Decision", "Permit");
        workshop.assertion()?.push(decision.holding(action));
        Ok(())
    })]);
    static ENCRYPTED: Quirk = changed(&[Step::Tree(|workshop| {
        add_value(workshop, workshop.saml("AttributeValue").holding(workshop.saml("EncryptedID")))
    })]);
    for quirk in [&STRUCTURED, &LAID_OUT, &ENCRYPTED, &DECISION] {
        let identity = accepted(Some(quirk)).unwrap();
        assert_eq!((&identity.name_id, &identity.attributes), (&usual.name_id, &usual.attributes));
    }

    static MIXED: Quirk = changed(&[Step::Tree(|workshop| {
        add_value(workshop, workshop.saml("AttributeValue").saying("x").holding(address()))
    })]);
    static PARKED: Quirk = changed(&[Step::Tree(|workshop| {
        add_value(workshop, workshop.saml("AttributeValue").holding(workshop.saml("Subject")))
    })]);
    static UNKNOWN: Quirk = changed(&[Step::Tree(|workshop| {
        let statement = workshop.saml("AuthzDecision");
        workshop.assertion()?.push(statement);
        Ok(())
    })]);
    assert_eq!(outcome(&accepted(Some(&MIXED))), "text_invalid");
    assert_eq!(outcome(&accepted(Some(&PARKED))), "text_invalid");
    assert_eq!(outcome(&accepted(Some(&UNKNOWN))), "unexpected_element");
}

/// XInclude, xml:base and schemaLocation are markup like any other: nothing is fetched, nothing is put in their place.
#[test]
fn nothing_is_included() {
    let clear = Recipe { sign: Sign::Assertion, ..recipe(okta()) };
    let xml = clear.build().unwrap().xml;
    let idp = idp(okta());
    let signed = accept(&xml, &sp(), &idp).unwrap();
    let blank = xml[xml.find("Response").unwrap()..].find(' ').unwrap() + xml.find("Response").unwrap();
    let harmless = " xml:base=\"http://127.0.0.1:9/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                    xsi:schemaLocation=\"urn:x http://127.0.0.1:9/x.xsd\"";
    let with_attributes = format!("{}{harmless}{}", &xml[..blank], &xml[blank..]);
    assert_eq!(accept(&with_attributes, &sp(), &idp), Ok(signed));
    let include =
        "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/hostname\" parse=\"text\"/>";
    let name = xml.find("ann@example.test").unwrap();
    let with_element = format!("{}{include}{}", &xml[..name], &xml[name..]);
    assert_eq!(outcome(&accept(&with_element, &sp(), &idp)), "digest_mismatch");
}

/// The same SP and IdP from several threads: each login is its own.
#[test]
fn two_logins_at_once() {
    let (sp, idp) = (sp(), idp(okta()));
    let people = ["ann@example.test", "bob@example.test", "eve@example.test", "joe@example.test"];
    let messages = people.map(|name| {
        let edits = Edits { name_id: Some(name.to_owned()), ..Edits::default() };
        (name, Recipe { edits, ..recipe(okta()) }.build().unwrap().xml)
    });
    std::thread::scope(|scope| {
        for (name, xml) in &messages {
            let (sp, idp) = (&sp, &idp);
            scope.spawn(move || {
                for _ in 0..50 {
                    assert_eq!(outcome(&accept(xml, sp, idp)), format!("accepted as {name}"));
                }
            });
        }
    });
}
