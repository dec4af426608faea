//! Issuer: the Assertion's is the IdP whose keys were used; the Response's is too, and must be there if it is signed
//! or its Assertion is encrypted (profiles 4.1.4.2). An Issuer of another format than entity is refused (core 8.3.6).

use super::Subject;
use crate::names;
use crate::parsed::hint::Issuer;
use crate::reject::{Reason, Rejection};

/// Both Issuers are the IdP that is expected here.
#[derive(Debug)]
pub(super) struct IssuerMatched(());

pub(super) fn check(subject: &Subject<'_>) -> Result<IssuerMatched, Rejection> {
    let idp = subject.idp.entity_id().as_str();
    match &subject.envelope.issuer {
        Some(issuer) => is(issuer, idp)?,
        None if subject.envelope_is_signed || subject.assertion_is_encrypted => {
            return Err(Rejection::new(Reason::IssuerMissing, idp, "a signed Response without"));
        }
        // An unsigned Response may leave it out; the signed Assertion has it.
        None => {}
    }
    is(&subject.assertion.issuer, idp)?;
    Ok(IssuerMatched(()))
}

fn is(issuer: &Issuer, idp: &str) -> Result<(), Rejection> {
    if issuer.name != idp {
        return Err(Rejection::new(Reason::IssuerMismatch, idp, &issuer.name));
    }
    match issuer.format.as_deref() {
        None | Some(names::FORMAT_ENTITY) => Ok(()),
        Some(other) => Err(Rejection::new(Reason::IssuerMismatch, names::FORMAT_ENTITY, other)),
    }
}
