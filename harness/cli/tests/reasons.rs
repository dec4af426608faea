//! No refusal for the wrong reason: each message that must be refused is refused by `inspect` under the rule its scenario cites.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

use std::path::Path;
use std::process::Command;

use harness::extract::{Wanted, extract};
use harness::scenario::{self, Flow, Need, Scenario};
use mock_idp::{Idp, Sp, Vendor};
use serde_json::Value;
use time::macros::datetime;

const ENTITY_ID: &str = "https://sp.example/metadata";
const ACS: &str = "https://sp.example/acs";

/// Where a check that runs earlier sees the same fault first: the scenario, and the rule it is refused under.
const EARLIER: &[(&str, &str)] = &[
    ("reject/id/no_ncname", "core-5.4.2-b"),
    ("reject/issuer/assertion_names_none", "core-5.4.1-a"),
    ("reject/issuer/other_trusted_idp_answers", "dsig-3.2.2-a"),
    ("reject/signature/decoy", "house-9"),
    ("reject/signature/digest_comment", "house-7"),
    ("reject/signature/hmac_with_certificate", "house-11"),
    ("reject/wrapping/in_object", "house-9"),
    ("reject/wrapping/inside_signature", "house-9"),
    ("reject/wrapping/lifted_signature", "house-9"),
    ("reject/wrapping/moved_in_advice", "house-9"),
    ("reject/wrapping/response_around", "house-9"),
    ("reject/wrapping/response_detached", "house-9"),
    ("reject/wrapping/response_in_object", "house-9"),
    ("reject/wrapping/signature_moved", "house-8"),
];

/// What one message alone does not show: its envelope, what came before it, or how the SP is configured.
fn is_visible(scenario: &Scenario) -> bool {
    let is_alone = scenario.delivery.is_none() && scenario.presentations() == 1;
    is_alone && !scenario.needs.contains(&Need::NoUnsolicited)
}

#[test]
fn refused_by_the_rule_that_is_cited() {
    let folder = tempfile::tempdir().unwrap();
    let okta = Vendor::named("okta").unwrap();
    let metadata = folder.path().join("idp.xml");
    std::fs::write(&metadata, Idp::of(okta, harness::target::DEFAULT_PUBLIC_URL).metadata(okta)).unwrap();
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/keys");
    let sp = format!("entity_id = \"{ENTITY_ID}\"\nacs = \"{ACS}\"\nkey = \"{}\"\n", keys.join("sp.key.pem").display());
    std::fs::write(folder.path().join("sp.toml"), sp).unwrap();
    let certificate = std::fs::read_to_string(keys.join("sp.crt.pem")).unwrap();
    let scenarios = scenario::all().unwrap().iter().filter(|scenario| scenario.id.starts_with("reject/"));
    let mut wrong = Vec::new();
    let mut count = 0;
    for scenario in scenarios.filter(|scenario| is_visible(scenario) && scenario.vendors.contains(&okta)) {
        let found = rule_of(scenario, okta, &certificate, folder.path());
        let earlier = EARLIER.iter().find(|(id, _)| *id == scenario.id).map(|(_, rule)| *rule);
        let expected = earlier.unwrap_or(&scenario.rule);
        if found.as_deref() != Some(expected) {
            wrong.push(format!("{}: expected {expected}, found {found:?}", scenario.id));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 90, "{count}");
}

/// The rule under which `samlspec inspect` refuses the scenario's message.
fn rule_of(scenario: &Scenario, vendor: Vendor, certificate: &str, folder: &Path) -> Option<String> {
    let is_answer = !scenario.flows.contains(&Flow::Idp);
    let wanted = Wanted {
        vendor,
        idp: vendor,
        public_url: harness::target::DEFAULT_PUBLIC_URL.to_owned(),
        sp: Sp::new(ENTITY_ID, ACS).encrypting(certificate),
        in_response_to: is_answer.then(|| "_request".to_owned()),
        now: datetime!(2026-01-15 12:00 UTC),
        seed: 1,
    };
    extract(scenario, &wanted, folder).unwrap();
    let mut inspect = Command::new(env!("CARGO_BIN_EXE_samlspec"));
    inspect.current_dir(folder).args([
        "inspect",
        "message.xml",
        "--sp",
        "sp.toml",
        "--idp-metadata",
        "idp.xml",
        "--json",
    ]);
    inspect.args(["--now", "2026-01-15T12:00:00Z"]);
    let output =
        if is_answer { inspect.args(["--request-id", "_request"]) } else { inspect.arg("--unsolicited") }.output();
    let report: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    report.get("rule").and_then(Value::as_str).map(str::to_owned)
}
