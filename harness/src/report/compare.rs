//! Two runs compared: two JSON reports in, what changed between them out.
//!
//! A row is the same in both when scenario, vendor and flow are. Refused: a file that is no JSON report of this schema.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;

use super::json::SCHEMA;
use super::words::{happened, is_failure};
use super::{Outcome, Row};
use crate::fault::Fault;
use crate::scenario::Flow;

/// A JSON report, as far as a comparison needs it.
#[derive(Debug, Deserialize)]
pub struct Recorded {
    schema: u32,
    /// The target's id.
    pub target: String,
    #[serde(default)]
    version: Option<String>,
    /// Its rows.
    pub scenarios: Vec<Row>,
}

impl Recorded {
    /// Reads the JSON report in `file`.
    pub fn open(file: &Path) -> Result<Self, Fault> {
        let name = file.display();
        let text =
            std::fs::read_to_string(file).map_err(|error| Fault::usage(format!("{name}: cannot be read: {error}")))?;
        let recorded: Self = serde_json::from_str(&text).map_err(|error| {
            Fault::usage(format!("{name}:{}: {error}; expected a report written by --report json=FILE", error.line()))
        })?;
        if recorded.schema != SCHEMA {
            let found = recorded.schema;
            return Err(Fault::usage(format!("{name}: schema {found}, expected {SCHEMA}: write the report anew")));
        }
        Ok(recorded)
    }

    fn title(&self) -> String {
        let version = self.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        format!("{}{version}, {} rows", self.target, self.scenarios.len())
    }
}

/// What changed from one run to the next.
#[derive(Debug)]
pub struct Comparison<'a> {
    before: &'a Recorded,
    after: &'a Recorded,
    /// As expected before, not any more; also new rows that are not.
    pub worse: Vec<(Option<&'a Row>, &'a Row)>,
    /// Not as expected before, now it is.
    pub better: Vec<(&'a Row, &'a Row)>,
    /// Not as expected in both, but in another way.
    pub other: Vec<(&'a Row, &'a Row)>,
    /// In both, not as expected in the same way.
    pub still: usize,
    /// Played only in the later run, as expected.
    pub new: usize,
    /// Played only in the earlier run.
    pub gone: Vec<&'a Row>,
}

impl<'a> Comparison<'a> {
    /// Compares two runs.
    pub fn of(before: &'a Recorded, after: &'a Recorded) -> Self {
        let earlier: BTreeMap<_, _> = before.scenarios.iter().map(|row| (key(row), row)).collect();
        let later: BTreeMap<_, _> = after.scenarios.iter().map(|row| (key(row), row)).collect();
        let mut found = Self {
            before,
            after,
            worse: Vec::new(),
            better: Vec::new(),
            other: Vec::new(),
            still: 0,
            new: 0,
            gone: earlier.iter().filter(|(key, _)| !later.contains_key(*key)).map(|(_, row)| *row).collect(),
        };
        for (key, row) in &later {
            found.sort_in(earlier.get(key).copied(), row);
        }
        found
    }

    fn sort_in(&mut self, before: Option<&'a Row>, after: &'a Row) {
        match (before, is_bad(after)) {
            (None, true) => self.worse.push((None, after)),
            (None, false) => self.new += 1,
            (Some(before), true) if !is_bad(before) => self.worse.push((Some(before), after)),
            (Some(before), false) if is_bad(before) && after.outcome != Outcome::Skipped => {
                self.better.push((before, after));
            }
            (Some(before), _) if is_bad(after) && (before.verdict, before.whom) != (after.verdict, after.whom) => {
                self.other.push((before, after));
            }
            (Some(_), true) => self.still += 1,
            (Some(_), false) => {}
        }
    }

    /// 1 when something got worse, else 0.
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.worse.is_empty())
    }

    /// The comparison for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "before: {}\nafter:  {}\n", self.before.title(), self.after.title())?;
        for (before, after) in &self.worse {
            let was = before.map_or_else(|| "not played".to_owned(), happened);
            writeln!(text, "WORSE   {}\n        was {was}\n        is  {}", name(after), happened(after))?;
        }
        for (before, after) in &self.other {
            let (was, is) = (happened(before), happened(after));
            writeln!(text, "other   {}\n        was {was}\n        is  {is}", name(after))?;
        }
        for (before, after) in &self.better {
            let (was, is) = (happened(before), happened(after));
            writeln!(text, "better  {}\n        was {was}\n        is  {is}", name(after))?;
        }
        for row in &self.gone {
            writeln!(text, "gone    {}  (was {})", name(row), row.verdict)?;
        }
        let (worse, better, other) = (self.worse.len(), self.better.len(), self.other.len());
        let (still, new, gone) = (self.still, self.new, self.gone.len());
        writeln!(
            text,
            "{worse} worse, {better} better, {other} failing in another way, {still} failing as before, {new} new and as expected, {gone} gone"
        )
    }
}

/// A failure on file is a failure all the same when two versions of an SP are compared.
fn is_bad(row: &Row) -> bool {
    is_failure(row) && row.outcome != Outcome::UnexpectedPass || row.outcome == Outcome::ExpectedFailure
}

fn key(row: &Row) -> (&str, &str, Flow) {
    (&row.id, &row.vendor, row.flow)
}

fn name(row: &Row) -> String {
    format!("{}  ({} {})", row.id, row.vendor, row.flow.as_str())
}
