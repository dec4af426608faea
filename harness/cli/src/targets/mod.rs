//! `samlspec targets`: which ones are at hand, whether a file is right, a first file for an SP, and what a target runs on.

mod init;
mod install;

use std::collections::BTreeMap;

use clap::Subcommand;
use harness::select::{all_cases, skip_reason};
use harness::target::{Target, at_hand as found, problems};
use harness::{Fault, scenario};

use crate::say;

/// What to do with targets.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  samlspec targets list
  samlspec targets init --metadata http://127.0.0.1:8080/saml/metadata --out my-sp.toml
  samlspec targets check my-sp.toml
  samlspec targets install python3-saml")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the targets at hand
    List,
    /// Write a first target file from an SP's metadata, with comments on what is left to fill in
    Init(init::Arguments),
    /// Say everything that is wrong with a target file, or what it is going to skip
    Check {
        /// `builtin`, a name, or a file
        #[arg(value_name = "NAME|FILE")]
        target: String,
    },
    /// Put into a cache folder what a target runs on; system packages only with --system
    Install(install::Arguments),
}

/// Does it.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Fault> {
    match arguments.command {
        None | Some(Command::List) => say::to_stdout(&at_hand().join("\n")),
        Some(Command::Init(arguments)) => init::run(&arguments).await?,
        Some(Command::Check { target }) => check(&Target::named_or_file(&target)?)?,
        Some(Command::Install(arguments)) => install::run(&arguments)?,
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
    let wrong = problems(target, &cases);
    if !wrong.is_empty() {
        return Err(Fault::usage(wrong.join("\n")));
    }
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
