//! `samlspec diff`: two JSON reports in, what got worse, better or different out.

use std::path::PathBuf;

use harness::Fault;
use harness::report::compare::{Comparison, Recorded};

use crate::say;

/// Which two runs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  samlspec test --target my-sp.toml --report json=before.json
  samlspec test --target my-sp.toml --report json=after.json
  samlspec diff before.json after.json

Exit codes: 0 nothing got worse, 1 something did, 2 a file cannot be used")]
pub(crate) struct Arguments {
    /// The JSON report of the earlier run
    before: PathBuf,
    /// The JSON report of the later run
    after: PathBuf,
}

/// Compares and prints. The result is the exit code.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, Fault> {
    let (before, after) = (Recorded::open(&arguments.before)?, Recorded::open(&arguments.after)?);
    let comparison = Comparison::of(&before, &after);
    say::to_stdout(comparison.text().trim_end());
    Ok(comparison.exit_code())
}
