//! What a run found: rows in, a [`Report`] out, for people ([`terminal`]) and programs ([`json`]).
//!
//! Expected failures are settled here: a row that fails as its entry says is no failure; one that passes, or an entry that
//! matches no row at all, is.

pub mod compare;
pub mod json;
pub mod kind;
pub mod live;
pub mod remember;
pub mod terminal;

mod html;
mod junit;
mod markdown;
mod sarif;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::fault::Fault;
use crate::mutants::{self, Proof};
use crate::scenario::{Flow, Scenario};
use crate::select::Case;
use crate::target::{ExpectedFailure, ExpectedVerdict, Target};
use crate::verdict::{Verdict, Whom};

/// One scenario in one vendor's shape and one flow, played.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// The scenario.
    pub id: String,
    /// Whose shape.
    pub vendor: String,
    /// Who started.
    pub flow: Flow,
    /// What became of it.
    pub verdict: Verdict,
    /// What should have: `accepted` or `refused`.
    pub expected: String,
    /// What that means for the run.
    pub outcome: Outcome,
    /// As whom it was accepted.
    pub whom: Option<Whom>,
    /// The NameID that the target shows.
    pub name_id: Option<String>,
    /// The verdict of the healthy twin; `null` when the row is its own.
    pub twin: Option<Verdict>,
    /// Why, as far as known.
    pub reason: Option<String>,
    /// The cited rule.
    pub rule: String,
    /// How long it took.
    pub millis: u64,
    /// What it was judged by, where that was recorded.
    #[serde(skip)]
    pub evidence: Option<Arc<Evidence>>,
}

/// What a row means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Not as expected.
    Failed,
    /// Does not apply to this target.
    Skipped,
    /// Not as expected, but on file with a reason.
    ExpectedFailure,
    /// On file as a failure, but it passes.
    UnexpectedPass,
}

/// How many rows of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// As expected.
    pub passed: usize,
    /// Not as expected; also unexpected passes and entries that match nothing.
    pub failed: usize,
    /// Do not apply to this target.
    pub skipped: usize,
    /// Known failures.
    pub expected_failures: usize,
}

/// Everything a run found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The target's id.
    pub target: String,
    /// What it is.
    pub product: String,
    /// Its version, if known.
    pub version: Option<String>,
    /// The seed of the run.
    pub seed: u64,
    /// The rows, by id, vendor and flow.
    pub rows: Vec<Row>,
    /// Entries of the target file that match no row there is.
    pub stale_entries: Vec<String>,
    /// How many distinct healthy logins were played.
    pub twins: usize,
    /// How long the run took.
    pub millis: u64,
    /// Under which name and address the SP was played, for commands that take a message out.
    pub sp: Option<SpAddress>,
    /// What the refusals prove, of every scenario there is.
    pub proof: Proof,
    /// The target file, as it was named.
    pub(crate) target_file: String,
    pub(crate) facts: BTreeMap<String, Facts>,
}

/// The entityID and the AssertionConsumerService of the SP under test.
#[derive(Debug, Clone)]
pub struct SpAddress {
    /// The entityID.
    pub entity_id: String,
    /// The URL of the AssertionConsumerService.
    pub acs: String,
}

/// What the reports say of a scenario beside its rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) about: String,
    /// The CVE, paper or issue its attack or quirk comes from.
    pub(crate) source: Option<&'static str>,
    pub(crate) text: String,
    /// The mutants that fall for its message.
    pub(crate) unmasks: &'static [String],
    /// Why no mutant can.
    pub(crate) unprovable: Option<&'static str>,
}

impl Facts {
    fn of(scenario: &Scenario) -> Result<Self, Fault> {
        let source = scenario.attack.map(|attack| attack.source).or(scenario.quirk.map(|quirk| quirk.source));
        Ok(Self {
            about: scenario.about.clone(),
            source,
            text: scenario.text().to_owned(),
            unmasks: mutants::fooled(&scenario.id)?,
            unprovable: mutants::unprovable()?.get(&scenario.id).map(String::as_str),
        })
    }
}

