//! Snapshots of the reports, and the table of expected failures.

use std::path::Path;

use super::*;

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
    }
}

fn target(entries: &str) -> Target {
    let text = format!(
        "[target]\nid = \"t\"\nproduct = \"An SP\"\n[attach]\nready = {{ tcp = \"127.0.0.1:1\" }}\n[idp_in]\ntrusts = \"okta\"\n[sp]\nentity_id = \"e\"\nacs = \"http://127.0.0.1:1/acs\"\n[outcome]\nmode = \"acs-response\"\naccept = {{ status = 200 }}\nname_id = {{ json = \"/n\" }}\n{entries}"
    );
    Target::read("t.toml", &text, Path::new(".")).unwrap()
}

fn report(rows: Vec<Row>) -> Report {
    let mut report = Report::new(&target(""), Some("1.2".into()), 42, &[], rows);
    report.twins = 3;
    report.millis = 1234;
    report.about.insert("reject/audience/other".into(), "the Audience is another SP".into());
    report.about.insert("reject/xml/deep".into(), "ten thousand elements inside each other".into());
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
