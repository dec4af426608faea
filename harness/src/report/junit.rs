//! The report for CI servers: JUnit XML. One suite per kind and group of scenarios, one test case per row.
//!
//! A known failure is a skipped case with its reason, as the run does not fail for it either.

use std::collections::BTreeMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Document, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::words::{advice, happened};
use super::{Outcome, Report, Row};
use crate::spec;
use crate::verdict::Verdict;

/// The report as JUnit XML.
pub(super) fn write(report: &Report) -> Result<String, SerializeError> {
    let mut document = Document::new(format!("samlspec {}", report.target));
    document.set_time(Duration::from_millis(report.millis));
    let mut suites = BTreeMap::<&str, TestSuite>::new();
    for row in &report.rows {
        let group = group(&row.id);
        suites.entry(group).or_insert_with(|| TestSuite::new(group)).add_test_case(case(report, row));
    }
    if !report.stale_entries.is_empty() {
        suites.insert("expected failures", stale(report));
    }
    document.add_test_suites(suites.into_values());
    document.to_string()
}

/// The folder of a scenario.
fn group(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(group, _)| group)
}

fn case(report: &Report, row: &Row) -> TestCase {
    let status = match row.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Skipped | Outcome::ExpectedFailure => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(happened(row));
            status
        }
        Outcome::Failed | Outcome::UnexpectedPass => failure(report, row),
    };
    let mut case = TestCase::new(format!("{} [{} {}]", row.id, row.vendor, row.flow.as_str()), status);
    case.set_classname(format!("{}.{}", report.target, group(&row.id).replace('/', ".")));
    case.set_time(Duration::from_millis(row.millis));
    case
}

fn failure(report: &Report, row: &Row) -> TestCaseStatus {
    // An SP that broke, or a run that proves nothing, is an error; a wrong decision is a failure.
    let kind = match row.verdict {
        Verdict::Crashed | Verdict::Hung | Verdict::Inconclusive => NonSuccessKind::Error,
        Verdict::Accepted | Verdict::Refused | Verdict::Skipped => NonSuccessKind::Failure,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(format!("expected {}, but {}", row.expected, happened(row)));
    status.set_type(row.verdict.to_string());
    let rule = spec::named(&row.rule).ok().flatten();
    let rule = rule.map_or_else(|| row.rule.clone(), |rule| format!("{}: {}", rule.id, rule.says));
    status.set_description(format!("{}\nrule {rule}\ndo: {}", report.about(&row.id), advice(row)));
    status
}

fn stale(report: &Report) -> TestSuite {
    let mut suite = TestSuite::new("expected failures");
    for entry in &report.stale_entries {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message("matches no scenario: correct or remove the entry");
        suite.add_test_case(TestCase::new(entry.as_str(), status));
    }
    suite
}
