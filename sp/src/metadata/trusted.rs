//! The set of trusted IdPs, as it is now: metadata in, the set that takes its place out.
//!
//! Refuses to go back in time: a file that is valid for less long than the one in use is an older copy, perhaps with a
//! key that was withdrawn since (and whoever replays it needs no key for that).

use super::read::{Metadata, wrong};
use crate::config::{ConfigError, Idp};
use crate::time::Instant;
use std::sync::Arc;

/// The IdPs of one metadata file. A new one is made instead of changing it, so that a message sees one set throughout.
#[derive(Debug)]
pub struct TrustedIdps {
    idps: Vec<Arc<Idp>>,
    valid_until: Option<Instant>,
}

impl TrustedIdps {
    /// The set of a first file.
    pub fn new(metadata: Metadata) -> Self {
        Self { idps: metadata.idps.into_iter().map(Arc::new).collect(), valid_until: metadata.valid_until }
    }

    /// The IdPs, in document order.
    pub fn idps(&self) -> &[Arc<Idp>] {
        &self.idps
    }

    /// The set of a newer file of the same source.
    ///
    /// # Errors
    /// The file is valid for less long than this one, or has lost its end where this one has one.
    pub fn replaced_by(&self, newer: Metadata) -> Result<Self, ConfigError> {
        let Some(ours) = self.valid_until else { return Ok(Self::new(newer)) };
        match newer.valid_until {
            Some(theirs) if ours <= theirs => Ok(Self::new(newer)),
            Some(theirs) => Err(wrong(format!("it is older than the one in use: valid until {theirs}, not {ours}"))),
            None => Err(wrong(format!("it has no validUntil; the one in use is valid until {ours}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_back_in_time() {
        let metadata = |valid_until: Option<&str>| Metadata {
            idps: Vec::new(),
            skipped: Vec::new(),
            valid_until: valid_until.map(|until| Instant::parse(until).unwrap()),
            cache_duration: None,
        };
        let (earlier, later) = (Some("2026-11-25T00:00:00Z"), Some("2026-11-26T00:00:00Z"));
        let check = |old, new, expected: bool| {
            assert_eq!(TrustedIdps::new(metadata(old)).replaced_by(metadata(new)).is_ok(), expected, "{old:?} {new:?}");
        };
        check(None, None, true);
        check(None, earlier, true);
        check(earlier, earlier, true);
        check(earlier, later, true);
        check(later, earlier, false);
        check(later, None, false);
    }
}
