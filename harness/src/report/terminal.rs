//! The report for people: failures in groups, each with what happened, the rule and what to do; then one summary line.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::words::{advice, happened, is_failure};
use super::{Outcome, Report, Row};
use crate::spec;
use crate::verdict::Verdict;

/// The report as text, without colours.
pub fn write(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = write_all(&mut text, report);
    text
}

fn write_all(text: &mut String, report: &Report) -> std::fmt::Result {
    for group in groups(report, is_failure) {
        write_failure(text, report, &group)?;
    }
    for entry in &report.stale_entries {
        writeln!(text, "FAILED  expected failure `{entry}` matches no scenario: correct or remove the entry\n")?;
    }
    write_list(text, report, Outcome::ExpectedFailure, "expected failures")?;
    write_skipped(text, report)?;
    writeln!(text, "{}", summary_line(report))?;
    write!(text, "{}", report.proof)
}

/// Rows that say the same about the same scenario.
fn groups(report: &Report, wanted: impl Fn(&Row) -> bool) -> Vec<Vec<&Row>> {
    let mut groups = BTreeMap::<(&str, Verdict, Option<&str>), Vec<&Row>>::new();
    for row in report.rows.iter().filter(|row| wanted(row)) {
        groups.entry((&row.id, row.verdict, row.reason.as_deref())).or_default().push(row);
    }
    groups.into_values().collect()
}

fn write_failure(text: &mut String, report: &Report, group: &[&Row]) -> std::fmt::Result {
    let Some(row) = group.first() else {
        return Ok(());
    };
    writeln!(text, "FAILED  {}  ({})", row.id, places(group))?;
    writeln!(text, "        {}", report.about(&row.id))?;
    writeln!(text, "        expected {}, but {}", row.expected, happened(row))?;
    if let Ok(Some(rule)) = spec::named(&row.rule) {
        writeln!(text, "        rule {}: {}", rule.id, rule.says)?;
    }
    writeln!(text, "        do: {}", advice(row))?;
    writeln!(text, "        samlspec explain {}; samlspec extract {} --vendor {}\n", row.id, row.id, row.vendor)
}

fn places(group: &[&Row]) -> String {
    let places: Vec<_> = group.iter().map(|row| format!("{} {}", row.vendor, row.flow.as_str())).collect();
    places.join(", ")
}

fn write_list(text: &mut String, report: &Report, outcome: Outcome, title: &str) -> std::fmt::Result {
    let groups = groups(report, |row| row.outcome == outcome);
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(text, "{title}:")?;
    for group in groups {
        if let Some(row) = group.first() {
            writeln!(text, "  {}  ({}): {}", row.id, places(&group), row.reason.as_deref().unwrap_or_default())?;
        }
    }
    writeln!(text)
}

fn write_skipped(text: &mut String, report: &Report) -> std::fmt::Result {
    let reasons = report.skipped();
    if reasons.is_empty() {
        return Ok(());
    }
    writeln!(text, "skipped:")?;
    for (reason, count) in reasons {
        writeln!(text, "  {count} x {reason}")?;
    }
    writeln!(text)
}

fn summary_line(report: &Report) -> String {
    let summary = report.summary();
    let expected = match summary.expected_failures {
        0 => String::new(),
        count => format!(", {count} failed as expected"),
    };
    let version = report.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    format!(
        "{}{version}: {} passed, {} failed{expected}, {} skipped; {} healthy logins; {:.1} s; seed {}",
        report.product,
        summary.passed,
        summary.failed,
        summary.skipped,
        report.twins,
        std::time::Duration::from_millis(report.millis).as_secs_f64(),
        report.seed,
    )
}
