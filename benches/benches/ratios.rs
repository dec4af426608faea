//! How much a full acceptance costs beside the floor, and whether that is more than it was.
//!
//! `cargo bench -p benches --bench ratios [-- --quick] [--write FILE] [--compare FILE]`. The lanes take turns of a few
//! milliseconds, and what is printed is the median of the ratios within each round: a noisy neighbour slows all lanes
//! alike. `--compare` ends with exit code 1 when a message costs more than in the file, beyond the noise of this run.

use benches::rounds::{Rounds, lane};
use benches::sheet::{self, Row, say};
use benches::{Case, Error, Floor, encrypted, recipe};
use mock_idp::Sign;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// How much more than the baseline is put down to another machine or compiler.
const SLACK: f64 = 1.05;

struct Options {
    rounds: usize,
    write: Option<PathBuf>,
    compare: Option<PathBuf>,
}

/// A row, and the ratio below which three quarters of the rounds did not come.
struct Measured {
    row: Row,
    lower_quartile: f64,
}

fn main() -> Result<ExitCode, Error> {
    let options = options()?;
    let baseline = options.compare.as_deref().map(sheet::read_csv).transpose()?;
    let mut cases = Case::all()?;
    cases.push(Case::of(encrypted(recipe("okta", Sign::Assertion)?))?);
    sheet::head()?;
    let mut all = Vec::new();
    for case in cases {
        let measured = measure(&case, options.rounds)?;
        measured.row.say()?;
        all.push(measured);
    }
    if let Some(path) = &options.write {
        let rows: Vec<Row> = all.iter().map(|measured| measured.row.clone()).collect();
        sheet::write_csv(&rows, path)?;
    }
    let slower = baseline.map_or(Ok(0), |baseline| compare(&all, &baseline))?;
    Ok(if slower == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn options() -> Result<Options, Error> {
    let mut options = Options { rounds: 200, write: None, compare: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        // Cargo starts benches in their package's folder; a person means the workspace's.
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut file =
            || arguments.next().map(|file| workspace.join(file)).ok_or_else(|| format!("{argument} needs a file"));
        match argument.as_str() {
            "--quick" => options.rounds = 40,
            "--write" => options.write = Some(file()?),
            "--compare" => options.compare = Some(file()?),
            // Cargo itself passes this to every bench.
            "--bench" => {}
            other => {
                return Err(format!("unknown argument {other}; known: --quick, --write FILE, --compare FILE").into());
            }
        }
    }
    Ok(options)
}

fn measure(case: &Case, rounds: usize) -> Result<Measured, Error> {
    let floor = Floor::of(case)?;
    case.accept()?;
    let mut lanes = [lane(|| floor.run().is_ok()), lane(|| case.accept().is_ok())];
    let played = Rounds::play(&mut lanes, rounds)?;
    let row = Row {
        case: case.name.clone(),
        algorithm: case.algorithm(),
        octets: case.xml.len(),
        stage: "accept".to_owned(),
        threads: 1,
        microseconds: played.microseconds(1),
        ratio: played.ratio(1, 0),
    };
    Ok(Measured { row, lower_quartile: played.ratio_at(1, 0, 0.25) })
}

/// How many messages cost more than in the baseline: even the better rounds do.
fn compare(all: &[Measured], baseline: &[Row]) -> Result<usize, Error> {
    let mut slower = 0;
    for Measured { row, lower_quartile } in all {
        let known = baseline.iter().find(|known| known.is_about(row));
        let known = known.ok_or_else(|| format!("{} is not in the baseline", row.case))?.ratio;
        let verdict = if known * SLACK < *lower_quartile { "SLOWER" } else { "as before" };
        slower += usize::from(verdict == "SLOWER");
        say(&format!("{}: {:.2}, the baseline is {known:.2}: {verdict}", row.case, row.ratio))?;
    }
    Ok(slower)
}
