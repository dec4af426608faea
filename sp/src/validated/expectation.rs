//! What a browser waits for when it delivers a message: found by its cookie, never by what the message says.

use crate::config::EntityId;
use crate::request::Demands;
use crate::time::Instant;

/// An AuthnRequest of ours that has not been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingRequest {
    /// Its ID, which the answer must repeat.
    pub id: String,
    /// The IdP it was sent to; no other may answer.
    pub idp: EntityId,
}

/// Which messages this delivery may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    pending: Option<PendingRequest>,
    unsolicited: bool,
    checked: bool,
    demands: Option<(Demands, Instant)>,
}

/// What the message must turn out to be, once it is known whether it claims to be an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted<'a> {
    Answer(&'a PendingRequest),
    Unsolicited,
    Nothing,
    Anything,
}

impl Expectation {
    /// The answer to this request and nothing else.
    pub fn answer_to(request: PendingRequest) -> Self {
        Self { pending: Some(request), unsolicited: false, checked: true, demands: None }
    }

    /// No request is pending and none is needed: the IdP may start a login (profiles 4.1.5).
    ///
    /// This is a decision of the operator. Whoever can make a browser post a form can then log it in as himself.
    pub fn unsolicited() -> Self {
        Self { pending: None, unsolicited: true, checked: true, demands: None }
    }

    /// The answer to this request, or a message that the IdP started itself: people leave a login page and come back
    /// by their portal. A message that names a request must name this one.
    pub fn answer_or_unsolicited(request: PendingRequest) -> Self {
        Self { pending: Some(request), unsolicited: true, checked: true, demands: None }
    }

    /// No request is pending, and the IdP may not start logins: every message is refused, with the other rules' verdicts.
    pub fn nothing() -> Self {
        Self { pending: None, unsolicited: false, checked: true, demands: None }
    }

    /// Holds the answer against what the request demanded when it was made, at `asked_at` by our clock.
    #[must_use]
    pub fn demanding(mut self, demands: Demands, asked_at: Instant) -> Self {
        self.demands = Some((demands, asked_at));
        self
    }

    pub(super) fn demands(&self) -> Option<&(Demands, Instant)> {
        self.demands.as_ref()
    }

    /// Whether the message answers anything is not looked at. For `inspect` only: a login must never use it.
    pub(crate) fn not_checked() -> Self {
        Self { pending: None, unsolicited: false, checked: false, demands: None }
    }

    /// Decides by the Response alone; the signed confirmation must then agree.
    pub(super) fn settle(&self, names_request: bool) -> Wanted<'_> {
        match &self.pending {
            _ if !self.checked => Wanted::Anything,
            Some(request) if names_request || !self.unsolicited => Wanted::Answer(request),
            _ if self.unsolicited => Wanted::Unsolicited,
            _ => Wanted::Nothing,
        }
    }
}
