//! Destination: the endpoint that received the message, octet by octet; a signed message must have it (bindings
//! 3.4.5.2, 3.5.5.2), and a logout message is always signed.

use super::Place;
use crate::config::EndpointUrl;
use crate::reject::{Reason, Rejection};

/// The message was sent to the endpoint that received it.
#[derive(Debug)]
pub(super) struct DestinationMatched(());

pub(super) fn check(place: &Place<'_>) -> Result<DestinationMatched, Rejection> {
    let endpoint = place.delivery.endpoint;
    if !place.sp.single_logout().contains(endpoint) {
        let ours = place.sp.single_logout().iter().map(EndpointUrl::as_str).collect::<Vec<_>>().join(", ");
        return Err(Rejection::new(Reason::EndpointNotOurs, ours, endpoint.as_str()));
    }
    match place.head.destination.as_deref() {
        Some(destination) if destination == endpoint.as_str() => Ok(DestinationMatched(())),
        Some(other) => Err(Rejection::new(Reason::DestinationMismatch, endpoint.as_str(), other)),
        None => Err(Rejection::new(Reason::DestinationMissing, endpoint.as_str(), "none")),
    }
}
