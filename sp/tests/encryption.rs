//! What is encrypted inside an Assertion, whom it is encrypted to, and what decrypting may cost.
//!
//! The mock signs after these changes, so that each ciphertext stands in signed octets.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, accept, builder, changed, idp, idp_allowing, outcome, recipe, sp};
use mock_idp::quirks::Quirk;
use mock_idp::recipe::RecipeError;
use mock_idp::step::Step;
use mock_idp::tree::Element;
use mock_idp::workshop::Workshop;
use mock_idp::{Recipe, Sign, Vendor};
use sp::{Allow, DecryptionKey, Limits, Sp};

const ANN: &str = "accepted as ann@example.test";

const OTHER_KEY: &str = include_str!("../../fixtures/keys/attacker.key.pem");

/// What becomes of the message with this change, in every vendor's shape and layout.
#[track_caller]
fn check(quirk: &'static Quirk, sp: &Sp, expected: &str) {
    for vendor in Vendor::all() {
        for sign in [Sign::Response, Sign::Assertion, Sign::Both] {
            for encrypted in [false, true] {
                let healthy = recipe(vendor);
                let encrypt = encrypted.then(|| healthy.usual_encryption());
                let changed = Recipe { quirk: Some(quirk), sign, encrypt, ..healthy };
                let result = accept(&changed.build().unwrap().xml, sp, &idp(vendor));
                assert_eq!(outcome(&result), expected, "{} {sign:?} {encrypted} {result:?}", vendor.name());
                if let Ok(identity) = result {
                    let twin = accept(&Recipe { quirk: None, ..changed }.build().unwrap().xml, sp, &idp(vendor));
                    let twin = twin.unwrap();
                    assert_eq!((identity.name_id, identity.attributes), (twin.name_id, twin.attributes));
                }
            }
        }
    }
}

/// Puts `element` in encryption, under this name. It carries the prefixes around it along: those that only ciphertext
/// uses are not in the signed octets.
fn encrypted(bench: &mut Workshop<'_>, element: &Element, local: &str) -> Result<Element, RecipeError> {
    let mut element = element.clone();
    for path in [["Assertion"].as_slice(), &["Assertion", "AttributeStatement"]] {
        let around = bench.response.at(path).unwrap();
        for declaration in around.attributes.iter().filter(|attribute| attribute.declares().is_some()) {
            element.set(&declaration.name, declaration.value.clone());
        }
    }
    let mut encrypted = bench.encrypted(&element)?;
    encrypted.name = encrypted.name.replace("EncryptedAssertion", local);
    Ok(encrypted)
}

/// Encrypts the NameID, or what `instead` makes of the Subject.
fn encrypt_name(bench: &mut Workshop<'_>, instead: fn(&Element) -> Element) -> Result<(), RecipeError> {
    let name_id = instead(bench.response.at(&["Assertion", "Subject"]).unwrap());
    let encrypted = encrypted(bench, &name_id, "EncryptedID")?;
    let subject = bench.response.at_mut(&["Assertion", "Subject"]).unwrap();
    subject.take("NameID");
    subject.insert(0, encrypted);
    Ok(())
}

fn encrypt_attributes(bench: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let statement = bench.response.at(&["Assertion", "AttributeStatement"]).cloned();
    let Some(statement) = statement else { return Ok(()) };
    let mut changed = statement.clone();
    while changed.take("Attribute").is_some() {}
    for (number, attribute) in statement.elements().enumerate() {
        // Every second one stays in clear: they may stand in any order.
        let element =
            if number % 2 == 0 { encrypted(bench, attribute, "EncryptedAttribute")? } else { attribute.clone() };
        changed.push(element);
    }
    *bench.response.at_mut(&["Assertion", "AttributeStatement"]).unwrap() = changed;
    Ok(())
}

fn the_name(subject: &Element) -> Element {
    subject.child("NameID").unwrap().clone()
}

static ENCRYPTED_ID: Quirk = changed(&[Step::Tree(|bench| encrypt_name(bench, the_name))]);

static ENCRYPTED_ATTRIBUTES: Quirk = changed(&[Step::Tree(encrypt_attributes)]);

static BOTH: Quirk = changed(&[Step::Tree(|bench| encrypt_name(bench, the_name)), Step::Tree(encrypt_attributes)]);

static NAME_IN_NAME: Quirk = changed(&[Step::Tree(|bench| {
    encrypt_name(bench, |subject| subject.child("SubjectConfirmation").unwrap().clone())
})]);

