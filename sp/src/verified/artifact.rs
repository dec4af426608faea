//! The answer of an ArtifactResolutionService: a SOAP envelope in, its values and the message inside as XML out.
//!
//! Refuses another envelope than Body with one ArtifactResponse, and a Signature on it that is not good. What is inside
//! is taken out with all prefixes in scope, so that its own signature stays what it was; nobody vouches for it here.

use super::c14n::{Canonicalization, Comments, canonicalize};
use super::enveloped;
use crate::config::{Idp, Sp};
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
}

/// Reads the answer, and settles its own signature if it has one.
pub(crate) fn read(soap: Vec<u8>, sp: &Sp, idp: &Idp) -> Result<Answer, Rejection> {
    let document = parsed::read(soap, sp.limits())?;
    let response = in_envelope(&document)?;
    let mut children = Children::of(&document, response)?;
    let issuer = children.take(Namespace::Saml, "Issuer");
    if let Some(signature) = children.take(Namespace::Dsig, "Signature") {
        enveloped::signed_element(&document, response, signature, idp, sp.limits())?;
    }
    children.take(Namespace::Samlp, "Extensions");
    let status = children.demand(Namespace::Samlp, "Status")?;
    let message = children.any();
    children.finish()?;
    if walk::attribute(&document, response, "Version")? != "2.0" {
        return Err(Rejection::new(Reason::VersionMismatch, "2.0", "another Version"));
    }
    let instant = walk::instant(&document, response, "IssueInstant")?;
    Ok(Answer {
        issue_instant: instant
            .ok_or_else(|| Rejection::new(Reason::AttributeMissing, "the attribute IssueInstant", "none"))?,
        in_response_to: document.attribute(response, "InResponseTo").map(Into::into),
        issuer: issuer.map(|issuer| Issuer::read(&document, issuer)).transpose()?.map(|issuer| issuer.name),
        status: Status::read(&document, status)?,
        message: message.map(|message| taken_out(&document, message, sp)).transpose()?,
    })
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
