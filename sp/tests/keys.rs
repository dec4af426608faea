//! Which certificates become keys (of a chain the first one alone, whichever way it was given), and what counts as a
//! signature by them.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, accept, idp, now, outcome, recipe, sp, trusted};
use mock_idp::{Recipe, Sign, SignatureAlgorithm, Vendor, attacks, key};
use sp::{Allow, EntityId, Idp, Limits};

#[test]
fn only_the_leaf_of_a_chain_signs() {
    let vendor = Vendor::named("okta").unwrap();
    let healthy = recipe(vendor);
    let authority = healthy.idp.clone().with_key(key::attacker(), vendor);
    let (leaf_pem, authority_pem) = (healthy.idp.certificate_pem(), authority.certificate_pem());
    let by_the_authority = Recipe { idp: authority, ..healthy.clone() };
    let verdict = |recipe: &Recipe, idp: &Idp| outcome(&accept(&recipe.build().unwrap().xml, &sp(), idp));

    let pinned = |file: String| {
        let name = EntityId::new(&healthy.idp.entity_id).unwrap();
        Idp::builder(name).certificate(file.as_bytes()).unwrap().build().unwrap()
    };
    let chain = pinned(format!("{leaf_pem}{authority_pem}"));
    assert_eq!(verdict(&healthy, &chain), "accepted as ann@example.test");
    assert_eq!(verdict(&by_the_authority, &chain), "signature_invalid");
    assert_eq!(verdict(&by_the_authority, &pinned(authority_pem.clone())), "accepted as ann@example.test");

    // The same as two X509Certificates of one KeyDescriptor.
    let body = |pem: &str| pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let metadata = healthy.idp.metadata(vendor);
    let end = metadata.find("X509Certificate>").unwrap() + "X509Certificate>".len();
    let close = metadata[end..].find('>').unwrap() + end + 1;
    let name = metadata[..end].rsplit('<').next().unwrap().trim_end_matches('>');
    let second = format!("<{name}>{}</{name}>", body(&authority_pem));
    let metadata = format!("{}{second}{}", &metadata[..close], &metadata[close..]);
    let mut idps =
        sp::metadata::read_idp(metadata.as_bytes(), &Allow::default(), common::now(), &sp::Limits::default()).unwrap();
    let idp = idps.remove(0);
    assert_eq!(verdict(&healthy, &idp), "accepted as ann@example.test");
    assert_eq!(verdict(&by_the_authority, &idp), "signature_invalid");
}

/// A key signs by the algorithms of its kind alone.
#[test]
fn an_algorithm_needs_a_key_of_its_kind() {
    let vendor = Vendor::named("okta").unwrap();
    let pinned = trusted(&recipe(vendor).idp, vendor, Allow::default());
    for algorithm in [SignatureAlgorithm::EcdsaSha256, SignatureAlgorithm::EcdsaSha512, SignatureAlgorithm::Ed25519] {
        let mut recipe = Recipe { signature: algorithm, ..recipe(vendor) };
        recipe.idp = recipe.idp.with_key(key::fitting(algorithm, vendor.key()), vendor);
        let xml = recipe.build().unwrap().xml;
        let refused = accept(&xml, &sp(), &pinned);
        assert_eq!(outcome(&refused), "algorithm_key_mismatch", "{algorithm:?}");
        let expected = refused.unwrap_err().expected().to_owned();
        assert!(expected.len() > "a pinned key for ".len(), "{expected}");
        let own = trusted(&recipe.idp, vendor, Allow::default());
        assert_eq!(outcome(&accept(&xml, &sp(), &own)), "accepted as ann@example.test", "{algorithm:?}");
    }
}

/// A key counts while it is listed, for signatures, under the name of its IdP; and never longer.
#[test]
fn only_the_keys_in_force() {
    let healthy = recipe(okta());
    let previous = Recipe { idp: healthy.idp.clone().with_key(key::attacker(), okta()), ..healthy.clone() };
    let certificate = |recipe: &Recipe| mock_idp::base64::encode(recipe.idp.certificate_der());
    let descriptor = |usage: &str, recipe: &Recipe| {
        format!(
            "<KeyDescriptor use=\"{usage}\"><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data>\
             <X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>",
            certificate(recipe)
        )
    };
    let verdicts = |descriptors: String| {
        let metadata = format!(
            "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{}\"><IDPSSODescriptor \
             protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{descriptors}<SingleSignOnService \
             Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://idp.example.test/sso\"/>\
             </IDPSSODescriptor></EntityDescriptor>",
            healthy.idp.entity_id
        );
        let limits = Limits::default();
        let idp = sp::metadata::read_idp(metadata.as_bytes(), &Allow::default(), now(), &limits).unwrap().remove(0);
        [&healthy, &previous].map(|recipe| outcome(&accept(&recipe.build().unwrap().xml, &sp(), &idp)))
    };
    let (accepted, refused) = ("accepted as ann@example.test", "signature_invalid");
    let (new, old) = (descriptor("signing", &healthy), descriptor("signing", &previous));
    assert_eq!(verdicts(new.clone()), [accepted, refused]);
    assert_eq!(verdicts(format!("{old}{new}")), [accepted, accepted]);
    assert_eq!(verdicts(old), [refused, accepted]);
    assert_eq!(verdicts(format!("{new}{}", descriptor("encryption", &previous))), [accepted, refused]);
}

