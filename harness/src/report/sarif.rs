//! The report for code hosts: SARIF 2.1.0. One result per scenario that is not as expected, the rules it breaks beside it.
//!
//! A known failure is a result with a suppression and its reason. What passed is no result. The place of a result is the
//! target file: it is the one file of the reader's that says what is under test.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactLocation, Location, LogicalLocation, Message, MultiformatMessageString, PhysicalLocation, PropertyBag,
    Region, ReportingDescriptor, Result as Finding, ResultLevel, Run, Sarif, Suppression, Tool, ToolComponent,
};

use super::words::{advice, happened, is_failure, play_again};
use super::{Outcome, Report, Row};
use crate::spec;
use crate::verdict::{Verdict, Whom};

/// The published schema of the format.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report as SARIF text.
pub(super) fn write(report: &Report) -> Result<String, serde_json::Error> {
    let mut groups = BTreeMap::<(&str, Outcome, Verdict), Vec<&Row>>::new();
    for row in report.rows.iter().filter(|row| is_failure(row) || row.outcome == Outcome::ExpectedFailure) {
        groups.entry((&row.id, row.outcome, row.verdict)).or_default().push(row);
    }
    let findings: Vec<_> = groups.values().filter_map(|rows| finding(report, rows)).collect();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver(report)).build())
        .results(
            findings
                .into_iter()
                .chain(report.stale_entries.iter().map(|entry| stale(report, entry)))
                .collect::<Vec<_>>(),
        )
        .build();
    let document = Sarif::builder().schema(SCHEMA.to_owned()).version(json!("2.1.0")).runs(vec![run]).build();
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}

fn driver(report: &Report) -> ToolComponent {
    let cited: BTreeSet<&str> = report.rows.iter().map(|row| row.rule.as_str()).collect();
    let mut rules: Vec<_> = cited.into_iter().map(rule).collect();
    if !report.stale_entries.is_empty() {
        rules.push(described("stale-entry", "An expected failure of a target file matches no scenario."));
    }
    ToolComponent::builder().name("samlspec").version(env!("CARGO_PKG_VERSION").to_owned()).rules(rules).build()
}

fn rule(id: &str) -> ReportingDescriptor {
    match spec::named(id).ok().flatten() {
        Some(rule) => described(id, &format!("{} ({}, section {})", rule.says, rule.standard, rule.section)),
        None => described(id, id),
    }
}

fn described(id: &str, text: &str) -> ReportingDescriptor {
    let text = MultiformatMessageString::builder().text(text.to_owned()).build();
    ReportingDescriptor::builder().id(id.to_owned()).short_description(text).build()
}

/// Rows of one scenario with one outcome.
fn finding(report: &Report, rows: &[&Row]) -> Option<Finding> {
    let row = rows.first()?;
    let places: Vec<_> = rows.iter().map(|row| format!("{} {}", row.vendor, row.flow.as_str())).collect();
    let text = format!(
        "{}: {}. Expected {}, but {} ({}). What to do: {}. Play it again: {}",
        row.id,
        report.about(&row.id),
        row.expected,
        happened(row),
        places.join(", "),
        advice(row),
        play_again(report, row),
    );
    let mut found = result(report, &row.id, &row.rule, level(row), text);
    found.properties = Some(PropertyBag::builder().tags(vec![row.verdict.to_string()]).build());
    if row.outcome == Outcome::ExpectedFailure {
        let why = row.reason.clone().unwrap_or_default();
        let suppression = Suppression::builder().kind(json!("external")).justification(why).build();
        found.suppressions = Some(vec![suppression]);
    }
    Some(found)
}

fn stale(report: &Report, entry: &str) -> Finding {
    let text = format!("The expected failure {entry} matches no scenario: correct or remove the entry.");
    result(report, entry, "stale-entry", ResultLevel::Warning, text)
}

fn result(report: &Report, id: &str, rule: &str, level: ResultLevel, text: String) -> Finding {
    let logical = LogicalLocation::builder().fully_qualified_name(id.to_owned()).kind("module".to_owned()).build();
    let physical = PhysicalLocation::builder()
        .artifact_location(ArtifactLocation::builder().uri(report.target_file.clone()).build())
        .region(Region::builder().start_line(1).build())
        .build();
    let location = Location::builder().physical_location(physical).logical_locations(vec![logical]).build();
    Finding::builder()
        .rule_id(rule.to_owned())
        .level(level)
        .message(Message::builder().text(text).build())
        .locations(vec![location])
        .partial_fingerprints(BTreeMap::from([("samlspecScenario/v1".to_owned(), format!("{}/{id}", report.target))]))
        .build()
}

/// Who was let in decides; what nobody could conclude is a warning.
fn level(row: &Row) -> ResultLevel {
    match (row.verdict, row.whom) {
        (Verdict::Accepted, Some(Whom::Signed)) if row.outcome == Outcome::UnexpectedPass => ResultLevel::Warning,
        (Verdict::Inconclusive, _) => ResultLevel::Warning,
        (Verdict::Refused, _) if row.outcome == Outcome::UnexpectedPass => ResultLevel::Warning,
        _ => ResultLevel::Error,
    }
}
