//! What the refusals prove: the faulty SPs ([`all`]) that each refusal was seen to unmask ([`fooled`]).
//!
//! A mutant is this project's own SP with one fault planted: a rule switched off, or what a published fault did. Message
//! by message, `harness/mutants` plays every refusal against each and writes the table; a refusal that no mutant falls
//! for would prove nothing. What none can fall for is listed with the reason ([`unprovable`]).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, read_toml};
use crate::scenario::{Expect, Scenario};

/// One faulty SP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutant {
    /// Its name.
    pub id: String,
    /// What is wrong with it, in one sentence.
    pub about: String,
    /// Whose fault it repeats: a CVE, an advisory, or the class of it.
    pub history: String,
    /// The faults to plant, by the names in `harness/mutants/src/switch.rs`.
    pub switches: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    mutant: Vec<Mutant>,
    unprovable: BTreeMap<String, String>,
}

/// Per refusal, the mutants that accept its message.
pub type Table = BTreeMap<String, Vec<String>>;

const LIST: &str = include_str!("../mutants/mutants.toml");
const TABLE: &str = include_str!("../mutants/table.toml");

fn list() -> Result<&'static List, Fault> {
    static LIST_READ: LazyLock<Result<List, Fault>> = LazyLock::new(|| read_toml("harness/mutants/mutants.toml", LIST));
    LIST_READ.as_ref().map_err(Fault::clone)
}

/// Every mutant.
pub fn all() -> Result<&'static [Mutant], Fault> {
    Ok(&list()?.mutant)
}

/// The refusals that no mutant can fall for, each with the reason.
pub fn unprovable() -> Result<&'static BTreeMap<String, String>, Fault> {
    Ok(&list()?.unprovable)
}

/// The committed table.
pub fn table() -> Result<&'static Table, Fault> {
    static TABLE_READ: LazyLock<Result<Table, Fault>> =
        LazyLock::new(|| read_toml("harness/mutants/table.toml", TABLE));
    TABLE_READ.as_ref().map_err(Fault::clone)
}

/// The mutants that fall for a scenario, by the committed table.
pub fn fooled(scenario: &str) -> Result<&'static [String], Fault> {
    Ok(table()?.get(scenario).map_or(&[][..], Vec::as_slice))
}

/// What the refusals among some scenarios prove, in numbers; as text, one sentence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Proof {
    /// Scenarios that expect a refusal.
    pub refusals: usize,
    /// Faulty SPs that they were played against.
    pub mutants: usize,
    /// Refusals that at least one mutant falls for.
    pub proven: usize,
    /// Refusals that none can fall for, each listed with its reason.
    pub unprovable: usize,
}

impl Proof {
    /// What the committed table says of these scenarios.
    pub fn of<'a>(scenarios: impl IntoIterator<Item = &'a Scenario>) -> Result<Self, Fault> {
        let mut proof = Self { mutants: all()?.len(), ..Self::default() };
        for scenario in scenarios.into_iter().filter(|scenario| scenario.expect == Expect::Refused) {
            proof.refusals += 1;
            proof.proven += usize::from(!fooled(&scenario.id)?.is_empty());
            proof.unprovable += usize::from(unprovable()?.contains_key(&scenario.id));
        }
        Ok(proof)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { refusals, mutants, proven, unprovable } = self;
        write!(
            f,
            "{refusals} refusals, {mutants} mutants: {proven} refusals each fool at least one, {unprovable} cannot (garbage and the like)"
        )?;
        match refusals.saturating_sub(proven + unprovable) {
            0 => Ok(()),
            rest => write!(f, ", {rest} not played against them yet"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn sentences() {
        let proof = Proof { refusals: 9, mutants: 4, proven: 6, unprovable: 1 };
        assert!(proof.to_string().ends_with(
            "6 refusals each fool at least one, 1 cannot (garbage and the like), 2 not played against them yet"
        ));
        let every = Proof::of(crate::scenario::all().unwrap()).unwrap();
        assert_eq!(every.proven + every.unprovable, every.refusals, "{every}");
    }

    #[test]
    fn the_list_and_the_table_fit() {
        let ids: BTreeSet<&str> = all().unwrap().iter().map(|mutant| mutant.id.as_str()).collect();
        assert_eq!(ids.len(), all().unwrap().len(), "ids are unique");
        assert!(ids.len() >= 40);
        for (scenario, fooled) in table().unwrap() {
            assert!(!fooled.is_empty() && fooled.iter().all(|id| ids.contains(id.as_str())), "{scenario}: {fooled:?}");
        }
        let both: Vec<_> = unprovable().unwrap().keys().filter(|id| table().unwrap().contains_key(*id)).collect();
        assert!(both.is_empty(), "proven after all: {both:?}");
    }
}
