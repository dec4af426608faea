//! Which IdPs are trusted now: metadata files in, a set that follows them out, so that keys roll over while we run.
//!
//! Refuses a file that cannot be used, that is older than the one in use, or that describes an IdP of another file: then
//! the old set stays, and the log says why. A request takes the set once, so that one set decides all about a message.

use crate::options::{Cbc, MetadataFile};
use crate::server::RunError;
use sp::metadata::{self, Metadata, TrustedIdps};
use sp::{Allow, ConfigError, Idp, Instant, Limits};
use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Metadata files, and the IdPs that they describe.
#[derive(Debug)]
pub struct Trust {
    terms: Terms,
    sources: Mutex<Vec<Source>>,
    idps: RwLock<Arc<Vec<Arc<Idp>>>>,
}

/// What the IdPs may do, whenever their files are read.
#[derive(Debug)]
struct Terms {
    allow: Allow,
    cbc: Cbc,
}

/// One file as it was last read.
#[derive(Debug)]
struct Source {
    file: MetadataFile,
    trusted: TrustedIdps,
}

impl Trust {
    /// Reads the files for the first time; here a fault is the operator's to mend.
    pub(crate) fn new(files: &[MetadataFile], allow: Allow, cbc: Cbc, now: Instant) -> Result<Self, RunError> {
        let terms = Terms { allow, cbc };
        let mut sources: Vec<Source> = Vec::new();
        for file in files {
            let wrong = |source| RunError::Metadata { name: file.name.clone(), source };
            let read = terms.read(file, now).map_err(wrong)?;
            for (entity_id, why) in &read.skipped {
                tracing::warn!(file = file.name, entity_id, %why, "an IdP of an aggregate cannot be used");
            }
            let trusted = TrustedIdps::new(read);
            if let Some(entity_id) = described_elsewhere(&trusted, sources.iter()) {
                return Err(RunError::IdpRepeated { name: file.name.clone(), entity_id });
            }
            sources.push(Source { file: file.clone(), trusted });
        }
        let idps = all(&sources);
        if let Some(unknown) = terms.cbc.named().iter().find(|name| !idps.iter().any(|idp| is_named(idp, name))) {
            return Err(RunError::IdpUnknown(unknown.clone()));
        }
        Ok(Self { terms, sources: Mutex::new(sources), idps: RwLock::new(Arc::new(idps)) })
    }

    /// The IdPs as they are now.
    pub(crate) fn idps(&self) -> Arc<Vec<Arc<Idp>>> {
        // Replacing is one assignment, so a panic elsewhere cannot have left the set half changed.
        Arc::clone(&self.idps.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the files again, by name, and puts what has changed in the place of what was.
    pub(crate) fn reread(&self, read: impl Fn(&str) -> io::Result<Vec<u8>>, now: Instant) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let mut has_changed = false;
        for place in 0..sources.len() {
            let Some(name) = sources.get(place).map(|source| source.file.name.clone()) else { continue };
            match self.newer(&sources, place, &read, now) {
                Ok(None) => {}
                Ok(Some(newer)) => {
                    tracing::info!(file = name, "the metadata has changed and is used from now on");
                    if let Some(source) = sources.get_mut(place) {
                        *source = newer;
                        has_changed = true;
                    }
                }
                Err(why) => {
                    tracing::warn!(file = name, why, "the metadata has changed and cannot be used; the old is kept")
                }
            }
        }
        if has_changed {
            *self.idps.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all(&sources));
        }
    }

    /// The file as it is now, if it differs.
    fn newer(
        &self,
        sources: &[Source],
        place: usize,
        read: impl Fn(&str) -> io::Result<Vec<u8>>,
        now: Instant,
    ) -> Result<Option<Source>, String> {
        let Some(source) = sources.get(place) else { return Ok(None) };
        let octets = read(&source.file.name).map_err(|error| error.to_string())?;
        if octets == source.file.octets {
            return Ok(None);
        }
        let file = MetadataFile { octets, ..source.file.clone() };
        let newer = self.terms.read(&file, now);
        let trusted = newer.and_then(|newer| source.trusted.replaced_by(newer)).map_err(|error| error.to_string())?;
        let others = sources.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, source)| source);
        if let Some(entity_id) = described_elsewhere(&trusted, others) {
            return Err(format!("another file describes {entity_id} already"));
        }
        Ok(Some(Source { file, trusted }))
    }
}

