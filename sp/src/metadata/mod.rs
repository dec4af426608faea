//! Metadata: what an IdP publishes in, [`Idp`](crate::Idp) out; and what we publish about ourselves.

mod read;
mod write;

pub use read::read_idp;
pub use write::{Published, write_sp};
