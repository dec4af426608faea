//! What somebody asked to be different about a Response: a queue entry, a query or the tag of a user name in, a recipe
//! that differs out.
//!
//! Refuses: an attack or quirk nobody knows, a layout that is none.

use crate::failure::Failure;
use mock_idp::{Attack, Quirk, Recipe, Sign, attacks, quirks};
use serde::Deserialize;

/// The same words in JSON, in a query and in a form.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    pub(crate) attack: Option<String>,
    pub(crate) quirk: Option<String>,
    #[serde(default)]
    pub(crate) encrypt: bool,
    pub(crate) sign: Option<Sign>,
}

/// What is going to be different.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Change {
    attack: Option<&'static Attack>,
    quirk: Option<&'static Quirk>,
    encrypt: bool,
    sign: Option<Sign>,
}

impl Change {
    /// Looks the names up; an empty one means none, as a form sends it.
    pub(crate) fn of(asked: &Asked) -> Result<Self, Failure> {
        let named = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        let attack = named(&asked.attack).map(|id| {
            attacks::named(&id)
                .ok_or_else(|| Failure::field("attack", id, "the id of an attack; the console lists them"))
        });
        let quirk = named(&asked.quirk).map(|id| {
            quirks::named(&id).ok_or_else(|| Failure::field("quirk", id, "the id of a quirk; the console lists them"))
        });
        Ok(Self { attack: attack.transpose()?, quirk: quirk.transpose()?, encrypt: asked.encrypt, sign: asked.sign })
    }

    /// The tag of a user name such as `ann+expired@example.test`: an attack, a quirk, or `encrypted`.
    pub(crate) fn of_tag(tag: &str) -> Result<Self, Failure> {
        let attack = attacks::named(tag);
        let quirk = quirks::named(tag);
        if attack.is_none() && quirk.is_none() && tag != "encrypted" {
            let expected = "a name whose tag is an attack, a quirk or `encrypted`";
            return Err(Failure::field("user", format!("+{tag}"), expected));
        }
        Ok(Self { attack, quirk, encrypt: tag == "encrypted", sign: None })
    }

    /// This change where it says something, the other one elsewhere.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            attack: self.attack.or(other.attack),
            quirk: self.quirk.or(other.quirk),
            encrypt: self.encrypt || other.encrypt,
            sign: self.sign.or(other.sign),
        }
    }

    /// Whether the previous Response is to be sent again.
    pub(crate) fn is_replay(&self) -> bool {
        self.attack.is_some_and(|attack| attack.presentations > 1)
    }

    /// Puts the change into a recipe. Where nobody chose a layout, one is taken to which the change applies.
    pub(crate) fn apply(self, recipe: &mut Recipe) {
        recipe.attack = self.attack;
        recipe.quirk = self.quirk;
        recipe.encrypt = self.encrypt.then(|| recipe.usual_encryption());
        if let Some(sign) = self.sign {
            recipe.sign = sign;
            return;
        }
        let usual = recipe.sign;
        for encrypt in [recipe.encrypt, Some(recipe.usual_encryption())] {
            for sign in [usual, Sign::Both] {
                let candidate = Recipe { sign, encrypt, ..recipe.clone() };
                if applies(&candidate) {
                    *recipe = candidate;
                    return;
                }
            }
        }
    }
}

fn applies(recipe: &Recipe) -> bool {
    recipe.attack.is_none_or(|attack| (attack.applies)(recipe))
        && recipe.quirk.is_none_or(|quirk| (quirk.applies)(recipe))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mock_idp::{Idp, Sp, Vendor};
    use time::OffsetDateTime;

    fn changed(asked: &Asked) -> Recipe {
        let azure = Vendor::named("azure").unwrap();
        let sp = Sp::new("https://sp.test", "https://sp.test/acs");
        let idp = Idp::of(azure, "http://127.0.0.1:7500");
        let mut recipe = Recipe::new(azure, idp, sp, OffsetDateTime::UNIX_EPOCH);
        Change::of(asked).unwrap().apply(&mut recipe);
        recipe
    }

    #[test]
    fn a_layout_is_found_for_the_attack() {
        let asked = |attack: &str| Asked { attack: Some(attack.to_owned()), ..Asked::default() };
        assert_eq!(changed(&asked("xsw_before")).sign, Sign::Assertion);
        assert_eq!(changed(&asked("xsw_response_around")).sign, Sign::Both);
        assert!(changed(&asked("encrypted_forgery")).encrypt.is_some());
        assert_eq!(changed(&Asked { sign: Some(Sign::Neither), ..Asked::default() }).sign, Sign::Neither);
    }

    #[test]
    fn unknown_names_are_refused() {
        let asked = Asked { quirk: Some("no_such".to_owned()), ..Asked::default() };
        let error = Change::of(&asked).unwrap_err().to_string();
        assert_eq!(error, "`quirk` is `no_such`, expected the id of a quirk; the console lists them");
        assert!(Change::of_tag("nothing").is_err());
        assert!(Change::of_tag("replay").unwrap().is_replay());
    }
}