impl Terms {
    /// What the file describes, if whoever must have signed it did.
    fn read(&self, file: &MetadataFile, now: Instant) -> Result<Metadata, ConfigError> {
        let (octets, limits) = (&file.octets, Limits::of_metadata());
        let mut read = match &file.signer {
            Some(certificate) => metadata::read_signed(octets, certificate, &self.allow, now, &limits),
            None => metadata::read(octets, &self.allow, now, &limits),
        }?;
        read.idps = read.idps.into_iter().map(|idp| self.cbc.applied_to(idp)).collect();
        Ok(read)
    }
}

impl Cbc {
    fn applied_to(&self, idp: Idp) -> Idp {
        let is_refused = match self {
            Self::Taken => false,
            Self::Refused => true,
            Self::RefusedFrom(names) => names.iter().any(|name| is_named(&idp, name)),
        };
        if is_refused { idp.refusing_cbc() } else { idp }
    }

    /// The IdPs that are named one by one.
    fn named(&self) -> &[String] {
        match self {
            Self::RefusedFrom(names) => names,
            Self::Taken | Self::Refused => &[],
        }
    }
}

fn is_named(idp: &Idp, name: &str) -> bool {
    idp.entity_id().as_str() == name
}

/// An IdP that other files describe as well: then it would be open which keys hold.
fn described_elsewhere<'a>(trusted: &TrustedIdps, mut others: impl Iterator<Item = &'a Source>) -> Option<String> {
    let ours: HashSet<_> = trusted.idps().iter().map(|idp| idp.entity_id()).collect();
    others.find_map(|other| {
        let is_known = |idp: &&Arc<Idp>| ours.contains(idp.entity_id());
        other.trusted.idps().iter().find(is_known).map(|idp| idp.entity_id().to_string())
    })
}

