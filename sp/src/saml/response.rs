//! Response: its own values, from signed octets (core 3.3.3).

use crate::names::Namespace;
use crate::parsed::hint::Envelope;
use crate::reject::{Reason, Rejection};
use crate::time::Instant;
use crate::verified::Verified;

/// The protocol message that carries the Assertion. Its values are signed; most vendors sign only the Assertion, and
/// then there is no such object.
#[derive(Debug, Clone)]
pub struct Response {
    envelope: Envelope,
}

impl Response {
    /// Reads the Response that the verified octets are.
    pub fn read(verified: &Verified) -> Result<Self, Rejection> {
        let document = verified.of_message()?;
        let root = document.root();
        if !document.is(root, Namespace::Samlp, "Response") {
            return Err(Rejection::new(Reason::UnexpectedRoot, "a samlp:Response", document.qualified_name(root)));
        }
        Envelope::read(document, root).map(|envelope| Self { envelope })
    }

    pub(crate) fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// Its ID.
    pub fn id(&self) -> &str {
        &self.envelope.id
    }

    /// When it was made.
    pub fn issue_instant(&self) -> Instant {
        self.envelope.issue_instant
    }
}
