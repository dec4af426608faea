//! A strict SAML 2.0 Service Provider: bytes in, an identity or a reasoned refusal out.
//!
//! This crate does no I/O, has no clock, no network and no randomness: all of that is an argument. It is the part that
//! must be right. `sp-web` puts endpoints and stores around it.
//!
//! # The paved path
//!
//! Describe yourself, trust an IdP by its metadata, hand in what the browser posted, and redeem it: once.
//!
//! ```
//! use sp::{Allow, Delivery, EndpointUrl, EntityId, Expectation, Limits, Sp, accept, metadata};
//! # use sp::{Claim, Inserted, Instant, OnceStore, PendingRequest};
//! # use std::{collections::HashSet, convert::Infallible, sync::Mutex};
//! # #[derive(Default)]
//! # struct InMemory(Mutex<HashSet<String>>);
//! # impl OnceStore for InMemory {
//! #     type Error = Infallible;
//! #     async fn insert(&self, claim: &Claim) -> Result<Inserted, Infallible> {
//! #         let is_fresh = self.0.lock().unwrap().insert(format!("{} {}", claim.issuer(), claim.assertion_id()));
//! #         Ok(if is_fresh { Inserted::Fresh } else { Inserted::AssertionWasUsed })
//! #     }
//! # }
//! # async fn login(idp_metadata: &[u8], body: &[u8], pending: PendingRequest, store: &InMemory, now: Instant)
//! #     -> Result<String, Box<dyn std::error::Error>> {
//! let acs = EndpointUrl::new("https://app.example.com/saml/acs")?;
//! let sp = Sp::builder(EntityId::new("https://app.example.com/saml")?, acs.clone()).build();
//! let idp = metadata::read_idp(idp_metadata, &Allow::default(), now, &Limits::of_metadata())?.remove(0);
//! let expectation = Expectation::answer_to(pending); // the request that this browser's cookie names
//! let validated = accept::post(body, &sp, &idp, Delivery { endpoint: &acs, expectation: &expectation, now })?;
//! let identity = sp::redeem(validated, store, now).await?; // the store sees to it that this works once
//! # Ok(identity.name_id.value) }
//! #
//! # let okta = mock_idp::Vendor::named("okta").unwrap();
//! # let mock = mock_idp::Idp::of(okta, "https://idp.example.com");
//! # let to = mock_idp::Sp::new("https://app.example.com/saml", "https://app.example.com/saml/acs");
//! # let now = time::macros::datetime!(2026-11-25 09:30:00 UTC);
//! # let recipe = mock_idp::Recipe::new(okta, mock.clone(), to, now);
//! # let message = mock_idp::Recipe { in_response_to: Some("_1".into()), ..recipe }.build().unwrap();
//! # let escaped: String = form_urlencoded::byte_serialize(message.base64().as_bytes()).collect();
//! # let (body, store) = (format!("SAMLResponse={escaped}"), InMemory::default());
//! # let log_in = || {
//! #     let pending = PendingRequest { id: "_1".into(), idp: EntityId::new(&mock.entity_id).unwrap() };
//! #     let now = Instant::from_unix_seconds(now.unix_timestamp()).unwrap();
//! #     let metadata = mock.metadata(okta);
//! #     let login = login(metadata.as_bytes(), body.as_bytes(), pending, &store, now);
//! #     tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(login).map_err(|error| error.to_string())
//! # };
//! # assert_eq!(log_in(), Ok("ann@example.test".to_owned()));
//! # assert!(log_in().unwrap_err().starts_with("assertion_replayed"));
//! ```
//!
//! The same with axum, from the request to the greeting, is
//! `sp/web/examples/login.rs`. Logout is in [`logout`], what we
//! send in [`request`], metadata in both directions in [`metadata`].
//!
//! # Where a message goes
//!
//! | stage | in | out | refuses |
//! |---|---|---|---|
//! | `decoded` | a form | XML octets, RelayState | missing, doubled, oversized fields, lax base64 |
//! | `parsed` | octets | a tree nobody vouches for | what is not strict XML within [`Limits`] |
//! | `verified` | a tree | the octets a pinned key signed | wrapping, decoys, weak algorithms, other keys |
//! | [`saml`] | [`Verified`] | the standard's objects | what the schema has no place for |
//! | `validated` | an Assertion | [`Validated`] | what is not meant for us, now, here, for this request |
//! | `identity` | [`Validated`] | [`Identity`] | what was used before |
//!
//! [`accept`] has them on one screen. A refusal is a [`Rejection`]: the rule, what it expects, what was found. It is
//! for your log; the browser gets [`Rejection::public_sentence`].
//!
//! # What cannot be written
//!
//! Nothing unverified can be read as a SAML object: `Assertion::read` takes a [`Verified`], which only verifying makes.
//!
//! ```
//! fn read(octets: &sp::Verified) -> bool {
//!     sp::saml::Assertion::read(octets).is_ok()
//! }
//! ```
//!
//! The same with octets of one's own does not compile:
//!
//! ```compile_fail,E0308
//! fn read(octets: &Vec<u8>) -> bool {
//!     sp::saml::Assertion::read(octets).is_ok()
//! }
//! ```
//!
//! An application that skips a rule would have to make a [`Validated`] itself. It comes out of `accept` alone:
//!
//! ```
//! fn skip(validated: sp::Validated) -> sp::Validated {
//!     validated
//! }
//! ```
//!
//! ```compile_fail,E0451
//! fn skip(validated: sp::Validated) -> sp::Validated {
//!     sp::Validated { relay_state: None, ..validated }
//! }
//! ```
//!
//! Inside this crate the same holds rule by rule: [`Validated`] keeps one piece of evidence per rule, each made only in
//! that rule's file, so a rule that is not asked leaves a field without a value.
#![forbid(unsafe_code)]

// First, because its macro is used in the modules below.
#[macro_use]
mod fault;

pub mod accept;
mod account;
pub mod artifact;
mod config;
mod decoded;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod identity;
pub mod inspect;
mod limits;
pub mod logout;
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
pub use config::{
    Allow, ArtifactResolutionService, ConfigError, DecryptionKey, DigestMethod, Endpoint, EndpointUrl, EntityId, Idp,
    IdpBuilder, Services, SignatureMethod, SigningKey, SingleLogoutService, Sp, SpBuilder,
};
pub use decoded::RelayState;
#[cfg(samlspec_mutants)]
pub use fault::{Switch, plant, take_for_secrets};
pub use identity::{Identity, Inserted, OnceStore, redeem};
pub use limits::Limits;
pub use reject::{PUBLIC_SENTENCE, Reason, Rejection, UNENCRYPTED_SENTENCE};
pub use time::{ClockSkew, Instant};
pub use validated::{Claim, Delivery, Expectation, PendingRequest, Validated};
pub use verified::{Origin, TrustedKey, Verified};
