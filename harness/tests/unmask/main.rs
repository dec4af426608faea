//! An SP that accepts everything, refuses everything, crashes, hangs or lies is unmasked by the suite.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod child;
mod pipe;
mod sp;
mod tls;

use std::path::Path;

use harness::play::{self, Options, Progress};
use harness::report::{Outcome, Report, Row};
use harness::scenario;
use harness::select::Selection;
use harness::target::{Glob, Target};
use harness::verdict::{Verdict, Whom};
use sp::Fault;

const HEALTHY: &str = "accept/layout/as_the_vendor_sends_it";
const UNSIGNED: &str = "reject/signature/none";
const WRAPPED: &str = "reject/wrapping/forged_after";

struct Quiet;

impl Progress for Quiet {
    fn started(&self, _: &Target, _: usize) {}
    fn row(&self, _: &Row) {}
    fn finished(&self) {}
}

fn session_target(base: &str, more: &str) -> Target {
    let text = format!(
        "[target]\nid = \"tiny\"\n[attach]\nready = {{ url = \"{base}/whoami\", status = 401 }}\n[idp_in]\ntrusts = \"okta\"\n[sp]\nentity_id = \"{base}\"\nacs = \"{base}/acs\"\n[login]\nurl = \"{base}/login\"\n[limits]\ntimeout_ms = 400\n[outcome]\nmode = \"session\"\nprobe = \"{base}/whoami\"\naccept = {{ status = 200 }}\nname_id = {{ json = \"/name_id\" }}\nattributes = {{ json = \"/attributes\" }}\n{more}"
    );
    Target::read("tiny.toml", &text, Path::new(".")).unwrap_or_else(|fault| panic!("{fault}"))
}

fn driver_target(base: &str) -> Target {
    let text = format!(
        "[target]\nid = \"tiny driver\"\n[attach]\nready = {{ url = \"{base}/driver/health\" }}\n[idp_in]\ntrusts = \"okta\"\n[sp]\nentity_id = \"{base}\"\n[outcome]\nmode = \"driver\"\ndriver = \"{base}/driver\"\n"
    );
    Target::read("tiny.toml", &text, Path::new(".")).unwrap_or_else(|fault| panic!("{fault}"))
}

async fn judge(target: &Target) -> Report {
    run(target, Vec::new()).await.unwrap_or_else(|fault| panic!("{fault}"))
}

/// Plays the three scenarios in the shapes of these vendors; of all, when there are none.
async fn run(target: &Target, vendors: Vec<mock_idp::Vendor>) -> Result<Report, harness::Fault> {
    play_only(target, &[HEALTHY, UNSIGNED, WRAPPED], vendors).await
}

async fn play_only(target: &Target, ids: &[&str], vendors: Vec<mock_idp::Vendor>) -> Result<Report, harness::Fault> {
    let only = ids.iter().map(|id| Glob::new(id).unwrap()).collect();
    let selection = Selection { only, vendors, ..Selection::default() };
    let options = Options { selection, jobs: 4, seed: 1, program: "samlspec".into(), record: false };
    let scenarios = scenario::all().unwrap_or_else(|fault| panic!("{fault}"));
    play::run(target, scenarios, &options, &Quiet).await
}

/// Every row of a scenario has this verdict, this person and this meaning.
fn check(report: &Report, id: &str, verdict: Verdict, whom: Option<Whom>, outcome: Outcome) {
    let rows: Vec<_> = report.rows.iter().filter(|row| row.id == id).collect();
    let vendors: std::collections::BTreeSet<_> = report.rows.iter().map(|row| &row.vendor).collect();
    assert_eq!(rows.len(), 2 * vendors.len(), "every vendor in two flows");
    for row in rows {
        assert_eq!((row.verdict, row.whom, row.outcome), (verdict, whom, outcome), "{row:?}");
    }
}

async fn session(fault: Fault) -> Report {
    judge(&session_target(&sp::start(fault).await, "")).await
}

const PASSED: Outcome = Outcome::Passed;
const FAILED: Outcome = Outcome::Failed;

#[tokio::test]
async fn an_honest_one_passes() {
    for report in [session(Fault::None).await, judge(&driver_target(&sp::start(Fault::None).await)).await] {
        check(&report, HEALTHY, Verdict::Accepted, Some(Whom::Signed), PASSED);
        check(&report, UNSIGNED, Verdict::Refused, None, PASSED);
        check(&report, WRAPPED, Verdict::Refused, None, PASSED);
        assert_eq!(report.exit_code(), 0);
    }
}

#[tokio::test]
async fn accepting_everything_shows_the_attacker() {
    let report = session(Fault::AcceptsEverything).await;
    check(&report, HEALTHY, Verdict::Accepted, Some(Whom::Signed), PASSED);
    check(&report, UNSIGNED, Verdict::Accepted, Some(Whom::Attacker), FAILED);
    check(&report, WRAPPED, Verdict::Accepted, Some(Whom::Attacker), FAILED);
    assert_eq!(report.exit_code(), 1);
}

#[tokio::test]
async fn refusing_everything_proves_nothing() {
    let report = session(Fault::RefusesEverything).await;
    check(&report, HEALTHY, Verdict::Refused, None, FAILED);
    check(&report, UNSIGNED, Verdict::Inconclusive, None, FAILED);
    check(&report, WRAPPED, Verdict::Inconclusive, None, FAILED);
}

