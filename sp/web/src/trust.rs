//! Which IdPs are trusted now: metadata files in, a set that follows them out, so that keys roll over while we run.
//!
//! Refuses a file that cannot be used, that is older than the one in use, or that describes an IdP of another file: then
//! the old set stays, and the log says why. A request takes the set once, so that one set decides all about a message.

use crate::options::MetadataFile;
use crate::server::RunError;
use sp::metadata::{self, TrustedIdps};
use sp::{Allow, Idp, Instant, Limits};
use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Metadata files, and the IdPs that they describe.
#[derive(Debug)]
pub struct Trust {
    allow: Allow,
    sources: Mutex<Vec<Source>>,
    idps: RwLock<Arc<Vec<Arc<Idp>>>>,
}

/// One file as it was last read.
#[derive(Debug)]
struct Source {
    file: MetadataFile,
    trusted: TrustedIdps,
}

impl Trust {
    /// Reads the files for the first time; here a fault is the operator's to mend.
    pub(crate) fn new(files: &[MetadataFile], allow: Allow, now: Instant) -> Result<Self, RunError> {
        let mut sources: Vec<Source> = Vec::new();
        for file in files {
            let wrong = |source| RunError::Metadata { name: file.name.clone(), source };
            let read = metadata::read(&file.octets, &allow, now, &Limits::of_metadata()).map_err(wrong)?;
            for (entity_id, why) in &read.skipped {
                tracing::warn!(file = file.name, entity_id, %why, "an IdP of an aggregate cannot be used");
            }
            let trusted = TrustedIdps::new(read);
            if let Some(entity_id) = described_elsewhere(&trusted, sources.iter()) {
                return Err(RunError::IdpRepeated { name: file.name.clone(), entity_id });
            }
            sources.push(Source { file: file.clone(), trusted });
        }
        let idps = RwLock::new(Arc::new(all(&sources)));
        Ok(Self { allow, sources: Mutex::new(sources), idps })
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
        let name = source.file.name.clone();
        let octets = read(&name).map_err(|error| error.to_string())?;
        if octets == source.file.octets {
            return Ok(None);
        }
        let newer = metadata::read(&octets, &self.allow, now, &Limits::of_metadata());
        let trusted = newer.and_then(|newer| source.trusted.replaced_by(newer)).map_err(|error| error.to_string())?;
        let others = sources.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, source)| source);
        if let Some(entity_id) = described_elsewhere(&trusted, others) {
            return Err(format!("another file describes {entity_id} already"));
        }
        Ok(Some(Source { file: MetadataFile { name, octets }, trusted }))
    }
}

/// An IdP that other files describe as well: then it would be open which keys hold.
fn described_elsewhere<'a>(trusted: &TrustedIdps, mut others: impl Iterator<Item = &'a Source>) -> Option<String> {
    others.find_map(|other| {
        let is_known = |idp: &&Arc<Idp>| trusted.idps().iter().any(|ours| ours.entity_id() == idp.entity_id());
        other.trusted.idps().iter().find(is_known).map(|idp| idp.entity_id().to_string())
    })
}

fn all(sources: &[Source]) -> Vec<Arc<Idp>> {
    sources.iter().flat_map(|source| source.trusted.idps().iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mock_idp::Vendor;

    fn file(name: &str, vendor: &str) -> MetadataFile {
        let vendor = Vendor::named(vendor).unwrap();
        let octets = mock_idp::Idp::of(vendor, "http://127.0.0.1:7500").metadata(vendor).into_bytes();
        MetadataFile { name: name.to_owned(), octets }
    }

    /// The files after a change: whose metadata `a.xml` holds then, and which IdPs are trusted.
    #[test]
    fn a_file_that_changes_changes_the_set() {
        let now = Instant::parse("2026-01-15T12:00:00Z").unwrap();
        let trust = Trust::new(&[file("a.xml", "okta"), file("b.xml", "duo")], Allow::default(), now).unwrap();
        let names = || trust.idps().iter().map(|idp| idp.entity_id().to_string()).collect::<Vec<_>>();
        let of = |vendor: &str| mock_idp::Idp::of(Vendor::named(vendor).unwrap(), "http://127.0.0.1:7500").entity_id;
        let reread = |octets: &[u8]| {
            trust.reread(
                |name| if name == "a.xml" { Ok(octets.to_vec()) } else { Ok(file("b.xml", "duo").octets) },
                now,
            );
        };
        assert_eq!(names(), [of("okta"), of("duo")]);
        let before = trust.idps();
        reread(&file("a.xml", "azure").octets);
        assert_eq!(names(), [of("azure"), of("duo")]);
        assert_eq!(before.first().unwrap().entity_id().as_str(), of("okta"), "a message sees one set throughout");
        reread(b"<a/>");
        reread(&file("a.xml", "duo").octets);
        trust.reread(|_| Err(io::ErrorKind::NotFound.into()), now);
        assert_eq!(names(), [of("azure"), of("duo")], "what cannot be used changes nothing");
    }

    #[test]
    fn a_key_rolls_over() {
        let now = Instant::parse("2026-01-15T12:00:00Z").unwrap();
        let okta = Vendor::named("okta").unwrap();
        let old = mock_idp::Idp::of(okta, "http://127.0.0.1:7500");
        let new = old.clone().with_key(mock_idp::key::p256(), okta);
        let file = |idp: &mock_idp::Idp| MetadataFile { name: "a.xml".into(), octets: idp.metadata(okta).into_bytes() };
        let trust = Trust::new(&[file(&old)], Allow::default(), now).unwrap();
        let key = |trust: &Trust| format!("{:?}", trust.idps().first().unwrap().keys());
        let before = key(&trust);
        trust.reread(|_| Ok(file(&new).octets), now);
        assert_ne!(key(&trust), before);
    }
}
