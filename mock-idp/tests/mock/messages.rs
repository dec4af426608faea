//! Healthy messages of every vendor: signed where they should be, always the same bytes, and the bytes on file.

use crate::support::{all_recipes, live_signatures, recipe};
use mock_idp::recipe::EncryptedPart;
use mock_idp::{Cipher, Encryption, Idp, KeyPlacement, Recipe, RecipeError, Sign, SignatureAlgorithm, Vendor, key};

fn name_of(sign: Sign) -> &'static str {
    match sign {
        Sign::Response => "response",
        Sign::Assertion => "assertion",
        Sign::Both => "both",
        Sign::Neither => "neither",
    }
}

#[test]
fn the_bytes_of_every_vendor_and_layout() {
    for recipe in all_recipes() {
        let name = format!("{}_{}", recipe.vendor.name(), name_of(recipe.sign));
        insta::assert_snapshot!(name, recipe.build().unwrap().xml);
    }
}

#[test]
fn the_encrypted_bytes_of_every_vendor() {
    for recipe in Vendor::all().map(recipe) {
        let recipe = Recipe { encrypt: Some(recipe.usual_encryption()), ..recipe };
        insta::assert_snapshot!(format!("{}_encrypted", recipe.vendor.name()), recipe.build().unwrap().xml);
    }
}

#[test]
fn the_metadata_of_every_vendor() {
    for vendor in Vendor::all() {
        let idp = Idp::of(vendor, "http://127.0.0.1:7500");
        insta::assert_snapshot!(format!("{}_metadata", vendor.name()), idp.metadata(vendor));
    }
}

#[test]
fn what_should_be_signed_is_signed() {
    for recipe in all_recipes() {
        let message = recipe.build().unwrap();
        let live: Vec<String> = live_signatures(&message.xml, &recipe.idp).into_iter().map(|live| live.of).collect();
        let expected: &[&str] = match recipe.sign {
            Sign::Response => &["Response"],
            Sign::Assertion => &["Assertion"],
            Sign::Both => &["Response", "Assertion"],
            Sign::Neither => &[],
        };
        assert_eq!(live, expected, "{:?} {:?}", recipe.vendor, recipe.sign);
    }
}

#[test]
fn every_algorithm_signs() {
    for &signature in SignatureAlgorithm::ALL {
        let healthy = recipe(Vendor::named("azure").unwrap());
        let key = key::fitting(signature, healthy.idp.key().clone());
        let idp = healthy.idp.clone().with_key(key, healthy.vendor);
        let recipe = Recipe { idp, signature, ..healthy };
        assert_eq!(live_signatures(&recipe.build().unwrap().xml, &recipe.idp).len(), 1, "{signature:?}");
    }
}

#[test]
fn the_same_recipe_makes_the_same_bytes() {
    for recipe in all_recipes() {
        for encrypt in [None, Some(recipe.usual_encryption())] {
            let recipe = Recipe { encrypt, ..recipe.clone() };
            assert_eq!(recipe.build().unwrap(), recipe.build().unwrap(), "{recipe:?}");
            let other = Recipe { seed: 2, ..recipe.clone() };
            assert_ne!(recipe.build().unwrap(), other.build().unwrap(), "{recipe:?}");
        }
    }
}

#[test]
fn every_vendor_shape_works_under_another_idp() {
    let okta = Vendor::named("okta").unwrap();
    let trusted = Idp::of(okta, "http://127.0.0.1:7500");
    for vendor in Vendor::all() {
        let recipe = Recipe { idp: trusted.clone(), ..recipe(vendor) };
        let message = recipe.build().unwrap();
        assert!(message.xml.contains("http://www.okta.com/"), "{vendor:?}");
        assert!(!live_signatures(&message.xml, &trusted).is_empty(), "{vendor:?}");
    }
}

#[test]
fn an_encrypted_assertion_hides_the_person() {
    for recipe in all_recipes() {
        for &cipher in Cipher::ALL {
            for key_placement in [KeyPlacement::InKeyInfo, KeyPlacement::Sibling] {
                let recipe = Recipe { encrypt: Some(Encryption::new(cipher, key_placement)), ..recipe.clone() };
                let xml = recipe.build().unwrap().xml;
                assert!(xml.contains("EncryptedAssertion") && xml.contains(cipher.uri()), "{recipe:?}");
                assert!(!xml.contains("ann@example.test"), "{recipe:?}");
                let live = live_signatures(&xml, &recipe.idp);
                assert_eq!(live.len(), usize::from(recipe.sign.response()), "{recipe:?}");
            }
        }
    }
}

#[test]
fn encryption_needs_a_certificate() {
    let mut recipe = recipe(Vendor::named("okta").unwrap());
    recipe.encrypt = Some(recipe.usual_encryption());
    recipe.sp.encryption_certificate = None;
    assert_eq!(recipe.build(), Err(RecipeError::Encryption("the SP has no encryption certificate")));
    recipe.sp.encryption_certificate = Some(b"no certificate".to_vec());
    assert_eq!(recipe.build(), Err(RecipeError::Encryption("the SP's certificate has no RSA key")));
}

#[test]
fn metadata_is_signed_where_the_vendor_signs_it() {
    for vendor in Vendor::all() {
        let idp = Idp::of(vendor, "http://127.0.0.1:7500");
        let live = live_signatures(&idp.metadata(vendor), &idp);
        assert_eq!(live.len(), usize::from(vendor.shape().metadata.signed.value), "{vendor:?}");
    }
}

#[test]
fn parts_are_encrypted_before_the_assertion_is_signed() {
    for vendor in Vendor::all() {
        let parts = vec![EncryptedPart::NameId, EncryptedPart::Attributes];
        let recipe = Recipe { encrypt_parts: parts, sign: Sign::Assertion, ..recipe(vendor) };
        let xml = recipe.build().unwrap().xml;
        assert!(xml.contains("EncryptedID>") && xml.contains("EncryptedAttribute>"), "{vendor:?}");
        assert!(!xml.contains("ann@example.test") && !xml.contains(">engineering<"), "{vendor:?}");
        assert_eq!(live_signatures(&xml, &recipe.idp).len(), 1, "{vendor:?}");
    }
}
