//! Version: a logout message says `2.0` (core 3.2.1, 3.2.2). The schema demands the attribute.

use super::Place;
use crate::reject::{Reason, Rejection};

/// The message is of version 2.0.
#[derive(Debug)]
pub(super) struct VersionMatched(());

pub(super) fn check(place: &Place<'_>) -> Result<VersionMatched, Rejection> {
    match place.head.version.as_str() {
        "2.0" => Ok(VersionMatched(())),
        other => Err(Rejection::new(Reason::VersionMismatch, "2.0", other)),
    }
}
