//! The scenario files themselves: each is readable, each message can be made, and nothing that can be played is left out.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harness::scenario::{self, Scenario};
use harness::spec;
use harness::{delivery, select};
use mock_idp::{attacks, quirks};

fn scenarios() -> &'static [Scenario] {
    scenario::all().unwrap_or_else(|fault| panic!("{fault}"))
}

#[test]
fn there_are_enough_in_both_flows() {
    let rows = select::all_cases(scenarios());
    assert!(scenarios().len() >= 200, "{}", scenarios().len());
    for vendor in mock_idp::Vendor::core() {
        for flow in [scenario::Flow::Sp, scenario::Flow::Idp] {
            let count = rows.iter().filter(|row| row.vendor == vendor && row.flow == flow).count();
            assert!(count >= 60, "{} {flow:?}: {count}", vendor.name());
        }
    }
}

/// A quirk, attack, delivery or rule that no scenario plays would be dead weight.
#[test]
fn nothing_is_left_out() {
    let played: BTreeSet<&str> = scenarios()
        .iter()
        .flat_map(|scenario| {
            let names = [
                scenario.attack.map(|attack| attack.id),
                scenario.quirk.map(|quirk| quirk.id),
                scenario.delivery.map(|delivery| delivery.id),
            ];
            names.into_iter().flatten().chain([scenario.rule.as_str()])
        })
        .collect();
    let rules = spec::all().unwrap().iter().filter(|rule| rule.uncovered.is_none()).map(|rule| rule.id.as_str());
    let every = attacks::ALL
        .iter()
        .map(|attack| attack.id)
        .chain(quirks::ALL.iter().map(|quirk| quirk.id))
        .chain(delivery::ALL.iter().map(|delivery| delivery.id))
        .chain(rules);
    let missing: Vec<_> = every.filter(|id| !played.contains(id)).collect();
    assert!(missing.is_empty(), "no scenario plays or cites {missing:?}");
}

/// A rule marked as uncovered that a scenario cites after all needs no excuse.
#[test]
fn excuses_are_needed() {
    let cited: BTreeSet<&str> = scenarios().iter().map(|scenario| scenario.rule.as_str()).collect();
    let rules = spec::all().unwrap().iter().filter(|rule| rule.uncovered.is_some());
    let needless: Vec<_> = rules.filter(|rule| cited.contains(rule.id.as_str())).map(|rule| &rule.id).collect();
    assert!(needless.is_empty(), "{needless:?}");
}

/// What the README shows of a run is what a run against the built-in SP says today.
#[test]
fn the_readme_counts_as_a_run_does() {
    let builtin = harness::target::Target::named_or_file("builtin").unwrap();
    let rows = select::all_cases(scenarios());
    let mut skipped = std::collections::BTreeMap::<String, usize>::new();
    for reason in rows.iter().filter_map(|case| select::skip_reason(case, &builtin, true)) {
        *skipped.entry(reason).or_default() += 1;
    }
    let count: usize = skipped.values().sum();
    let proof = harness::mutants::Proof::of(scenarios()).unwrap();
    let mut lines: Vec<_> = skipped.iter().map(|(reason, count)| format!("  {count} x {reason}")).collect();
    lines.push(format!("samlspec sp: {} passed, 0 failed, {count} skipped; ", rows.len() - count));
    lines.push(format!("\n{proof}\n"));
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let missing: Vec<_> = lines.iter().filter(|line| !readme.contains(*line)).collect();
    assert!(missing.is_empty(), "README.md should say {missing:#?}");
}

