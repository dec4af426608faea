//! `samlspec list`: what there is to play, and what is not played.

use std::collections::BTreeSet;

use clap::ValueEnum;
use harness::mutants::{self, Mutant};
use harness::{Fault, coverage, delivery, scenario, spec};
use mock_idp::app::OptionFact;
use mock_idp::{Vendor, attacks, quirks};

use crate::{say, targets};

/// What to list.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  samlspec list scenarios\n  samlspec list --uncovered\n  samlspec list coverage > coverage.md\n  samlspec list schema > report.schema.json"
)]
pub(crate) struct Arguments {
    /// The kind of thing
    #[arg(required_unless_present = "uncovered")]
    kind: Option<Kind>,
    /// Of the rules: only those that no scenario cites, with the reason
    #[arg(long)]
    uncovered: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Scenarios,
    Attacks,
    Quirks,
    Deliveries,
    Vendors,
    /// Of every vendor's admin page, for `idp --app`
    Options,
    Targets,
    Rules,
    Mutants,
    Coverage,
    /// The JSON Schema of `test --report json=FILE`
    Schema,
}

/// Prints the list, one line each.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Fault> {
    let lines: Vec<String> = match arguments.kind.unwrap_or(Kind::Rules) {
        Kind::Scenarios => {
            let scenarios = scenario::all()?.iter();
            scenarios.map(|scenario| format!("{}  {} ({})", scenario.id, scenario.about, scenario.rule)).collect()
        }
        Kind::Attacks => attacks::ALL.iter().map(|attack| format!("{}  {}", attack.id, attack.about)).collect(),
        Kind::Quirks => quirks::ALL.iter().map(|quirk| format!("{}  {}", quirk.id, quirk.about)).collect(),
        Kind::Deliveries => {
            delivery::ALL.iter().map(|delivery| format!("{}  {}", delivery.id, delivery.about)).collect()
        }
        Kind::Vendors => Vendor::all().map(|vendor| format!("{}  {}", vendor.name(), vendor.title())).collect(),
        Kind::Options => Vendor::all().flat_map(options).collect(),
        Kind::Targets => targets::at_hand(),
        Kind::Rules => rules(arguments.uncovered)?,
        Kind::Mutants => {
            let line = |mutant: &Mutant| format!("{}  {} ({})", mutant.id, mutant.about, mutant.history);
            mutants::all()?.iter().map(line).collect()
        }
        Kind::Coverage => vec![coverage::page()?],
        Kind::Schema => vec![harness::report::json::schema()],
    };
    say::to_stdout(&lines.join("\n"));
    Ok(())
}

/// Each option of a vendor: its label, the words it can take where there is a list of them, and its default.
fn options(vendor: Vendor) -> Vec<String> {
    let line = |option: &OptionFact| {
        let words: Vec<&str> = option.values.keys().map(String::as_str).collect();
        let one_of = if words.is_empty() { String::new() } else { format!("  one of: {}", words.join(" | ")) };
        let default = option.default.as_ref().map(|value| format!("  unless given {value}")).unwrap_or_default();
        format!("{}  \"{}\" ({:?}){one_of}{default}", vendor.name(), option.label, option.sets)
    };
    vendor.options().option.iter().map(line).collect()
}

fn rules(only_uncovered: bool) -> Result<Vec<String>, Fault> {
    let cited: BTreeSet<&str> = scenario::all()?.iter().map(|scenario| scenario.rule.as_str()).collect();
    let rules = spec::all()?.iter().filter(|rule| !only_uncovered || !cited.contains(rule.id.as_str()));
    let line = |rule: &spec::Rule| match &rule.uncovered {
        Some(why) if only_uncovered => format!("{}  {} Not played: {why}", rule.id, rule.says),
        _ => format!("{}  {}", rule.id, rule.says),
    };
    Ok(rules.map(line).collect())
}
