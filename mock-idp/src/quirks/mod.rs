//! Quirks: messages that are legal or common though unusual, and that an SP should accept.
//!
//! One short function each, all of them in [`ALL`]; tests run over the list.

use crate::recipe::Recipe;
use crate::step::Step;

mod content;

/// Something legal but unusual.
#[derive(Debug)]
pub struct Quirk {
    /// The name in scenarios, user names and the console.
    pub id: &'static str,
    /// What is unusual, in one sentence.
    pub about: &'static str,
    /// Who does that, or which section allows it.
    pub source: &'static str,
    /// What a recipe needs for it.
    pub needs: &'static str,
    /// Whether a recipe has what it needs.
    pub applies: fn(&Recipe) -> bool,
    /// What it changes, and when.
    pub steps: &'static [Step],
}

/// Every quirk.
pub static ALL: &[Quirk] = &[content::CDATA_NAME_ID];

/// The quirk of this id.
pub fn named(id: &str) -> Option<&'static Quirk> {
    ALL.iter().find(|quirk| quirk.id == id)
}
