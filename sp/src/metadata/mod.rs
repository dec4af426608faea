//! Metadata: what an IdP publishes in, [`Idp`](crate::Idp) out; and what we publish about ourselves.
//!
//! Keys roll over while we run: read the new file, let it take the old one's place by [`TrustedIdps::replaced_by`], and
//! use the new set from the next message on. Nothing here fetches anything.

mod found;
mod read;
mod role;
mod trusted;
mod write;

pub use read::{Metadata, read, read_idp, read_signed};
pub use trusted::TrustedIdps;
pub use write::{
    Contact, ContactKind, Organization, Published, RequestedAttribute, Service, write_signed_sp, write_sp,
};
