//! The report for programs: one JSON object, schema version 1. `harness/report.schema.json` is the published schema.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Report, Row, Summary};
use crate::mutants::Proof;

/// The version of the form. It grows when a field changes its meaning or goes away, not when one is added.
pub const SCHEMA: u32 = 1;

/// What `samlspec test --report json=FILE` writes.
#[derive(Debug, Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this form; it grows when a field changes its meaning or goes away.
    schema: u32,
    /// The target's id.
    target: &'a str,
    /// What the target is.
    product: &'a str,
    /// Its version, if known.
    version: Option<&'a str>,
    /// The seed of the run, as text, because not every reader keeps 64 bits.
    seed: String,
    /// How many rows of each kind.
    summary: Summary,
    /// Entries of the target file that match no row there is; each counts as failed.
    stale_expected_failures: &'a [String],
    /// How long the run took.
    millis: u64,
    /// What the refusals prove: each was played against faulty SPs, of which at least one has to fall for it.
    proof: Proof,
    /// The same as a sentence.
    proof_sentence: String,
    /// For each scenario that was played and unmasks faulty SPs, which; `samlspec list mutants` tells about each.
    unmasks: BTreeMap<&'a str, &'static [String]>,
    /// For each refusal that was played and that no faulty SP can fall for, why.
    unprovable: BTreeMap<&'a str, &'static str>,
    /// One entry for each scenario in each vendor's shape and each flow.
    scenarios: &'a [Row],
}

/// The schema of the report as JSON text.
pub fn schema() -> String {
    let mut text = format!("{:#}", schemars::schema_for!(Document<'static>).to_value());
    text.push('\n');
    text
}

/// The report as JSON text.
pub fn write(report: &Report) -> Result<String, serde_json::Error> {
    let played: BTreeSet<&str> = report.rows.iter().map(|row| row.id.as_str()).collect();
    let unmasks = played.iter().map(|id| (*id, report.unmasks(id))).filter(|(_, mutants)| !mutants.is_empty());
    let unprovable = played.iter().filter_map(|id| Some((*id, report.facts.get(*id)?.unprovable?)));
    let document = Document {
        schema: SCHEMA,
        target: &report.target,
        product: &report.product,
        version: report.version.as_deref(),
        seed: report.seed.to_string(),
        summary: report.summary(),
        stale_expected_failures: &report.stale_entries,
        millis: report.millis,
        proof: report.proof,
        proof_sentence: report.proof.to_string(),
        unmasks: unmasks.collect(),
        unprovable: unprovable.collect(),
        scenarios: &report.rows,
    };
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}
