//! Stage 2: XML octets in, a tree nobody vouches for out.
//!
//! Refuses whatever is not well-formed XML 1.0 with namespaces in UTF-8, every DOCTYPE and processing instruction,
//! relative namespace URIs, IDs that stand twice, and documents beyond [`Limits`](crate::Limits).
//!
//! Nothing here is a SAML object and nothing can be turned into one: that takes [`Verified`](crate::Verified).
//! What may be looked at before trust are the hints of [`hint`], which can only refuse.

mod chars;
mod document;
pub(crate) mod hint;
mod landmark;
mod reader;
mod scope;
pub(crate) mod walk;

pub(crate) use chars::{is_ncname, is_same};
pub(crate) use document::{Attribute, Document, Kind, NamespaceDeclaration, NodeId, Span};
pub(crate) use landmark::Landmark;
pub(crate) use reader::{read, read_in_context};
