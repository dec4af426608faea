//! samael as one lane of an interleaved benchmark: commands on standard input, one line of answer each on standard output.
//!
//! Another process holds the other lanes and deals out the turns, so that both OpenSSLs never meet in one process. The
//! fields of a command are separated by tabs:
//!
//! - `load`, then `message=FILE` (XML, or base64 as in the form field), `metadata=FILE` (of the IdP), `sp=ENTITYID`,
//!   `acs=URL`, and where they apply `request=ID` and `key=FILE` (PEM): answers `ready NAMEID` once samael accepted the
//!   message, so that what gets timed is an acceptance. The message may be of any age.
//! - `run N`: accepts the message N times, from base64 to Assertion, and answers the nanoseconds that took.
//! - `quit`, or the end of the input.
//!
//! Anything that goes wrong is answered by `error` and a reason; the process goes on. samael keeps about 3 KiB of every
//! acceptance whose Assertion alone is signed, so N times the number of turns should stay below some 100,000.

use crate::peer::Peer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::hint::black_box;
use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use std::time::Instant;

/// A message, and the samael that accepts it.
struct Lane {
    peer: Peer,
    field: String,
    request: Option<String>,
}

/// Serves commands until the input ends.
pub(crate) fn serve() -> ExitCode {
    let mut lane = None;
    for line in std::io::stdin().lock().lines() {
        let answer = match line.as_deref().map(|line| line.split_once(['\t', ' ']).unwrap_or((line, ""))) {
            Ok(("load", fields)) => load(fields).map(|(loaded, name_id)| {
                lane = Some(loaded);
                format!("ready {name_id}")
            }),
            Ok(("run", times)) => {
                lane.as_mut().ok_or_else(|| "nothing is loaded".to_owned()).and_then(|lane| run(lane, times))
            }
            Ok(("quit", _)) | Err(_) => break,
            Ok((word, _)) => Err(format!("expected load, run or quit, found `{word}`")),
        };
        println!("{}", answer.unwrap_or_else(|reason| format!("error {}", reason.replace('\n', " "))));
        // The other side waits for this line; when it is gone there is nobody left to serve.
        if std::io::stdout().flush().is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}

fn load(fields: &str) -> Result<(Lane, String), String> {
    let fields: HashMap<&str, &str> = fields.split('\t').filter_map(|field| field.split_once('=')).collect();
    let needed = |name: &str| fields.get(name).copied().ok_or_else(|| format!("`{name}` is missing"));
    let mut peer = Peer::new(&read(needed("metadata")?)?, needed("sp")?, needed("acs")?)?.patient();
    if let Some(key) = fields.get("key") {
        peer = peer.with_key(read(key)?.as_bytes())?;
    }
    let message = read(needed("message")?)?;
    let field = if message.starts_with('<') { STANDARD.encode(message) } else { message.trim().to_owned() };
    let mut lane = Lane { peer, field, request: fields.get("request").map(|&id| id.to_owned()) };
    let name_id = lane.accept()?;
    Ok((lane, name_id))
}

fn run(lane: &mut Lane, times: &str) -> Result<String, String> {
    let times: u32 = times.trim().parse().map_err(|_| format!("`{times}` is no number of runs"))?;
    let begin = Instant::now();
    for _ in 0..times {
        black_box(lane.accept()?);
    }
    Ok(begin.elapsed().as_nanos().to_string())
}

impl Lane {
    fn accept(&mut self) -> Result<String, String> {
        self.peer.accept(&self.field, self.request.as_deref()).map(|identity| identity.name_id)
    }
}

fn read(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mock_idp::{Idp, Recipe, Sp, Vendor};

    #[test]
    fn an_old_message_is_loaded_and_run_and_a_changed_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (vendor, sp) = (Vendor::named("okta").unwrap(), Sp::new("https://sp.test", "https://sp.test/acs"));
        let idp = Idp::of(vendor, "https://idp.test");
        let message = Recipe::new(vendor, idp.clone(), sp, time::OffsetDateTime::UNIX_EPOCH).build().unwrap();
        let write = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path.to_string_lossy().into_owned()
        };
        let metadata = write("idp.xml", &idp.metadata(vendor));
        let fields = |message: &str| {
            format!("message={message}\tmetadata={metadata}\tsp=https://sp.test\tacs=https://sp.test/acs")
        };

        let (mut lane, name_id) = load(&fields(&write("field.b64", &message.base64()))).unwrap();
        assert_eq!(name_id, "ann@example.test");
        assert!(run(&mut lane, "3").unwrap().parse::<u64>().unwrap() > 0);
        assert!(run(&mut lane, "three").is_err());
        assert!(load(&fields(&write("message.xml", &message.xml))).is_ok());
        assert!(load(&fields(&write("changed.xml", &message.xml.replace("ann@", "eve@")))).is_err());
        assert!(load("message=nowhere").is_err());
    }
}
