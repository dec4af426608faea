//! What somebody asked to be different about a Response: a queue entry, a query, a header, a RelayState or the tag of a
//! user name in, a recipe that differs out.
//!
//! Refuses: an attack or quirk nobody knows, a layout that is none.

use crate::failure::Failure;
use mock_idp::{Attack, Edits, Quirk, Recipe, Sign, attacks, quirks};
use serde::Deserialize;

/// The header of a request that asks for a change, for browsers that a test steers.
pub(crate) const HEADER: &str = "x-samlspec";

/// What stands before the words in a RelayState; the RelayState goes back as it came.
const RELAY_STATE_MARK: &str = "samlspec:";

/// The same words in JSON, in a query and in a form.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    pub(crate) attack: Option<String>,
    pub(crate) quirk: Option<String>,
    #[serde(default)]
    pub(crate) encrypt: bool,
    pub(crate) sign: Option<Sign>,
    #[serde(default)]
    pub(crate) edits: Edits,
}

/// What is going to be different.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    attack: Option<&'static Attack>,
    quirk: Option<&'static Quirk>,
    encrypt: bool,
    sign: Option<Sign>,
    edits: Edits,
    /// Who asked for it: the queue, the user name, a header, the RelayState, the form or a link.
    by: Vec<&'static str>,
}

impl Change {
    /// Looks the names up; an empty one means none, as a form sends it.
    pub(crate) fn of(asked: &Asked, by: &'static str) -> Result<Self, Failure> {
        let named = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        let attack = named(&asked.attack)
            .map(|id| attacks::named(&id).ok_or_else(|| Failure::not_among("attack", id, attack_ids())));
        let quirk = named(&asked.quirk)
            .map(|id| quirks::named(&id).ok_or_else(|| Failure::not_among("quirk", id, quirk_ids())));
        let (attack, quirk, edits) = (attack.transpose()?, quirk.transpose()?, asked.edits.clone());
        Ok(Self { attack, quirk, encrypt: asked.encrypt, sign: asked.sign, edits, by: Vec::new() }.asked_by(by))
    }

    /// Words such as `expired` or `non_ascii+encrypted`: attacks, quirks, `encrypted`, `sign_both`; split at `+` or `,`.
    pub(crate) fn of_words(words: &str, field: &'static str) -> Result<Self, Failure> {
        let mut change = Self::default();
        for word in words.split(['+', ',']).map(str::trim) {
            match (attacks::named(word), quirks::named(word), sign_named(word)) {
                (Some(attack), _, _) if change.attack.is_none() => change.attack = Some(attack),
                (None, Some(quirk), _) if change.quirk.is_none() => change.quirk = Some(quirk),
                (None, None, Some(sign)) => change.sign = Some(sign),
                (None, None, None) if word == "encrypted" => change.encrypt = true,
                (None, None, None) => return Err(Failure::not_among(field, word, words_allowed())),
                _ => return Err(Failure::field(field, words, "at most one attack and one quirk")),
            }
        }
        Ok(change.asked_by(field))
    }

    /// What a RelayState asks for: the words behind `samlspec:`, wherever it stands.
    pub(crate) fn of_relay_state(relay_state: Option<&str>) -> Result<Self, Failure> {
        let Some((_, after)) = relay_state.and_then(|text| text.split_once(RELAY_STATE_MARK)) else {
            return Ok(Self::default());
        };
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && !"_+,".contains(c)).unwrap_or(after.len());
        Self::of_words(after.get(..end).unwrap_or_default(), "RelayState")
    }

    /// This change where it says something, the other one elsewhere.
    pub(crate) fn or(self, other: Self) -> Self {
        let edits = if self.edits.is_empty() { other.edits } else { self.edits };
        Self {
            attack: self.attack.or(other.attack),
            quirk: self.quirk.or(other.quirk),
            encrypt: self.encrypt || other.encrypt,
            sign: self.sign.or(other.sign),
            edits,
            by: self.by.into_iter().chain(other.by).collect(),
        }
    }

    /// Who asked for it, the first to be heard first.
    pub(crate) fn by(&self) -> &[&'static str] {
        &self.by
    }

    /// Whether the previous Response is to be sent again.
    pub(crate) fn is_replay(&self) -> bool {
        self.attack.is_some_and(|attack| attack.presentations > 1)
    }

    /// Puts the change into a recipe. Where nobody chose a layout, one is taken to which the change applies.
    pub(crate) fn apply(&self, recipe: &mut Recipe) {
        recipe.attack = self.attack;
        recipe.quirk = self.quirk;
        if !self.edits.is_empty() {
            let (usual, edits) = (std::mem::take(&mut recipe.edits), self.edits.clone());
            recipe.edits = Edits {
                authn_context: edits.authn_context.or(usual.authn_context),
                name_id: edits.name_id.or(usual.name_id),
                name_id_format: edits.name_id_format.or(usual.name_id_format),
                ..edits
            };
        }
        if self.encrypt {
            recipe.encrypt = Some(recipe.encrypt.unwrap_or_else(|| recipe.usual_encryption()));
        }
        if let Some(sign) = self.sign {
            recipe.sign = sign;
            return;
        }
        let usual = recipe.sign;
        for encrypt in [recipe.encrypt, Some(recipe.usual_encryption()), None] {
            for sign in [usual, Sign::Both, Sign::Assertion, Sign::Response] {
                let candidate = Recipe { sign, encrypt, ..recipe.clone() };
                if applies(&candidate) {
                    *recipe = candidate;
                    return;
                }
            }
        }
    }

    fn asked_by(mut self, by: &'static str) -> Self {
        let says = self.attack.is_some() || self.quirk.is_some() || self.encrypt || self.sign.is_some();
        if says || !self.edits.is_empty() {
            self.by.push(by);
        }
        self
    }
}