/// Two numbers side by side, of the curve's length and in its range; nothing else that stands for the same.
#[test]
fn ecdsa_values() {
    let mut healthy = Recipe { sign: Sign::Assertion, ..recipe(okta()) };
    healthy.idp = healthy.idp.with_key(key::p256(), okta());
    healthy.signature = healthy.idp.key().usual_algorithm();
    let idp = trusted(&healthy.idp, okta(), Allow::default());
    let xml = healthy.build().unwrap().xml;
    let verdict = |xml: &str| outcome(&accept(xml, &sp(), &idp));
    assert_eq!(verdict(&xml), "accepted as ann@example.test");
    let zeros = Recipe { attack: attacks::named("ecdsa_zeros"), ..healthy }.build().unwrap().xml;
    assert_eq!(verdict(&zeros), "signature_invalid");

    let start = xml.find("SignatureValue>").unwrap() + "SignatureValue>".len();
    let end = start + xml[start..].find('<').unwrap();
    let text: String = xml[start..end].split_whitespace().collect();
    let value = mock_idp::base64::decode(&text).unwrap();
    let (r, s) = value.split_at(32);
    let order = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad,
        0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let integer = |number: &[u8]| {
        let number = if number[0] < 0x80 { number.to_vec() } else { [&[0], number].concat() };
        [&[2, u8::try_from(number.len()).unwrap()][..], &number].concat()
    };
    let both = [integer(r), integer(s)].concat();
    let der = [&[0x30, u8::try_from(both.len()).unwrap()][..], &both].concat();
    for (name, value) in [
        ("DER", der),
        ("one octet less", value[..63].to_vec()),
        ("one octet more", [&value[..], &[0]].concat()),
        ("padded to 33 octets each", [&[0], r, &[0], s].concat()),
        ("r is 0", [&[0; 32], s].concat()),
        ("s is 0", [r, &[0; 32]].concat()),
        ("r is the order", [&order[..], s].concat()),
        ("s is the order", [r, &order[..]].concat()),
        ("swapped", [s, r].concat()),
        ("nothing", Vec::new()),
    ] {
        let changed = format!("{}{}{}", &xml[..start], mock_idp::base64::encode(&value), &xml[end..]);
        assert_eq!(verdict(&changed), "signature_invalid", "{name}");
    }
}

/// A number of the key's own length and no other, and none that anyone can make up without the key.
#[test]
fn rsa_values() {
    let healthy = Recipe { sign: Sign::Assertion, ..recipe(okta()) };
    let xml = healthy.build().unwrap().xml;
    let verdict = |xml: &str| outcome(&accept(xml, &sp(), &idp(okta())));
    assert_eq!(verdict(&xml), "accepted as ann@example.test");
    let start = xml.find("SignatureValue>").unwrap() + "SignatureValue>".len();
    let end = start + xml[start..].find('<').unwrap();
    let text: String = xml[start..end].split_whitespace().collect();
    let value = mock_idp::base64::decode(&text).unwrap();
    let (modulus, _) = healthy.idp.key().rsa_numbers().unwrap();
    let length = modulus.len();
    let number = |last: u8| [&vec![0; length - 1][..], &[last]].concat();
    // The block that was signed, as anyone can write it down: right where the exponent is 1.
    let block = [&[0, 1][..], &vec![0xff; length - 35], &[0], &[7; 32]].concat();
    for (name, value) in [
        ("zero", number(0)),
        ("one", number(1)),
        ("the modulus", modulus.clone()),
        ("the block itself", block),
        ("a zero before", [&[0], &value[..]].concat()),
        ("a zero behind", [&value[..], &[0]].concat()),
        ("without its last octet", value[..length - 1].to_vec()),
        ("nothing", Vec::new()),
    ] {
        let changed = format!("{}{}{}", &xml[..start], mock_idp::base64::encode(&value), &xml[end..]);
        assert_eq!(verdict(&changed), "signature_invalid", "{name}");
    }
}

fn okta() -> Vendor {
    Vendor::named("okta").unwrap()
}

/// A roll-over needs two; as many as eight are tried on a signature, and a ninth is refused where it is configured.
#[test]
fn keys_are_bounded() {
    let certificates: Vec<String> =
        Vendor::all().map(|vendor| mock_idp::Idp::of(vendor, "https://idp.example.test").certificate_pem()).collect();
    let with = |count: usize| {
        let idp = Idp::builder(EntityId::new(&recipe(okta()).idp.entity_id).unwrap());
        let chosen = certificates.iter().rev().take(count);
        chosen.fold(idp, |idp, pem| idp.certificate(pem.as_bytes()).unwrap()).build()
    };
    assert_eq!(with(8).unwrap().keys().len(), 8);
    assert!(with(9).unwrap_err().to_string().contains("at most 8"));
}
