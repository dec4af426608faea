//! Issuer: the Assertion's is the IdP whose keys were used; the Response's is too, and must be there if it is signed
//! or its Assertion is encrypted (profiles 4.1.4.2). An Issuer of another format than entity is refused (core 8.3.6),
//! and so is an IdP whose metadata has ended meanwhile: it might have withdrawn the key (metadata 2.3.2).

use super::Subject;
use crate::config::Idp;
use crate::names;
use crate::parsed::hint::Issuer;
use crate::reject::{Reason, Rejection};
use crate::time::Instant;

/// Both Issuers are the IdP that is expected here.
#[derive(Debug)]
pub(super) struct IssuerMatched(());

pub(super) fn check(subject: &Subject<'_>) -> Result<IssuerMatched, Rejection> {
    is_described(subject.idp, subject.delivery.now)?;
    let idp = subject.idp.entity_id().as_str();
    match &subject.envelope.issuer {
        Some(_) if fault!(ResponseIssuerIgnored) => {}
        Some(issuer) => is(issuer, idp)?,
        None if fault!(IssuerOptional) => {}
        None if subject.envelope_is_signed || subject.assertion_is_encrypted => {
            return Err(Rejection::new(Reason::IssuerMissing, idp, "a signed Response without"));
        }
        // An unsigned Response may leave it out; the signed Assertion has it.
        None => {}
    }
    fault!(AssertionIssuerIgnored => Ok(IssuerMatched(())));
    is(&subject.assertion.issuer, idp)?;
    Ok(IssuerMatched(()))
}

/// `validUntil` is when the metadata is over; no clock skew, as it was our administrator who took it.
pub(super) fn is_described(idp: &Idp, now: Instant) -> Result<(), Rejection> {
    match idp.services().valid_until.filter(|until| *until <= now) {
        None => Ok(()),
        Some(until) => Err(Rejection::new(Reason::MetadataExpired, format!("an end after {now}"), until.to_string())),
    }
}

pub(super) fn is(issuer: &Issuer, idp: &str) -> Result<(), Rejection> {
    if !fault!(IssuerIgnored) && issuer.name != idp {
        return Err(Rejection::new(Reason::IssuerMismatch, idp, &issuer.name));
    }
    match issuer.format.as_deref() {
        None | Some(names::FORMAT_ENTITY) => Ok(()),
        Some(_) if fault!(IssuerFormatIgnored) => Ok(()),
        Some(other) => Err(Rejection::new(Reason::IssuerMismatch, names::FORMAT_ENTITY, other)),
    }
}