impl Report {
    /// A report about these rows.
    pub fn new(
        target: &Target,
        version: Option<String>,
        seed: u64,
        scenarios: &[Scenario],
        rows: Vec<Row>,
    ) -> Result<Self, Fault> {
        let facts = scenarios.iter().map(|scenario| Ok((scenario.id.clone(), Facts::of(scenario)?)));
        Ok(Self {
            target: target.id.clone(),
            product: target.product.clone(),
            version,
            seed,
            rows,
            stale_entries: Vec::new(),
            twins: 0,
            millis: 0,
            sp: None,
            target_file: relative(&target.file),
            facts: facts.collect::<Result<_, Fault>>()?,
            proof: Proof::of(scenarios)?,
        })
    }

    /// Settles the target's expected failures. `every` row counts for the question whether an entry matches anything.
    pub fn expect(&mut self, target: &Target, every: &[Case<'_>]) {
        for entry in &target.expected_failures {
            for row in self.rows.iter_mut().filter(|row| entry.matches(&row.id, &row.vendor, row.flow)) {
                settle(row, entry);
            }
            let is_stale = !every.iter().any(|case| entry.matches(&case.scenario.id, case.vendor.name(), case.flow));
            if is_stale {
                self.stale_entries.push(entry.scenario.as_str().to_owned());
            }
        }
    }

    /// How many rows of each kind.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { failed: self.stale_entries.len(), ..Summary::default() };
        for row in &self.rows {
            match row.outcome {
                Outcome::Passed => summary.passed += 1,
                Outcome::Failed | Outcome::UnexpectedPass => summary.failed += 1,
                Outcome::Skipped => summary.skipped += 1,
                Outcome::ExpectedFailure => summary.expected_failures += 1,
            }
        }
        summary
    }

    /// The exit code of the command: 0 when all is as expected, else 1.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.summary().failed > 0)
    }

    /// Why rows were skipped, and how many for each reason.
    pub(crate) fn skipped(&self) -> BTreeMap<&str, usize> {
        let mut reasons = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.outcome == Outcome::Skipped) {
            *reasons.entry(row.reason.as_deref().unwrap_or_default()).or_default() += 1;
        }
        reasons
    }

    /// The mutants that a scenario unmasks.
    pub(crate) fn unmasks(&self, id: &str) -> &'static [String] {
        self.facts.get(id).map_or(&[], |facts| facts.unmasks)
    }

    /// What a scenario is about.
    pub(crate) fn about(&self, id: &str) -> &str {
        self.facts.get(id).map_or("", |facts| &facts.about)
    }
}

/// A file below the working folder without the way there: reports are read on other machines.
fn relative(file: &str) -> String {
    let working = std::env::current_dir().ok();
    let below = working
        .and_then(|folder| std::path::Path::new(file).strip_prefix(folder).ok().map(|path| path.display().to_string()));
    below.unwrap_or_else(|| file.to_owned())
}

fn settle(row: &mut Row, entry: &ExpectedFailure) {
    match row.outcome {
        Outcome::Passed if entry.sometimes => {}
        Outcome::Passed => {
            row.outcome = Outcome::UnexpectedPass;
            row.reason = Some(format!("expected to fail ({}), but it passes: remove the entry", entry.why));
        }
        Outcome::Failed if excuses(entry.verdict, row) && gives_reason(entry, row) => {
            row.outcome = Outcome::ExpectedFailure;
            row.reason = Some(entry.why.clone());
        }
        _ => {}
    }
}

fn gives_reason(entry: &ExpectedFailure, row: &Row) -> bool {
    let given = row.reason.as_deref().unwrap_or_default();
    entry.reason.as_deref().is_none_or(|part| given.contains(part))
}

/// Whether an entry excuses this verdict. The dangerous ones have to be named.
fn excuses(expected: Option<ExpectedVerdict>, row: &Row) -> bool {
    let as_signed = row.whom == Some(Whom::Signed);
    match (expected, row.verdict) {
        (None | Some(ExpectedVerdict::Accepted), Verdict::Accepted) => as_signed,
        (Some(ExpectedVerdict::AcceptedOther), Verdict::Accepted) => !as_signed,
        (Some(ExpectedVerdict::AcceptedAttacker), Verdict::Accepted) => row.whom == Some(Whom::Attacker),
        (None, verdict) => verdict == Verdict::Refused,
        (Some(expected), verdict) => expected.verdict() == verdict,
    }
}

#[cfg(test)]
mod tests;