static MANY: Quirk = changed(&[Step::Tree(|bench| {
    let attribute = bench.response.at(&["Assertion", "AttributeStatement", "Attribute"]).cloned().unwrap();
    for _ in 0..8 {
        let encrypted = encrypted(bench, &attribute, "EncryptedAttribute")?;
        bench.response.at_mut(&["Assertion", "AttributeStatement"]).unwrap().push(encrypted);
    }
    Ok(())
})]);

static NAME_IN_ATTRIBUTE: Quirk = changed(&[Step::Tree(|bench| {
    let name_id = bench.response.at(&["Assertion", "Subject", "NameID"]).unwrap().clone();
    let encrypted = encrypted(bench, &name_id, "EncryptedAttribute")?;
    let mut statement = bench.saml("AttributeStatement");
    statement.push(encrypted);
    bench.assertion()?.push(statement);
    Ok(())
})]);

static LABEL: Quirk = changed(&[Step::Signed(|bench| {
    how_the_key_is_wrapped(bench, |method| {
        let label = method.name.replace("EncryptionMethod", "OAEPparams");
        method.insert(0, Element::new(label).saying("AAAA"));
    })
})]);

static TWO_DIGESTS: Quirk = changed(&[Step::Signed(|bench| {
    how_the_key_is_wrapped(bench, |method| {
        let digest = Element::new("ds:DigestMethod").with("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#");
        let digest = digest.with("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1");
        while method.take("DigestMethod").is_some() {}
        method.push(digest.clone());
        method.push(digest);
    })
})]);

static REFERENCE_BESIDE: Quirk = changed(&[Step::Signed(|bench| {
    bench.response.walk_mut(&mut |element| {
        if element.local() == "CipherData" {
            let reference = element.name.replace("CipherData", "CipherReference");
            element.push(Element::new(reference).with("URI", "https://attacker.example.test/"));
        }
    });
    Ok(())
})]);

/// Changes the EncryptionMethods of the EncryptedKeys.
fn how_the_key_is_wrapped(bench: &mut Workshop<'_>, change: fn(&mut Element)) -> Result<(), RecipeError> {
    bench.response.walk_mut(&mut |element| {
        if element.local() == "EncryptedKey" {
            change(element.child_mut("EncryptionMethod").unwrap());
        }
    });
    Ok(())
}

#[test]
fn names_and_attributes_are_read_out_of_their_encryption() {
    check(&ENCRYPTED_ID, &sp(), ANN);
    check(&ENCRYPTED_ATTRIBUTES, &sp(), ANN);
    check(&BOTH, &sp(), ANN);
    let keyless = Sp::builder(sp().entity_id().clone(), common::acs()).build();
    check(&ENCRYPTED_ID, &keyless, "decryption_failed");
    check(&ENCRYPTED_ATTRIBUTES, &keyless, "decryption_failed");
}

#[test]
fn an_encrypted_id_is_a_name_or_nothing() {
    check(&NAME_IN_NAME, &sp(), "decrypted_other");
}

static NAME_ELSEWHERE: Quirk = changed(&[Step::Tree(|bench| {
    let encrypted = bench.saml("EncryptedID");
    let mut advice = bench.saml("Advice");
    advice.push(encrypted);
    let behind = bench.assertion()?.position("Conditions").unwrap();
    bench.assertion()?.insert(behind + 1, advice);
    Ok(())
})]);

/// Ciphertext is read where a name or an Attribute belongs; what stands elsewhere costs no use of our key.
#[test]
fn what_is_encrypted_elsewhere_stays_closed() {
    check(&NAME_ELSEWHERE, &sp(), ANN);
}

/// An EncryptedAttribute holds an Attribute, and nothing else that might be read as one.
#[test]
fn an_encrypted_attribute_is_an_attribute() {
    check(&NAME_IN_ATTRIBUTE, &sp(), "decrypted_other");
}

/// What is said of how the key is wrapped, beside what is known; and what stands beside the key.
#[test]
fn what_is_said_of_the_key() {
    let vendor = Vendor::named("okta").unwrap();
    let healthy = recipe(vendor);
    let healthy = Recipe { sign: Sign::Assertion, encrypt: Some(healthy.usual_encryption()), ..healthy };
    let verdict =
        |quirk| outcome(&accept(&Recipe { quirk, ..healthy.clone() }.build().unwrap().xml, &sp(), &idp(vendor)));
    assert_eq!(verdict(None), ANN);
    assert_eq!(verdict(Some(&LABEL)), "encryption_algorithm_not_allowed");
    assert_eq!(verdict(Some(&TWO_DIGESTS)), "encryption_malformed");
    assert_eq!(verdict(Some(&REFERENCE_BESIDE)), "encryption_malformed");
}

