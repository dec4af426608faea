//! A target file's text in, a [`Target`] out; contradictions between sections are refused with their line.

use std::path::{Path, PathBuf};

use mock_idp::{Person, people};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::form::{
    Attach, IdpIn, IdpInitiated, Install, Limits, Login, Process, ReadySign, ResetHow, Sp, Trusts, Version,
};
use super::{ExpectedFailure, Mode, Outcome, Policy, Target, words};
use crate::fault::{Fault, read_toml};

/// Reads one target file.
pub(super) fn read(file: &str, text: &str, folder: &Path) -> Result<Target, Fault> {
    words::check_placeholders(file, text)?;
    let raw: Raw = read_toml(file, text)?;
    check(&raw, file, text)?;
    let is_https = text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains("https://"));
    Ok(Target { is_https, text: text.to_owned(), ..raw.into_target(file, folder) })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    target: Head,
    install: Option<Install>,
    #[serde(default)]
    process: Vec<Process>,
    attach: Option<Attach>,
    idp_in: IdpIn,
    sp: Sp,
    login: Option<Login>,
    #[serde(default)]
    idp_initiated: IdpInitiated,
    outcome: Outcome,
    #[serde(default)]
    policy: Policy,
    #[serde(default)]
    reset: Reset,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    tls: Tls,
    #[serde(default)]
    clock: Clock,
    #[serde(default)]
    people: People,
    #[serde(default)]
    expected_failure: Vec<ExpectedFailure>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    #[serde(default)]
    product: String,
    version: Option<Version>,
    #[serde(default)]
    ports: Vec<u16>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reset {
    how: How,
}

/// `none`, `restart`, or `{ post = "URL" }`.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected \"none\", \"restart\" or { post = \"URL\" }")]
enum How {
    Word(HowWord),
    Post(Post),
}

impl Default for How {
    fn default() -> Self {
        Self::Word(HowWord::None)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum HowWord {
    None,
    Restart,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Post {
    post: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tls {
    ca: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    now: Option<Instant>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Instant(OffsetDateTime);

impl TryFrom<String> for Instant {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        OffsetDateTime::parse(&text, &Rfc3339)
            .map(Self)
            .map_err(|error| format!("`{text}` is not an instant ({error}), expected one like 2026-01-15T12:00:00Z"))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    signed: Option<RawPerson>,
    attacker: Option<RawPerson>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPerson {
    user_name: String,
    email: String,
    first_name: String,
    last_name: String,
    #[serde(default)]
    groups: Vec<String>,
}

impl From<RawPerson> for Person {
    fn from(raw: RawPerson) -> Self {
        Self {
            user_name: raw.user_name,
            email: raw.email,
            first_name: raw.first_name,
            last_name: raw.last_name,
            groups: raw.groups,
        }
    }
}

/// What serde cannot see: sections that contradict each other.
fn check(raw: &Raw, file: &str, text: &str) -> Result<(), Fault> {
    let refuse = |needle: &str, what: &str| Err(Fault::usage(format!("{file}:{}: {what}", line_with(text, needle))));
    if raw.process.is_empty() == raw.attach.is_none() {
        return refuse("[target]", "expected either [[process]] sections or one [attach] section");
    }
    if raw.process.iter().any(|process| process.cmd.is_empty()) {
        return refuse("cmd", "expected a program in `cmd`");
    }
    let is_http_driver = matches!(&raw.outcome.mode, Mode::Driver { base } if base != "stdio");
    if raw.sp.acs.as_ref().and_then(super::form::Acs::url).is_none() && !is_http_driver {
        return refuse("[sp]", "expected `acs`, the URL of the AssertionConsumerService");
    }
    let on_pipe = raw.process.iter().filter(|process| matches!(process.ready.sign, ReadySign::Stdio)).count();
    let is_pipe_driver = matches!(&raw.outcome.mode, Mode::Driver { base } if base == "stdio");
    if on_pipe != usize::from(is_pipe_driver) {
        return refuse(
            "[outcome]",
            "expected `driver = \"stdio\"` and exactly one process with `ready = { stdio = true }`, or neither",
        );
    }
    if raw.attach.is_some() && raw.limits.memory_mb.is_some() {
        return refuse("memory_mb", "the memory of an attached target is not seen; expected [[process]] sections");
    }
    if raw.limits.memory_mb.is_some() && !cfg!(target_os = "linux") {
        return refuse("memory_mb", "memory is measured on Linux only; expected no such key here");
    }
    if raw.idp_in.metadata.is_some() && matches!(raw.idp_in.trusts, Trusts::Each) {
        return refuse(
            "metadata",
            "`metadata` writes one file, but `trusts = \"each\"` means several; expected one vendor",
        );
    }
    if raw.attach.is_some() && matches!(raw.reset.how, How::Word(HowWord::Restart)) {
        return refuse("[reset]", "an attached target cannot be restarted; expected \"none\" or { post = \"URL\" }");
    }
    let (signed, attacker) = (raw.people.signed.as_ref(), raw.people.attacker.as_ref());
    if let (Some(signed), Some(attacker)) = (signed, attacker)
        && (signed.email == attacker.email || signed.user_name == attacker.user_name)
    {
        return refuse(
            "[people.attacker]",
            "the two people must differ, or nobody could tell as whom a login happened",
        );
    }
    for entry in &raw.expected_failure {
        if entry.why.trim().is_empty() {
            return refuse(&format!("\"{}\"", entry.scenario.as_str()), "expected a reason in `why`");
        }
    }
    Ok(())
}

/// The first line that contains `needle`, or the first line at all.
fn line_with(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).map_or(1, |index| index + 1)
}

impl Raw {
    fn into_target(self, file: &str, folder: &Path) -> Target {
        let product = if self.target.product.is_empty() { self.target.id.clone() } else { self.target.product };
        Target {
            id: self.target.id,
            product,
            install: self.install,
            version: self.target.version,
            ports: self.target.ports,
            processes: self.process,
            attach: self.attach,
            idp_in: self.idp_in,
            sp: self.sp,
            login: self.login,
            idp_initiated: self.idp_initiated,
            outcome: self.outcome,
            policy: self.policy,
            reset: match self.reset.how {
                How::Word(HowWord::None) => ResetHow::None,
                How::Word(HowWord::Restart) => ResetHow::Restart,
                How::Post(Post { post }) => ResetHow::Post(post),
            },
            limits: self.limits,
            frozen_clock: self.clock.now.map(|Instant(now)| now),
            signed: self.people.signed.map_or_else(people::ann, Person::from),
            attacker: self.people.attacker.map_or_else(people::mallory, Person::from),
            expected_failures: self.expected_failure,
            ca: self.tls.ca,
            is_https: false,
            folder: folder.to_path_buf(),
            file: file.to_owned(),
            text: String::new(),
        }
    }
}
