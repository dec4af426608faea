//! The other direction: what we send to an IdP.
//!
//! Pure like the rest: ids and instants are arguments. An ID must be unguessable, so make it with [`message_id`] from
//! 20 octets of a cryptographic random generator.

mod artifact_resolve;
mod authn_request;
mod demands;
pub(crate) mod escape;
mod logout;
mod outgoing;
pub(crate) mod sign;

pub use artifact_resolve::ArtifactResolve;
pub use authn_request::AuthnRequest;
pub use demands::{Comparison, Demands, RequestedAuthnContext};
pub use logout::{LogoutRequest, LogoutResponse, LogoutStatus};
pub use outgoing::{Carried, PostForm};

/// A message ID from random octets: an NCName, `_` and 40 hexadecimal digits (core 1.3.4).
pub fn message_id(random: [u8; 20]) -> String {
    random.iter().fold(String::from("_"), |id, octet| id + &format!("{octet:02x}"))
}
