//! Mock identity providers: a [`Recipe`] in, the bytes of a vendor's message out, healthy, odd or forged.
//!
//! No network, no clock, no randomness of its own: same recipe, same bytes. Shares no code with the verifier in `sp`, and
//! neither crypto nor XML nor base64 crates, so that a fault in one shows against the other.
//!
//! ```
//! use mock_idp::{Idp, Recipe, Sp, Vendor, attacks};
//! use time::macros::datetime;
//!
//! let okta = Vendor::named("okta").ok_or("no such vendor")?;
//! let idp = Idp::of(okta, "http://127.0.0.1:7500");
//! let sp = Sp::new("https://sp.test", "https://sp.test/acs");
//! let healthy = Recipe::new(okta, idp, sp, datetime!(2026-01-01 12:00 UTC));
//! let forged = Recipe { attack: attacks::named("unsigned"), ..healthy.clone() };
//!
//! assert!(healthy.build()?.xml.contains("ann@example.test"));
//! assert!(forged.build()?.xml.contains("mallory@example.test"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

pub mod algorithm;
pub mod app;
pub mod attacks;
pub mod base64;
pub mod canonical;
mod compose;
pub mod draft;
pub mod edit;
pub mod encrypt;
pub mod facts;
pub mod idp;
pub mod key;
pub mod logout;
pub mod message;
pub mod moment;
pub mod names;
pub mod people;
pub mod proof;
pub mod quirks;
pub mod random;
pub mod read;
pub mod recipe;
pub mod request;
pub mod sign;
pub mod sp;
pub mod step;
pub mod tree;
pub mod vendor;
pub mod wire;
pub mod workshop;
mod x509;

pub use algorithm::{DigestAlgorithm, SignatureAlgorithm};
pub use app::App;
pub use attacks::Attack;
pub use edit::Edits;
pub use encrypt::{Cipher, Encryption, EncryptionFault, KeyPlacement, KeyTransport};
pub use idp::Idp;
pub use message::Message;
pub use people::Person;
pub use quirks::Quirk;
pub use recipe::{Recipe, RecipeError, Sign};
pub use request::{AuthnRequest, RequestError};
pub use sp::Sp;
pub use vendor::Vendor;