#[test]
fn uses_of_a_private_key_are_counted() {
    let vendor = Vendor::named("okta").unwrap();
    let xml = Recipe { quirk: Some(&MANY), ..recipe(vendor) }.build().unwrap().xml;
    let with = |operations| {
        let mut limits = Limits::default();
        limits.private_key_operations = operations;
        outcome(&accept(&xml, &builder().limits(limits).build(), &idp(vendor)))
    };
    assert_eq!(with(8), ANN);
    assert_eq!(with(7), "encryption_malformed");
}

/// What comes out of the encryption is held to the same limits as the message around it.
#[test]
fn plaintext_is_limited_too() {
    let vendor = Vendor::named("okta").unwrap();
    let clear = recipe(vendor);
    let encrypted = Recipe { encrypt: Some(clear.usual_encryption()), ..recipe(vendor) };
    let with = |recipe: &Recipe, sp: sp::SpBuilder, nodes| {
        let mut limits = Limits::default();
        limits.nodes = nodes;
        outcome(&accept(&recipe.build().unwrap().xml, &sp.limits(limits).build(), &idp(vendor)))
    };
    let keyless = || Sp::builder(sp().entity_id().clone(), common::acs());
    let around = (1..).find(|nodes| with(&encrypted, keyless(), *nodes) == "decryption_failed").unwrap();
    let all = (1..).find(|nodes| with(&clear, builder(), *nodes) == ANN).unwrap();
    assert_eq!(with(&encrypted, builder(), around), "decrypted_not_assertion");
    assert_eq!(with(&encrypted, builder(), all), ANN);
}

#[test]
fn several_keys_of_ours() {
    let other = || DecryptionKey::from_file(OTHER_KEY.as_bytes()).unwrap();
    let ours = || DecryptionKey::from_file(common::SP_KEY.as_bytes()).unwrap();
    let us = || Sp::builder(sp().entity_id().clone(), common::acs());
    check(&ENCRYPTED_ID, &us().decryption_key(other()).decryption_key(ours()).build(), ANN);
    check(&ENCRYPTED_ID, &us().decryption_key(ours()).decryption_key(other()).build(), ANN);
    check(&ENCRYPTED_ID, &us().decryption_key(other()).build(), "decryption_failed");
}

/// The EncryptedKey for us stands among others, which are another recipient's.
#[test]
fn several_recipients() {
    let vendor = Vendor::named("okta").unwrap();
    let healthy = recipe(vendor);
    let healthy = Recipe { encrypt: Some(healthy.usual_encryption()), sign: Sign::Assertion, ..healthy };
    let xml = healthy.build().unwrap().xml;
    let start = xml.find("<xenc:EncryptedKey").unwrap();
    let end = xml.find("</xenc:EncryptedKey>").unwrap() + "</xenc:EncryptedKey>".len();
    let key = &xml[start..end];
    let id = key.split('"').nth(1).unwrap();
    let key = key.replace(&format!(" Id=\"{id}\""), "");
    let named = |recipient: &str| {
        key.replacen("<xenc:EncryptedKey", &format!("<xenc:EncryptedKey Recipient=\"{recipient}\""), 1)
    };
    let wrapped_otherwise = |recipient: &str| named(recipient).replace("rsa-oaep-mgf1p", "kw-aes128");
    // Each row: the EncryptedKeys, and what becomes of the message.
    for (keys, expected) in [
        (vec![wrapped_otherwise("https://other.test"), named(common::ENTITY_ID)], ANN),
        (vec![named(common::ENTITY_ID), wrapped_otherwise("https://other.test")], ANN),
        (vec![named("urn:whatever")], ANN),
        (vec![wrapped_otherwise("https://other.test"); 9].into_iter().chain([named(common::ENTITY_ID)]).collect(), ANN),
        // One that is nobody's by name and wrapped in a way we do not take, beside ours.
        (vec![wrapped_otherwise("https://other.test"), key.clone()], ANN),
        (vec![key.clone(), wrapped_otherwise("https://other.test")], ANN),
        (vec![key.clone(); 4], ANN),
        (vec![key.clone(); 5], "encryption_malformed"),
        (vec![wrapped_otherwise(common::ENTITY_ID)], "encryption_algorithm_not_allowed"),
        (vec![], "encryption_malformed"),
    ] {
        let changed = format!("{}{}{}", &xml[..start], keys.concat(), &xml[end..]);
        let result = accept(&changed, &sp(), &idp(vendor));
        assert_eq!(outcome(&result), expected, "{} keys: {result:?}", keys.len());
    }
}