/// The id of every attack.
pub(crate) fn attack_ids() -> Vec<String> {
    attacks::ALL.iter().map(|attack| attack.id.to_owned()).collect()
}

/// The id of every quirk.
pub(crate) fn quirk_ids() -> Vec<String> {
    quirks::ALL.iter().map(|quirk| quirk.id.to_owned()).collect()
}

/// The layouts by the words of the JSON.
pub(crate) const SIGNS: [(&str, Sign); 4] =
    [("response", Sign::Response), ("assertion", Sign::Assertion), ("both", Sign::Both), ("neither", Sign::Neither)];

/// The word for a layout.
pub(crate) fn sign_word(sign: Sign) -> &'static str {
    SIGNS.iter().find(|(_, known)| *known == sign).map_or("", |(word, _)| word)
}

fn sign_named(word: &str) -> Option<Sign> {
    let word = word.strip_prefix("sign_")?;
    SIGNS.iter().find(|(known, _)| *known == word).map(|(_, sign)| *sign)
}

fn words_allowed() -> Vec<String> {
    let plain = SIGNS.iter().map(|(word, _)| format!("sign_{word}")).chain(["encrypted".to_owned()]);
    attack_ids().into_iter().chain(quirk_ids()).chain(plain).collect()
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
        Change::of(asked, "queue").unwrap().apply(&mut recipe);
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
    fn unknown_names_are_refused_with_the_known_ones() {
        let asked = Asked { quirk: Some("no_such".to_owned()), ..Asked::default() };
        let error = Change::of(&asked, "queue").unwrap_err().to_string();
        assert!(error.starts_with("`quirk` is `no_such`, expected one of cdata_name_id, "), "{error}");
        let error = Change::of_words("expired+nothing", "user").unwrap_err().to_string();
        assert!(error.starts_with("`user` is `nothing`, expected one of unsigned, "), "{error}");
        assert!(Change::of_words("expired+stale", "user").unwrap_err().to_string().contains("at most one"));
        assert!(Change::of_words("replay", "user").unwrap().is_replay());
    }

    #[test]
    fn words_in_a_relay_state() {
        // Each row: a RelayState, and what is asked for.
        for (relay_state, attack, encrypt) in [
            ("samlspec:expired", Some("expired"), false),
            ("https://sp.test/home?x=samlspec:expired,encrypted&y=1", Some("expired"), true),
            ("/home", None, false),
        ] {
            let change = Change::of_relay_state(Some(relay_state)).unwrap();
            assert_eq!((change.attack.map(|attack| attack.id), change.encrypt), (attack, encrypt), "{relay_state}");
            assert_eq!(change.by().is_empty(), attack.is_none());
        }
        assert!(Change::of_relay_state(Some("samlspec:none_such")).is_err());
    }

    #[test]
    fn the_first_to_ask_is_heard_first() {
        let queued = Change::of_words("expired", "queue").unwrap();
        let both = queued.or(Change::of_words("stale+non_ascii", "user").unwrap());
        assert_eq!(both.attack.map(|attack| attack.id), Some("expired"));
        assert_eq!(both.quirk.map(|quirk| quirk.id), Some("non_ascii"));
        assert_eq!(both.by(), ["queue", "user"]);
    }
}
