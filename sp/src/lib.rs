//! A strict SAML 2.0 Service Provider: bytes in, an identity or a reasoned refusal out. No I/O, no clock, no network.
#![forbid(unsafe_code)]

pub mod accept;
mod account;
mod config;
mod decoded;
mod identity;
pub mod inspect;
mod limits;
pub mod metadata;
mod names;
#[cfg(test)]
mod oracle;
mod parsed;
mod reject;
pub mod request;
pub mod saml;
mod time;
mod validated;
mod verified;

pub use account::{Check, Outcome};
pub use config::{Allow, ConfigError, DecryptionKey, Endpoint, EndpointUrl, EntityId, Idp, IdpBuilder, Sp, SpBuilder};
pub use decoded::RelayState;
pub use identity::{Claim, Identity, Inserted, OnceStore, redeem};
pub use limits::Limits;
pub use reject::{PUBLIC_SENTENCE, Reason, Rejection, UNENCRYPTED_SENTENCE};
pub use time::{ClockSkew, Instant};
pub use validated::{Delivery, Expectation, PendingRequest, Validated};
pub use verified::{Origin, TrustedKey, Verified};