/// Allowing Triple DES takes nothing away.
#[test]
fn what_is_allowed_is_no_demand() {
    let vendor = Vendor::named("okta").unwrap();
    let healthy = recipe(vendor);
    let xml = Recipe { encrypt: Some(healthy.usual_encryption()), ..healthy }.build().unwrap().xml;
    let none = Allow::default();
    for allow in [none, Allow { tripledes: true, ..none }, Allow { rsa15: true, ..none }] {
        assert_eq!(outcome(&accept(&xml, &sp(), &common::idp_allowing(vendor, allow))), ANN, "{allow:?}");
    }
}

#[test]
fn cbc_can_be_switched_off_for_an_idp() {
    let vendor = Vendor::named("okta").unwrap();
    for cipher in mock_idp::Cipher::ALL {
        let healthy = recipe(vendor);
        let encryption = mock_idp::Encryption { cipher: *cipher, ..healthy.usual_encryption() };
        let xml = Recipe { encrypt: Some(encryption), ..healthy }.build().unwrap().xml;
        let strict = if cipher.uri().ends_with("gcm") { ANN } else { "encryption_algorithm_not_allowed" };
        assert_eq!(outcome(&accept(&xml, &sp(), &idp(vendor))), ANN, "{cipher:?}");
        assert_eq!(outcome(&accept(&xml, &sp(), &idp(vendor).refusing_cbc())), strict, "{cipher:?}");
    }
}

/// A genuine message whose content key came by that transport: nothing but the setting keeps it out.
#[test]
fn rsa_1_5_is_refused_unless_it_is_allowed() {
    let attack = mock_idp::attacks::named("rsa_1_5");
    assert!(attack.is_some());
    for vendor in Vendor::all() {
        let encrypt = Some(recipe(vendor).usual_encryption());
        let recipe = Recipe { encrypt, attack, sign: Sign::Assertion, ..recipe(vendor) };
        let xml = recipe.build().unwrap().xml;
        let seen_by = |allow: Allow| outcome(&accept(&xml, &sp(), &idp_allowing(vendor, allow)));
        assert_eq!(seen_by(Allow::default()), "encryption_algorithm_not_allowed", "{}", vendor.name());
        assert_eq!(seen_by(Allow { rsa15: true, ..Allow::default() }), ANN, "{}", vendor.name());
    }
}

/// A Response that is signed is settled before anything of it is decrypted.
#[test]
fn the_outer_signature_comes_first() {
    let vendor = Vendor::named("okta").unwrap();
    let healthy = recipe(vendor);
    let healthy = Recipe { encrypt: Some(healthy.usual_encryption()), sign: Sign::Response, ..healthy };
    let xml = healthy.build().unwrap().xml;
    let at = xml.rfind("<xenc:CipherValue>").unwrap() + "<xenc:CipherValue>".len();
    let other = if xml.as_bytes()[at] == b'A' { "B" } else { "A" };
    let changed = format!("{}{other}{}", &xml[..at], &xml[at + 1..]);
    assert_eq!(outcome(&accept(&xml, &sp(), &idp(vendor))), ANN);
    assert_eq!(outcome(&accept(&changed, &sp(), &idp(vendor))), "digest_mismatch");
    let unsigned = Recipe { sign: Sign::Assertion, ..healthy }.build().unwrap().xml;
    let at = unsigned.rfind("<xenc:CipherValue>").unwrap() + "<xenc:CipherValue>".len();
    let changed = format!("{}{}{}", &unsigned[..at], "AAAA", &unsigned[at + 4..]);
    assert_eq!(outcome(&accept(&changed, &sp(), &idp(vendor))), "decryption_failed");
}

