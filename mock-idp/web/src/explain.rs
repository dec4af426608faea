//! What a strict SP says to a message, where whoever starts the mocks brings one along.
//!
//! The mocks have no verifier of their own on purpose: signer and verifier share no code.

use std::fmt;
use std::sync::Arc;

/// One Response and what its SP knows.
#[derive(Clone, Copy, Debug)]
pub struct Explained<'a> {
    /// The Response, base64.
    pub message: &'a str,
    /// The IdP's metadata, XML.
    pub idp_metadata: &'a str,
    /// The SP's entityID.
    pub sp_entity_id: &'a str,
    /// Where the Response is delivered.
    pub acs: &'a str,
    /// The request that was sent, where there was one.
    pub request_id: Option<&'a str>,
    /// What time it is, as in RFC 3339.
    pub now: &'a str,
}

type Judge = dyn Fn(&Explained<'_>) -> Vec<String> + Send + Sync;

/// A judge of messages: one in, a few lines for people out.
#[derive(Clone)]
pub struct Explain(Arc<Judge>);

impl Explain {
    /// Asks this function; the first line is the verdict.
    pub fn by(judge: impl Fn(&Explained<'_>) -> Vec<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(judge))
    }

    pub(crate) fn lines(&self, explained: &Explained<'_>) -> Vec<String> {
        (self.0)(explained)
    }
}

impl fmt::Debug for Explain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Explain")
    }
}
