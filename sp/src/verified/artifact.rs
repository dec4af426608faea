//! The answer of an ArtifactResolutionService: a SOAP envelope in, its values and the message inside as XML out.
//!
//! Refuses another envelope than Body with one ArtifactResponse, and a Signature on it that is not good. What is inside
//! is taken out with all prefixes in scope, so that its own signature stays what it was. Where it has none, the
//! ArtifactResponse's vouches for it: it is a part of what was signed.

use super::c14n::{Canonicalization, Comments, canonicalize};
use super::enveloped;
use crate::config::{EntityId, Idp, Sp};
use crate::names::{Namespace, SOAP};
use crate::parsed::hint::{Issuer, Status};
use crate::parsed::walk::{self, Children};
use crate::parsed::{self, Document, NodeId};
use crate::reject::{Reason, Rejection};
use crate::time::Instant;

/// What an ArtifactResponse says of itself. Hints: they can only refuse.
pub(crate) struct Answer {
    pub(crate) issue_instant: Instant,
    pub(crate) in_response_to: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) status: Status,
    pub(crate) message: Option<String>,
    pub(crate) voucher: Option<Voucher>,
}

/// The message that was taken out of an ArtifactResponse is a part of what this IdP signed.
#[derive(Debug)]
pub(crate) struct Voucher {
    idp: EntityId,
}

impl Voucher {
    /// Whether it was this IdP: what another one signed says nothing about its people.
    pub(super) fn is_of(&self, idp: &Idp) -> bool {
        self.idp == *idp.entity_id()
    }
}

/// Reads the answer, and settles its own signature if it has one.
pub(crate) fn read(soap: Vec<u8>, sp: &Sp, idp: &Idp) -> Result<Answer, Rejection> {
    let document = parsed::read(soap, sp.limits())?;
    let response = in_envelope(&document)?;
    let mut children = Children::of(&document, response)?;
    let issuer = children.take(Namespace::Saml, "Issuer");
    let signature = children.take(Namespace::Dsig, "Signature");
    let signed = signature
        .map(|signature| enveloped::signed_octets(&document, response, signature, idp, sp.limits()))
        .transpose()?;
    children.take(Namespace::Samlp, "Extensions");
    let status = children.demand(Namespace::Samlp, "Status")?;
    let message = children.any();
    children.finish()?;
    if walk::attribute(&document, response, "Version")? != "2.0" {
        return Err(Rejection::new(Reason::VersionMismatch, "2.0", "another Version"));
    }
    let instant = walk::instant(&document, response, "IssueInstant")?;
    let (message, voucher) = match (message, signed) {
        (Some(message), Some(octets)) if !is_signed(&document, message) => {
            (Some(vouched_for(&document, message, octets, sp)?), Some(Voucher { idp: idp.entity_id().clone() }))
        }
        (message, _) => (message.map(|message| taken_out(&document, message, sp)).transpose()?, None),
    };
    Ok(Answer {
        issue_instant: instant
            .ok_or_else(|| Rejection::new(Reason::AttributeMissing, "the attribute IssueInstant", "none"))?,
        in_response_to: document.attribute(response, "InResponseTo").map(Into::into),
        issuer: issuer.map(|issuer| Issuer::read(&document, issuer)).transpose()?.map(|issuer| issuer.name),
        status: Status::read(&document, status)?,
        message,
        voucher,
    })
}

/// Whether a message carries a Signature of its own. Then that one decides, as it does by every other binding.
fn is_signed(document: &Document, message: NodeId) -> bool {
    document.elements(message).any(|child| document.is(child, Namespace::Dsig, "Signature"))
}

/// A message without a Signature of its own, as a part of the octets that were signed around it.
///
/// The tree of the octets is the tree they were written from, but for declarations that nothing uses. An Assertion's own
/// Signature may need those; where there is ciphertext, which may use them, only those that are signed count.
fn vouched_for(document: &Document, message: NodeId, octets: String, sp: &Sp) -> Result<String, Rejection> {
    if !document.names(Namespace::Xenc) {
        return taken_out(document, message, sp);
    }
    let signed = parsed::read(octets.into_bytes(), sp.limits())?;
    // The structure has been checked: the message is what comes last.
    let missing = || Rejection::new(Reason::ArtifactUnknown, "a Response in the signed octets", "none");
    let message = signed.elements(signed.root()).last().ok_or_else(missing)?;
    taken_out(&signed, message, sp)
}

/// The ArtifactResponse: the one child of the Body, which is the last child of the Envelope.
fn in_envelope(document: &Document) -> Result<NodeId, Rejection> {
    let found = || document.qualified_name(document.root()).to_owned();
    let wrong = || Rejection::new(Reason::SoapMalformed, "a SOAP 1.1 Envelope with one ArtifactResponse", found());
    let soap = |id: NodeId, local: &str| document.element_uri(id) == SOAP && document.local(id) == local;
    let root = Some(document.root()).filter(|root| soap(*root, "Envelope")).ok_or_else(wrong)?;
    let mut parts = document.elements(root).skip_while(|part| soap(*part, "Header"));
    let (Some(body), None) = (parts.next(), parts.next()) else { return Err(wrong()) };
    let mut inside = document.elements(body);
    let (Some(response), None) = (inside.next().filter(|_| soap(body, "Body")), inside.next()) else {
        return Err(wrong());
    };
    if document.is(response, Namespace::Samlp, "ArtifactResponse") { Ok(response) } else { Err(wrong()) }
}

/// The message as a document of its own. Comments stay: one inside a value must still be seen.
fn taken_out(document: &Document, message: NodeId, sp: &Sp) -> Result<String, Rejection> {
    let how = Canonicalization::Inclusive { comments: Comments::Kept };
    canonicalize(document, message, None, &how, sp.limits().canonical_bytes)
}
