//! `samlspec test`: a target and a selection in, a report and an exit code out.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;

use harness::play::{self, Options};
use harness::report::kind::Kind;
use harness::report::live::Live;
use harness::report::remember;
use harness::report::{Report, terminal};
use harness::select::Selection;
use harness::target::{Glob, Target};
use harness::{Fault, scenario};
use mock_idp::Vendor;

use crate::say;
use crate::settings::Settings;

/// What to play, against whom, and where the report goes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  samlspec test
  samlspec test --target python3-saml --report json=out.json --report html=out.html
  samlspec test --only 'reject/wrapping/*' --vendor okta
  samlspec test --shard 1/4
  samlspec test --target my-sp.toml --failed

Reports: json (schema: samlspec list schema), junit (CI servers), sarif (code hosts), markdown (summary of a job),
html (one page: matrix, messages, differences from the twin, wire log). The terminal shows what failed and what to do.")]
pub(crate) struct Arguments {
    /// `builtin`, the name of a folder under harness/targets, or a target file; else what samlspec.toml says, or builtin
    #[arg(long, value_name = "NAME|FILE")]
    target: Option<String>,
    /// Only scenarios whose id matches; `*` stays within a folder, `**` does not (repeatable)
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Only this vendor's wire shape (repeatable)
    #[arg(long, value_name = "VENDOR", value_parser = vendor)]
    vendor: Vec<Vendor>,
    /// Write a report; KIND is one of: json, junit, sarif, markdown, html (repeatable)
    #[arg(long, value_name = "KIND=PATH")]
    report: Vec<ReportFile>,
    /// How many rows at a time; 8 unless samlspec.toml says otherwise
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// The K-th of N equal parts of the rows
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Only what failed last time against this target
    #[arg(long)]
    failed: bool,
    /// Decides every message's ids; printed at the end of each run
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

/// One `KIND=PATH`.
#[derive(Debug, Clone)]
struct ReportFile {
    kind: Kind,
    path: PathBuf,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        let Some((kind, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
            return Err(format!("expected KIND=PATH, such as json=out.json; KIND is one of: {}", kinds.join(", ")));
        };
        let kind =
            Kind::named(kind).ok_or_else(|| format!("unknown kind `{kind}`, expected one of: {}", kinds.join(", ")))?;
        Ok(Self { kind, path: path.into() })
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
    let settings = Settings::at_hand()?;
    let target = arguments.target.or(settings.target).unwrap_or_else(|| "builtin".to_owned());
    let target = Target::named_or_file(&target)?;
    let mut reports = arguments.report;
    if reports.is_empty() {
        let written = settings.report.iter().map(|report| report.parse::<ReportFile>());
        reports = written.collect::<Result<_, _>>().map_err(|error| Fault::usage(format!("samlspec.toml: {error}")))?;
    }
    let program =
        std::env::current_exe().map_err(|error| Fault::usage(format!("this program has no path: {error}")))?;
    let options = Options {
        selection: Selection {
            only: arguments.only.iter().map(|glob| Glob::new(glob)).collect::<Result<_, _>>()?,
            vendors: arguments.vendor,
            shard: arguments.shard.as_deref().map(Selection::shard).transpose()?,
            rows: if arguments.failed { Some(failed_last_time(&target)?) } else { None },
        },
        jobs: arguments.jobs.or(settings.jobs).unwrap_or(8),
        seed: arguments.seed.unwrap_or_else(play::random),
        program,
        record: reports.iter().any(|file| file.kind.shows_evidence()),
    };
    if options.selection.rows.as_ref().is_some_and(BTreeSet::is_empty) {
        say::to_stdout(&format!("nothing failed last time against {}", target.id));
        return Ok(0);
    }
    let report = play::run(&target, scenario::all()?, &options, &Live::new()).await?;
    for file in &reports {
        write(&report, file)?;
    }
    if let Some(folder) = remember::folder()
        && let Err(fault) = remember::remember(&folder, &target, &report)
    {
        say::to_stderr(&format!("samlspec: --failed will not know of this run: {fault}"));
    }
    say::to_stdout(&terminal::write(&report));
    Ok(report.exit_code())
}

/// The rows that failed last time; the run that says so has to come first.
fn failed_last_time(target: &Target) -> Result<BTreeSet<remember::RowName>, Fault> {
    let none = || Fault::usage(format!("no run against {} is on record: run without --failed first", target.id));
    remember::recall(&remember::folder().ok_or_else(none)?, target)?.ok_or_else(none)
}

fn write(report: &Report, file: &ReportFile) -> Result<(), Fault> {
    let path = file.path.display();
    let text = file.kind.write(report)?;
    std::fs::write(&file.path, text).map_err(|error| Fault::usage(format!("{path}: cannot be written: {error}")))
}
