//! What may happen only once: the name under which a use is remembered, and until when.

use crate::config::EntityId;
use crate::time::Instant;
use std::time::Duration;

/// How much longer than a message can be accepted its use is remembered: for the time between accepting and redeeming,
/// and so that a request stays answered while a login page may still be open.
const MARGIN: Duration = Duration::from_secs(3600);

/// What may happen only once: this Assertion is used, and this request answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    issuer: EntityId,
    assertion_id: String,
    request_id: Option<String>,
    until: Instant,
}

impl Claim {
    /// A claim on a message that nobody accepts any more from `over_at` on.
    pub(super) fn new(issuer: &EntityId, assertion_id: &str, request_id: Option<&str>, over_at: Instant) -> Self {
        Self {
            issuer: issuer.clone(),
            assertion_id: assertion_id.to_owned(),
            request_id: request_id.map(str::to_owned),
            until: over_at.later(MARGIN),
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

    /// From when on the claim may be forgotten: the message has been over for long.
    pub fn until(&self) -> Instant {
        self.until
    }
}
