//! `samlspec explain`: what a scenario, rule, attack or quirk is about, where it comes from, and how to look closer.

use std::fmt::Write;

use harness::scenario::{Expect, Scenario};
use harness::{Fault, delivery, scenario, spec};
use mock_idp::{Vendor, attacks, quirks};

use crate::say;

/// What to explain.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  samlspec explain reject/wrapping/forged_after\n  samlspec explain core-2.5.1.4-b\n  samlspec explain xsw_after"
)]
pub(crate) struct Arguments {
    /// The id of a scenario, rule, attack, quirk or delivery
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
    writeln!(text, "check:    {}", advice(scenario))?;
    writeln!(text, "\n{}", scenario.text().trim_end())?;
    let vendor = scenario.vendors.first().copied().or_else(|| Vendor::all().next()).map_or("okta", Vendor::name);
    writeln!(text, "\nreplay:   samlspec extract {} --vendor {vendor} --entity-id YOURS --acs YOUR-URL", scenario.id)
}

/// What to look at in the SP's code.
fn advice(scenario: &Scenario) -> &'static str {
    match (scenario.expect, scenario.attack, scenario.delivery) {
        (Expect::Accepted, ..) => "that nothing demands more than the rule does",
        (_, Some(attack), _) if attack.forges => "that what is read is what was signed, and by whom",
        (_, Some(_), _) => "that the rule is applied to the Assertion that is used, and that absence is no success",
        (.., Some(_)) => "the size, encoding and form of what arrives, before any XML is read",
        _ => "that the rule is applied, and that absence is no success",
    }
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
