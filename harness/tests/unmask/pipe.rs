//! Drivers over standard input and output that are honest, die, hang, babble, leak or eat memory: each is unmasked.

use std::path::Path;
use std::time::Duration;

use harness::report::{Outcome, Report};
use harness::target::Target;
use harness::verdict::{Verdict, Whom};

use super::child::FAULT;
use super::{FAILED, HEALTHY, PASSED, UNSIGNED, WRAPPED, check, run};

/// A target whose process is this test program with this fault. `more` are further environment entries and sections.
fn target(fault: &str, env: &str, more: &str) -> Target {
    let program = std::env::current_exe().unwrap();
    let text = format!(
        "[target]\nid = \"child\"\n[[process]]\ncmd = [{program:?}, \"--exact\", \"child::driver\", \"--nocapture\"]\nenv = {{ {FAULT} = \"{fault}\"{env} }}\nready = {{ stdio = true, timeout_ms = 20000 }}\n[idp_in]\ntrusts = \"okta\"\n[sp]\nentity_id = \"urn:child\"\nacs = \"http://sp.example.test/acs\"\n[outcome]\nmode = \"driver\"\ndriver = \"stdio\"\n{more}"
    );
    Target::read("child.toml", &text, Path::new(".")).unwrap_or_else(|fault| panic!("{fault}"))
}

async fn judge(target: &Target) -> Report {
    run(target, vec![mock_idp::Vendor::named("okta").unwrap()]).await.unwrap_or_else(|fault| panic!("{fault}"))
}

/// Plays a driver with this fault; hostile messages get this verdict.
async fn hostile(fault: &str, more: &str, verdict: Verdict, outcome: Outcome) {
    let report = judge(&target(fault, "", more)).await;
    check(&report, HEALTHY, Verdict::Accepted, Some(Whom::Signed), PASSED);
    check(&report, UNSIGNED, verdict, None, outcome);
    check(&report, WRAPPED, verdict, None, outcome);
    assert_eq!(report.exit_code(), u8::from(outcome == FAILED));
}

#[tokio::test]
async fn an_honest_one_passes() {
    hostile("none", "", Verdict::Refused, PASSED).await;
    hostile("slow", "", Verdict::Refused, PASSED).await;
}

#[tokio::test]
async fn one_that_dies_is_started_again_and_the_run_goes_on() {
    // Each of four hostile rows ends the driver, once among others and once alone.
    hostile("dies", "[limits]\nrestarts = 8\n", Verdict::Crashed, FAILED).await;
}

#[tokio::test]
async fn one_that_is_not_started_again_proves_nothing_more() {
    let report = judge(&target("dies", "", "[limits]\nserial = true\nrestarts = 1\n")).await;
    let inconclusive: Vec<_> = report.rows.iter().filter(|row| row.verdict == Verdict::Inconclusive).collect();
    assert!(!inconclusive.is_empty());
    let said = |row: &&&harness::report::Row| row.reason.as_deref().unwrap_or_default().contains("after 1 restarts");
    assert!(inconclusive.iter().any(|row| said(&row)), "{inconclusive:#?}");
    assert!(!report.rows.iter().any(|row| row.verdict == Verdict::Refused), "nothing was refused");
    assert_eq!(report.exit_code(), 1);
}

#[tokio::test]
async fn one_that_hangs_for_good_does_not_take_the_others_with_it() {
    hostile("hangs", "[limits]\ntimeout_ms = 500\nrestarts = 8\n", Verdict::Hung, FAILED).await;
}

#[tokio::test]
async fn what_breaks_inside_a_driver_is_a_crash() {
    hostile("breaks", "", Verdict::Crashed, FAILED).await;
}

#[tokio::test]
async fn an_answer_against_the_protocol_is_none() {
    hostile("talks", "", Verdict::Inconclusive, FAILED).await;
}

#[tokio::test]
async fn memory_has_a_budget() {
    hostile("eats", "[limits]\nmemory_mb = 150\nrestarts = 8\n", Verdict::Crashed, FAILED).await;
    hostile("none", "[limits]\nmemory_mb = 150\n", Verdict::Refused, PASSED).await;
}

#[tokio::test]
async fn answers_with_other_ids_never_come() {
    let mut target = target("confused", "", "");
    target.processes.iter_mut().for_each(|process| process.ready.timeout = Duration::from_millis(1500));
    let fault = run(&target, Vec::new()).await.unwrap_err();
    assert_eq!(fault.exit_code(), 3);
    assert!(fault.to_string().contains("not ready after 1.5s: expected one line of JSON"), "{fault}");
}

#[tokio::test]
async fn children_that_are_left_behind_are_ended() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let report = judge(&target("leaks", &format!(", PID_FILE = {pid:?}"), "")).await;
    assert_eq!(report.exit_code(), 0);
    let sleeper = std::fs::read_to_string(pid).unwrap();
    let state = std::fs::read_to_string(format!("/proc/{sleeper}/stat"));
    assert!(state.as_ref().map_or(true, |state| state.contains(") Z ")), "{state:?}");
}
