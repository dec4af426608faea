//! `samlspec test`: a target and a selection in, a report and an exit code out.

use std::path::PathBuf;
use std::str::FromStr;

use harness::play::{self, Options};
use harness::report::live::Live;
use harness::report::{Report, json, terminal};
use harness::select::Selection;
use harness::target::{Glob, Target};
use harness::{Fault, scenario};
use mock_idp::Vendor;

use crate::say;

/// What to play, against whom, and where the report goes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  samlspec test
  samlspec test --target python3-saml --report json=out.json
  samlspec test --only 'reject/wrapping/*' --vendor okta
  samlspec test --shard 1/4")]
pub(crate) struct Arguments {
    /// `builtin`, the name of a folder under harness/targets, or a target file
    #[arg(long, value_name = "NAME|FILE", default_value = "builtin")]
    target: String,
    /// Only scenarios whose id matches; `*` stays within a folder, `**` does not (repeatable)
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Only this vendor's wire shape (repeatable)
    #[arg(long, value_name = "VENDOR", value_parser = vendor)]
    vendor: Vec<Vendor>,
    /// Write a report; KIND is one of: json (repeatable)
    #[arg(long, value_name = "KIND=PATH")]
    report: Vec<ReportFile>,
    /// How many rows at a time
    #[arg(long, value_name = "N", default_value_t = 8)]
    jobs: usize,
    /// The K-th of N equal parts of the rows
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Decides every message's ids; printed at the end of each run
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

/// One `KIND=PATH`.
#[derive(Debug, Clone)]
struct ReportFile {
    path: PathBuf,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some(("json", path)) if !path.is_empty() => Ok(Self { path: path.into() }),
            Some(("json", _)) | None => Err("expected KIND=PATH, such as json=out.json".to_owned()),
            Some((kind, _)) => Err(format!("unknown kind `{kind}`, expected one of: json")),
        }
    }
}

/// Reads a vendor's name.
pub(crate) fn vendor(name: &str) -> Result<Vendor, String> {
    Vendor::named(name).ok_or_else(|| {
        let known: Vec<_> = Vendor::all().map(Vendor::name).collect();
        format!("expected one of: {}", known.join(", "))
    })
}

/// Plays and reports. The result is the exit code.
pub(crate) async fn run(arguments: Arguments) -> Result<u8, Fault> {
    let target = Target::named_or_file(&arguments.target)?;
    let program =
        std::env::current_exe().map_err(|error| Fault::usage(format!("this program has no path: {error}")))?;
    let options = Options {
        selection: Selection {
            only: arguments.only.iter().map(|glob| Glob::new(glob)).collect::<Result<_, _>>()?,
            vendors: arguments.vendor,
            shard: arguments.shard.as_deref().map(Selection::shard).transpose()?,
        },
        jobs: arguments.jobs,
        seed: arguments.seed.unwrap_or_else(play::random),
        program,
    };
    let report = play::run(&target, scenario::all()?, &options, &Live::new()).await?;
    for file in &arguments.report {
        write(&report, file)?;
    }
    say::to_stdout(&terminal::write(&report));
    Ok(report.exit_code())
}

fn write(report: &Report, file: &ReportFile) -> Result<(), Fault> {
    let path = file.path.display();
    let text = json::write(report).map_err(|error| Fault::usage(format!("{path}: {error}")))?;
    std::fs::write(&file.path, text).map_err(|error| Fault::usage(format!("{path}: cannot be written: {error}")))
}
