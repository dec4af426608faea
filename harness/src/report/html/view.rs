//! What the page shows, as plain values: rows grouped by scenario, each scenario with the evidence of its telling row.

use std::collections::BTreeMap;

use askama::Template;

use super::change::{self, Changed};
use super::outline::Outline;
use crate::evidence::{Evidence, Exchange};
use crate::mutants::{self, Mutant};
use crate::report::words::{advice, happened, is_failure, play_again, take_out};
use crate::report::{Outcome, Report, Row, Summary};
use crate::spec::{self, Rule};

/// How many rows of one scenario show their message.
const SHOWN: usize = 2;
/// The longest address in the wire log, in characters.
const URL: usize = 220;

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Page<'a> {
    report: &'a Report,
    summary: Summary,
    columns: Vec<String>,
    groups: Vec<Group<'a>>,
    skipped: Vec<(&'a str, usize)>,
    seconds: String,
}

/// Scenarios of one folder.
struct Group<'a> {
    name: &'a str,
    scenarios: Vec<Shown<'a>>,
}

/// One scenario with its rows.
struct Shown<'a> {
    id: &'a str,
    about: &'a str,
    source: Option<&'static str>,
    text: &'a str,
    unmasks: Vec<&'static Mutant>,
    unprovable: Option<&'static str>,
    rule: Option<&'static Rule>,
    expected: &'a str,
    /// `failed`, `known`, `passed` or `skipped`: the worst of its rows.
    state: &'static str,
    cells: Vec<Option<Cell>>,
    rows: Vec<Line<'a>>,
    told: Vec<Told<'a>>,
}

/// One field of the matrix.
struct Cell {
    state: &'static str,
    sign: &'static str,
    title: String,
}

/// One row in the table of a scenario.
struct Line<'a> {
    row: &'a Row,
    state: &'static str,
    happened: String,
    advice: Option<&'static str>,
}

/// The evidence of one row.
struct Told<'a> {
    row: &'a Row,
    evidence: &'a Evidence,
    outline: Outline,
    changes: Vec<Changed>,
    again: String,
    out: String,
}

impl<'a> Page<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let mut columns: Vec<_> = report.rows.iter().map(column).collect();
        columns.sort();
        columns.dedup();
        let mut by_id = BTreeMap::<&str, Vec<&Row>>::new();
        for row in &report.rows {
            by_id.entry(&row.id).or_default().push(row);
        }
        let mut groups = BTreeMap::<&str, Vec<Shown<'a>>>::new();
        for (id, rows) in by_id {
            let name = id.rsplit_once('/').map_or(id, |(group, _)| group);
            groups.entry(name).or_default().push(Shown::of(report, id, &rows, &columns));
        }
        Self {
            report,
            summary: report.summary(),
            columns,
            groups: groups.into_iter().map(|(name, scenarios)| Group { name, scenarios }).collect(),
            skipped: report.skipped().into_iter().collect(),
            seconds: format!("{:.1}", std::time::Duration::from_millis(report.millis).as_secs_f64()),
        }
    }
}

impl<'a> Shown<'a> {
    fn of(report: &'a Report, id: &'a str, rows: &[&'a Row], columns: &[String]) -> Self {
        let facts = report.facts.get(id);
        let cell = |wanted: &String| rows.iter().find(|row| column(row) == *wanted).map(|row| Cell::of(row));
        let first = rows.first();
        Self {
            id,
            about: report.about(id),
            source: facts.and_then(|facts| facts.source),
            text: facts.map_or("", |facts| facts.text.trim_end()),
            unmasks: described(report.unmasks(id)),
            unprovable: facts.and_then(|facts| facts.unprovable),
            rule: first.and_then(|row| spec::named(&row.rule).ok().flatten()),
            expected: first.map_or("", |row| &row.expected),
            state: worst(rows),
            cells: columns.iter().map(cell).collect(),
            rows: rows.iter().map(|row| Line::of(row)).collect(),
            told: telling(rows).into_iter().filter_map(|row| Told::of(report, row)).collect(),
        }
    }
}

/// Mutants by their names.
fn described(names: &[String]) -> Vec<&'static Mutant> {
    let all = mutants::all().unwrap_or_default();
    names.iter().filter_map(|name| all.iter().find(|mutant| mutant.id == *name)).collect()
}

impl Cell {
    fn of(row: &Row) -> Self {
        let (state, sign) = (state(row), sign(row));
        Self { state, sign, title: format!("{} {}: {}", row.vendor, row.flow.as_str(), happened(row)) }
    }
}

impl<'a> Line<'a> {
    fn of(row: &'a Row) -> Self {
        Self { row, state: state(row), happened: happened(row), advice: is_failure(row).then(|| advice(row)) }
    }
}

impl<'a> Told<'a> {
    fn of(report: &Report, row: &'a Row) -> Option<Self> {
        let evidence = row.evidence.as_deref()?;
        let outline = Outline::of(&evidence.message);
        let changes = change::between(&Outline::of(&evidence.twin).text(), &outline.text());
        Some(Self { row, evidence, outline, changes, again: play_again(report, row), out: take_out(report, row) })
    }
}

/// The rows whose message is shown: what failed, or else the first that was played.
fn telling<'a>(rows: &[&'a Row]) -> Vec<&'a Row> {
    let failed: Vec<_> = rows
        .iter()
        .copied()
        .filter(|row| row.outcome != Outcome::Passed && row.evidence.is_some())
        .take(SHOWN)
        .collect();
    if failed.is_empty() {
        rows.iter().copied().find(|row| row.evidence.is_some()).into_iter().collect()
    } else {
        failed
    }
}

fn column(row: &Row) -> String {
    format!("{} {}", row.vendor, row.flow.as_str())
}

fn state(row: &Row) -> &'static str {
    match row.outcome {
        Outcome::Failed | Outcome::UnexpectedPass => "failed",
        Outcome::ExpectedFailure => "known",
        Outcome::Passed => "passed",
        Outcome::Skipped => "skipped",
    }
}

/// A sign beside the colour, for whoever sees no colours.
fn sign(row: &Row) -> &'static str {
    match row.outcome {
        Outcome::Failed => "✗",
        Outcome::UnexpectedPass => "!",
        Outcome::ExpectedFailure => "~",
        Outcome::Passed => "✓",
        Outcome::Skipped => "·",
    }
}

fn worst(rows: &[&Row]) -> &'static str {
    let states: Vec<_> = rows.iter().map(|row| state(row)).collect();
    ["failed", "known", "passed", "skipped"].into_iter().find(|state| states.contains(state)).unwrap_or("skipped")
}

/// An address without the length of a whole message.
fn short(url: &str) -> String {
    if url.chars().count() <= URL {
        return url.to_owned();
    }
    url.chars().take(URL).chain("...".chars()).collect()
}

impl Told<'_> {
    fn exchanges(&self) -> Vec<(String, &Exchange)> {
        self.evidence.exchanges.iter().map(|exchange| (short(&exchange.url), exchange)).collect()
    }
}
