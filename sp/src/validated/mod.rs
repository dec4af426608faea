//! Stage 4: a verified Assertion in, [`Validated`] out, when it is meant for us, now, here, and for this request.
//!
//! One file per rule. Each rule returns evidence that only its own file can make, and [`Validated`] has one private
//! field per rule: a rule that is not asked leaves a field that cannot be filled. Every rule always runs; the first
//! that fails is the refusal, and the account has them all.

mod audience;
mod authentication;
mod claim;
mod conditions;
mod confirmation;
mod demands;
mod destination;
mod expectation;
mod in_response_to;
mod issue_instant;
mod issuer;
pub(crate) mod logout;
mod name_id;
mod status;
mod version;
mod window;

pub(crate) use issue_instant::is_recent;

pub use claim::Claim;
pub use expectation::{Expectation, PendingRequest};

use crate::account::{Account, Check};
use crate::config::{EndpointUrl, EntityId, Idp, Sp};
use crate::decoded::RelayState;
use crate::parsed::hint::Envelope;
use crate::reject::{Reason, Rejection};
use crate::saml::{Assertion, Response};
use crate::time::Instant;
use crate::verified::{self, Message};

/// The circumstances of a delivery: everything about it that is not in the message.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The endpoint of ours that received it; Destination and Recipient must name it.
    pub endpoint: &'a EndpointUrl,
    /// What this browser waits for.
    pub expectation: &'a Expectation,
    /// The time on our clock.
    pub now: Instant,
}

/// What the rules look at.
pub(crate) struct Subject<'a> {
    pub(crate) envelope: &'a Envelope,
    pub(crate) envelope_is_signed: bool,
    pub(crate) assertion_is_encrypted: bool,
    pub(crate) assertion: &'a Assertion,
    pub(crate) sp: &'a Sp,
    pub(crate) idp: &'a Idp,
    pub(crate) delivery: Delivery<'a>,
}

/// One piece of evidence per rule.
#[derive(Debug)]
#[expect(dead_code, reason = "most evidence carries no data: that the field is filled is the point")]
struct Evidence {
    version: version::VersionMatched,
    status: status::StatusIsSuccess,
    issuer: issuer::IssuerMatched,
    destination: destination::DestinationMatched,
    issue_instant: issue_instant::IssuedJustNow,
    in_response_to: in_response_to::RequestAnswered,
    conditions: conditions::ConditionsKnown,
    audience: audience::AudienceMatched,
    window: window::WithinWindow,
    name_id: name_id::NameIdPresent,
    confirmation: confirmation::BearerConfirmed,
    authentication: authentication::Authenticated,
    demands: demands::DemandsMet,
}

/// An Assertion that every rule let pass. Not yet an identity: that takes [`redeem`](crate::redeem), which sees to it
/// that the same message logs nobody in twice.
#[derive(Debug)]
pub struct Validated {
    evidence: Evidence,
    assertion: Assertion,
    idp: EntityId,
    relay_state: Option<RelayState>,
    accepted_at: Instant,
    /// First instant at which every copy of this Assertion is refused as over.
    over_at: Instant,
}

impl Validated {
    /// The note the login was started with.
    pub fn relay_state(&self) -> Option<&RelayState> {
        self.relay_state.as_ref()
    }

    /// What must happen only once.
    pub fn claim(&self) -> Claim {
        Claim::new(&self.idp, &self.assertion.id, self.evidence.in_response_to.request_id(), self.over_at)
    }

    /// When it was accepted, by the clock of the delivery.
    pub(crate) fn accepted_at(&self) -> Instant {
        self.accepted_at
    }

    pub(crate) fn into_parts(self) -> (Assertion, EntityId, crate::saml::AuthnStatement, crate::saml::NameId) {
        let Self { evidence, assertion, idp, .. } = self;
        (assertion, idp, evidence.authentication.into_statement(), evidence.name_id.into_name_id())
    }
}

/// Runs every rule over a verified message.
pub(crate) fn validate(
    message: &Message,
    relay_state: Option<RelayState>,
    sp: &Sp,
    idp: &Idp,
    delivery: Delivery<'_>,
    account: &mut Account,
) -> Result<Validated, Rejection> {
    let (response, assertion) = account.note(Check::Objects, read(message))?;
    let envelope = match (&response, &message.envelope) {
        (Some(response), _) => response.envelope(),
        (None, verified::Envelope::Unsigned(hint)) => hint.values(),
        // `read` reads a Response wherever the envelope is signed.
        (None, verified::Envelope::Signed(_)) => {
            return Err(Rejection::new(Reason::UnexpectedRoot, "a Response", "none"));
        }
    };
    let subject = Subject {
        envelope,
        envelope_is_signed: response.is_some(),
        assertion_is_encrypted: message.is_encrypted(),
        assertion: &assertion,
        sp,
        idp,
        delivery,
    };

    let version = account.note(Check::Version, version::check(&subject));
    let status = account.note(Check::Status, status::check(envelope));
    let issuer = account.note(Check::Issuer, issuer::check(&subject));
    let destination = account.note(Check::Destination, destination::check(&subject));
    let issue_instant = account.note(Check::IssueInstant, issue_instant::check(&subject));
    let in_response_to = in_response_to::check(&subject, account);
    let conditions = account.note(Check::Conditions, conditions::check(&assertion));
    let audience = account.note(Check::Audience, audience::check(&assertion, sp.entity_id()));
    let window = account.note(Check::Window, window::check(&subject));
    let name_id = account.note(Check::NameId, name_id::check(&assertion));
    let confirmation = account.note(Check::Confirmation, confirmation::check(&subject));
    let authentication = account.note(Check::Authentication, authentication::check(&subject));
    let demands = account.note(Check::Authentication, demands::check(&subject));

    let evidence = Evidence {
        version: version?,
        status: status?,
        issuer: issuer?,
        destination: destination?,
        in_response_to: in_response_to?,
        conditions: conditions?,
        audience: audience?,
        window: window?,
        name_id: name_id?,
        confirmation: confirmation?,
        // Behind what the IdP says itself of when the message starts and ends: an old message is over, and that is why.
        issue_instant: issue_instant?,
        authentication: authentication?,
        demands: demands?,
    };
    // A confirmation that never seems to end is over when the Assertion is too old (house rule house-3).
    let too_old = assertion.issue_instant.later(sp.max_age());
    let over_at = evidence.confirmation.last_end().min(too_old).later(sp.skew().0);
    Ok(Validated { evidence, assertion, idp: idp.entity_id().clone(), relay_state, accepted_at: delivery.now, over_at })
}

/// The objects of the message: the Response if it is signed, and the Assertion.
fn read(message: &Message) -> Result<(Option<Response>, Assertion), Rejection> {
    let response = match &message.envelope {
        verified::Envelope::Signed(response) => Some(Response::read(response)?),
        verified::Envelope::Unsigned(_) => None,
    };
    let missing = || Rejection::new(Reason::SignatureMissing, "a signature that covers the Assertion", "none");
    let assertion = Assertion::read(message.assertion().ok_or_else(missing)?)?;
    Ok((response, assertion))
}
