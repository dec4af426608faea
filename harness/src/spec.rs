//! The standards as numbered sentences: `harness/spec/*.toml`, embedded. A scenario cites one of them by its id.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::fault::{Fault, read_toml};

const FILES: &[(&str, &str)] = &[
    ("harness/spec/core.toml", include_str!("../spec/core.toml")),
    ("harness/spec/bindings.toml", include_str!("../spec/bindings.toml")),
    ("harness/spec/profiles.toml", include_str!("../spec/profiles.toml")),
    ("harness/spec/metadata.toml", include_str!("../spec/metadata.toml")),
    ("harness/spec/xmldsig.toml", include_str!("../spec/xmldsig.toml")),
    ("harness/spec/xmlenc.toml", include_str!("../spec/xmlenc.toml")),
    ("harness/spec/house.toml", include_str!("../spec/house.toml")),
];

/// One sentence of a standard, or of the house.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id, such as `core-2.5.1.4-b`.
    pub id: String,
    /// The section it stands in.
    pub section: String,
    /// What it says, in our own words.
    pub says: String,
    /// Why no scenario cites it, when none does.
    #[serde(default)]
    pub uncovered: Option<String>,
    /// The standard it belongs to.
    #[serde(skip)]
    pub standard: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    rule: Vec<Rule>,
}

/// Every sentence, in the order of the files.
pub fn all() -> Result<&'static [Rule], Fault> {
    static ALL: LazyLock<Result<Vec<Rule>, Fault>> = LazyLock::new(read_all);
    ALL.as_deref().map_err(Fault::clone)
}

/// The sentence with this id.
pub fn named(id: &str) -> Result<Option<&'static Rule>, Fault> {
    Ok(all()?.iter().find(|rule| rule.id == id))
}

fn read_all() -> Result<Vec<Rule>, Fault> {
    let mut rules = Vec::new();
    for (name, text) in FILES {
        let file: File = read_toml(name, text)?;
        rules.extend(file.rule.into_iter().map(|rule| Rule { standard: file.title.clone(), ..rule }));
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<_> = all().unwrap().iter().map(|rule| &rule.id).collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
