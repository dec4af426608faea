//! A target that is up: its processes, its addresses, the IdPs it trusts. Starting over gives a fresh one.

use std::path::Path;
use std::time::Duration;

use mock_idp::{Idp, Sp, Vendor};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::folder::{self, Folder};
use crate::browser::{Browser, Trust};
use crate::fault::Fault;
use crate::process::{Running, free_port, wait_attached};
use crate::report::{Row, SpAddress};
use crate::target::{Endpoints, Mode, Target, Version, Words};
use crate::verdict::Verdict;

/// How often to look whether a target is down, and how long to wait in between.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(25);
/// How long a process takes to end.
const SETTLING: Duration = Duration::from_millis(100);

/// How long a target that hung may take to answer something ordinary.
const LIFE_SIGN: Duration = Duration::from_secs(5);

/// Why a target is not up any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Down {
    /// A process ended, or nobody listens.
    Ended(String),
    /// Its processes were ended for the memory they took.
    Exhausted(String),
    /// It runs and answers nothing.
    Deaf(String),
}

impl Down {
    /// What was seen.
    pub(crate) fn sentence(&self) -> &str {
        match self {
            Self::Ended(what) | Self::Exhausted(what) | Self::Deaf(what) => what,
        }
    }
}

/// A target that is up.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) endpoints: Endpoints,
    pub(crate) sp: Sp,
    running: Option<Running>,
    idps: Vec<(Vendor, Idp)>,
    frozen_clock: Option<OffsetDateTime>,
    trust: Trust,
    _folder: Folder,
}

impl Stage {
    /// Starts the target, or finds it running.
    pub(crate) async fn up(target: &Target, program: &Path) -> Result<Self, Fault> {
        let run_id = format!("{:016x}", random());
        let folder = Folder::create(&run_id)?;
        let idps: Vec<_> = Vendor::all().map(|vendor| (vendor, Idp::of(vendor, &target.idp_in.public_url))).collect();
        let mut words = words(target, program, &run_id)?;
        let env = hand_out_idp(target, &idps, &folder, &mut words)?;
        let running = if target.processes.is_empty() {
            wait_attached(target, &words).await?;
            None
        } else {
            Some(Running::start(target, &mut words, &env).await?)
        };
        let stage = Self::described(target, running, idps, folder, &words).await?;
        stage.check_driver(target, &run_id).await?;
        Ok(stage)
    }

    async fn described(
        target: &Target,
        running: Option<Running>,
        idps: Vec<(Vendor, Idp)>,
        folder: Folder,
        words: &Words,
    ) -> Result<Self, Fault> {
        let endpoints = Endpoints::of(target, words)?;
        let trust = target.trust()?;
        let sp = described_sp(target, &endpoints, &trust).await?;
        Ok(Self { endpoints, sp, running, idps, frozen_clock: target.frozen_clock, trust, _folder: folder })
    }

    /// The IdP of this vendor, as the target knows it.
    pub(crate) fn idp(&self, vendor: Vendor) -> Idp {
        let known = self.idps.iter().find(|(other, _)| *other == vendor);
        known.map_or_else(|| Idp::of(vendor, crate::target::DEFAULT_PUBLIC_URL), |(_, idp)| idp.clone())
    }

