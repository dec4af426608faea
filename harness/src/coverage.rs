//! The page that shows how far the scenarios reach: the sentences of the standards in, Markdown out.
//!
//! Each sentence with the scenarios that cite it and how many mutants they unmask; one that no scenario cites with the
//! reason.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::fault::Fault;
use crate::mutants;
use crate::scenario::{self, Expect, Scenario};
use crate::spec::{self, Rule};

/// The page.
pub fn page() -> Result<String, Fault> {
    let (rules, scenarios) = (spec::all()?, scenario::all()?);
    let cited: BTreeSet<&str> = scenarios.iter().map(|scenario| scenario.rule.as_str()).collect();
    let covered = rules.iter().filter(|rule| cited.contains(rule.id.as_str())).count();
    let mut page = format!(
        "# Coverage\n\n{} scenarios cite {covered} of {} sentences. {}\n",
        scenarios.len(),
        rules.len(),
        mutants::Proof::of(scenarios)?
    );
    let mut standard = "";
    for rule in rules {
        if rule.standard != standard {
            standard = &rule.standard;
            // Writing to a text cannot fail.
            let _ = write!(
                page,
                "\n## {standard}\n\n| sentence | section | scenarios | mutants unmasked |\n|---|---|---|---|\n"
            );
        }
        let citing: Vec<_> = scenarios.iter().filter(|scenario| scenario.rule == rule.id).collect();
        let _ = writeln!(page, "{}", row(rule, &citing)?);
    }
    Ok(page.trim_end().to_owned())
}

fn row(rule: &Rule, citing: &[&Scenario]) -> Result<String, Fault> {
    let count = |expect| citing.iter().filter(|scenario| scenario.expect == expect).count();
    let played = match citing {
        [] => format!("none: {}", rule.uncovered.as_deref().unwrap_or("no reason on file")),
        _ => format!("{} accept, {} refuse", count(Expect::Accepted), count(Expect::Refused)),
    };
    let mut unmasked = BTreeSet::new();
    for scenario in citing {
        unmasked.extend(mutants::fooled(&scenario.id)?);
    }
    let unmasked = if unmasked.is_empty() { "-".to_owned() } else { unmasked.len().to_string() };
    Ok(format!("| `{}` {} | {} | {played} | {unmasked} |", rule.id, rule.says, rule.section))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_has_a_row_and_a_reason_where_nothing_cites_it() {
        let page = page().unwrap();
        for rule in spec::all().unwrap() {
            assert!(page.contains(&format!("| `{}` ", rule.id)), "{}", rule.id);
        }
        assert!(!page.contains("no reason on file"));
        assert!(page.contains(" accept, "));
    }
}
