//! Every attack on every vendor and layout: it applies where it says, names the attacker if it forges, and keeps the
//! genuine signature live if it says so.

use crate::support::{live_signatures, recipe, recipes};
use mock_idp::{Attack, Recipe, RecipeError, Vendor, attacks};
use std::collections::BTreeSet;

/// Every layout of every vendor, and the vendor's own layout encrypted.
fn played_on() -> Vec<Recipe> {
    let encrypted =
        Vendor::core().map(recipe).map(|recipe| Recipe { encrypt: Some(recipe.usual_encryption()), ..recipe });
    recipes().into_iter().chain(encrypted).collect()
}

/// Every recipe that an attack applies to.
fn played(attack: &'static Attack) -> Vec<Recipe> {
    let all = played_on().into_iter().filter(|recipe| (attack.applies)(recipe));
    all.map(|recipe| Recipe { attack: Some(attack), ..recipe }).collect()
}

#[test]
fn ids_are_unique_and_lead_back() {
    let ids: BTreeSet<&str> = attacks::ALL.iter().map(|attack| attack.id).collect();
    assert_eq!(ids.len(), attacks::ALL.len());
    assert!(attacks::ALL.len() >= 25);
    for attack in attacks::ALL {
        assert_eq!(attacks::named(attack.id).map(|found| found.about), Some(attack.about));
        assert!(attack.about.ends_with('.') && !attack.source.is_empty(), "{}", attack.id);
        assert!(
            attack.id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
        );
    }
    assert!(attacks::named("no such attack").is_none());
}

#[test]
fn every_attack_applies_to_every_vendor() {
    for attack in attacks::ALL {
        let recipes = played(attack);
        for vendor in Vendor::core() {
            assert!(recipes.iter().any(|recipe| recipe.vendor == vendor), "{} {vendor:?}", attack.id);
        }
    }
}

#[test]
fn every_attack_changes_the_message() {
    for twin in played_on() {
        let healthy = twin.build().unwrap();
        for attack in attacks::ALL.iter().filter(|attack| (attack.applies)(&twin)) {
            let message = Recipe { attack: Some(attack), ..twin.clone() }.build();
            let message = message.unwrap_or_else(|error| panic!("{} {twin:?}: {error}", attack.id));
            let changed = message.xml != healthy.xml;
            assert_eq!(changed, !attack.steps.is_empty(), "{} {:?} {:?}", attack.id, twin.vendor, twin.sign);
            assert_eq!(message.presentations, attack.presentations);
        }
    }
}

#[test]
fn a_forgery_names_the_attacker() {
    for attack in attacks::ALL {
        for recipe in played(attack).into_iter().filter(|recipe| recipe.encrypt.is_none()) {
            let xml = recipe.build().unwrap().xml;
            // A document type may name anyone; it is no NameID.
            let body = xml.split_once("]>").map_or(xml.as_str(), |(_, body)| body);
            let times = body.matches(&recipe.attacker.user_name).count();
            if attack.id == "encrypted_beside" {
                assert_eq!(times, 0, "{}", attack.id);
            } else if attack.forges {
                assert!(times >= 2, "{} {:?}: NameID and attribute", attack.id, recipe.vendor);
            } else {
                assert_eq!(times, 0, "{} {:?}", attack.id, recipe.vendor);
            }
        }
    }
}

#[test]
fn a_live_signature_is_live() {
    for attack in attacks::ALL {
        for recipe in played(attack).into_iter().filter(|recipe| recipe.encrypt.is_none()) {
            let live = live_signatures(&without_doctype(&recipe.build().unwrap().xml), &recipe.idp);
            let context = format!("{} {:?} {:?}: {live:?}", attack.id, recipe.vendor, recipe.sign);
            assert_eq!(!live.is_empty(), attack.live, "{context}");
            // What the IdP signed never speaks of the attacker, unless the attack is that it did.
            let signed_attacker = ["two_assertions"].contains(&attack.id);
            let named = live.iter().any(|live| live.names.contains(&recipe.attacker.user_name));
            assert_eq!(named, signed_attacker, "{context}");
        }
    }
}

/// The reader refuses document types, as every reader of SAML should.
fn without_doctype(xml: &str) -> String {
    match (xml.find("<!DOCTYPE"), xml.find("]>")) {
        (Some(start), Some(end)) => format!("{}{}", &xml[..start], &xml[end + 2..]),
        _ => xml.to_owned(),
    }
}

#[test]
fn an_attack_that_makes_no_sense_is_refused() {
    let mut recipe = recipe(Vendor::named("azure").unwrap());
    recipe.attack = attacks::named("xsw_response_around");
    let needs = "a signed Response that is not encrypted";
    assert_eq!(recipe.build(), Err(RecipeError::DoesNotApply { id: "xsw_response_around", needs }));
}