    /// The instant at the IdP: the target's own, where its clock stands still.
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.frozen_clock.unwrap_or_else(OffsetDateTime::now_utc)
    }

    /// A fresh browser in front of the target.
    pub(crate) fn browser(&self, target: &Target) -> Result<Browser, Fault> {
        self.browser_within(Duration::from_millis(target.limits.timeout_ms))
    }

    fn browser_within(&self, limit: Duration) -> Result<Browser, Fault> {
        match self.running.as_ref().and_then(Running::pipe) {
            Some(pipe) => Ok(Browser::on_pipe(pipe, limit)),
            None => Browser::trusting(&self.trust, limit),
        }
    }

    /// Why the target is not up any more; `None` when it seems to be.
    pub(crate) async fn is_down(&self, target: &Target) -> Option<Down> {
        let Some(running) = &self.running else {
            return wait_attached(target, &Words::default()).await.err().map(|fault| Down::Ended(fault.to_string()));
        };
        for _ in 0..LOOKS {
            if let Some(exhausted) = running.exhausted() {
                return Some(Down::Exhausted(exhausted));
            }
            if let Some(ended) = running.ended() {
                return Some(Down::Ended(ended));
            }
            if self.takes_connections().await {
                return self.is_deaf(target).await;
            }
            // A process that is about to end has closed its port already.
            tokio::time::sleep(PAUSE).await;
        }
        Some(Down::Ended("the target takes no connections".to_owned()))
    }

    /// A server that takes connections may still be stuck in a message that it never finishes with.
    async fn is_deaf(&self, target: &Target) -> Option<Down> {
        let url = match (&target.outcome.mode, &self.endpoints.probe) {
            (Mode::Driver { .. }, _) => self.endpoints.fill("${DRIVER}/health").ok()?,
            (_, Some(probe)) => probe.clone(),
            (_, None) => return None,
        };
        let limit = LIFE_SIGN.min(Duration::from_millis(target.limits.timeout_ms));
        let answer = self.browser_within(limit).ok()?.get(&url).await;
        answer.err().map(|trouble| Down::Deaf(format!("GET {url} is not answered any more either ({trouble:?})")))
    }

    /// Waits until a process that is about to end has ended: while it does, it still takes connections.
    pub(crate) async fn settle(&self) {
        if self.running.is_some() {
            tokio::time::sleep(SETTLING).await;
        }
    }

    async fn takes_connections(&self) -> bool {
        let is_pipe = self.running.as_ref().is_some_and(|running| running.pipe().is_some());
        let Some(acs) = url::Url::parse(&self.endpoints.acs).ok().filter(|_| !is_pipe) else {
            return true;
        };
        match (acs.host_str(), acs.port_or_known_default()) {
            (Some(host), Some(port)) => tokio::net::TcpStream::connect((host, port)).await.is_ok(),
            _ => true,
        }
    }

    /// Under which name and address it is played.
    pub(crate) fn address(&self) -> SpAddress {
        SpAddress { entity_id: self.endpoints.entity_id.clone(), acs: self.endpoints.acs.clone() }
    }

    /// The last lines of its log.
    pub(crate) fn log(&self) -> Vec<String> {
        self.running.as_ref().map(Running::log).unwrap_or_default()
    }

    /// Puts the reason in place of the key under which the target wrote it, where it did.
    pub(crate) fn explain(&self, rows: &mut [Row]) {
        let Some(running) = &self.running else { return };
        for row in rows.iter_mut().filter(|row| row.verdict == Verdict::Refused) {
            let found = row.reason.as_deref().and_then(|key| running.reason(key));
            row.reason = found.or(row.reason.take());
        }
    }

    /// Ends what was started.
    pub(crate) async fn down(&self) -> Result<(), Fault> {
        match &self.running {
            Some(running) => running.stop().await,
            None => Ok(()),
        }
    }

    /// A stale driver of an earlier run would answer in our place; its `run_id` gives it away.
    async fn check_driver(&self, target: &Target, run_id: &str) -> Result<(), Fault> {
        if !matches!(target.outcome.mode, Mode::Driver { .. }) {
            return Ok(());
        }
        let url = self.endpoints.fill("${DRIVER}/health")?;
        let gone = |what: String| Fault::Unreachable { what, log: self.log() };
        let page = self.browser_within(LIFE_SIGN)?.get(&url).await;
        let page = page.map_err(|trouble| gone(format!("the driver does not answer GET {url}: {trouble:?}")))?;
        let value: serde_json::Value = serde_json::from_str(&page.body).unwrap_or_default();
        if page.status != 200 || value.get("ok").and_then(serde_json::Value::as_bool) != Some(true) {
            return Err(gone(format!("GET {url} answered {}, expected 200 with \"ok\":true", page.status)));
        }
        let found = value.get("run_id").and_then(serde_json::Value::as_str);
        if self.running.is_some() && found != Some(run_id) {
            return Err(gone(format!(
                "GET {url} has the run_id {found:?}, expected `{run_id}`: a process of an earlier run answers"
            )));
        }
        Ok(())
    }
}

fn words(target: &Target, program: &Path, run_id: &str) -> Result<Words, Fault> {
    let mut words = Words::default();
    words.set("DIR", target.folder.display().to_string());
    words.set("PORT", free_port()?.to_string());
    words.set("RUN_ID", run_id);
    words.set("SAMLSPEC", program.display().to_string());
    let now = target.frozen_clock.unwrap_or_else(OffsetDateTime::now_utc);
    words.set("NOW", now.format(&Rfc3339).unwrap_or_default());
    Ok(words)
}

