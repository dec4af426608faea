//! One ds:Signature: an element of a tree in, its parts as plain values out (dsig 4, core 5.4).
//!
//! Refuses everything the SAML profile of XML Signature has no use for: ds:Object, Manifest, several References,
//! transforms other than enveloped-signature and canonicalization, HMAC lengths, canonicalization with comments unless
//! allowed.
//! KeyInfo may be there and is never read: the keys are pinned.

use super::algorithm::{DigestAlgorithm, RSA_PSS, SignatureAlgorithm};
use super::c14n::{Canonicalization, Comments};
use super::pss;
use crate::config::Allow;
use crate::limits::Limits;
use crate::names::{self, Namespace};
use crate::parsed::walk::{self, Children};
use crate::parsed::{Document, NodeId};
use crate::reject::{Reason, Rejection};
use std::borrow::Cow;

/// The parts of one Signature.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) signed_info: NodeId,
    pub(super) signed_info_canonicalization: Canonicalization,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) reference: Reference,
    pub(super) value: Vec<u8>,
}

/// The one Reference of a Signature.
#[derive(Debug)]
pub(super) struct Reference {
    /// The `ID` it points at, without the `#`.
    pub(super) id: String,
    pub(super) canonicalization: Canonicalization,
    pub(super) digest: DigestAlgorithm,
    pub(super) digest_value: Vec<u8>,
}

impl Signature {
    pub(super) fn read(
        document: &Document,
        signature: NodeId,
        allow: &Allow,
        limits: &Limits,
    ) -> Result<Self, Rejection> {
        let mut children = children(document, signature)?;
        let signed_info = demand(&mut children, "SignedInfo")?;
        let value = demand(&mut children, "SignatureValue")?;
        children.take(Namespace::Dsig, "KeyInfo");
        finish(children)?;

        let mut parts = self::children(document, signed_info)?;
        let method = demand(&mut parts, "CanonicalizationMethod")?;
        let signed_info_canonicalization =
            canonicalization(document, method, allow, limits, Reason::CanonicalizationNotAllowed)?;
        let method = demand(&mut parts, "SignatureMethod")?;
        let algorithm = signature_algorithm(document, method, allow)?;
        let reference = one_reference(document, &mut parts)?;
        Ok(Self {
            signed_info,
            signed_info_canonicalization,
            algorithm,
            reference: Reference::read(document, reference, allow, limits)?,
            value: base64(document, value)?,
        })
    }
}

impl Reference {
    fn read(document: &Document, reference: NodeId, allow: &Allow, limits: &Limits) -> Result<Self, Rejection> {
        let uri = document.attribute(reference, "URI").unwrap_or_default();
        let id = uri.strip_prefix('#').filter(|id| fault!(IdsUnchecked) || crate::parsed::is_ncname(id));
        let id = id.ok_or_else(|| {
            Rejection::new(Reason::ReferenceMismatch, "`#` and the signed element's ID", format!("URI `{uri}`"))
        })?;
        let mut children = children(document, reference)?;
        let canonicalization = match children.take(Namespace::Dsig, "Transforms") {
            Some(transforms) => self::transforms(document, transforms, allow, limits)?,
            None => return Err(wrong_transforms("no Transforms")),
        };
        let method = demand(&mut children, "DigestMethod")?;
        let digest = DigestAlgorithm::of(&algorithm_uri(document, method)?, allow)?;
        finish(self::children(document, method)?)?;
        let value = demand(&mut children, "DigestValue")?;
        finish(children)?;
        Ok(Self { id: id.to_owned(), canonicalization, digest, digest_value: base64(document, value)? })
    }
}

/// The algorithm of a SignatureMethod; only one of them may bring parameters along.
fn signature_algorithm(document: &Document, method: NodeId, allow: &Allow) -> Result<SignatureAlgorithm, Rejection> {
    let uri = algorithm_uri(document, method)?;
    let algorithm = SignatureAlgorithm::of(&uri, allow)?;
    let mut children = children(document, method)?;
    let parameters = if uri == RSA_PSS { children.take(Namespace::DsigMore, "RSAPSSParams") } else { None };
    finish(children)?;
    let Some(parameters) = parameters else { return Ok(algorithm) };
    pss::read(document, parameters, allow).map_err(|rejection| match rejection.reason() {
        Reason::SignatureAlgorithmNotAllowed | Reason::DigestAlgorithmNotAllowed => rejection,
        _ => as_malformed(rejection),
    })
}

/// Exactly one Reference: with two, whoever checks one may read the other.
fn one_reference(document: &Document, parts: &mut Children<'_>) -> Result<NodeId, Rejection> {
    let count = |found: &str| Rejection::new(Reason::ReferenceCount, "exactly one Reference", found);
    let reference = parts.take(Namespace::Dsig, "Reference").ok_or_else(|| count("none"))?;
    match parts.any() {
        None => Ok(reference),
        Some(more) if document.is(more, Namespace::Dsig, "Reference") => Err(count("more than one")),
        Some(other) => Err(malformed("nothing behind the Reference", document.qualified_name(other))),
    }
}

