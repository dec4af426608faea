//! Every attack on every vendor and layout: it applies where it says, names the attacker if it forges, and keeps the
//! genuine signature live if it says so.

use crate::support::{live_signatures, recipe, recipes};
use mock_idp::{Attack, Cipher, Encryption, Recipe, RecipeError, Sign, Vendor, attacks};
use std::collections::{BTreeMap, BTreeSet};

/// Forgeries that name the attacker only inside the ciphertext.
const HIDDEN: &[&str] = &["encrypted_beside", "encrypted_behind", "signed_in_encrypted_forgery"];

/// Every layout of every vendor in clear and encrypted as the vendor does, and one in GCM mode, whatever the vendor does.
fn played_on() -> Vec<Recipe> {
    let usual = |recipe: Recipe| Recipe { encrypt: Some(recipe.usual_encryption()), ..recipe };
    let gcm = |recipe: Recipe| {
        let encryption = Encryption { cipher: Cipher::Aes128Gcm, ..recipe.usual_encryption() };
        Recipe { encrypt: Some(encryption), sign: Sign::Assertion, ..recipe }
    };
    let clear = recipes().into_iter();
    clear.chain(recipes().into_iter().map(usual)).chain(Vendor::core().map(recipe).map(gcm)).collect()
}

#[test]
fn ids_are_unique_and_lead_back() {
    let ids: BTreeSet<&str> = attacks::ALL.iter().map(|attack| attack.id).collect();
    assert_eq!(ids.len(), attacks::ALL.len());
    assert!(attacks::ALL.len() >= 90);
    for attack in attacks::ALL {
        assert_eq!(attacks::named(attack.id).map(|found| found.about), Some(attack.about));
        assert!(attack.about.ends_with('.') && !attack.source.is_empty(), "{}", attack.id);
        assert!(
            attack.id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
        );
    }
    assert!(attacks::named("no such attack").is_none());
}

/// One attack on one recipe.
struct Case {
    attack: &'static Attack,
    recipe: Recipe,
}

/// Every attack on every recipe it applies to, each message made once: it differs from the healthy one, a forgery names
/// the attacker, and a signature that is said to be live is.
#[test]
fn every_attack_is_what_it_says() {
    let mut vendors: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for twin in played_on() {
        let healthy = twin.build().unwrap().xml;
        for attack in attacks::ALL.iter().filter(|attack| (attack.applies)(&twin)) {
            vendors.entry(attack.id).or_default().insert(twin.vendor.name());
            let case = Case { attack, recipe: Recipe { attack: Some(attack), ..twin.clone() } };
            let message = case.recipe.build().unwrap_or_else(|error| panic!("{}: {error}", case.shown()));
            assert_eq!(message.presentations, attack.presentations);
            assert_eq!(message.xml != healthy, !attack.steps.is_empty(), "{}", case.shown());
            if twin.encrypt.is_none() {
                case.names_the_attacker(&message.xml);
                case.is_live(&message.xml);
            }
        }
    }
    for attack in attacks::ALL {
        let applied = vendors.get(attack.id).map_or(0, BTreeSet::len);
        assert_eq!(applied, Vendor::core().count(), "{} applies to every vendor in some layout", attack.id);
    }
}

impl Case {
    fn shown(&self) -> String {
        let Self { attack, recipe } = self;
        format!("{} {} {:?} encrypted={}", attack.id, recipe.vendor.name(), recipe.sign, recipe.encrypt.is_some())
    }

    fn names_the_attacker(&self, xml: &str) {
        // A document type may name anyone; it is no NameID.
        let body = xml.split_once("]>").map_or(xml, |(_, body)| body);
        let times = body.matches(&self.recipe.attacker.user_name).count();
        if self.attack.forges && !HIDDEN.contains(&self.attack.id) {
            assert!(times >= 2, "{}: NameID and attribute", self.shown());
        } else {
            assert_eq!(times, 0, "{}", self.shown());
        }
    }

    fn is_live(&self, xml: &str) {
        let live = live_signatures(&without_doctype(xml), &self.recipe.idp);
        assert_eq!(!live.is_empty(), self.attack.live, "{}: {live:?}", self.shown());
        // What the IdP signed never speaks of the attacker, unless the attack is that it did.
        let signed_attacker = ["two_assertions"].contains(&self.attack.id);
        let named = live.iter().any(|live| live.names.contains(&self.recipe.attacker.user_name));
        assert_eq!(named, signed_attacker, "{}: {live:?}", self.shown());
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
