//! Destination: the endpoint that received the message, octet by octet (bindings 3.5.5.2).
//!
//! A signed Response must have it. An unsigned one may leave it out: the signed Recipient says the same.

use super::Subject;
use crate::config::EndpointUrl;
use crate::reject::{Reason, Rejection};

/// The Response was sent to the endpoint that received it, as far as it says.
#[derive(Debug)]
pub(super) struct DestinationMatched(());

pub(super) fn check(subject: &Subject<'_>) -> Result<DestinationMatched, Rejection> {
    // An endpoint made from a Host header would let the message choose.
    if !subject.sp.acs().contains(subject.delivery.endpoint) {
        let ours = subject.sp.acs().iter().map(EndpointUrl::as_str).collect::<Vec<_>>().join(", ");
        return Err(Rejection::new(Reason::EndpointNotOurs, ours, subject.delivery.endpoint.as_str()));
    }
    let endpoint = subject.delivery.endpoint.as_str();
    match subject.envelope.destination.as_deref() {
        Some(destination) if destination == endpoint => Ok(DestinationMatched(())),
        Some(other) if fault!(DestinationPrefix) && other.starts_with(endpoint) => Ok(DestinationMatched(())),
        _ if fault!(DestinationIgnored) => Ok(DestinationMatched(())),
        Some(other) => Err(Rejection::new(Reason::DestinationMismatch, endpoint, other)),
        None if fault!(DestinationOptional) => Ok(DestinationMatched(())),
        None if subject.envelope_is_signed => Err(Rejection::new(Reason::DestinationMissing, endpoint, "none")),
        None => Ok(DestinationMatched(())),
    }
}
