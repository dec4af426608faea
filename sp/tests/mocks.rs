//! Every message the mock IdPs can make: healthy and odd ones log in the signed person, attacks nobody.

use crate::common::{self, ENTITY_ID, SP_CERTIFICATE, accept, builder, idp, idp_allowing, outcome, recipe, sp};
use mock_idp::{Cipher, Encryption, KeyPlacement, Recipe, Sign, SignatureAlgorithm, Vendor, attacks, quirks};
use sp::Allow;
use std::collections::{BTreeMap, BTreeSet};

const SIGNED: [Sign; 3] = [Sign::Response, Sign::Assertion, Sign::Both];

/// Every vendor in every signed layout, in clear and encrypted as the vendor does.
fn layouts() -> impl Iterator<Item = Recipe> {
    layouts_of(Vendor::core())
}

fn layouts_of(vendors: impl Iterator<Item = Vendor>) -> impl Iterator<Item = Recipe> {
    vendors.flat_map(|vendor| SIGNED.map(|sign| Recipe { sign, ..recipe(vendor) })).flat_map(|clear| {
        let encrypted = Recipe { encrypt: Some(clear.usual_encryption()), ..clear.clone() };
        [clear, encrypted]
    })
}

fn shown(recipe: &Recipe) -> String {
    format!("{} {:?} encrypted={}", recipe.vendor.name(), recipe.sign, recipe.encrypt.is_some())
}

#[test]
fn healthy_messages_log_in_the_signed_person() {
    let sp = sp();
    for recipe in layouts_of(Vendor::all()) {
        let identity = accept(&recipe.build().unwrap().xml, &sp, &idp(recipe.vendor))
            .unwrap_or_else(|rejection| panic!("{}: {rejection}", shown(&recipe)));
        assert_eq!(identity.name_id.value, "ann@example.test", "{}", shown(&recipe));
        assert_eq!(identity.issuer.as_str(), recipe.idp.entity_id);
        assert!(!identity.attributes.is_empty());
        assert!(
            identity.attributes.iter().flat_map(|attribute| &attribute.values).all(|value| !value.contains("mallory"))
        );
    }
}

#[test]
fn every_cipher_and_key_placement_decrypts() {
    let sp = sp();
    for vendor in Vendor::all() {
        for cipher in Cipher::ALL {
            for key_placement in [KeyPlacement::InKeyInfo, KeyPlacement::Sibling] {
                let recipe = Recipe { encrypt: Some(Encryption::new(*cipher, key_placement)), ..recipe(vendor) };
                let result = accept(&recipe.build().unwrap().xml, &sp, &idp(vendor));
                assert_eq!(outcome(&result), "accepted as ann@example.test", "{cipher:?} {key_placement:?} {result:?}");
            }
        }
    }
}

#[test]
fn every_listed_signature_algorithm_verifies_and_sha1_only_when_allowed() {
    let vendor = Vendor::named("okta").unwrap();
    for (algorithm, strict) in [
        (SignatureAlgorithm::RsaSha256, true),
        (SignatureAlgorithm::RsaSha384, true),
        (SignatureAlgorithm::RsaSha512, true),
        (SignatureAlgorithm::RsaSha1, false),
    ] {
        let xml = Recipe { signature: algorithm, ..recipe(vendor) }.build().unwrap().xml;
        assert_eq!(accept(&xml, &sp(), &idp(vendor)).is_ok(), strict, "{algorithm:?}");
        let allow = Allow { sha1: true, ..Allow::default() };
        assert!(accept(&xml, &sp(), &idp_allowing(vendor, allow)).is_ok(), "{algorithm:?}");
    }
    for key in [mock_idp::key::p256(), mock_idp::key::p384()] {
        let mut recipe = recipe(vendor);
        recipe.idp = recipe.idp.with_key(key, vendor);
        recipe.signature = recipe.idp.key().usual_algorithm();
        let idp = common::trusted(&recipe.idp, vendor, Allow::default());
        let result = accept(&recipe.build().unwrap().xml, &sp(), &idp);
        assert_eq!(outcome(&result), "accepted as ann@example.test", "{:?} {result:?}", recipe.signature);
    }
}

/// Odd but legal: accepted by an SP as tolerant as the quirk needs, in every layout it applies to.
#[test]
fn quirks_log_in_the_signed_person() {
    let sp = sp();
    for quirk in quirks::ALL {
        let mut applied = 0;
        for healthy in layouts() {
            let recipe = Recipe { quirk: Some(quirk), ..healthy };
            if !(quirk.applies)(&recipe) {
                continue;
            }
            applied += 1;
            let result = accept(&recipe.build().unwrap().xml, &sp, &idp(recipe.vendor));
            let identity = result.unwrap_or_else(|rejection| panic!("{} {}: {rejection}", quirk.id, shown(&recipe)));
            assert!(
                identity.name_id.value.contains("ann") || quirk.id.contains("name"),
                "{} {:?}",
                quirk.id,
                identity.name_id
            );
        }
        assert!(applied > 0, "{} applies to nothing", quirk.id);
    }
}