/// The two transforms in the only order in which they make sense. Where none canonicalizes, Canonical XML 1.0 does
/// (dsig 4.3.3.2); SAML only recommends the exclusive form (core 5.4.4), and some signers leave it out.
fn transforms(
    document: &Document,
    transforms: NodeId,
    allow: &Allow,
    limits: &Limits,
) -> Result<Canonicalization, Rejection> {
    let mut children = children(document, transforms)?;
    let mut next = || children.take(Namespace::Dsig, "Transform");
    let (Some(enveloped), c14n, None) = (next(), next(), next()) else {
        return Err(wrong_transforms("another number of transforms"));
    };
    finish(children)?;
    let uri = algorithm_uri(document, enveloped)?;
    if uri != names::ENVELOPED {
        return Err(wrong_transforms(&uri));
    }
    finish(self::children(document, enveloped)?)?;
    match c14n {
        // A Reference by ID alone stands for the element without its comments, before any transform sees it (dsig
        // 4.3.3.3): a canonicalization that would keep them finds none.
        Some(c14n) => {
            Ok(canonicalization(document, c14n, allow, limits, Reason::TransformNotAllowed)?.without_comments())
        }
        None => Ok(Canonicalization::Inclusive { comments: Comments::Dropped }),
    }
}

fn wrong_transforms(found: &str) -> Rejection {
    Rejection::new(Reason::TransformNotAllowed, "enveloped-signature, then canonicalization", found)
}

/// The canonicalization that an element's `Algorithm` names, with its list of prefixes.
fn canonicalization(
    document: &Document,
    method: NodeId,
    allow: &Allow,
    limits: &Limits,
    reason: Reason,
) -> Result<Canonicalization, Rejection> {
    let uri = algorithm_uri(document, method)?;
    let mut children = children(document, method)?;
    let comments = match uri.as_ref() {
        names::EXC_C14N | names::INCLUSIVE_C14N => Comments::Dropped,
        names::EXC_C14N_COMMENTS | names::INCLUSIVE_C14N_COMMENTS if allow.c14n_comments => Comments::Kept,
        _ => return Err(Rejection::new(reason, "canonicalization without comments", uri)),
    };
    let how = match uri.as_ref() {
        names::INCLUSIVE_C14N | names::INCLUSIVE_C14N_COMMENTS => Canonicalization::Inclusive { comments },
        _ => {
            let list = children.take(Namespace::ExcC14n, "InclusiveNamespaces");
            let prefixes = list.map(|list| prefix_list(document, list, limits)).transpose()?;
            Canonicalization::Exclusive { prefixes: prefixes.unwrap_or_default(), comments }
        }
    };
    finish(children)?;
    Ok(how)
}

fn prefix_list(document: &Document, list: NodeId, limits: &Limits) -> Result<Vec<String>, Rejection> {
    finish(children(document, list)?)?;
    let prefixes: Vec<String> = document
        .attribute(list, "PrefixList")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .take(limits.prefix_list.saturating_add(1))
        .map(str::to_owned)
        .collect();
    if prefixes.len() > limits.prefix_list {
        return Err(malformed(&format!("at most {} prefixes", limits.prefix_list), "more"));
    }
    Ok(prefixes)
}

fn algorithm_uri(document: &Document, element: NodeId) -> Result<Cow<'_, str>, Rejection> {
    let uri = document.attribute(element, "Algorithm");
    uri.ok_or_else(|| malformed("an Algorithm", document.qualified_name(element)))
}

/// The octets of an element that holds base64 and nothing else.
pub(super) fn base64(document: &Document, element: NodeId) -> Result<Vec<u8>, Rejection> {
    let text = walk::borrowed_text(document, element).map_err(as_malformed)?;
    crate::decoded::base64::decode_in_xml(&text)
        .ok_or_else(|| malformed("base64", format!("{} with something else", document.qualified_name(element))))
}

fn children<'d>(document: &'d Document, element: NodeId) -> Result<Children<'d>, Rejection> {
    Children::of(document, element).map_err(as_malformed)
}

fn demand(children: &mut Children<'_>, local: &str) -> Result<NodeId, Rejection> {
    children.demand(Namespace::Dsig, local).map_err(as_malformed)
}

fn finish(children: Children<'_>) -> Result<(), Rejection> {
    children.finish().map_err(as_malformed)
}

/// Inside a Signature every fault of structure is one of the Signature.
fn as_malformed(rejection: Rejection) -> Rejection {
    Rejection::new(Reason::SignatureMalformed, rejection.expected(), rejection.found())
}

fn malformed(expected: &str, found: impl AsRef<str>) -> Rejection {
    Rejection::new(Reason::SignatureMalformed, expected, found)
}
