//! Attacks: messages that an SP must refuse, whatever else is right about them.
//!
//! One short function each, all of them in [`ALL`]; tests run over the list. An attack that forges or swaps an identity
//! names the attacker, in NameID and attributes, so that an acceptance shows as whom.

use crate::recipe::Recipe;
use crate::step::Step;

mod signature;

/// Something an SP must refuse.
#[derive(Debug)]
pub struct Attack {
    /// The name in scenarios, user names and the console.
    pub id: &'static str,
    /// What is wrong, in one sentence.
    pub about: &'static str,
    /// A CVE, a paper, or the class of the taxonomy.
    pub source: &'static str,
    /// Whether the message names the attacker.
    pub forges: bool,
    /// How often the message is presented: 2 for a replay, of which the first is healthy.
    pub presentations: u8,
    /// What a recipe needs for it.
    pub needs: &'static str,
    /// Whether a recipe has what it needs.
    pub applies: fn(&Recipe) -> bool,
    /// What it changes, and when.
    pub steps: &'static [Step],
}

/// Every attack.
pub static ALL: &[Attack] = &[signature::UNSIGNED, signature::TAMPERED];

/// The attack of this id.
pub fn named(id: &str) -> Option<&'static Attack> {
    ALL.iter().find(|attack| attack.id == id)
}
