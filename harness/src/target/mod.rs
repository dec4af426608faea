//! One TOML file in, one [`Target`] out: the SP under test, how to start or reach it, and how its answer shows.
//!
//! Refuses unknown keys, unknown placeholders and contradictions, each with file and line. Starts nothing; that is
//! [`crate::process`] and [`crate::play`]. The form is described in `harness/targets/README.md`.

mod endpoints;
mod expected;
mod form;
mod outcome;
mod policy;
mod problems;
mod read;
mod words;

use std::path::{Path, PathBuf};

use mock_idp::{Person, Vendor};
use time::OffsetDateTime;

pub use endpoints::Endpoints;
pub use expected::{ExpectedFailure, ExpectedVerdict, Glob};
pub use form::{
    Acs, AcsEntry, Attach, IdpIn, IdpInitiated, Install, Limits, Login, PostBinding, Process, Ready, ReadySign,
    ResetHow, Sp, Trusts, Version,
};
pub(crate) use outcome::attributes_of;
pub use outcome::{Accept, Attributes, Extract, Mode, Outcome, Pattern, ServerError};
pub use policy::{EncryptionPolicy, InResponseToPolicy, Policy, ReplayPolicy, SignedPolicy};
pub use problems::{FILL_IN, problems};
pub use words::Words;

use crate::browser::Trust;
use crate::fault::Fault;

/// The text of the built-in target: this project's own SP as a child process.
const BUILTIN: &str = include_str!("../../targets/builtin/target.toml");

/// Where the mock IdP says it lives unless told otherwise; the same as for `samlspec idp`.
pub const DEFAULT_PUBLIC_URL: &str = "http://127.0.0.1:7500";

/// One SP under test, as its file describes it. Texts still hold their placeholders.
#[derive(Debug, Clone)]
pub struct Target {
    /// Short name, used in reports.
    pub id: String,
    /// What it is, for people.
    pub product: String,
    /// Its version, or how to ask for it.
    pub version: Option<Version>,
    /// Ports that must be free before the start.
    pub ports: Vec<u16>,
    /// How to put on the machine what it runs on.
    pub install: Option<Install>,
    /// What to start, in order. Empty when attached.
    pub processes: Vec<Process>,
    /// The SP runs already.
    pub attach: Option<Attach>,
    /// What the SP knows of the IdP.
    pub idp_in: IdpIn,
    /// The SP's names and addresses.
    pub sp: Sp,
    /// Where an SP-initiated login begins.
    pub login: Option<Login>,
    /// Whether and how it takes unsolicited Responses.
    pub idp_initiated: IdpInitiated,
    /// How "logged in as whom" shows.
    pub outcome: Outcome,
    /// What this configuration promises.
    pub policy: Policy,
    /// How to make it forget between vendors.
    pub reset: ResetHow,
    /// Timeouts and concurrency.
    pub limits: Limits,
    /// The instant at which the SP's clock stands still, if it does.
    pub frozen_clock: Option<OffsetDateTime>,
    /// The person whom healthy messages name.
    pub signed: Person,
    /// The person whom forgeries name.
    pub attacker: Person,
    /// Known differences.
    pub expected_failures: Vec<ExpectedFailure>,
    /// The PEM file with the authorities that issue the SP's certificates, from the folder of the file.
    pub ca: Option<PathBuf>,
    /// Whether its file names any address under `https`.
    pub is_https: bool,
    /// The folder of the file; relative paths start here.
    pub folder: PathBuf,
    /// The file's name, for messages.
    pub file: String,
    /// The file as written.
    pub text: String,
}

impl Target {
    /// The SP of this project.
    pub fn builtin() -> Result<Self, Fault> {
        Self::read("harness/targets/builtin/target.toml", BUILTIN, Path::new("."))
    }

    /// Reads a target by its name (`builtin`, or a folder among [`at_hand`]) or from a file.
    pub fn named_or_file(name: &str) -> Result<Self, Fault> {
        if name == "builtin" {
            return Self::builtin();
        }
        let path = located(name);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Fault::usage(format!(
                "{}: cannot be read ({error}); expected the path of a target file, or one of the names that `samlspec targets` lists",
                path.display()
            ))
        })?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
        Self::read(&path.display().to_string(), &text, &folder)
    }

    /// Reads a target from its text. `folder` is where its relative paths start.
    pub fn read(file: &str, text: &str, folder: &Path) -> Result<Self, Fault> {
        read::read(file, text, folder)
    }

    /// Whose certificates a browser in front of this target believes.
    pub fn trust(&self) -> Result<Trust, Fault> {
        match &self.ca {
            Some(path) => Trust::in_file(&self.folder.join(path)),
            None if self.is_https => Ok(Trust::Machine),
            None => Ok(Trust::Nobody),
        }
    }

    /// The IdPs that the SP trusts, as vendors: one, or all.
    pub fn trusted(&self) -> Vec<Vendor> {
        match self.idp_in.trusts {
            Trusts::Each => Vendor::all().collect(),
            Trusts::One(vendor) => vec![vendor],
        }
    }

    /// Under whose name and key the wire shape of `vendor` is sent to this target.
    pub fn idp_for(&self, vendor: Vendor) -> Vendor {
        match self.idp_in.trusts {
            Trusts::Each => vendor,
            Trusts::One(trusted) => trusted,
        }
    }
}

/// The target files in `harness/targets` or `targets`, looked for upward from the working folder.
pub fn at_hand() -> Vec<PathBuf> {
    let Some(folder) = folder_of_targets() else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.map(|entry| entry.path().join("target.toml")).filter(|path| path.is_file()).collect();
    // The built-in target needs no file: the program carries it.
    files.retain(|path| !path.parent().is_some_and(|folder| folder.ends_with("builtin")));
    files.sort();
    files
}

fn folder_of_targets() -> Option<PathBuf> {
    let working = std::env::current_dir().ok()?;
    let folders = working.ancestors().flat_map(|folder| [folder.join("harness/targets"), folder.join("targets")]);
    let mut folders = folders.filter(|folder| folder.is_dir());
    folders.next()
}

/// A file, a folder with `target.toml`, or a name among the targets at hand.
fn located(name: &str) -> PathBuf {
    let path = PathBuf::from(name);
    if path.is_dir() {
        return path.join("target.toml");
    }
    let is_name = !path.exists() && !name.contains('/') && !name.contains('.');
    match folder_of_targets() {
        Some(folder) if is_name => folder.join(name).join("target.toml"),
        _ => path,
    }
}
