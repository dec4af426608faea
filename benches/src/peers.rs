//! Other stacks as lanes beside ours: a message in, for each stack that takes it a [`Lane`] out.
//!
//! - bergshamra, built with aws-lc, runs in this process and does less: it verifies signatures and knows nothing of SAML.
//! - samael, which does the same work as `sp` on libxmlsec1, runs in a process of its own (`samael-judge bench`), so that two
//!   OpenSSLs never meet. It needs `--samael PROGRAM`.
//! - xmlsec1, the program, reads the message and verifies its one signature as often as it is told, and says itself how long
//!   that took, so that starting it does not count. It needs `--xmlsec1 PROGRAM`.
//!
//! A stack that does not take a message has no lane for it, and that is said: a refusal would be a fast acceptance.

use crate::rounds::{Lane, lane};
use crate::sheet::say;
use crate::{ACS, Case, ENTITY_ID, Error, REQUEST_ID};
use bergshamra::{DsigContext, KeysManager};
use mock_idp::Sign;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The name of each stack, as tables and files have it.
pub const NAMES: [&str; 3] = ["bergshamra", "samael", "xmlsec1"];

/// What a bench that compares stacks was told.
#[derive(Debug)]
pub struct Options {
    /// How many rounds.
    pub rounds: usize,
    samael: Option<PathBuf>,
    xmlsec1: Option<PathBuf>,
}

/// One stack with one message.
pub struct Peer<'a> {
    /// Which stack, one of [`NAMES`].
    pub name: &'static str,
    /// Takes the message once.
    pub lane: Lane<'a>,
}

impl std::fmt::Debug for Peer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Peer").field(&self.name).finish()
    }
}

impl Options {
    /// Reads `--quick`, `--samael PROGRAM` and `--xmlsec1 PROGRAM`.
    pub fn read(rounds: usize, quick: usize) -> Result<Self, Error> {
        let mut options = Self { rounds, samael: None, xmlsec1: None };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut program = || arguments.next().map(PathBuf::from).ok_or(format!("{argument} needs a program"));
            match argument.as_str() {
                "--quick" => options.rounds = quick,
                "--samael" => options.samael = Some(program()?),
                "--xmlsec1" => options.xmlsec1 = Some(program()?),
                // Cargo itself passes this to every bench.
                "--bench" => {}
                other => {
                    let known = "--quick, --samael PROGRAM, --xmlsec1 PROGRAM";
                    return Err(format!("unknown argument {other}; known: {known}").into());
                }
            }
        }
        Ok(options)
    }

    /// The stacks that take this message. Which of those that were given do not is added to the notes.
    pub fn peers<'a>(&self, case: &'a Case, notes: &mut Vec<String>) -> Vec<Peer<'a>> {
        let samael = self.samael.as_deref().map(|program| samael(program, case));
        let xmlsec1 = self.xmlsec1.as_deref().map(|program| xmlsec1(program, case));
        let mut peers = Vec::new();
        for (name, lane) in NAMES.into_iter().zip([Some(bergshamra(case)), samael, xmlsec1]) {
            match lane {
                Some(Ok(lane)) => peers.push(Peer { name, lane }),
                Some(Err(why)) => {
                    notes.push(format!("{name} does not take {} by {}: {why}", case.name, case.algorithm()))
                }
                None => {}
            }
        }
        peers
    }

    /// Says which stacks were not given, and the notes.
    pub fn say_skipped(&self, notes: &[String]) -> Result<(), Error> {
        notes.iter().try_for_each(|note| say(note))?;
        for (name, given) in [("samael", &self.samael), ("xmlsec1", &self.xmlsec1)] {
            if given.is_none() {
                say(&format!("{name}: skipped, no --{name} PROGRAM was given"))?;
            }
        }
        Ok(())
    }
}

