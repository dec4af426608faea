//! Issuer: there is one, and it is the IdP whose keys were used (profiles 4.4.4.1, 4.4.4.2).

use super::Place;
use crate::reject::{Reason, Rejection};

/// The Issuer is the IdP that is expected here.
#[derive(Debug)]
pub(super) struct IssuerMatched(());

pub(super) fn check(place: &Place<'_>) -> Result<IssuerMatched, Rejection> {
    crate::validated::issuer::is_described(place.idp, place.delivery.now)?;
    let idp = place.idp.entity_id().as_str();
    let missing = || Rejection::new(Reason::IssuerMissing, idp, "a logout message without");
    let issuer = place.head.issuer.as_ref().ok_or_else(missing)?;
    crate::validated::issuer::is(issuer, idp).map(IssuerMatched)
}
