//! Signed metadata: a file and its signer's pinned key in, the octets that were signed out (metadata 3).
//!
//! Refuses a root without a Signature as its first child. The Signature must point at the root, and what is read are
//! the octets it covers: an entity that was wrapped around the signed one is not in them.

use super::{Origin, Verified, enveloped};
use crate::config::Idp;
use crate::limits::Limits;
use crate::names::Namespace;
use crate::parsed;
use crate::reject::{Reason, Rejection};

/// The signed octets of a metadata file, whose root is an EntityDescriptor or EntitiesDescriptor.
pub(crate) fn signed_metadata(file: Vec<u8>, signer: &Idp, limits: &Limits) -> Result<Verified, Rejection> {
    let document = parsed::read(file, limits)?;
    let root = document.root();
    let first = document.elements(root).next();
    let signature = first.filter(|first| document.is(*first, Namespace::Dsig, "Signature")).ok_or_else(|| {
        Rejection::new(Reason::MetadataNotSigned, "a Signature as the first child of the root", "none there")
    })?;
    let document = enveloped::signed_element(&document, root, signature, signer, limits)?;
    Ok(Verified::new(document, Origin::SignedMetadata))
}
