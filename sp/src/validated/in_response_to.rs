//! InResponseTo of the Response: our pending request, sent to this IdP; or none, where logins may start at the IdP
//! (profiles 4.1.4.2, 4.1.5). The signed confirmation is held against the same request in its own rule.

use super::Subject;
use super::expectation::Wanted;
use crate::account::{Account, Check};
use crate::reject::{Reason, Rejection};

/// The message answers what this browser waits for.
#[derive(Debug)]
pub(super) struct RequestAnswered {
    request_id: Option<String>,
}

impl RequestAnswered {
    /// The request that is answered by this; it must not be answered again.
    pub(super) fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

pub(super) fn check(subject: &Subject<'_>, account: &mut Account) -> Result<RequestAnswered, Rejection> {
    let named = subject.envelope.in_response_to.as_deref();
    let wanted = subject.delivery.expectation.settle(named.is_some());
    if wanted == Wanted::Anything {
        account.not_required(Check::InResponseTo, "not checked: neither a request nor `unsolicited` was given");
        return Ok(RequestAnswered { request_id: None });
    }
    let request_id = sent_to_this_idp(wanted, subject).and_then(|()| answers(named, wanted));
    let request_id = account.note(Check::InResponseTo, request_id)?;
    Ok(RequestAnswered { request_id: request_id.map(str::to_owned) })
}

/// House rule house-15: a request that went to one IdP is not answered by another, though we trust both.
fn sent_to_this_idp(wanted: Wanted<'_>, subject: &Subject<'_>) -> Result<(), Rejection> {
    match wanted {
        Wanted::Answer(_) if fault!(RequestOfAnyIdp) => Ok(()),
        Wanted::Answer(request) if request.idp != *subject.idp.entity_id() => {
            Err(Rejection::new(Reason::RequestOfOtherIdp, request.idp.as_str(), subject.idp.entity_id().as_str()))
        }
        _ => Ok(()),
    }
}

/// Whether an InResponseTo is what is wanted; the request it answers.
pub(super) fn answers<'a>(named: Option<&str>, wanted: Wanted<'a>) -> Result<Option<&'a str>, Rejection> {
    fault!(InResponseToIgnored => Ok(None));
    match (wanted, named) {
        (Wanted::Anything, _) | (Wanted::Unsolicited, None) => Ok(None),
        (Wanted::Answer(request), Some(named)) if request.id == named => Ok(Some(&request.id)),
        (Wanted::Answer(request), Some(other)) => Err(Rejection::new(Reason::InResponseToMismatch, &request.id, other)),
        (Wanted::Answer(request), None) if fault!(InResponseToOptional) => Ok(Some(&request.id)),
        (Wanted::Answer(request), None) => Err(Rejection::new(Reason::InResponseToMissing, &request.id, "none")),
        (Wanted::Unsolicited, Some(_)) if fault!(UnsolicitedNamesRequest) => Ok(None),
        (Wanted::Unsolicited, Some(named)) => Err(Rejection::new(Reason::UnsolicitedNamesRequest, "none", named)),
        (Wanted::Nothing, named) => Err(Rejection::new(
            Reason::UnsolicitedNotAllowed,
            "a login started here",
            named.unwrap_or("a message without a request"),
        )),
    }
}