/// bergshamra with the IdP's key loaded, as a pinned one. That it verifies is seen to before it is timed.
fn bergshamra(case: &Case) -> Result<Lane<'_>, Error> {
    let mut keys = KeysManager::new();
    keys.add_key(bergshamra::keys::loader::load_x509_cert_pem(case.recipe.idp.certificate_pem().as_bytes())?);
    let context = DsigContext::new(keys).with_skip_time_checks(true);
    let signatures = usize::from(case.recipe.sign.response()) + usize::from(case.recipe.sign.assertion());
    let verifies = move || {
        let results = bergshamra::verify_all(&context, &case.xml).unwrap_or_default();
        results.iter().filter(|result| result.is_valid()).count() == signatures
    };
    if verifies() { Ok(lane(verifies)) } else { Err("it does not verify".into()) }
}

/// samael in its own process, with the message loaded.
fn samael<'a>(program: &Path, case: &Case) -> Result<Lane<'a>, Error> {
    const RUNS: u32 = 8;
    let mut samael = Samael::start(program, case)?;
    Ok(Box::new(move || {
        let nanoseconds: f64 = samael.ask(&format!("run {RUNS}"))?.trim().parse()?;
        Ok(nanoseconds / f64::from(RUNS))
    }))
}

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
        match samael.ask(&load)? {
            answer if answer.starts_with("ready ") => Ok(samael),
            answer => Err(answer.trim().into()),
        }
    }

    fn ask(&mut self, command: &str) -> Result<String, Error> {
        writeln!(self.commands, "{command}")?;
        self.commands.flush()?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        if answer.is_empty() || answer.starts_with("error") {
            return Err(answer.trim().into());
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

/// The xmlsec1 program. It verifies one signature per run, so a message with two has no figure that would be fair.
fn xmlsec1<'a>(program: &Path, case: &Case) -> Result<Lane<'a>, Error> {
    let element = match case.recipe.sign {
        Sign::Assertion => "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
        Sign::Response => "urn:oasis:names:tc:SAML:2.0:protocol:Response",
        _ => return Err("one signature at a time is what it verifies".into()),
    };
    let files = tempfile::tempdir()?;
    let (message, certificate) = (files.path().join("message.xml"), files.path().join("idp.pem"));
    std::fs::write(&message, &case.xml)?;
    std::fs::write(&certificate, case.recipe.idp.certificate_pem())?;
    let program = program.to_owned();
    let run = move || {
        // Owned by the lane, and gone with it.
        let _ = &files;
        let mut command = Command::new(&program);
        command.args(["--verify", "--repeat", "16", "--id-attr:ID", element, "--pubkey-cert-pem"]);
        let output = command.arg(&certificate).arg(&message).output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return Err(said.lines().next().unwrap_or("it refuses").to_owned().into());
        }
        nanoseconds_per_test(&said).ok_or_else(|| "it does not say how long that took".into())
    };
    run()?;
    Ok(Box::new(run))
}

/// Reads `Executed 16 tests in 8.25 msec`.
fn nanoseconds_per_test(said: &str) -> Option<f64> {
    let (_, rest) = said.split_once("Executed ")?;
    let (count, rest) = rest.split_once(" tests in ")?;
    let milliseconds: f64 = rest.split_once(" msec")?.0.parse().ok()?;
    Some(milliseconds * 1e6 / count.parse::<f64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xmlsec1_says() {
        let said = "OK\nSignedInfo References (ok/all): 1/1\nExecuted 16 tests in 8.00 msec\n";
        assert_eq!(nanoseconds_per_test(said), Some(500_000.0));
        assert_eq!(nanoseconds_per_test("OK"), None);
    }

    /// A lane is an acceptance: a changed message has none.
    #[test]
    fn bergshamra_verifies() {
        let case = Case::new("okta", Sign::Both).unwrap();
        assert!(bergshamra(&case).is_ok());
        let other = Case { xml: case.xml.replace("ann@", "eve@"), ..case };
        assert!(bergshamra(&other).is_err());
    }
}
