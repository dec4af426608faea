//! HTTP-Artifact on one screen: the artifact that a browser brought in, where to resolve it out; then what that said in,
//! the login message out, which is accepted like any other (bindings 3.6, core 3.5).
//!
//! Refuses an artifact of another type, of another IdP than the one that was asked, or that names an endpoint this IdP
//! does not have; and an answer that is none to our ArtifactResolve. Stricter than the standard: the message inside must be
//! signed like one that came by HTTP-POST, or the ArtifactResponse around it. A back channel that is authenticated would
//! do by the standard (profiles 4.1.3.5), but then who ends the TLS would decide who logs in.
//!
//! The call itself is the caller's: post [`ArtifactResolve::soap`](crate::request::ArtifactResolve::soap) to its
//! location with bounded size and time, over TLS, and hand the answer's octets to [`resolved`].

use crate::accept::Received;
use crate::account::Account;
use crate::config::{ArtifactResolutionService, Idp, Sp};
use crate::decoded::{Decoded, RelayState, base64};
use crate::reject::{Reason, Rejection};
use crate::time::Instant;
use crate::verified::artifact as signature;
use aws_lc_rs::digest;

/// The only type of artifact there is: 4 (bindings 3.6.4).
const TYPE_CODE: [u8; 2] = [0, 4];

/// Type, endpoint index, SourceID and MessageHandle.
const OCTETS: usize = 44;

/// A small reference that is exchanged for a message, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    text: String,
    index: u16,
    source_id: [u8; 20],
}

impl Artifact {
    /// Reads the value of the field `SAMLart`: 44 octets in strict base64.
    pub fn read(text: &str) -> Result<Self, Rejection> {
        let invalid = |found: &str| Rejection::new(Reason::ArtifactInvalid, "44 octets of type 4 in base64", found);
        if text.len() > OCTETS * 2 {
            return Err(invalid("more"));
        }
        let octets = base64::decode(text.as_bytes()).ok_or_else(|| invalid("something else"))?;
        let ([kind @ .., i1, i0], rest) = octets.split_first_chunk::<4>().ok_or_else(|| invalid("less"))?;
        let (source_id, handle) = rest.split_first_chunk::<20>().ok_or_else(|| invalid("less"))?;
        if *kind != TYPE_CODE || handle.len() != 20 {
            return Err(invalid("another type or length"));
        }
        Ok(Self { text: text.to_owned(), index: u16::from_be_bytes([*i1, *i0]), source_id: *source_id })
    }

    /// As it came.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where this IdP exchanges it: its SourceID is the SHA-1 of the IdP's entityID (bindings 3.6.4), and its index one
    /// of its endpoints'. SHA-1 only tells IdPs apart here; who answers must sign.
    pub fn resolution_service<'a>(&self, idp: &'a Idp) -> Result<&'a ArtifactResolutionService, Rejection> {
        let name = idp.entity_id().as_str();
        let source = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, name.as_bytes());
        if source.as_ref() != self.source_id {
            return Err(Rejection::new(Reason::ArtifactOfOtherIdp, name, "the SourceID of another IdP"));
        }
        let mut services = idp.services().artifact_resolution.iter();
        services.find(|service| service.index == self.index).ok_or_else(|| {
            Rejection::new(Reason::ArtifactEndpointUnknown, "an endpoint of its metadata", self.index.to_string())
        })
    }
}

/// The login message in an answer to our ArtifactResolve. Accept it like one that a browser posted.
///
/// `resolve_id` is the ID of the ArtifactResolve, `relay_state` what the browser brought beside the artifact.
pub fn resolved(
    soap: &[u8],
    resolve_id: &str,
    relay_state: Option<&str>,
    sp: &Sp,
    idp: &Idp,
    now: Instant,
) -> Result<Received, Rejection> {
    let relay_state = relay_state.map(|text| RelayState::new(text, sp.limits())).transpose()?;
    let answer = signature::read(soap.to_vec(), sp, idp)?;
    if answer.in_response_to.as_deref() != Some(resolve_id) {
        let found = answer.in_response_to.as_deref().unwrap_or("none");
        return Err(Rejection::new(Reason::ArtifactAnswerMismatch, resolve_id, found));
    }
    match answer.issuer.as_deref() {
        Some(issuer) if issuer == idp.entity_id().as_str() => {}
        issuer => {
            let found = issuer.unwrap_or("none");
            return Err(Rejection::new(Reason::IssuerMismatch, idp.entity_id().as_str(), found));
        }
    }
    crate::validated::is_recent(answer.issue_instant, sp, now)?;
    answer.status.is_success()?;
    let none = || Rejection::new(Reason::ArtifactUnknown, "a Response in the ArtifactResponse", "none");
    let xml = answer.message.ok_or_else(none)?.into_bytes();
    let received = Received::read(Ok(Decoded { xml, relay_state }), sp, &mut Account::new())?;
    Ok(received.vouched_for_by(answer.voucher))
}
