//! What the refusals prove: the faulty SPs ([`all`]) that each refusal was seen to unmask ([`fooled`]).
//!
//! A mutant is this project's own SP with one fault planted: a rule switched off, or what a published fault did. Message
//! by message, `harness/mutants` plays every refusal against each and writes the table; a refusal that no mutant falls
//! for would prove nothing. What none can fall for is listed with the reason ([`unprovable`]).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

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

/// What the table says of some scenarios, in one sentence.
pub fn sentence<'a>(scenarios: impl Iterator<Item = &'a Scenario>) -> Result<String, Fault> {
    let (table, unprovable) = (table()?, unprovable()?);
    let refusals: Vec<_> = scenarios.filter(|scenario| scenario.expect == Expect::Refused).collect();
    let proven = refusals.iter().filter(|scenario| table.get(&scenario.id).is_some_and(|fooled| !fooled.is_empty()));
    let (proven, listed) =
        (proven.count(), refusals.iter().filter(|scenario| unprovable.contains_key(&scenario.id)).count());
    let rest = refusals.len() - proven - listed;
    let rest = if rest == 0 { String::new() } else { format!(", {rest} not played against them yet") };
    Ok(format!(
        "{} refusals, {} mutants: {proven} refusals each fool at least one, {listed} cannot (garbage and the like){rest}",
        refusals.len(),
        all()?.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

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
