//! Snapshots of the reports, and the table of expected failures.

use std::path::Path;

use super::compare::{Comparison, Recorded};
use super::kind::Kind;
use super::*;
use crate::evidence::Exchange;

fn row(id: &str, verdict: Verdict, whom: Option<Whom>, outcome: Outcome) -> Row {
    Row {
        id: id.into(),
        vendor: "okta".into(),
        flow: Flow::Sp,
        verdict,
        expected: if id.starts_with("accept") { "accepted" } else { "refused" }.into(),
        outcome,
        whom,
        name_id: whom
            .map(|whom| if whom == Whom::Attacker { "mallory@example.test" } else { "ann@example.test" }.into()),
        twin: Some(Verdict::Accepted),
        reason: None,
        rule: "core-2.5.1.4-b".into(),
        millis: 7,
        evidence: None,
    }
}

fn target(entries: &str) -> Target {
    let text = format!(
        "[target]\nid = \"t\"\nproduct = \"An SP\"\n[attach]\nready = {{ tcp = \"127.0.0.1:1\" }}\n[idp_in]\ntrusts = \"okta\"\n[sp]\nentity_id = \"e\"\nacs = \"http://127.0.0.1:1/acs\"\n[outcome]\nmode = \"acs-response\"\naccept = {{ status = 200 }}\nname_id = {{ json = \"/n\" }}\n{entries}"
    );
    Target::read("t.toml", &text, Path::new(".")).unwrap()
}

fn report(rows: Vec<Row>) -> Report {
    let mut report = Report::new(&target(""), Some("1.2".into()), 42, &[], rows).unwrap();
    report.proof = Proof { refusals: 9, mutants: 4, proven: 8, unprovable: 1 };
    report.twins = 3;
    report.millis = 1234;
    report.facts.insert(
        "reject/audience/other".into(),
        Facts {
            about: "the Audience is another SP".into(),
            unmasks: mutants::fooled("reject/audience/empty").unwrap(),
            ..Facts::default()
        },
    );
    report.facts.insert(
        "reject/xml/deep".into(),
        Facts {
            about: "ten thousand elements inside each other".into(),
            unprovable: Some("no message, only nesting"),
            ..Facts::default()
        },
    );
    report
}

fn sample() -> Report {
    let mut reports = vec![
        row("accept/plain", Verdict::Accepted, Some(Whom::Signed), Outcome::Passed),
        row("reject/audience/other", Verdict::Accepted, Some(Whom::Attacker), Outcome::Failed),
        row("reject/audience/other", Verdict::Accepted, Some(Whom::Attacker), Outcome::Failed),
        row("reject/time/expired", Verdict::Accepted, Some(Whom::Signed), Outcome::ExpectedFailure),
        row("reject/replay/twice", Verdict::Skipped, None, Outcome::Skipped),
        row("reject/xml/deep", Verdict::Crashed, None, Outcome::Failed),
    ];
    reports[2].vendor = "azure".into();
    reports[3].reason = Some("the library leaves it to the application".into());
    reports[4].reason = Some("the target remembers nothing (policy.replay)".into());
    reports[5].reason = Some("the connection was dropped".into());
    let mut report = report(reports);
    report.stale_entries.push("reject/nothing/*".into());
    report
}

#[test]
fn for_people() {
    insta::assert_snapshot!(terminal::write(&sample()));
}

#[test]
fn for_programs() {
    insta::assert_snapshot!(json::write(&sample()).unwrap());
}

#[test]
fn for_ci_servers() {
    insta::assert_snapshot!(Kind::Junit.write(&sample()).unwrap());
}

#[test]
fn for_code_hosts() {
    let text = Kind::Sarif.write(&sample()).unwrap();
    let read: serde_sarif::sarif::Sarif = serde_json::from_str(&text).unwrap();
    assert_eq!(read.runs[0].results.as_ref().unwrap().len(), 4);
    insta::assert_snapshot!(text);
}

#[test]
fn for_the_summary_of_a_job() {
    insta::assert_snapshot!(Kind::Markdown.write(&sample()).unwrap());
}

#[test]
fn as_a_page() {
    let mut report = sample();
    let message = "<r ID=\"a\"><s:Signature xmlns:s=\"http://www.w3.org/2000/09/xmldsig#\"><s:Reference URI=\"#b\"/></s:Signature><x ID=\"b\">mallory</x></r>";
    report.rows[1].evidence = Some(Arc::new(Evidence {
        message: message.into(),
        twin: message.replace("mallory", "ann"),
        now: "2026-01-15T12:00:00Z".into(),
        seed: 7,
        exchanges: vec![Exchange {
            method: "POST".into(),
            url: "http://127.0.0.1:1/acs".into(),
            sent: 99,
            answer: "200".into(),
            location: None,
            text: "<script>alert(1)</script>".into(),
        }],
        ..Evidence::default()
    }));
    let page = Kind::Html.write(&report).unwrap();
    assert!(!page.contains("<script>alert"), "what an SP answers is text");
    let body = page.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0;
    insta::assert_snapshot!(body);
}

