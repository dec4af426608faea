//! A Response without an Assertion: its signature, settled before, in, the reason why nobody logs in out (core 3.2.2).
//!
//! Most often the IdP says so in its Status. Whether it was the IdP who says so stands beside it: anyone can send a
//! browser here with an unsigned one, so only a signed one is worth a look at the IdP.

use super::Verified;
use crate::account::{Account, Check};
use crate::parsed::Document;
use crate::parsed::hint::Envelope;
use crate::reject::{Reason, Rejection};

pub(super) fn reason(document: &Document, response: Option<&Verified>, account: &mut Account) -> Rejection {
    let (document, said) = match response {
        Some(response) => (response.document(), "signed by the IdP"),
        None => (document, "unsigned"),
    };
    let (check, rejection) = match Envelope::read(document, document.root()) {
        Ok(envelope) => match envelope.status.is_success() {
            Ok(()) => (Check::Structure, Rejection::new(Reason::AssertionMissing, "one Assertion", "none")),
            Err(status) => {
                let found = format!("{said}: {}", status.found());
                (Check::Status, Rejection::new(status.reason(), status.expected(), found))
            }
        },
        Err(rejection) => (Check::Structure, rejection),
    };
    account.note::<()>(check, Err(rejection.clone())).err().unwrap_or(rejection)
}
