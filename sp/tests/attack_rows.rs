//! The classes of attack, row by row: `attack_rows.toml` in, each row's attacks and scenarios played against `sp`.
//!
//! A row names what holds its class off, or says why it is not about an SP. What it names must exist; each attack and each
//! scenario that is a message is built live, over every vendor, refused, and its healthy twin accepted.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{accept, idp, outcome, recipe, sp};
use mock_idp::{Attack, Cipher, Edits, Encryption, Quirk, Recipe, Sign, SignatureAlgorithm, Vendor, attacks, quirks};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How many rows each class has; the table must hold every one.
const CLASSES: &[(&str, usize)] = &[
    ("SIG", 15),
    ("XSW", 16),
    ("C14", 11),
    ("KEY", 17),
    ("XML", 13),
    ("TXT", 10),
    ("ENC", 12),
    ("PRO", 30),
    ("BND", 14),
    ("SLO", 4),
    ("MET", 6),
    ("SES", 5),
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    title: String,
    #[serde(default)]
    attacks: Vec<String>,
    #[serde(default)]
    scenarios: Vec<String>,
    #[serde(default)]
    tests: Vec<String>,
    not_about_an_sp: Option<String>,
}

/// The part of a scenario file that makes a message.
#[derive(Debug, Deserialize)]
struct Scenario {
    expect: String,
    attack: Option<String>,
    quirk: Option<String>,
    sign: Option<Sign>,
    encrypt: Option<String>,
    signature: Option<SignatureAlgorithm>,
    delivery: Option<String>,
    flow: Option<String>,
    #[serde(default)]
    from_another_idp: bool,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    edit: Edits,
}

fn rows() -> BTreeMap<String, Row> {
    toml::from_str(include_str!("attack_rows.toml")).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_row_is_there_and_says_what_holds_it_off() {
    let rows = rows();
    let expected: BTreeSet<String> = CLASSES
        .iter()
        .flat_map(|&(class, count)| {
            let digits = if class == "XSW" { 1 } else { 2 };
            (1..=count).map(move |number| format!("{class}-{number:0digits$}"))
        })
        .collect();
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), expected);
    for (id, row) in &rows {
        let held_off = row.attacks.len() + row.scenarios.len() + row.tests.len();
        assert!(!row.title.is_empty(), "{id}");
        assert_eq!(held_off == 0, row.not_about_an_sp.is_some(), "{id}: neither tests nor a reason, or both");
    }
    let attacked: BTreeSet<&str> = rows.values().flat_map(|row| &row.attacks).map(String::as_str).collect();
    let known: BTreeSet<&str> = attacks::ALL.iter().map(|attack| attack.id).collect();
    let lonely: Vec<_> = known.difference(&attacked).collect();
    let unknown: Vec<_> = attacked.difference(&known).collect();
    assert!(
        lonely.is_empty() && unknown.is_empty(),
        "attacks in no row: {lonely:?}; in a row, but unknown: {unknown:?}"
    );
    let count = |has: fn(&Row) -> bool| rows.values().filter(|row| has(row)).count();
    println!(
        "{} rows: {} with attacks, {} with scenarios, {} with tests, {} not about an SP; {} attacks",
        rows.len(),
        count(|row| !row.attacks.is_empty()),
        count(|row| !row.scenarios.is_empty()),
        count(|row| !row.tests.is_empty()),
        count(|row| row.not_about_an_sp.is_some()),
        known.len()
    );
}

#[test]
fn every_test_that_is_named_exists() {
    for (id, row) in rows() {
        for test in &row.tests {
            let (file, name) = test.split_once("::").unwrap_or_else(|| panic!("{id}: {test} is no FILE::NAME"));
            let text = std::fs::read_to_string(root().join(file)).unwrap_or_else(|_| panic!("{id}: no file {file}"));
            assert!(text.contains(&format!("fn {name}(")), "{id}: no function {name} in {file}");
        }
    }
}

/// Each attack in the first layout of each vendor that it applies to; `mocks.rs` has them in every layout.
#[test]
fn every_attack_of_a_row_is_refused_beside_its_twin() {
    let sp = sp();
    let mut played = 0;
    for vendor in Vendor::core() {
        let idp = idp(vendor);
        let mut twins: BTreeMap<usize, bool> = BTreeMap::new();
        let layouts = layouts(vendor);
        for attack in attacks::ALL {
            let found = layouts.iter().enumerate().find(|(_, layout)| (attack.applies)(layout));
            let (number, twin) = found.unwrap_or_else(|| panic!("{} applies to no layout of {vendor:?}", attack.id));
            let is_accepted =
                *twins.entry(number).or_insert_with(|| accept(&twin.build().unwrap().xml, &sp, &idp).is_ok());
            assert!(is_accepted, "the twin of {} {vendor:?}", attack.id);
            let xml = Recipe { attack: Some(attack), ..twin.clone() }.build().unwrap().xml;
            let result = accept(&xml, &sp, &idp);
            // A replay is healthy the first time; `once.rs` and `laws.rs` present it again.
            assert_eq!(result.is_ok(), attack.presentations > 1, "{} {vendor:?}: {}", attack.id, outcome(&result));
            played += 1;
        }
    }
    println!("{played} attacks refused, each beside its twin");
}

