//! The same messages accepted by other stacks, in turns with ours: each as a ratio to the floor.
//!
//! `cargo bench -p benches --bench peers [-- --quick] [--samael PROGRAM]`. bergshamra, built with aws-lc, runs in this
//! process and does less: it verifies the signature and knows nothing of SAML. samael, which does the same work as `sp`
//! on libxmlsec1, runs in a process of its own (`samael-judge bench`), so that two OpenSSLs never meet.
//!
//! Not here: xmlsec1 alone, whose program mostly measures starting a process, and gamlastan, whose dependencies take six
//! minutes to build.

use benches::rounds::{Lane, Rounds, lane};
use benches::sheet::say;
use benches::{ACS, Case, ENTITY_ID, Error, Floor, REQUEST_ID};
use bergshamra::{DsigContext, KeysManager};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

fn main() -> Result<(), Error> {
    let (rounds, samael) = options()?;
    say("| message | octets | floor us | sp / floor | bergshamra, signatures only / floor | samael / floor |")?;
    say("|---|---|---|---|---|---|")?;
    for case in Case::all()? {
        let floor = Floor::of(&case)?;
        let bergshamra = bergshamra(&case)?;
        let mut samael = samael.as_deref().map(|program| Samael::start(program, &case)).transpose()?;
        let mut lanes: Vec<Lane<'_>> = vec![
            lane(|| floor.run().is_ok()),
            lane(|| case.accept().is_ok()),
            lane(|| verified(&bergshamra, &case) == floor.signatures()),
        ];
        if let Some(samael) = &mut samael {
            lanes.push(Box::new(|| samael.per_run()));
        }
        let has_samael = lanes.len() > 3;
        let played = Rounds::play(&mut lanes, rounds)?;
        say(&format!(
            "| {} | {} | {:.1} | **{:.2}** | {:.2} | {} |",
            case.name,
            case.xml.len(),
            played.microseconds(0),
            played.ratio(1, 0),
            played.ratio(2, 0),
            if has_samael { format!("{:.1}", played.ratio(3, 0)) } else { "-".to_owned() }
        ))?;
    }
    if samael.is_none() {
        say("samael: skipped, no --samael PROGRAM was given (see harness/judges/samael)")?;
    }
    Ok(())
}

fn options() -> Result<(usize, Option<PathBuf>), Error> {
    let (mut rounds, mut samael) = (150, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => rounds = 20,
            "--samael" => samael = Some(arguments.next().ok_or("--samael needs a program")?.into()),
            // Cargo itself passes this to every bench.
            "--bench" => {}
            other => return Err(format!("unknown argument {other}; known: --quick, --samael PROGRAM").into()),
        }
    }
    Ok((rounds, samael))
}

/// bergshamra with the IdP's key loaded, as a pinned one. That it verifies is seen to before it is timed.
fn bergshamra(case: &Case) -> Result<DsigContext, Error> {
    let mut keys = KeysManager::new();
    keys.add_key(bergshamra::keys::loader::load_x509_cert_pem(case.recipe.idp.certificate_pem().as_bytes())?);
    let context = DsigContext::new(keys).with_skip_time_checks(true);
    match verified(&context, case) {
        0 => Err(format!("bergshamra does not verify {}", case.name).into()),
        _ => Ok(context),
    }
}

/// How many signatures it found good.
fn verified(context: &DsigContext, case: &Case) -> usize {
    let results = bergshamra::verify_all(context, &case.xml).unwrap_or_default();
    results.iter().filter(|result| result.is_valid()).count()
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