/// The layouts above, and one that is encrypted in GCM mode whatever the vendor does.
fn attacked_layouts() -> impl Iterator<Item = Recipe> {
    let gcm = |vendor: Vendor| {
        let clear = Recipe { sign: Sign::Assertion, ..recipe(vendor) };
        let encryption = Encryption { cipher: Cipher::Aes128Gcm, ..clear.usual_encryption() };
        Recipe { encrypt: Some(encryption), ..clear }
    };
    layouts().chain(Vendor::all().map(gcm))
}

/// Each attack in each layout it applies to is refused while its twin is accepted; the reasons are on file, so that a
/// refusal for another reason than its own shows.
#[test]
fn attacks_log_in_nobody() {
    let sp = sp();
    let mut reasons: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for twin in attacked_layouts() {
        let idp = idp(twin.vendor);
        let accepted = accept(&twin.build().unwrap().xml, &sp, &idp);
        assert_eq!(outcome(&accepted), "accepted as ann@example.test", "the twin {}", shown(&twin));
        for attack in attacks::ALL.iter().filter(|attack| attack.presentations == 1 && (attack.applies)(&twin)) {
            let recipe = Recipe { attack: Some(attack), ..twin.clone() };
            let result = accept(&recipe.build().unwrap().xml, &sp, &idp);
            assert!(result.is_err(), "{} {}: {}", attack.id, shown(&recipe), outcome(&result));
            reasons.entry(attack.id).or_default().insert(outcome(&result));
        }
    }
    assert_eq!(reasons.len(), attacks::ALL.iter().filter(|attack| attack.presentations == 1).count());
    insta::assert_debug_snapshot!(reasons);
}

#[test]
fn demands_of_the_settings() {
    let vendor = Vendor::named("azure").unwrap();
    let with = |sign: Sign, encrypt: bool| {
        let recipe = Recipe { sign, ..recipe(vendor) };
        let encrypt = encrypt.then(|| recipe.usual_encryption());
        Recipe { encrypt, ..recipe }.build().unwrap().xml
    };
    let (response, assertion, both) =
        (with(Sign::Response, false), with(Sign::Assertion, false), with(Sign::Both, false));
    let check = |sp: sp::SpBuilder, xml: &str, expected: &str| {
        assert_eq!(outcome(&accept(xml, &sp.build(), &idp(vendor))), expected)
    };
    check(builder().want_response_signed(), &assertion, "response_not_signed");
    check(builder().want_response_signed(), &response, "accepted as ann@example.test");
    check(builder().want_assertion_signed(), &response, "assertion_not_signed");
    check(builder().want_assertion_signed(), &assertion, "accepted as ann@example.test");
    check(builder().want_assertion_signed().want_response_signed(), &both, "accepted as ann@example.test");
    check(builder().want_encrypted(), &assertion, "assertion_not_encrypted");
    check(builder().want_encrypted(), &with(Sign::Assertion, true), "accepted as ann@example.test");
    let refused = accept(&assertion, &builder().want_encrypted().build(), &idp(vendor)).unwrap_err();
    assert_eq!(refused.public_sentence(), "Unencrypted assertions are not allowed");
}

/// A Response that carries no Assertion: the reason tells whether it was the IdP who refused.
#[test]
fn failures_that_the_idp_signed_and_that_nobody_signed() {
    use mock_idp::edit::Edits;
    static WITHOUT: mock_idp::Quirk =
        common::changed(&[mock_idp::step::Step::Tree(|bench| bench.take_assertion().map(|_| ()))]);
    for vendor in Vendor::all() {
        let edits =
            Edits { status: Some("urn:oasis:names:tc:SAML:2.0:status:Responder".to_owned()), ..Edits::default() };
        let failed =
            |sign| Recipe { quirk: Some(&WITHOUT), edits: edits.clone(), sign, ..recipe(vendor) }.build().unwrap().xml;
        let found = |xml: &str| {
            let rejection = accept(xml, &sp(), &idp(vendor)).unwrap_err();
            (rejection.reason().name(), rejection.found().to_owned())
        };
        let said = |by: &str| ("status_not_success", format!("{by}: urn:oasis:names:tc:SAML:2.0:status:Responder"));
        assert_eq!(found(&failed(Sign::Response)), said("signed by the IdP"), "{}", vendor.name());
        assert_eq!(found(&failed(Sign::Assertion)), said("unsigned"), "{}", vendor.name());
        let changed = failed(Sign::Response).replace("status:Responder", "status:Requester");
        assert_eq!(found(&changed).0, "digest_mismatch", "{}", vendor.name());
        let success = Recipe { quirk: Some(&WITHOUT), sign: Sign::Response, ..recipe(vendor) };
        assert_eq!(found(&success.build().unwrap().xml).0, "assertion_missing", "{}", vendor.name());
    }
}

#[test]
fn a_message_for_another_sp_with_our_key_does_not_decrypt_to_anything_else() {
    let vendor = Vendor::named("okta").unwrap();
    let recipe = recipe(vendor);
    let recipe = Recipe { encrypt: Some(recipe.usual_encryption()), ..recipe };
    let without_key = sp::Sp::builder(sp::EntityId::new(ENTITY_ID).unwrap(), common::acs()).build();
    assert_eq!(outcome(&accept(&recipe.build().unwrap().xml, &without_key, &idp(vendor))), "decryption_failed");
    assert!(SP_CERTIFICATE.contains("CERTIFICATE"));
}
