//! NameID: the Subject has one, and it is not empty (profiles 4.1.4.2, core 2.2.3). The value is opaque: not trimmed.

use crate::reject::{Reason, Rejection};
use crate::saml::{Assertion, NameId};

/// The Subject's name.
#[derive(Debug)]
pub(super) struct NameIdPresent(NameId);

impl NameIdPresent {
    pub(super) fn into_name_id(self) -> NameId {
        self.0
    }
}

pub(super) fn check(assertion: &Assertion) -> Result<NameIdPresent, Rejection> {
    fault!(NameIdOptional => Ok(NameIdPresent(crate::fault::text::any_name(assertion))));
    let no_subject = || Rejection::new(Reason::SubjectMissing, "a Subject", "none");
    let subject = assertion.subject.as_ref().ok_or_else(no_subject)?;
    match &subject.name_id {
        Some(name_id) if !name_id.value.trim().is_empty() => Ok(NameIdPresent(name_id.clone())),
        Some(_) => Err(Rejection::new(Reason::NameIdMissing, "a NameID", "an empty one")),
        None => Err(Rejection::new(Reason::NameIdMissing, "a NameID", "none")),
    }
}