fn layouts(vendor: Vendor) -> Vec<Recipe> {
    let clear = [Sign::Both, Sign::Assertion, Sign::Response].map(|sign| Recipe { sign, ..recipe(vendor) });
    let encrypted = clear.clone().map(|recipe| Recipe { encrypt: Some(recipe.usual_encryption()), ..recipe });
    let gcm = Recipe { encrypt: encryption("aes128_gcm", &clear[1]), ..clear[1].clone() };
    clear.into_iter().chain(encrypted).chain([gcm]).collect()
}

/// Each scenario of a row that is one message; deliveries and the like are played by the harness.
#[test]
fn every_scenario_of_a_row_gets_its_verdict() {
    let mut ids: BTreeSet<String> = BTreeSet::new();
    for (id, row) in rows() {
        for pattern in &row.scenarios {
            let found = files(pattern);
            assert!(!found.is_empty(), "{id}: no scenario {pattern}");
            ids.extend(found);
        }
    }
    let mut played = 0;
    for id in &ids {
        let text = std::fs::read_to_string(root().join(format!("harness/scenarios/{id}.toml"))).unwrap();
        let scenario: Scenario = toml::from_str(&moments(&text)).unwrap_or_else(|error| panic!("{id}: {error}"));
        if scenario.is_one_message() {
            play(id, &scenario);
            played += 1;
        }
    }
    assert!(played * 2 > ids.len(), "{played} of {}", ids.len());
    println!("{played} of {} scenarios played here, the others are deliveries or journeys", ids.len());
}

/// The ids of the scenario files that a name stands for.
fn files(pattern: &str) -> Vec<String> {
    let Some(start) = pattern.strip_suffix('*') else { return vec![pattern.to_owned()] };
    let folder = start.rsplit_once('/').unwrap().0;
    let entries = std::fs::read_dir(root().join("harness/scenarios").join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .map(|name| format!("{folder}/{}", name.trim_end_matches(".toml")))
        .filter(|id| id.starts_with(start))
        .collect()
}

impl Scenario {
    fn is_one_message(&self) -> bool {
        let is_replay = self.attack.as_deref() == Some("replay");
        let is_unsolicited =
            self.flow.as_deref() == Some("idp") || self.needs.iter().any(|need| need.contains("unsol"));
        self.delivery.is_none() && !self.from_another_idp && !is_replay && !is_unsolicited
    }
}

/// Fills in the boundaries of this SP, which tolerates no clock skew: `${NOW-SKEW-1s}` is an offset of `-1s`.
fn moments(text: &str) -> String {
    let mut parts = text.split("${NOW");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (sum, after) = part.split_once('}').unwrap();
        let offset = sum.replace("-SKEW", "").replace("+SKEW", "");
        filled.push_str(if offset.is_empty() { "+0s" } else { &offset });
        filled.push_str(after);
    }
    filled
}

/// An encryption by its name in a scenario file.
fn encryption(name: &str, recipe: &Recipe) -> Option<Encryption> {
    let usual = recipe.usual_encryption();
    let cipher: Option<Cipher> = toml::Value::String(name.to_owned()).try_into().ok();
    Some(cipher.map_or(usual, |cipher| Encryption { cipher, ..usual }))
}

fn play(id: &str, scenario: &Scenario) {
    let sp = sp();
    let vendor = Vendor::named("okta").unwrap();
    let idp = idp(vendor);
    let healthy = recipe(vendor);
    let healthy = Recipe { sign: scenario.sign.unwrap_or(healthy.sign), ..healthy };
    let encrypt = scenario.encrypt.as_deref().and_then(|name| encryption(name, &healthy));
    let twin = Recipe { encrypt, ..healthy };
    let attack: Option<&'static Attack> = scenario.attack.as_deref().and_then(attacks::named);
    let quirk: Option<&'static Quirk> = scenario.quirk.as_deref().and_then(quirks::named);
    let signature = scenario.signature.unwrap_or(twin.signature);
    let changed = Recipe { attack, quirk, signature, edits: scenario.edit.clone(), ..twin.clone() };
    assert!(accept(&twin.build().unwrap().xml, &sp, &idp).is_ok(), "the twin of {id}");
    let result = accept(&changed.build().unwrap().xml, &sp, &idp);
    assert_eq!(result.is_ok(), scenario.expect == "accepted", "{id}: {}", outcome(&result));
}
