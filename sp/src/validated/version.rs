//! Version: Response and Assertion say `2.0` (core 2.3.3, 3.2.2, 4.1.3.2). The schema demands the attribute.

use super::Subject;
use crate::reject::{Reason, Rejection};

/// Response and Assertion are of version 2.0.
#[derive(Debug)]
pub(super) struct VersionMatched(());

pub(super) fn check(subject: &Subject<'_>) -> Result<VersionMatched, Rejection> {
    fault!(VersionIgnored => Ok(VersionMatched(())));
    for version in [&subject.envelope.version, &subject.assertion.version] {
        if version != "2.0" {
            return Err(Rejection::new(Reason::VersionMismatch, "2.0", version));
        }
    }
    Ok(VersionMatched(()))
}
