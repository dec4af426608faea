//! The moments at which a quirk or an attack may change a message, from the plain fields to the finished text.

use crate::draft::Draft;
use crate::recipe::{Recipe, RecipeError};
use crate::sign::Plan;
use crate::workshop::Workshop;
use std::fmt;

/// One change at one moment.
#[derive(Clone, Copy)]
pub enum Step {
    /// Before there is any XML: what the message says. The result gets signed as usual.
    Draft(fn(&mut Draft, &Recipe)),
    /// The unsigned tree.
    Tree(fn(&mut Workshop<'_>) -> Result<(), RecipeError>),
    /// How it gets signed.
    Plan(fn(&mut Plan, &Recipe)),
    /// The finished tree: signed and, where asked for, encrypted.
    Signed(fn(&mut Workshop<'_>) -> Result<(), RecipeError>),
    /// The finished text.
    Text(fn(&mut String)),
}

impl fmt::Debug for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Draft(_) => "Draft",
            Self::Tree(_) => "Tree",
            Self::Plan(_) => "Plan",
            Self::Signed(_) => "Signed",
            Self::Text(_) => "Text",
        })
    }
}
