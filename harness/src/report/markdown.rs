//! The report for the summary of a CI job: Markdown. Numbers, then what failed, then what is known, folded.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::words::{advice, happened, is_failure, play_again, unmasks};
use super::{Outcome, Report, Row};

/// How many failed scenarios are listed; a job's summary has a limited size, and the other reports have all.
const LISTED: usize = 60;

/// The report as Markdown.
pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = write_all(&mut text, report);
    text
}

fn write_all(text: &mut String, report: &Report) -> std::fmt::Result {
    let summary = report.summary();
    let (mark, word) = if summary.failed == 0 { ("✅", "as expected") } else { ("❌", "not as expected") };
    let version = report.version.as_deref().unwrap_or_default();
    writeln!(text, "## {mark} samlspec: {} {}: {word}\n", cell(&report.product), cell(version))?;
    writeln!(text, "| passed | failed | failed as expected | skipped | healthy logins | seconds |")?;
    writeln!(text, "|---:|---:|---:|---:|---:|---:|")?;
    let seconds = std::time::Duration::from_millis(report.millis).as_secs_f64();
    writeln!(
        text,
        "| {} | {} | {} | {} | {} | {seconds:.1} |\n",
        summary.passed, summary.failed, summary.expected_failures, summary.skipped, report.twins
    )?;
    writeln!(text, "{}\n", report.proof)?;
    write_failures(text, report)?;
    write_known(text, report)?;
    write_skipped(text, report)
}

fn write_failures(text: &mut String, report: &Report) -> std::fmt::Result {
    let failures = by_scenario(report, is_failure);
    if failures.is_empty() && report.stale_entries.is_empty() {
        return Ok(());
    }
    writeln!(text, "### Not as expected\n\n| scenario | where | what happened | rule | do |\n|---|---|---|---|---|")?;
    for rows in failures.values().take(LISTED) {
        let Some(row) = rows.first() else { continue };
        let (id, rule, advice) = (cell(&row.id), cell(&row.rule), advice(row));
        let mut what = format!("{}<br>expected {}, but **{}**", report.about(&row.id), row.expected, happened(row));
        if let Some(unmasks) = unmasks(report, &row.id) {
            what += &format!("<br>{unmasks}");
        }
        writeln!(text, "| `{id}` | {} | {} | {rule} | {advice} |", places(rows), cell(&what))?;
    }
    for entry in &report.stale_entries {
        let what = "the expected failure matches no scenario";
        writeln!(text, "| `{}` | target file | {what} | | correct or remove the entry |", cell(entry))?;
    }
    if failures.len() > LISTED {
        writeln!(text, "\n... and {} more scenarios", failures.len() - LISTED)?;
    }
    if let Some(row) = failures.values().flatten().next() {
        writeln!(text, "\nPlay one again: `{}`", play_again(report, row))?;
    }
    writeln!(text)
}

fn write_known(text: &mut String, report: &Report) -> std::fmt::Result {
    let known = by_scenario(report, |row| row.outcome == Outcome::ExpectedFailure);
    if known.is_empty() {
        return Ok(());
    }
    writeln!(text, "<details><summary>{} scenarios failed as expected</summary>\n", known.len())?;
    for rows in known.values() {
        if let Some(row) = rows.first() {
            let why = row.reason.as_deref().unwrap_or_default();
            writeln!(text, "- `{}` ({}): {}", row.id, places(rows), cell(why))?;
        }
    }
    writeln!(text, "\n</details>\n")
}

fn write_skipped(text: &mut String, report: &Report) -> std::fmt::Result {
    let skipped = report.skipped();
    if skipped.is_empty() {
        return Ok(());
    }
    writeln!(text, "<details><summary>skipped, with reasons</summary>\n")?;
    for (reason, count) in skipped {
        writeln!(text, "- {count} x {}", cell(reason))?;
    }
    writeln!(text, "\n</details>")
}

fn by_scenario(report: &Report, wanted: impl Fn(&Row) -> bool) -> BTreeMap<&str, Vec<&Row>> {
    let mut found = BTreeMap::<&str, Vec<&Row>>::new();
    for row in report.rows.iter().filter(|row| wanted(row)) {
        found.entry(&row.id).or_default().push(row);
    }
    found
}

fn places(rows: &[&Row]) -> String {
    let places: Vec<_> = rows.iter().map(|row| format!("{} {}", row.vendor, row.flow.as_str())).collect();
    places.join(", ")
}

/// Text of the target must not end a cell, open a tag or start markup of its own.
fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => safe.push(' '),
            '|' | '`' | '[' | ']' => {
                safe.push('\\');
                safe.push(character);
            }
            '<' => safe.push_str("&lt;"),
            _ => safe.push(character),
        }
    }
    safe.replace("&lt;br>", "<br>")
}
