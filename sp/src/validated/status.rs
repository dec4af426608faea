//! Status: the IdP reports success (core 3.2.2.2). The schema demands a Status, so there is always one to look at.

use crate::parsed::hint::Envelope;
use crate::reject::Rejection;

/// The IdP reports success.
#[derive(Debug)]
pub(super) struct StatusIsSuccess(());

pub(super) fn check(envelope: &Envelope) -> Result<StatusIsSuccess, Rejection> {
    envelope.status.is_success().map(StatusIsSuccess)
}