/// Every row, against an SP that takes every layout: a recipe that does not apply would silently be skipped.
#[test]
fn every_message_can_be_made() {
    let mut failures = Vec::new();
    for case in select::all_cases(scenarios()) {
        if let Err(fault) = harness::extract::message(case.scenario, &wanted(&case)) {
            failures.push(format!("{} {} {:?}: {fault}", case.scenario.id, case.vendor.name(), case.flow));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A second name for a message proves nothing, and an SP that remembers messages refuses it for another reason.
#[test]
fn no_refusal_is_there_twice() {
    let mut shapes: BTreeMap<&str, String> = BTreeMap::new();
    let compared = |case: &&select::Case<'_>| {
        case.scenario.expect == scenario::Expect::Refused && ["azure", "okta"].contains(&case.vendor.name())
    };
    for case in select::all_cases(scenarios()).iter().filter(compared) {
        let shape = shapes.entry(&case.scenario.id).or_default();
        let row = (case.vendor.name(), case.flow, &case.scenario.needs);
        match harness::extract::rehearse(case, &wanted(case), "_request").unwrap() {
            Some(made) => shape.push_str(&format!("{row:?} {:?} {:?}", made.message, made.again)),
            None => shape.push_str(case.scenario.id.as_str()),
        }
    }
    let mut first: BTreeMap<String, &str> = BTreeMap::new();
    let twice: Vec<_> = shapes
        .into_iter()
        .filter_map(|(id, shape)| first.insert(shape, id).map(|other| format!("{other} = {id}")))
        .collect();
    assert!(twice.is_empty(), "{twice:#?}");
}

fn wanted(case: &select::Case<'_>) -> harness::extract::Wanted {
    let sp = mock_idp::Sp::new("https://sp.example/metadata", "https://sp.example/acs");
    let certificate =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/keys/sp.crt.pem"));
    harness::extract::Wanted {
        vendor: case.vendor,
        idp: case.vendor,
        public_url: harness::target::DEFAULT_PUBLIC_URL.to_owned(),
        sp: sp.encrypting(&certificate.unwrap()),
        in_response_to: (case.flow == scenario::Flow::Sp).then(|| "_request".to_owned()),
        now: time::macros::datetime!(2026-01-15 12:00 UTC),
        seed: 7,
    }
}

#[test]
fn broken_files_say_where_and_what() {
    // Each row: the path, the text, and the beginning of what is said.
    let check = |id: &str, text: &str, expected: &str| {
        let fault = Scenario::read(id, text).unwrap_err();
        assert_eq!(fault.exit_code(), 2);
        let said = fault.to_string();
        assert!(said.starts_with(expected), "{said}");
    };
    let head = "about = \"a\"\nrule = \"core-2.5.1.4-b\"\nexpect = \"refused\"\n";
    let file = "harness/scenarios/reject/x.toml";
    let with = |line: &str| format!("{head}{line}\n");
    check(
        "reject/x",
        &with("atack = \"unsigned\""),
        &format!("{file}:4: unknown field `atack`, expected one of `about`"),
    );
    check(
        "reject/x",
        &with("attack = \"nonsense\""),
        &format!("{file}:4: unknown attack `nonsense`, expected one of `"),
    );
    check("reject/x", &with("quirk = \"nonsense\""), &format!("{file}:4: unknown quirk `nonsense`, expected one of `"));
    check(
        "reject/x",
        &with("delivery = \"nonsense\""),
        &format!("{file}:4: unknown delivery `nonsense`, expected one of `"),
    );
    check(
        "reject/x",
        &with("vendors = [\"nonsense\"]"),
        &format!("{file}:4: unknown vendor `nonsense`, expected one of `"),
    );
    check(
        "reject/x",
        &with("[edit]\naudiance = [\"x\"]"),
        &format!("{file}:5: unknown field `audiance`, expected one of"),
    );
    check("reject/x", &with("sign = \"all\""), &format!("{file}:4: unknown variant `all`, expected one of"));
    check("reject/x", &with("encrypt = \"rot13\""), &format!("{file}:4: unknown variant `rot13`, expected one of"));
    check("reject/x", &with("attack = "), &format!("{file}:4: "));
    check("reject/x", head, &format!("{file}:3: nothing is wrong with the message"));
    check("other/x", head, "harness/scenarios/other/x.toml:1: unknown kind `other`");
    check("accept/x", head, "harness/scenarios/accept/x.toml:3: a scenario under `accept` expects the opposite");
    check("reject/x", &head.replace("core-2.5.1.4-b", "core-0"), &format!("{file}:2: unknown rule `core-0`"));
    check("reject/x", &with(&"#\n".repeat(12)), &format!("{file}:"));
}
