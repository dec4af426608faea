//! The one place where a signature is believed: an element and its Signature in, the tree of what a trusted key signed out.
//!
//! Refuses a Reference to anything but the element that carries the Signature, a digest that differs, and a signature
//! that none of the IdP's pinned keys made.

use super::c14n::canonicalize;
use super::key::{self, TrustedKey};
use super::signature::Signature;
use crate::config::Idp;
use crate::limits::Limits;
use crate::names::Namespace;
use crate::parsed::{self, Document, NodeId};
use crate::reject::{Reason, Rejection};

/// The tree of the octets of `element` that were digested, after the digest and the signature over it were found good.
pub(super) fn signed_element(
    document: &Document,
    element: NodeId,
    signature: NodeId,
    idp: &Idp,
    limits: &Limits,
) -> Result<Document, Rejection> {
    let canonical = signed_octets(document, element, signature, idp, limits)?;
    tree(document, element, signature, canonical, limits)
}

/// The octets of `element` that were digested, after the same.
pub(super) fn signed_octets(
    document: &Document,
    element: NodeId,
    signature: NodeId,
    idp: &Idp,
    limits: &Limits,
) -> Result<String, Rejection> {
    let parts = Signature::read(document, signature, idp.allow(), limits)?;
    points_at(document, element, &parts)?;
    // First who signed, then what: only the IdP's own SignedInfo lets a stranger's document be canonicalized.
    key_made(document, &parts, idp.keys(), limits)?;
    let how = &parts.reference.canonicalization;
    let canonical = canonicalize(document, element, Some(signature), how, limits.canonical_bytes)?;
    digest_matches(canonical.as_bytes(), &parts)?;
    Ok(canonical)
}

/// The tree of the canonical octets of `element` without `signature`.
///
/// That is the tree they were written from, cut down to this element: a property in `oracle.rs` holds it equal to
/// reading them. Only the declarations that nothing uses are missing in the octets, so they are not signed. Where there
/// is ciphertext this matters, as what is encrypted may use prefixes bound around it; there, the octets are read again.
fn tree(
    document: &Document,
    element: NodeId,
    signature: NodeId,
    canonical: String,
    limits: &Limits,
) -> Result<Document, Rejection> {
    match document.names(Namespace::Xenc) {
        true => parsed::read(canonical.into_bytes(), limits),
        false => Ok(document.cut(element, signature)),
    }
}

/// `Reference` names the parent of the Signature, and no element elsewhere (core 5.4.2).
fn points_at(document: &Document, element: NodeId, parts: &Signature) -> Result<(), Rejection> {
    let id = document.attribute(element, "ID").unwrap_or_default();
    if !fault!(ReferenceNotCompared) && (id.is_empty() || id != parts.reference.id.as_str()) {
        return Err(Rejection::new(Reason::ReferenceMismatch, format!("#{id}"), format!("#{}", parts.reference.id)));
    }
    Ok(())
}

fn digest_matches(octets: &[u8], parts: &Signature) -> Result<(), Rejection> {
    fault!(DigestNotCompared => Ok(()));
    let digest = parts.reference.digest.digest(octets);
    // Lengths are compared too: a cut digest is another digest.
    let same = aws_lc_rs::constant_time::verify_slices_are_equal(digest.as_ref(), &parts.reference.digest_value);
    same.map_err(|_| {
        let hex = |octets: &[u8]| octets.iter().map(|b| format!("{b:02x}")).collect::<String>();
        Rejection::new(Reason::DigestMismatch, hex(digest.as_ref()), hex(&parts.reference.digest_value))
    })
}

fn key_made(document: &Document, parts: &Signature, keys: &[TrustedKey], limits: &Limits) -> Result<(), Rejection> {
    fault!(SignatureNotChecked => Ok(()));
    let octets =
        canonicalize(document, parts.signed_info, None, &parts.signed_info_canonicalization, limits.canonical_bytes)?;
    key::one_made(keys, parts.algorithm, octets.as_bytes(), &parts.value)
}
