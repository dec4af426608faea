//! How much a full acceptance costs beside the floor and beside samael, on the same bytes in the same minutes.
//!
//! `cargo bench -p benches --bench ratios [-- --quick] [--samael PROGRAM]`. The lanes take turns of a few milliseconds,
//! and what is printed is the median of the ratios within each round: a noisy neighbour slows all lanes alike.
//! samael runs in a process of its own (`samael-judge bench`), so that two OpenSSLs never meet.

use benches::{ACS, Case, ENTITY_ID, Error, Floor, REQUEST_ID};
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long one lane's turn lasts.
const TURN: Duration = Duration::from_millis(5);

struct Options {
    rounds: usize,
    samael: Option<PathBuf>,
}

fn main() -> Result<(), Error> {
    let options = options()?;
    report("| message | octets | floor us | accept us | accept / floor | samael / floor |")?;
    report("|---|---|---|---|---|---|")?;
    for case in Case::all()? {
        report(&row(&case, &options)?)?;
    }
    if options.samael.is_none() {
        report("samael: skipped, no --samael PROGRAM was given (see harness/judges/samael)")?;
    }
    Ok(())
}

fn options() -> Result<Options, Error> {
    let mut options = Options { rounds: 200, samael: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => options.rounds = 40,
            "--samael" => options.samael = Some(arguments.next().ok_or("--samael needs a program")?.into()),
            // Cargo itself passes this to every bench.
            "--bench" => {}
            other => return Err(format!("unknown argument {other}; known: --quick, --samael PROGRAM").into()),
        }
    }
    Ok(options)
}

fn report(line: &str) -> Result<(), Error> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

fn row(case: &Case, options: &Options) -> Result<String, Error> {
    let floor = Floor::of(case)?;
    case.accept()?;
    let mut samael = options.samael.as_deref().map(|program| Samael::start(program, case)).transpose()?;
    let mut rounds = Vec::with_capacity(options.rounds);
    for _ in 0..options.rounds {
        let floor = per_run(|| black_box(floor.run().is_ok()));
        let accept = per_run(|| black_box(case.accept().is_ok()));
        let samael = samael.as_mut().map(Samael::per_run).transpose()?;
        rounds.push((floor, accept, samael));
    }
    let floors = rounds.iter().map(|(floor, ..)| *floor).collect();
    let accepts = rounds.iter().map(|(_, accept, _)| *accept).collect();
    let ratios = rounds.iter().map(|(floor, accept, _)| accept / floor).collect();
    let samaels: Vec<f64> =
        rounds.iter().filter_map(|(floor, _, samael)| samael.map(|samael| samael / floor)).collect();
    let samael = if samaels.is_empty() { "-".to_owned() } else { format!("{:.1}", median(samaels)) };
    Ok(format!(
        "| {} | {} | {:.1} | {:.1} | **{:.2}** | {samael} |",
        case.name,
        case.xml.len(),
        median(floors) / 1e3,
        median(accepts) / 1e3,
        median(ratios)
    ))
}

/// Nanoseconds per run, over one turn.
fn per_run(mut run: impl FnMut() -> bool) -> f64 {
    let start = Instant::now();
    let mut runs = 0u32;
    while start.elapsed() < TURN {
        for _ in 0..8 {
            black_box(run());
        }
        runs += 8;
    }
    start.elapsed().as_nanos() as f64 / f64::from(runs)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// samael in its own process, with one message loaded.
struct Samael {
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Keeps the files that the process was given.
    _files: tempfile::TempDir,
}

impl Samael {
    fn start(program: &Path, case: &Case) -> Result<Self, Error> {
        let files = tempfile::tempdir()?;
        let (message, metadata) = (files.path().join("message.xml"), files.path().join("metadata.xml"));
        std::fs::write(&message, &case.xml)?;
        std::fs::write(&metadata, &case.idp_metadata)?;
        let mut child = Command::new(program).arg("bench").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let commands = child.stdin.take().ok_or("no input")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut samael = Self { child, commands, answers, _files: files };
        let (message, metadata) = (message.display(), metadata.display());
        let load =
            format!("load\tmessage={message}\tmetadata={metadata}\tsp={ENTITY_ID}\tacs={ACS}\trequest={REQUEST_ID}");
        let answer = samael.ask(&load)?;
        if !answer.starts_with("ready ") {
            return Err(format!("samael does not accept {}: {answer}", case.name).into());
        }
        Ok(samael)
    }

    fn per_run(&mut self) -> Result<f64, Error> {
        const RUNS: u32 = 8;
        let nanoseconds: f64 = self.ask(&format!("run {RUNS}"))?.trim().parse()?;
        Ok(nanoseconds / f64::from(RUNS))
    }

    fn ask(&mut self, command: &str) -> Result<String, Error> {
        writeln!(self.commands, "{command}")?;
        self.commands.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        if answer.is_empty() || answer.starts_with("error") {
            return Err(format!("samael: {answer}").into());
        }
        Ok(answer)
    }
}

impl Drop for Samael {
    fn drop(&mut self) {
        // It ends by itself once its input is closed; this is for one that hangs.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
