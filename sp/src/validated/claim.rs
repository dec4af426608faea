//! What may happen only once: the name under which a use is remembered, and until when.

use crate::config::EntityId;
use crate::time::Instant;

/// What may happen only once: this Assertion is used, and this request answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    issuer: EntityId,
    assertion_id: String,
    request_id: Option<String>,
    until: Instant,
}

impl Claim {
    pub(super) fn new(issuer: &EntityId, assertion_id: &str, request_id: Option<&str>, until: Instant) -> Self {
        Self {
            issuer: issuer.clone(),
            assertion_id: assertion_id.to_owned(),
            request_id: request_id.map(str::to_owned),
            until,
        }
    }

    /// The IdP that made the Assertion. Two IdPs may use one ID.
    pub fn issuer(&self) -> &EntityId {
        &self.issuer
    }

    /// The Assertion's ID, unique for its Issuer.
    pub fn assertion_id(&self) -> &str {
        &self.assertion_id
    }

    /// The request that is answered, unless the IdP started the login.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// From when on the claim may be forgotten, because the message is refused as over anyway.
    pub fn until(&self) -> Instant {
        self.until
    }
}
