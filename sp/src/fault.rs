//! Where a fault can be planted: nothing at all in this crate.
//!
//! `harness/mutants` compiles these sources once more under a cfg of its own; there, `fault!` asks whether a named fault
//! is planted, so that it can be shown which refusals would notice. Without that cfg the macro is the constant `false`,
//! or no statement at all: no dependency and no feature can switch a fault on.

#[cfg(not(samlspec_mutants))]
macro_rules! fault {
    ($name:ident) => {
        false
    };
    ($name:ident => $result:expr) => {};
    (try $instead:expr) => {};
    (let $name:ident = $changed:expr) => {};
}

/// `fault!(Name)` says whether it is planted; the other forms leave early, or put something in another's place.
#[cfg(samlspec_mutants)]
macro_rules! fault {
    ($name:ident) => {
        $crate::fault::is_planted($crate::fault::Switch::$name)
    };
    ($name:ident => $result:expr) => {
        if fault!($name) {
            return $result;
        }
    };
    (try $instead:expr) => {
        if let Some(instead) = $instead {
            return instead;
        }
    };
    (let $name:ident = $changed:expr) => {
        let $name = $changed;
    };
}

#[cfg(samlspec_mutants)]
#[path = "../../harness/mutants/src/switch.rs"]
mod switch;
#[cfg(samlspec_mutants)]
#[path = "../../harness/mutants/src/text.rs"]
pub(crate) mod text;
#[cfg(samlspec_mutants)]
pub use switch::{Switch, plant, take_for_secrets};
#[cfg(samlspec_mutants)]
pub(crate) use switch::{is_planted, secrets};
