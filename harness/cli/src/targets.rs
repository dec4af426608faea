//! `samlspec targets`: which ones are at hand, and whether a file is right.

use std::collections::BTreeMap;

use clap::Subcommand;
use harness::select::{all_cases, skip_reason};
use harness::target::{Target, at_hand as found};
use harness::{Fault, scenario};

use crate::say;

/// What to do with targets.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  samlspec targets list\n  samlspec targets check my-sp.toml")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the targets at hand
    List,
    /// Read a target file and say what is wrong with it, or what it is going to skip
    Check {
        /// `builtin`, a name, or a file
        #[arg(value_name = "NAME|FILE")]
        target: String,
    },
}

/// Lists or checks.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Fault> {
    match &arguments.command {
        None | Some(Command::List) => say::to_stdout(&at_hand().join("\n")),
        Some(Command::Check { target }) => check(&Target::named_or_file(target)?)?,
    }
    Ok(())
}

/// The targets at hand, one line each.
pub(crate) fn at_hand() -> Vec<String> {
    let files = found().into_iter().map(|path| match Target::named_or_file(&path.display().to_string()) {
        Ok(target) => format!("{}  {} ({})", target.id, target.product, path.display()),
        Err(fault) => format!("{}  broken: {fault}", path.display()),
    });
    std::iter::once("builtin  the Service Provider of this project".to_owned()).chain(files).collect()
}

fn check(target: &Target) -> Result<(), Fault> {
    let cases = all_cases(scenario::all()?);
    let mut reasons = BTreeMap::<String, usize>::new();
    for reason in cases.iter().filter_map(|case| skip_reason(case, target, true)) {
        *reasons.entry(reason).or_default() += 1;
    }
    let skipped: usize = reasons.values().sum();
    let start = if target.processes.is_empty() { "attaches to a running SP" } else { "starts its own processes" };
    let mut lines = vec![
        format!("{}: the file is right", target.file),
        format!("target {} ({}), {start}", target.id, target.product),
        format!("{} of {} rows apply", cases.len() - skipped, cases.len()),
    ];
    lines.extend(reasons.into_iter().map(|(reason, count)| format!("  {count} skipped: {reason}")));
    say::to_stdout(&lines.join("\n"));
    Ok(())
}