#[test]
fn a_page_loads_nothing() {
    let page = Kind::Html.write(&sample()).unwrap();
    for foreign in ["src=", "<link", "@import", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

#[test]
fn the_schema_is_the_published_one() {
    let published = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/report.schema.json")).unwrap();
    assert_eq!(json::schema(), published, "write it anew: samlspec list schema > harness/report.schema.json");
}

#[test]
fn two_runs_compared() {
    let folder = tempfile::tempdir().unwrap();
    let record = |name: &str, report: &Report| {
        let path = folder.path().join(name);
        std::fs::write(&path, json::write(report).unwrap()).unwrap();
        Recorded::open(&path).unwrap()
    };
    let mut later = sample();
    later.rows[0].outcome = Outcome::Failed;
    later.rows[0].verdict = Verdict::Refused;
    later.rows[1].outcome = Outcome::Passed;
    later.rows[1].verdict = Verdict::Refused;
    later.rows[5].verdict = Verdict::Hung;
    later.rows.remove(4);
    later.rows.push(row("reject/time/new", Verdict::Refused, None, Outcome::Passed));
    let (before, after) = (record("a.json", &sample()), record("b.json", &later));
    let comparison = Comparison::of(&before, &after);
    assert_eq!(comparison.exit_code(), 1);
    insta::assert_snapshot!(comparison.text());
    assert_eq!(Comparison::of(&before, &before).exit_code(), 0);
}

#[test]
fn failures_are_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let (path, target) = (folder.path().join("failed"), target(""));
    assert_eq!(remember::recall(&path, &target).unwrap(), None);
    remember::remember(&path, &target, &sample()).unwrap();
    let names = |path: &Path| -> Vec<String> {
        let known = remember::recall(path, &target).unwrap().unwrap();
        known.into_iter().map(|(id, vendor, _)| format!("{id} {vendor}")).collect()
    };
    assert_eq!(names(&path), ["reject/audience/other azure", "reject/audience/other okta", "reject/xml/deep okta"]);
    // A later run of one row forgets that row only.
    let repaired = report(vec![row("reject/xml/deep", Verdict::Refused, None, Outcome::Passed)]);
    remember::remember(&path, &target, &repaired).unwrap();
    assert_eq!(names(&path), ["reject/audience/other azure", "reject/audience/other okta"]);
}

#[test]
fn what_is_no_report_is_refused() {
    // Each row: the text of a file, and what is said about it.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.json");
    for (text, said) in [
        ("", "r.json:1: "),
        ("{\n\"schema\":1}", "missing field `target`"),
        ("{\"schema\":2,\"target\":\"t\",\"scenarios\":[]}", "schema 2, expected 1"),
    ] {
        std::fs::write(&path, text).unwrap();
        let fault = Recorded::open(&path).unwrap_err();
        assert!(fault.to_string().contains(said) && fault.exit_code() == 2, "{fault}");
    }
}

#[test]
fn expected_failures() {
    // Each row: the entry's verdict, what happened, and what that means.
    let check = |verdict: &str, happened: (Verdict, Option<Whom>, Outcome), expected: Outcome| {
        let entry = format!("[[expected_failure]]\nscenario = \"reject/**\"\nwhy = \"known\"\n{verdict}");
        let mut report = report(vec![row("reject/a/b", happened.0, happened.1, happened.2)]);
        report.expect(&target(&entry), &[]);
        assert_eq!(report.rows[0].outcome, expected, "{verdict} {happened:?}");
    };
    let signed = (Verdict::Accepted, Some(Whom::Signed), Outcome::Failed);
    let attacker = (Verdict::Accepted, Some(Whom::Attacker), Outcome::Failed);
    let crashed = (Verdict::Crashed, None, Outcome::Failed);
    check("", signed, Outcome::ExpectedFailure);
    check("", attacker, Outcome::Failed);
    check("", crashed, Outcome::Failed);
    check("", (Verdict::Refused, None, Outcome::Failed), Outcome::ExpectedFailure);
    check("", (Verdict::Refused, None, Outcome::Passed), Outcome::UnexpectedPass);
    check("", (Verdict::Skipped, None, Outcome::Skipped), Outcome::Skipped);
    check("sometimes = true", (Verdict::Refused, None, Outcome::Passed), Outcome::Passed);
    check("sometimes = true", signed, Outcome::ExpectedFailure);
    check("verdict = \"accepted_other\"", attacker, Outcome::ExpectedFailure);
    check("verdict = \"accepted_other\"", signed, Outcome::Failed);
    check("verdict = \"crashed\"", crashed, Outcome::ExpectedFailure);
    check("verdict = \"refused\"", crashed, Outcome::Failed);
    check("vendor = \"duo\"", signed, Outcome::Failed);
    check("flow = \"sp\"", signed, Outcome::ExpectedFailure);
    check("flow = \"idp\"", signed, Outcome::Failed);
}

#[test]
fn entries_that_match_nothing_fail() {
    let mut report = report(vec![row("reject/a/b", Verdict::Refused, None, Outcome::Passed)]);
    assert_eq!(report.exit_code(), 0);
    report.expect(&target("[[expected_failure]]\nscenario = \"reject/x/*\"\nwhy = \"known\""), &[]);
    assert_eq!(report.summary().failed, 1);
    assert_eq!(report.exit_code(), 1);
}
