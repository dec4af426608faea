//! The sections of a target file as types: processes, readiness, IdP input, addresses, limits.
//!
//! Refuses unknown keys and unknown words through serde, so that every mistake keeps its place in the file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use mock_idp::Vendor;
use serde::Deserialize;

use super::DEFAULT_PUBLIC_URL;

/// A version, written down or asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a text, or { cmd = [\"program\", \"argument\"] }")]
pub enum Version {
    /// As written in the file.
    Written(String),
    /// The first line that this command prints.
    Asked {
        /// Program and arguments.
        cmd: Vec<String>,
    },
}

/// How to put on the machine what a target runs on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Install {
    /// Program and arguments, from the folder of the file. It keeps what it downloads in a cache folder of its own.
    #[serde(default)]
    pub cmd: Vec<String>,
    /// Debian packages that have to be there first.
    #[serde(default)]
    pub system: Vec<String>,
}

/// One process of a target.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Program and arguments.
    pub cmd: Vec<String>,
    /// Its working folder, from the folder of the file.
    #[serde(default)]
    pub dir: PathBuf,
    /// Additional environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// How it says that it is ready.
    pub ready: Ready,
}

/// An SP that already runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// How to see that it answers.
    pub ready: Ready,
    /// What to do when it does not.
    #[serde(default)]
    pub hint: Option<String>,
}

/// How a process says that it is ready.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawReady")]
pub struct Ready {
    /// The sign to wait for.
    pub sign: ReadySign,
    /// For how long.
    pub timeout: Duration,
}

/// The sign of readiness.
#[derive(Debug, Clone)]
pub enum ReadySign {
    /// A GET that answers with this status.
    Url(String, u16),
    /// A TCP port that takes connections.
    Tcp(String),
    /// A Unix socket that takes connections.
    Unix(String),
    /// One line of JSON on stdout.
    JsonLine,
    /// A driver on a pipe that answers `health`.
    Stdio,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReady {
    url: Option<String>,
    status: Option<u16>,
    tcp: Option<String>,
    unix: Option<String>,
    #[serde(default)]
    json_line: bool,
    #[serde(default)]
    stdio: bool,
    #[serde(default = "ten_seconds")]
    timeout_ms: u64,
}

fn ten_seconds() -> u64 {
    10_000
}

impl TryFrom<RawReady> for Ready {
    type Error = &'static str;

    fn try_from(raw: RawReady) -> Result<Self, Self::Error> {
        let sign = match (raw.url, raw.tcp, raw.unix, raw.json_line, raw.stdio) {
            (Some(url), None, None, false, false) => ReadySign::Url(url, raw.status.unwrap_or(200)),
            (None, Some(address), None, false, false) => ReadySign::Tcp(address),
            (None, None, Some(path), false, false) => ReadySign::Unix(path),
            (None, None, None, true, false) => ReadySign::JsonLine,
            (None, None, None, false, true) => ReadySign::Stdio,
            _ => {
                return Err(
                    "expected exactly one of `url` (with `status`), `tcp`, `unix`, `json_line = true` and `stdio = true`",
                );
            }
        };
        Ok(Self { sign, timeout: Duration::from_millis(raw.timeout_ms) })
    }
}

/// What the SP knows of the IdP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdpIn {
    /// Whose IdP the SP trusts.
    pub trusts: Trusts,
    /// Where the SP believes the IdP to be.
    #[serde(default = "default_public_url")]
    pub public_url: String,
    /// Where else to write the metadata before the start.
    #[serde(default)]
    pub metadata: Option<String>,
}

fn default_public_url() -> String {
    DEFAULT_PUBLIC_URL.to_owned()
}

/// Whose IdP an SP trusts.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub enum Trusts {
    /// Every vendor's own.
    Each,
    /// One vendor's, under whose name and key every vendor's shape is sent.
    One(Vendor),
}

impl TryFrom<String> for Trusts {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        if name == "each" {
            return Ok(Self::Each);
        }
        Vendor::named(&name).map(Self::One).ok_or_else(|| {
            let known: Vec<_> = Vendor::all().map(|vendor| format!("`{}`", vendor.name())).collect();
            format!("unknown vendor `{name}`, expected `each` or one of {}", known.join(", "))
        })
    }
}

/// The SP's names and addresses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sp {
    /// Its entityID.
    pub entity_id: String,
    /// Its AssertionConsumerService, HTTP-POST. A driver's follows from its base.
    #[serde(default)]
    pub acs: Option<Acs>,
    /// Where its metadata is; compared with the two above.
    #[serde(default)]
    pub metadata: Option<String>,
    /// The certificate to encrypt to, PEM or DER.
    #[serde(default)]
    pub encryption_cert: Option<String>,
}

/// An AssertionConsumerService, short or in a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a URL, or [{ url = \"...\", binding = \"post\" }]")]
pub enum Acs {
    /// Its URL.
    Url(String),
    /// The first is used.
    List(Vec<AcsEntry>),
}

impl Acs {
    pub(super) fn url(&self) -> Option<&str> {
        match self {
            Self::Url(url) => Some(url),
            Self::List(list) => list.first().map(|entry| entry.url.as_str()),
        }
    }
}

/// One AssertionConsumerService in a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcsEntry {
    /// Where it is.
    pub url: String,
    /// Only `post` is played.
    #[serde(default)]
    pub binding: PostBinding,
}

/// The binding of an AssertionConsumerService.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PostBinding {
    /// HTTP-POST.
    #[default]
    Post,
}

/// Where an SP-initiated login begins.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The page that sends the browser to the IdP.
    pub url: String,
    /// How many redirects and self-submitting forms are followed.
    #[serde(default = "six")]
    pub max_hops: usize,
    /// Where `url` asks the SP to end, as the browser is sent there.
    pub lands: Option<String>,
}

fn six() -> usize {
    6
}

/// Whether and how an SP takes unsolicited Responses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdpInitiated {
    /// Whether it has that flow at all.
    #[serde(default = "yes")]
    pub supported: bool,
    /// The RelayState to send along.
    #[serde(default)]
    pub relay_state: Option<String>,
}

impl Default for IdpInitiated {
    fn default() -> Self {
        Self { supported: true, relay_state: None }
    }
}

fn yes() -> bool {
    true
}

/// How to make a target forget.
#[derive(Debug, Clone, Default)]
pub enum ResetHow {
    /// Not at all.
    #[default]
    None,
    /// Stop and start its processes.
    Restart,
    /// A POST to this URL.
    Post(String),
}

/// Timeouts and concurrency.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// One login at a time.
    #[serde(default)]
    pub serial: bool,
    /// The longest wait for one answer, in milliseconds.
    #[serde(default = "twenty_seconds")]
    pub timeout_ms: u64,
    /// How often a crashed SP is started again.
    #[serde(default = "twenty")]
    pub restarts: u32,
    /// How much resident memory its processes may hold together, in MB of 1024 * 1024 octets; more ends them, and is
    /// the verdict `crashed`. Only where the target starts processes, and only on Linux.
    #[serde(default)]
    pub memory_mb: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { serial: false, timeout_ms: twenty_seconds(), restarts: twenty(), memory_mb: None }
    }
}

fn twenty_seconds() -> u64 {
    20_000
}

fn twenty() -> u32 {
    20
}