fn all(sources: &[Source]) -> Vec<Arc<Idp>> {
    sources.iter().flat_map(|source| source.trusted.idps().iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mock_idp::{Recipe, Vendor, key};
    use sp::accept::Received;
    use sp::{Delivery, EndpointUrl, EntityId, Expectation, Reason, Sp};
    use time::macros::datetime;

    const ACS: &str = "https://sp.test/acs";

    fn now() -> Instant {
        Instant::parse("2026-01-15T12:00:00Z").unwrap()
    }

    fn mock(vendor: &str) -> (mock_idp::Idp, Vendor) {
        let vendor = Vendor::named(vendor).unwrap();
        (mock_idp::Idp::of(vendor, "http://127.0.0.1:7500"), vendor)
    }

    fn file(name: &str, vendor: &str) -> MetadataFile {
        let (idp, vendor) = mock(vendor);
        MetadataFile { name: name.to_owned(), octets: idp.metadata(vendor).into_bytes(), signer: None }
    }

    fn trust(files: &[MetadataFile], cbc: Cbc) -> Result<Trust, RunError> {
        Trust::new(files, Allow::default(), cbc, now())
    }

    /// The files after a change: whose metadata `a.xml` holds then, and which IdPs are trusted.
    #[test]
    fn a_file_that_changes_changes_the_set() {
        let trust = trust(&[file("a.xml", "okta"), file("b.xml", "duo")], Cbc::Taken).unwrap();
        let names = || trust.idps().iter().map(|idp| idp.entity_id().to_string()).collect::<Vec<_>>();
        let of = |vendor: &str| mock(vendor).0.entity_id;
        let reread = |octets: &[u8]| {
            trust.reread(
                |name| if name == "a.xml" { Ok(octets.to_vec()) } else { Ok(file("b.xml", "duo").octets) },
                now(),
            );
        };
        assert_eq!(names(), [of("okta"), of("duo")]);
        let before = trust.idps();
        reread(&file("a.xml", "azure").octets);
        assert_eq!(names(), [of("azure"), of("duo")]);
        assert_eq!(before.first().unwrap().entity_id().as_str(), of("okta"), "a message sees one set throughout");
        reread(b"<a/>");
        reread(&file("a.xml", "duo").octets);
        trust.reread(|_| Err(io::ErrorKind::NotFound.into()), now());
        assert_eq!(names(), [of("azure"), of("duo")], "what cannot be used changes nothing");
    }

    /// What becomes of a message that this IdP signs, by the set as it is now.
    fn accepted(trust: &Trust, idp: &mock_idp::Idp, vendor: Vendor) -> Result<(), Reason> {
        let to = mock_idp::Sp::new("https://sp.test", ACS);
        let message = Recipe::new(vendor, idp.clone(), to, datetime!(2026-01-15 12:00:00 UTC)).build().unwrap();
        let acs = EndpointUrl::new(ACS).unwrap();
        let sp = Sp::builder(EntityId::new("https://sp.test").unwrap(), acs.clone()).build();
        let delivery = Delivery { endpoint: &acs, expectation: &Expectation::unsolicited(), now: now() };
        let idps = trust.idps();
        let received = Received::post_value(&message.base64(), &sp).unwrap();
        received.accept(&sp, idps.first().unwrap(), delivery).map(|_| ()).map_err(|rejection| rejection.reason())
    }

    #[test]
    fn a_key_rolls_over() {
        let (old, okta) = mock("okta");
        let new = old.clone().with_key(key::p256(), okta);
        let trust = trust(&[file("a.xml", "okta")], Cbc::Taken).unwrap();
        assert_eq!(accepted(&trust, &old, okta), Ok(()));
        assert_eq!(accepted(&trust, &new, okta), Err(Reason::AlgorithmKeyMismatch));
        trust.reread(|_| Ok(new.metadata(okta).into_bytes()), now());
        assert_eq!(accepted(&trust, &new, okta), Ok(()));
        assert_eq!(accepted(&trust, &old, okta), Err(Reason::AlgorithmKeyMismatch));
    }

    /// Who pins a certificate for a file wants every version of it signed, by that key.
    #[test]
    fn a_file_that_must_be_signed() {
        let (genuine, azure) = mock("azure");
        let attackers = genuine.clone().with_key(key::attacker(), azure);
        let signer = Some(genuine.certificate_der().to_vec());
        let signed = MetadataFile { signer: signer.clone(), ..file("a.xml", "azure") };
        let refused = |file: MetadataFile| trust(&[file], Cbc::Taken).unwrap_err().to_string();
        let forged = attackers.metadata(azure).into_bytes();
        assert!(refused(MetadataFile { octets: forged.clone(), ..signed.clone() }).contains("signature_invalid"));
        assert!(refused(MetadataFile { signer, ..file("o.xml", "okta") }).contains("metadata_not_signed"));
        let trust = trust(&[signed], Cbc::Taken).unwrap();
        trust.reread(|_| Ok(forged.clone()), now());
        assert_eq!(accepted(&trust, &genuine, azure), Ok(()), "the signed file is kept");
        assert_eq!(accepted(&trust, &attackers, azure), Err(Reason::SignatureInvalid));
    }

    #[test]
    fn from_whom_cbc_is_taken() {
        let files = [file("a.xml", "okta"), file("b.xml", "duo")];
        let takes = |trust: &Trust| trust.idps().iter().map(|idp| idp.takes_cbc()).collect::<Vec<_>>();
        let okta = || Cbc::RefusedFrom(vec![mock("okta").0.entity_id]);
        assert_eq!(takes(&trust(&files, Cbc::Taken).unwrap()), [true, true]);
        assert_eq!(takes(&trust(&files, Cbc::Refused).unwrap()), [false, false]);
        let trust_but_okta = trust(&files, okta()).unwrap();
        assert_eq!(takes(&trust_but_okta), [false, true]);
        let roll = mock("okta").0.with_key(key::p256(), mock("okta").1).metadata(mock("okta").1);
        trust_but_okta.reread(
            |name| Ok(if name == "a.xml" { roll.clone().into_bytes() } else { files[1].octets.clone() }),
            now(),
        );
        assert_eq!(takes(&trust_but_okta), [false, true], "it holds for a newer file, too");
        let error = trust(&files[1..], okta()).unwrap_err().to_string();
        assert!(error.contains("is in no metadata file"), "{error}");
    }
}
