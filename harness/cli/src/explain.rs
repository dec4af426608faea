//! `samlspec explain`: what a scenario, rule, attack or quirk is about, where it comes from, and how to look closer.

use std::collections::BTreeMap;
use std::fmt::Write;

use harness::scenario::Scenario;
use harness::{Fault, delivery, mutants, scenario, spec};
use mock_idp::{Vendor, attacks, quirks};

use crate::say;

const CODE: &str = include_str!("../advice/code.toml");

/// What to explain.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  samlspec explain reject/wrapping/forged_after\n  samlspec explain core-2.5.1.4-b\n  samlspec explain xsw_after"
)]
pub(crate) struct Arguments {
    /// The id of a scenario, rule, attack, quirk, delivery or mutant
    id: String,
}

/// Prints the explanation.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Fault> {
    let id = arguments.id.as_str();
    let scenarios = scenario::all()?;
    let text = if let Some(scenario) = scenarios.iter().find(|scenario| scenario.id == id) {
        of_scenario(scenario)?
    } else if let Some(rule) = spec::named(id)? {
        let head = format!("{}\n{}, section {}\n{}\n", rule.id, rule.standard, rule.section, rule.says);
        head + &played_by(scenarios, |scenario| scenario.rule == id)
    } else if let Some(attack) = attacks::named(id) {
        let head = format!("attack {id}\n{}\nsource: {}\n", attack.about, attack.source);
        head + &played_by(scenarios, |scenario| scenario.attack.is_some_and(|attack| attack.id == id))
    } else if let Some(quirk) = quirks::named(id) {
        let head = format!("quirk {id}\n{}\nsource: {}\n", quirk.about, quirk.source);
        head + &played_by(scenarios, |scenario| scenario.quirk.is_some_and(|quirk| quirk.id == id))
    } else if let Some(mutant) = mutants::all()?.iter().find(|mutant| mutant.id == id) {
        let head = format!("mutant {id}\nAn SP that {}.\nhistory: {}\nunmasked by:\n", mutant.about, mutant.history);
        let table = mutants::table()?.iter().filter(|(_, fooled)| fooled.contains(&mutant.id));
        head + &table.map(|(scenario, _)| format!("  {scenario}\n")).collect::<String>()
    } else if let Some(delivery) = delivery::named(id) {
        let head = format!("delivery {id}\n{}\n", delivery.about);
        head + &played_by(scenarios, |scenario| scenario.delivery.is_some_and(|delivery| delivery.id == id))
    } else {
        return Err(Fault::usage(format!(
            "nothing is called `{id}`; `samlspec list scenarios` shows the ids{}",
            similar(scenarios, id)
        )));
    };
    say::to_stdout(&text);
    Ok(())
}

fn of_scenario(scenario: &Scenario) -> Result<String, Fault> {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = write_scenario(&mut text, scenario, spec::named(&scenario.rule)?);
    match (mutants::fooled(&scenario.id)?, mutants::unprovable()?.get(&scenario.id)) {
        ([], None) => {}
        ([], Some(why)) => text.push_str(&format!("mutants:  none can fall for it: {why}\n")),
        (fooled, _) => text.push_str(&format!("unmasks:  {}\n", fooled.join(", "))),
    }
    Ok(text)
}

fn write_scenario(text: &mut String, scenario: &Scenario, rule: Option<&spec::Rule>) -> std::fmt::Result {
    writeln!(text, "{}\n{}\n", scenario.id, scenario.about)?;
    let also = if scenario.or_signed_identity { ", or accepted as exactly the signed person" } else { "" };
    writeln!(text, "expected: {}{also}", scenario.expect.as_str())?;
    if let Some(rule) = rule {
        writeln!(text, "rule:     {} ({}, section {})\n          {}", rule.id, rule.standard, rule.section, rule.says)?;
    }
    if let Some(attack) = scenario.attack {
        writeln!(text, "attack:   {}: {}\n          source: {}", attack.id, attack.about, attack.source)?;
    }
    if let Some(quirk) = scenario.quirk {
        writeln!(text, "quirk:    {}: {}\n          source: {}", quirk.id, quirk.about, quirk.source)?;
    }
    if let Some(delivery) = scenario.delivery {
        writeln!(text, "delivery: {}: {}", delivery.id, delivery.about)?;
    }
    let vendors: Vec<_> = scenario.vendors.iter().map(|vendor| vendor.name()).collect();
    let flows: Vec<_> = scenario.flows.iter().map(|flow| flow.as_str()).collect();
    writeln!(text, "played:   {} in the flows {}", vendors.join(", "), flows.join(", "))?;
    writeln!(text, "check:    {}", check_in_code(scenario))?;
    writeln!(text, "\n{}", scenario.text().trim_end())?;
    let vendor = scenario.vendors.first().copied().or_else(|| Vendor::all().next()).map_or("okta", Vendor::name);
    writeln!(text, "\nreplay:   samlspec extract {} --vendor {vendor} --entity-id YOURS --acs YOUR-URL", scenario.id)
}

/// What to look at in the SP's code, by the folder of the scenario; a general sentence where the folder has none.
fn check_in_code(scenario: &Scenario) -> String {
    let sentences: BTreeMap<String, String> = toml::from_str(CODE).unwrap_or_default();
    let sentence = scenario.id.split('/').nth(1).and_then(|folder| sentences.get(folder)).cloned();
    sentence.unwrap_or_else(|| "The rule is applied, and absence is no success.".to_owned())
}

fn played_by(scenarios: &[Scenario], wanted: impl Fn(&Scenario) -> bool) -> String {
    let ids: Vec<_> =
        scenarios.iter().filter(|scenario| wanted(scenario)).map(|scenario| format!("  {}", scenario.id)).collect();
    if ids.is_empty() { "played by no scenario\n".to_owned() } else { format!("played by:\n{}\n", ids.join("\n")) }
}

fn similar(scenarios: &[Scenario], id: &str) -> String {
    let last = id.rsplit('/').next().unwrap_or(id);
    let found: Vec<_> =
        scenarios.iter().filter(|scenario| scenario.id.contains(last)).take(3).map(|found| found.id.as_str()).collect();
    if found.is_empty() { String::new() } else { format!("; did you mean {}?", found.join(" or ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_says_what_to_check() {
        let sentences: BTreeMap<String, String> = toml::from_str(CODE).unwrap();
        for scenario in scenario::all().unwrap() {
            let folder = scenario.id.split('/').nth(1).unwrap();
            assert!(sentences.contains_key(folder), "{folder} has no sentence in harness/cli/advice/code.toml");
        }
    }
}