#[tokio::test]
async fn dropping_the_connection_is_a_crash() {
    let report = session(Fault::DropsConnection).await;
    check(&report, HEALTHY, Verdict::Accepted, Some(Whom::Signed), PASSED);
    check(&report, UNSIGNED, Verdict::Crashed, None, FAILED);
    check(&report, WRAPPED, Verdict::Crashed, None, FAILED);
}

#[tokio::test]
async fn a_server_error_is_a_crash_unless_the_target_says_otherwise() {
    let report = session(Fault::Answers500).await;
    check(&report, UNSIGNED, Verdict::Crashed, None, FAILED);
    let said = session_target(&sp::start(Fault::Answers500).await, "server_error = \"refused\"");
    check(&judge(&said).await, UNSIGNED, Verdict::Refused, None, PASSED);
    let driver = driver_target(&sp::start(Fault::Answers500).await);
    check(&judge(&driver).await, UNSIGNED, Verdict::Crashed, None, FAILED);
}

/// The first row of a scenario against an SP with this fault.
async fn first_row(fault: Fault, id: &str) -> Row {
    let target = session_target(&sp::start(fault).await, "");
    let okta = mock_idp::Vendor::named("okta").unwrap();
    let report = play_only(&target, &[id], vec![okta]).await.unwrap_or_else(|fault| panic!("{fault}"));
    report.rows.into_iter().next().unwrap()
}

#[tokio::test]
async fn where_the_browser_is_sent_counts() {
    for lure in ["stranger", "stranger_without_scheme", "stranger_behind_backslash", "stranger_behind_our_name"] {
        let id = format!("reject/relay_state/{lure}");
        let row = first_row(Fault::FollowsRelayState, &id).await;
        let reason = row.reason.unwrap_or_default();
        assert_eq!((row.verdict, row.outcome), (Verdict::Accepted, FAILED), "{reason}");
        assert!(reason.starts_with("RelayState led the browser away, to "), "{reason}");
        assert_eq!(first_row(Fault::None, &id).await.outcome, PASSED);
    }
}

#[tokio::test]
async fn of_many_at_once_one_may_be_logged_in() {
    let row = first_row(Fault::None, "reject/replay/at_once").await;
    assert_eq!((row.verdict, row.outcome), (Verdict::Accepted, FAILED));
    assert_eq!(row.reason.as_deref(), Some("8 of 8 that came at once were accepted"));
    let row = first_row(Fault::RemembersMessages, "reject/replay/at_once").await;
    assert_eq!((row.verdict, row.outcome), (Verdict::Refused, PASSED), "{:?}", row.reason);
    // It remembers messages, not Assertions: in another Response it is another message.
    let row = first_row(Fault::RemembersMessages, "reject/replay/in_another_response").await;
    assert_eq!((row.verdict, row.outcome), (Verdict::Accepted, FAILED), "{:?}", row.reason);
}

#[tokio::test]
async fn hanging_is_no_refusal() {
    let report = session(Fault::Hangs).await;
    check(&report, UNSIGNED, Verdict::Hung, None, FAILED);
}

#[tokio::test]
async fn an_error_page_with_200_is_no_acceptance() {
    let report = session(Fault::ErrorPageIs200).await;
    check(&report, UNSIGNED, Verdict::Refused, None, PASSED);
    // A driver has no pages: what is not its protocol is no verdict.
    let driver = driver_target(&sp::start(Fault::ErrorPageIs200).await);
    check(&judge(&driver).await, UNSIGNED, Verdict::Inconclusive, None, FAILED);
}

#[tokio::test]
async fn logging_in_somebody_else_is_no_acceptance() {
    let report = session(Fault::WrongUser).await;
    check(&report, HEALTHY, Verdict::Accepted, Some(Whom::Other), FAILED);
    check(&report, UNSIGNED, Verdict::Inconclusive, None, FAILED);
}

#[tokio::test]
async fn attributes_belong_to_the_identity() {
    let report = session(Fault::AddsGroup).await;
    check(&report, HEALTHY, Verdict::Accepted, Some(Whom::Mixed), FAILED);
}

#[tokio::test]
async fn refusing_an_unknown_person_proves_nothing() {
    let report = session(Fault::KnowsOnlyAnn).await;
    check(&report, HEALTHY, Verdict::Accepted, Some(Whom::Signed), PASSED);
    check(&report, UNSIGNED, Verdict::Inconclusive, None, FAILED);
}

#[tokio::test]
async fn refusing_everybody_after_an_attack_proves_nothing() {
    let report = session(Fault::BreaksForGood).await;
    let passed = report.rows.iter().filter(|row| row.outcome == PASSED && row.verdict == Verdict::Refused);
    assert_eq!(passed.count(), 0, "{:#?}", report.rows);
    assert_eq!(report.exit_code(), 1);
}

#[tokio::test]
async fn a_probe_that_is_always_logged_in_proves_nothing() {
    let base = sp::start(Fault::ProbeLies).await;
    let mut target = session_target(&base, "");
    if let Some(attach) = &mut target.attach {
        attach.ready.sign = harness::target::ReadySign::Tcp(base.trim_start_matches("http://").to_owned());
    }
    let report = judge(&target).await;
    for id in [HEALTHY, UNSIGNED, WRAPPED] {
        check(&report, id, Verdict::Inconclusive, None, FAILED);
    }
}
