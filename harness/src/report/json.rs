//! The report for programs: one JSON object, schema version 1.

use serde::Serialize;

use super::{Report, Row, Summary};

/// The version of the form. It grows when a field changes its meaning or goes away, not when one is added.
pub const SCHEMA: u32 = 1;

#[derive(Debug, Serialize)]
struct Document<'a> {
    schema: u32,
    target: &'a str,
    product: &'a str,
    version: Option<&'a str>,
    seed: String,
    summary: Summary,
    stale_expected_failures: &'a [String],
    millis: u64,
    scenarios: &'a [Row],
}

/// The report as JSON text.
pub fn write(report: &Report) -> Result<String, serde_json::Error> {
    let document = Document {
        schema: SCHEMA,
        target: &report.target,
        product: &report.product,
        version: report.version.as_deref(),
        // Text, because not every reader of JSON keeps 64 bits.
        seed: report.seed.to_string(),
        summary: report.summary(),
        stale_expected_failures: &report.stale_entries,
        millis: report.millis,
        scenarios: &report.rows,
    };
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}
