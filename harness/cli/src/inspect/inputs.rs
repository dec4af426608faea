//! The flags and files of `samlspec inspect`: paths in, the core's own types out, or a sentence that says what is wrong.

use super::Inspect;
use crate::weak;
use clap::ValueEnum;
use serde::Deserialize;
use sp::{ClockSkew, ConfigError, DecryptionKey, EndpointUrl, EntityId, Idp, Instant, Limits, Sp};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What an SP may demand beyond the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Want {
    /// The Response itself is signed.
    ResponseSigned,
    /// The Assertion itself is signed.
    AssertionSigned,
    /// The Assertion is encrypted.
    Encrypted,
}

/// An SP as a TOML file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SpFile {
    entity_id: String,
    acs: String,
    key: Option<PathBuf>,
    #[serde(default)]
    skew: u64,
    #[serde(default)]
    want: Vec<Want>,
}

pub(super) fn now(text: Option<&str>) -> Result<Instant, String> {
    match text {
        Some(text) => {
            // RFC 3339 allows offsets, which SAML does not.
            let timestamp: jiff::Timestamp = text.parse().map_err(|error| format!("--now {text}: {error}"))?;
            Instant::parse(&timestamp.to_string()).map_err(|error| format!("--now {text}: {error}"))
        }
        None => Instant::from_unix_seconds(jiff::Timestamp::now().as_second())
            .ok_or_else(|| "the clock is beyond the year 9999".to_owned()),
    }
}

/// The message, or as much of it as makes plain that it is too large: a form has four octets for one of the message.
pub(super) fn message(file: &Path, limits: &Limits) -> Result<Vec<u8>, String> {
    let most = u64::try_from(8 * limits.message_bytes).unwrap_or(u64::MAX);
    let mut message = Vec::new();
    if file == Path::new("-") {
        let read = std::io::stdin().take(most).read_to_end(&mut message);
        read.map_err(|error| format!("standard input: {error}"))?;
    } else {
        let read = std::fs::File::open(file).and_then(|open| open.take(most).read_to_end(&mut message));
        read.map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(message)
}

/// The SP, and the endpoint that received the message.
pub(super) fn sp(flags: &Inspect) -> Result<(Sp, EndpointUrl), String> {
    let SpFile { entity_id, acs, key, skew, want } = sp_file(flags)?;
    let endpoint = EndpointUrl::new(acs).map_err(|error| error.to_string())?;
    let entity_id = EntityId::new(entity_id).map_err(|error| error.to_string())?;
    let skew = ClockSkew(Duration::from_secs(flags.skew.unwrap_or(skew)));
    let mut builder = Sp::builder(entity_id, endpoint.clone()).skew(skew);
    for file in key.iter().chain(&flags.sp_key) {
        let key = DecryptionKey::from_file(&read(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
        builder = builder.decryption_key(key);
    }
    for want in want.iter().chain(&flags.want) {
        builder = match want {
            Want::ResponseSigned => builder.want_response_signed(),
            Want::AssertionSigned => builder.want_assertion_signed(),
            Want::Encrypted => builder.want_encrypted(),
        };
    }
    Ok((builder.build(), endpoint))
}

/// What the flags or the file say of the SP.
fn sp_file(flags: &Inspect) -> Result<SpFile, String> {
    if let (Some(entity_id), Some(acs)) = (&flags.sp_entity_id, &flags.acs) {
        return Ok(SpFile { entity_id: entity_id.clone(), acs: acs.clone(), key: None, skew: 0, want: Vec::new() });
    }
    let file = flags.sp.as_deref().ok_or("give --sp FILE, or --sp-entity-id and --acs")?;
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = String::from_utf8(read(file)?).map_err(|error| wrong(&error))?;
    // Some editors put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if text.trim_start().starts_with('<') {
        let sp = mock_idp::Sp::from_metadata(text).map_err(|error| wrong(&error))?;
        return Ok(SpFile { entity_id: sp.entity_id, acs: sp.acs, key: None, skew: 0, want: Vec::new() });
    }
    let mut sp: SpFile = toml::from_str(text).map_err(|error| wrong(&error))?;
    // A key is named as seen from the file that names it.
    sp.key = sp.key.map(|key| file.parent().unwrap_or(Path::new("")).join(key));
    Ok(sp)
}

/// The IdPs that are trusted, and those of the same file that cannot be: the entityID, and why.
pub(super) struct Trusted {
    pub(super) idps: Vec<Idp>,
    pub(super) skipped: Vec<(String, String)>,
}

pub(super) fn idps(flags: &Inspect, now: Instant) -> Result<Trusted, String> {
    let allow = weak::allow(&flags.allow)?;
    if let Some(file) = &flags.idp_metadata {
        let wrong = |error: &ConfigError| format!("{}: {error}", file.display());
        let metadata = sp::metadata::read(&read(file)?, &allow, now, &Limits::of_metadata());
        let metadata = metadata.map_err(|error| wrong(&error))?;
        let skipped = metadata.skipped.into_iter().map(|(name, error)| (name, wrong(&error))).collect();
        return Ok(Trusted { idps: metadata.idps, skipped });
    }
    let entity_id = flags.idp_entity_id.clone().ok_or("give --idp-metadata, or --idp-entity-id and --idp-cert")?;
    let mut builder = Idp::builder(EntityId::new(entity_id).map_err(|error| error.to_string())?).allow(allow);
    for file in &flags.idp_cert {
        builder = builder.certificate_at(&read(file)?, now).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let idp = builder.build().map_err(|error| error.to_string())?;
    Ok(Trusted { idps: vec![idp], skipped: Vec::new() })
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}
