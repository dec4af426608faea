//! Reads IdP metadata that the operator chose to trust: a file in, the IdPs it describes out (metadata 2.3, 2.4).
//!
//! Refuses metadata past its `validUntil`, an entityID that stands twice, what is no IdP's metadata (and says what it
//! is instead), and an IdP none of whose signing keys can be used. In an aggregate, a fault of one entity refuses that
//! entity and nothing else. Keys come from IDPSSODescriptor alone and never from a KeyDescriptor for encryption; of a
//! certificate chain only the first one counts. What SAML's metadata may be extended with is skipped.

use super::found;
use super::role;
use crate::config::{Allow, ConfigError, EntityId, Idp};
use crate::limits::Limits;
use crate::names::Namespace;
use crate::parsed::{Document, NodeId, walk};
use crate::reject::{Reason, Rejection};
use crate::time::Instant;
use crate::verified::Verified;
use std::collections::HashSet;
use std::str::FromStr;
use std::time::Duration;

/// How many entities an aggregate may hold that are IdPs. The largest federations have some thousands.
const MOST_IDPS: usize = 20_000;

/// What to do about a federation's file that is too large.
const GIVE_FEWER: &str = "give only the metadata of those that may log in here, which federations offer one by one";

/// What a metadata file describes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Metadata {
    /// The IdPs that can be used, in document order.
    pub idps: Vec<Idp>,
    /// Entities of an aggregate that cannot be used: the entityID, and why.
    pub skipped: Vec<(String, ConfigError)>,
    /// From when on the file as a whole must not be used (metadata 2.3.1, 2.3.2).
    pub valid_until: Option<Instant>,
    /// After how long it should be fetched again.
    pub cache_duration: Option<Duration>,
}

/// The IdPs that a metadata file describes: an EntityDescriptor, or an EntitiesDescriptor with several.
///
/// The file is trusted because the operator gave it: a signature in it is not looked at. [`Limits::of_metadata`] are the
/// limits for a file that the operator chose.
pub fn read_idp(file: &[u8], allow: &Allow, now: Instant, limits: &Limits) -> Result<Vec<Idp>, ConfigError> {
    read(file, allow, now, limits).map(|metadata| metadata.idps)
}

/// The same as [`read_idp`], with all that the file says.
pub fn read(file: &[u8], allow: &Allow, now: Instant, limits: &Limits) -> Result<Metadata, ConfigError> {
    found::is_xml(file)?;
    let verified = Verified::trusted_file(file.to_vec(), limits).map_err(|rejection| unreadable(&rejection))?;
    read_verified(&verified, allow, now)
}

/// The same as [`read`], for a file that came over a network: its root must carry a Signature by the key of the pinned
/// certificate (PEM, DER or base64). What is read is what was signed; signatures further inside add nothing.
pub fn read_signed(
    file: &[u8],
    certificate: &[u8],
    allow: &Allow,
    now: Instant,
    limits: &Limits,
) -> Result<Metadata, ConfigError> {
    found::is_xml(file)?;
    let signer = Idp::builder(EntityId::new("the signer of the metadata")?).allow(*allow);
    let signer = signer.certificate(certificate)?.build()?;
    let verified =
        crate::verified::signed_metadata(file.to_vec(), &signer, limits).map_err(|rejection| unreadable(&rejection))?;
    read_verified(&verified, allow, now)
}

