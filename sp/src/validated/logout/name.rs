//! NameID of a LogoutRequest: it is not empty (core 3.7.1). The schema demands the element.

use crate::reject::{Reason, Rejection};
use crate::saml::LogoutRequest;

/// The request says whose sessions end.
#[derive(Debug)]
pub(super) struct Named(());

pub(super) fn check(request: &LogoutRequest) -> Result<Named, Rejection> {
    if request.name_id.value.trim().is_empty() {
        return Err(Rejection::new(Reason::LogoutNameMissing, "a NameID", "an empty one"));
    }
    Ok(Named(()))
}