/// Writes what the target reads of its IdPs, and says where, in placeholders and environment.
fn hand_out_idp(
    target: &Target,
    idps: &[(Vendor, Idp)],
    folder: &Folder,
    words: &mut Words,
) -> Result<Vec<(String, String)>, Fault> {
    let mut env = Vec::new();
    let mut files = Vec::new();
    let mut add = |name: &str, value: String| env.push((name.to_owned(), value));
    let trusted = target.trusted();
    for (vendor, idp) in idps.iter().filter(|(vendor, _)| trusted.contains(vendor)) {
        let (metadata, certificate) = folder.write(*vendor, idp)?;
        if let Some(path) = &target.idp_in.metadata {
            folder::write(&target.folder.join(words.fill(path)?), &idp.metadata(*vendor))?;
        }
        if files.is_empty() {
            add("IDP_ENTITY", idp.entity_id.clone());
            add("IDP_SSO", idp.sso_url.clone());
            add("IDP_CERT", pem_body(&idp.certificate_pem()));
            add("IDP_CERT_FILE", certificate.display().to_string());
            add("IDP_METADATA", metadata.display().to_string());
        }
        files.push(metadata.display().to_string());
    }
    words.set("IDP_METADATA", files.join("\n"));
    add("SAMLSPEC_RUN_ID", words.fill("${RUN_ID}")?);
    add("PORT", words.fill("${PORT}")?);
    // Known before the start only where the file does not wait for the SP to say it.
    if let Ok(entity_id) = words.fill(&target.sp.entity_id) {
        add("SP_ENTITY_ID", entity_id);
    }
    if let Ok(endpoints) = Endpoints::of(target, words) {
        add("SP_ACS", endpoints.acs);
    }
    Ok(env)
}

fn pem_body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

/// The SP as the mock knows it: from the file, with the certificate of its metadata where the file has none.
async fn described_sp(target: &Target, endpoints: &Endpoints, trust: &Trust) -> Result<Sp, Fault> {
    let mut sp = Sp::new(&endpoints.entity_id, &endpoints.acs);
    if let Some(url) = &endpoints.metadata {
        let page = Browser::trusting(trust, Duration::from_secs(10))?.get(url).await;
        let page =
            page.map_err(|trouble| Fault::unreachable(format!("{}: no metadata at {url}: {trouble:?}", target.id)))?;
        let published =
            Sp::from_metadata(&page.body).map_err(|error| Fault::usage(format!("{}: {url}: {error}", target.file)))?;
        compare(target, "entity_id", &endpoints.entity_id, &published.entity_id)?;
        compare(target, "acs", &endpoints.acs, &published.acs)?;
        sp.encryption_certificate = published.encryption_certificate;
    }
    if let Some(file) = &target.sp.encryption_cert {
        let path = target.folder.join(endpoints.fill(file)?);
        let octets = std::fs::read(&path)
            .map_err(|error| Fault::usage(format!("{}: encryption_cert: {}: {error}", target.file, path.display())))?;
        match String::from_utf8(octets) {
            Ok(pem) => sp = sp.encrypting(&pem),
            Err(der) => sp.encryption_certificate = Some(der.into_bytes()),
        }
    }
    Ok(sp)
}

fn compare(target: &Target, key: &str, written: &str, published: &str) -> Result<(), Fault> {
    if written == published {
        return Ok(());
    }
    Err(Fault::usage(format!("{}: sp.{key} is `{written}`, but the SP's metadata says `{published}`", target.file)))
}

/// The version of a target, asked for when the file says how.
pub(crate) fn version(target: &Target) -> Option<String> {
    match target.version.as_ref()? {
        Version::Written(version) => Some(version.clone()),
        Version::Asked { cmd } => {
            let (program, arguments) = cmd.split_first()?;
            let program = if program.contains('/') { target.folder.join(program) } else { program.into() };
            let output =
                std::process::Command::new(program).args(arguments).current_dir(&target.folder).output().ok()?;
            Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned())
        }
    }
}

/// A number that differs from run to run; nothing secret depends on it.
pub fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::hash::RandomState::new().build_hasher().finish()
}
