//! Status: the top-level code is Success (core 3.2.2.2). The schema demands a Status; a second code does not count.

use crate::names;
use crate::parsed::hint::Envelope;
use crate::reject::{Reason, Rejection};

/// The IdP reports success.
#[derive(Debug)]
pub(crate) struct StatusIsSuccess(());

pub(crate) fn check(envelope: &Envelope) -> Result<StatusIsSuccess, Rejection> {
    let status = &envelope.status;
    if status.code == names::STATUS_SUCCESS {
        return Ok(StatusIsSuccess(()));
    }
    let second = status.second_code.as_deref().map(|code| format!(", {code}"));
    let message = status.message.as_deref().map(|message| format!(": {message}"));
    let found = format!("{}{}{}", status.code, second.unwrap_or_default(), message.unwrap_or_default());
    Err(Rejection::new(Reason::StatusNotSuccess, names::STATUS_SUCCESS, found))
}