fn read_verified(verified: &Verified, allow: &Allow, now: Instant) -> Result<Metadata, ConfigError> {
    let document = verified.document();
    let root = document.root();
    let is_aggregate = document.is(root, Namespace::Metadata, "EntitiesDescriptor");
    if !is_aggregate && !document.is(root, Namespace::Metadata, "EntityDescriptor") {
        return Err(found::another_root(document));
    }
    let valid_until = still_valid(document, root, now)?;
    let cache_duration = cache_duration(document, root)?;
    let mut metadata = Metadata { idps: Vec::new(), skipped: Vec::new(), valid_until, cache_duration };
    let mut known = HashSet::new();
    for entity in entities(document) {
        let roles = role::of_idp(document, entity);
        let Some(role) = roles.first().copied() else { continue };
        let name = role::uri(document, entity, "entityID");
        if !known.insert(name.clone()) {
            return Err(wrong(format!("it describes {name} twice")));
        }
        if known.len() > MOST_IDPS {
            return Err(wrong(format!("it describes more than {MOST_IDPS} IdPs; {GIVE_FEWER}")));
        }
        let idp = match roles.len() {
            1 => all_valid(document, role, now)
                .and_then(|until| role::read(document, EntityId::new(name.clone())?, role, until, allow)),
            _ => Err(wrong(
                "it has several IDPSSODescriptors for SAML 2.0; leave the one of the IdP that is meant".into(),
            )),
        };
        match idp {
            Ok(idp) => metadata.idps.push(idp),
            // A fault of one entity is no fault of the others; a file of its own has no others.
            Err(error) if !is_aggregate => return Err(error),
            Err(error) => metadata.skipped.push((name, error)),
        }
    }
    match (metadata.idps.is_empty(), metadata.skipped.first()) {
        (false, _) => Ok(metadata),
        (true, Some((name, error))) => Err(wrong(format!("none of its IdPs can be used; of {name}: {error}"))),
        (true, None) => Err(found::no_idp(document)),
    }
}

/// The entities that the file describes: its root, or what EntitiesDescriptors hold. Not what stands in extensions.
fn entities(document: &Document) -> impl Iterator<Item = NodeId> + '_ {
    let is = |id: NodeId, local: &str| document.is(id, Namespace::Metadata, local);
    document.all_elements().filter(move |id| is(*id, "EntityDescriptor")).filter(move |id| {
        let mut around = document.parent(*id);
        while around != NodeId::DOCUMENT && is(around, "EntitiesDescriptor") {
            around = document.parent(around);
        }
        around == NodeId::DOCUMENT
    })
}

/// A file that cannot be read; of one that is too large, what to do.
fn unreadable(rejection: &Rejection) -> ConfigError {
    match rejection.reason() {
        Reason::MessageTooLarge | Reason::XmlLimitExceeded => wrong(format!("{rejection}; {GIVE_FEWER}")),
        _ => wrong(rejection.to_string()),
    }
}

pub(super) fn wrong(why: String) -> ConfigError {
    ConfigError::Metadata { why }
}

/// The earliest `validUntil` of the role and of everything around it, if none is reached.
fn all_valid(document: &Document, role: NodeId, now: Instant) -> Result<Option<Instant>, ConfigError> {
    let mut earliest: Option<Instant> = None;
    let mut at = role;
    while at != NodeId::DOCUMENT {
        let until = still_valid(document, at, now)?;
        earliest = [earliest, until].into_iter().flatten().min();
        at = document.parent(at);
    }
    Ok(earliest)
}

fn still_valid(document: &Document, element: NodeId, now: Instant) -> Result<Option<Instant>, ConfigError> {
    let until = walk::instant(document, element, "validUntil").map_err(|rejection| wrong(rejection.to_string()))?;
    match until.filter(|until| *until <= now) {
        Some(until) => Err(wrong(format!("it was valid until {until}; fetch it again"))),
        None => Ok(until),
    }
}

/// An xs:duration. A month counts as in January 2026: it decides when to ask again, and nothing else.
fn cache_duration(document: &Document, root: NodeId) -> Result<Option<Duration>, ConfigError> {
    let Some(text) = document.attribute(root, "cacheDuration") else { return Ok(None) };
    let start = jiff::civil::date(2026, 1, 1);
    let seconds = jiff::Span::from_str(&text).and_then(|span| span.to_duration(start)).map(Duration::try_from);
    match seconds {
        Ok(Ok(duration)) => Ok(Some(duration)),
        _ => Err(wrong(format!("its cacheDuration `{text}` is not a duration such as P1D"))),
    }
}

#[cfg(test)]
mod tests;