/// Prefixes that only the ciphertext uses are not in the octets that a Response's signature covers. They may be taken
/// from the source where they cannot matter, or where the Assertion's own Signature covers what they mean.
#[test]
fn prefixes_that_only_the_response_declares() {
    static OF_TYPES: Quirk = changed(&[Step::Tree(|bench| encrypt_without(bench, &["xmlns:xs", "xmlns:xsi"]))]);
    static OF_SAML: Quirk = changed(&[Step::Tree(|bench| {
        let assertion = bench.assertion()?;
        let prefix = assertion.prefix().to_owned();
        assertion.walk_mut(&mut |element| {
            if element.prefix() == prefix {
                element.name = format!("q:{}", element.local());
            }
        });
        bench.response.set("xmlns:q", "urn:oasis:names:tc:SAML:2.0:assertion");
        encrypt_without(bench, &["xmlns:q"])
    })]);
    for vendor in Vendor::all() {
        for (quirk, sign, expected) in [
            (&OF_TYPES, Sign::Response, ANN),
            (&OF_TYPES, Sign::Assertion, ANN),
            (&OF_TYPES, Sign::Both, ANN),
            (&OF_SAML, Sign::Response, "decrypted_not_assertion"),
            (&OF_SAML, Sign::Assertion, ANN),
            (&OF_SAML, Sign::Both, ANN),
        ] {
            let xml = Recipe { quirk: Some(quirk), sign, ..recipe(vendor) }.build().unwrap().xml;
            let result = accept(&xml, &sp(), &idp(vendor));
            assert_eq!(outcome(&result), expected, "{} {sign:?} {result:?}", vendor.name());
        }
    }
}

/// Signs the Assertion where that is asked for, and encrypts it without these declarations, which the Response has.
fn encrypt_without(bench: &mut Workshop<'_>, declarations: &[&str]) -> Result<(), RecipeError> {
    let mut moved: Vec<(String, String)> = Vec::new();
    let take = &mut |element: &mut Element| {
        for name in declarations {
            if let Some(uri) = element.get(name).map(str::to_owned) {
                moved.push(((*name).to_owned(), uri));
                element.unset(name);
            }
        }
    };
    bench.response.walk_mut(take);
    moved.iter().for_each(|(name, uri)| bench.response.set(name, uri));
    if bench.recipe.sign.assertion() {
        bench.sign_assertion()?;
    }
    moved.iter().for_each(|(name, _)| bench.response.unset(name));
    bench.encrypt_assertion()?;
    moved.iter().for_each(|(name, uri)| bench.response.set(name, uri));
    Ok(())
}

/// Beside the Assertion, only blanks may have been encrypted: nobody signed what stands there.
#[test]
fn nothing_stands_beside_the_assertion_that_was_encrypted() {
    static BLANKS: Quirk = changed(&[Step::Tree(|bench| encrypt_between(bench, "\n ", "\r\n"))]);
    static TEXT_BEFORE: Quirk = changed(&[Step::Tree(|bench| encrypt_between(bench, "text", ""))]);
    static TEXT_BEHIND: Quirk = changed(&[Step::Tree(|bench| encrypt_between(bench, "", "text"))]);
    static COMMENT: Quirk = changed(&[Step::Tree(|bench| encrypt_between(bench, "<!-- comment -->", ""))]);
    static CDATA: Quirk = changed(&[Step::Tree(|bench| encrypt_between(bench, "", "<![CDATA[]]>"))]);
    for vendor in Vendor::all() {
        for sign in [Sign::Response, Sign::Assertion, Sign::Both] {
            for (quirk, expected) in [
                (&BLANKS, ANN),
                (&TEXT_BEFORE, "decrypted_not_assertion"),
                (&TEXT_BEHIND, "decrypted_not_assertion"),
                (&COMMENT, "decrypted_not_assertion"),
                (&CDATA, "decrypted_not_assertion"),
            ] {
                let xml = Recipe { quirk: Some(quirk), sign, ..recipe(vendor) }.build().unwrap().xml;
                let result = accept(&xml, &sp(), &idp(vendor));
                assert_eq!(outcome(&result), expected, "{} {sign:?} {result:?}", vendor.name());
            }
        }
    }
}

/// Signs the Assertion where that is asked for, and encrypts it with this before and behind it.
fn encrypt_between(bench: &mut Workshop<'_>, before: &str, behind: &str) -> Result<(), RecipeError> {
    if bench.recipe.sign.assertion() {
        bench.sign_assertion()?;
    }
    let place = bench.response.position("Assertion").unwrap();
    let assertion = bench.take_assertion()?;
    let plaintext = format!("{before}{}{behind}", bench.plaintext(&assertion));
    let encrypted = bench.sealed(&plaintext)?;
    bench.response.insert(place, encrypted);
    Ok(())
}
