//! Our Service Provider as the operator runs it: its name, its endpoints, its keys, what it demands.

use super::{DecryptionKey, EndpointUrl, EntityId, SigningKey};
use crate::limits::Limits;
use crate::time::ClockSkew;
use std::sync::Arc;
use std::time::Duration;

/// How old a message may be unless set otherwise (house rule house-3).
const MAX_AGE: Duration = Duration::from_secs(3600);

/// Our Service Provider.
#[derive(Debug)]
pub struct Sp {
    entity_id: EntityId,
    acs: Vec<EndpointUrl>,
    single_logout: Vec<EndpointUrl>,
    decryption_keys: Vec<DecryptionKey>,
    signing: Option<Arc<SigningKey>>,
    signs_requests: bool,
    want_response_signed: bool,
    want_assertion_signed: bool,
    want_encrypted: bool,
    skew: ClockSkew,
    max_age: Duration,
    limits: Limits,
}

impl Sp {
    /// Starts the description of a Service Provider with its name and one AssertionConsumerService.
    pub fn builder(entity_id: EntityId, acs: EndpointUrl) -> SpBuilder {
        SpBuilder {
            sp: Self {
                entity_id,
                acs: vec![acs],
                single_logout: Vec::new(),
                decryption_keys: Vec::new(),
                signing: None,
                signs_requests: false,
                want_response_signed: false,
                want_assertion_signed: false,
                want_encrypted: false,
                skew: ClockSkew::default(),
                max_age: MAX_AGE,
                limits: Limits::default(),
            },
        }
    }

    /// Our name; the Audience of what is meant for us.
    pub fn entity_id(&self) -> &EntityId {
        &self.entity_id
    }

    /// Where Responses may be delivered; the first is the default.
    pub fn acs(&self) -> &[EndpointUrl] {
        &self.acs
    }

    /// The keys that decrypt Assertions; several during a roll-over.
    pub fn decryption_keys(&self) -> &[DecryptionKey] {
        &self.decryption_keys
    }

    /// Where logout messages may be delivered; none, and none are taken.
    pub fn single_logout(&self) -> &[EndpointUrl] {
        &self.single_logout
    }

    /// The key that signs what we send.
    pub fn signing_key(&self) -> Option<&SigningKey> {
        self.signing.as_deref()
    }

    /// AuthnRequests are signed for every IdP, not only for those that ask for it. Takes effect with a signing key.
    pub fn signs_requests(&self) -> bool {
        self.signs_requests && self.signing.is_some()
    }

    pub(crate) fn shared_signing_key(&self) -> Option<Arc<SigningKey>> {
        self.signing.clone()
    }

    /// The Response itself must be signed.
    pub fn want_response_signed(&self) -> bool {
        self.want_response_signed
    }

    /// The Assertion itself must be signed. If neither is wanted, one of them must be all the same.
    pub fn want_assertion_signed(&self) -> bool {
        self.want_assertion_signed
    }

    /// Assertions in clear are refused.
    pub fn want_encrypted(&self) -> bool {
        self.want_encrypted
    }

    /// How far our clock and an IdP's may differ; 0 unless set.
    pub fn skew(&self) -> ClockSkew {
        self.skew
    }

    /// How long ago a message may have been made; one hour unless set.
    pub fn max_age(&self) -> Duration {
        self.max_age
    }

    /// What a message may cost.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// Collects what a Service Provider demands beyond what the standard demands anyway.
#[derive(Debug)]
pub struct SpBuilder {
    sp: Sp,
}

impl SpBuilder {
    /// Adds another AssertionConsumerService.
    #[must_use]
    pub fn acs(mut self, url: EndpointUrl) -> Self {
        self.sp.acs.push(url);
        self
    }

    /// Adds a SingleLogoutService, for HTTP-Redirect and HTTP-POST.
    #[must_use]
    pub fn single_logout(mut self, url: EndpointUrl) -> Self {
        self.sp.single_logout.push(url);
        self
    }

    /// Signs AuthnRequests for every IdP, not only for those whose metadata asks for it.
    #[must_use]
    pub fn sign_requests(mut self) -> Self {
        self.sp.signs_requests = true;
        self
    }

    /// Sets the key that signs AuthnRequests and logout messages.
    #[must_use]
    pub fn signing_key(mut self, key: SigningKey) -> Self {
        self.sp.signing = Some(Arc::new(key));
        self
    }

    /// Adds a key that decrypts Assertions.
    #[must_use]
    pub fn decryption_key(mut self, key: DecryptionKey) -> Self {
        self.sp.decryption_keys.push(key);
        self
    }

    /// Demands that the Response itself is signed.
    #[must_use]
    pub fn want_response_signed(mut self) -> Self {
        self.sp.want_response_signed = true;
        self
    }

    /// Demands that the Assertion itself is signed.
    #[must_use]
    pub fn want_assertion_signed(mut self) -> Self {
        self.sp.want_assertion_signed = true;
        self
    }

    /// Demands that Assertions are encrypted.
    #[must_use]
    pub fn want_encrypted(mut self) -> Self {
        self.sp.want_encrypted = true;
        self
    }

    /// Sets how far the clocks may differ.
    #[must_use]
    pub fn skew(mut self, skew: ClockSkew) -> Self {
        self.sp.skew = skew;
        self
    }

    /// Sets how long ago a message may have been made.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.sp.max_age = max_age;
        self
    }

    /// Sets what a message may cost.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.sp.limits = limits;
        self
    }

    /// The Service Provider.
    pub fn build(self) -> Sp {
        self.sp
    }
}
