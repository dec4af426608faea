//! Stage 5: a validated message in, an [`Identity`] out, once.
//!
//! Refuses a request that was answered before and an Assertion that was used before. Whether they were is for a
//! [`OnceStore`] to say, which all nodes of a service must share; if it cannot say, the message is refused.

use crate::config::EntityId;
use crate::reject::{Reason, Rejection};
use crate::saml::{Attribute, NameId};
use crate::time::Instant;
use crate::validated::{Claim, Validated};
use std::future::Future;
use std::time::Duration;

/// How inserting a claim came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// Neither the Assertion nor the request was there; now both are.
    Fresh,
    /// The Assertion was there; nothing was inserted.
    AssertionWasUsed,
    /// The request was there; nothing was inserted.
    RequestWasAnswered,
}

/// Remembers claims. The insertion must be one atomic step: of fifty that run at once with the same claim, one is fresh.
pub trait OnceStore {
    /// Why the store could not say.
    type Error: std::error::Error;

    /// Inserts the claim if neither its Assertion nor its request is there.
    fn insert(&self, claim: &Claim) -> impl Future<Output = Result<Inserted, Self::Error>> + Send;
}

/// Who logged in: what the application gets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The IdP that says so. A NameID means nothing without it.
    pub issuer: EntityId,
    /// The Subject's name.
    pub name_id: NameId,
    /// Facts about the Subject, in document order; the same name may stand twice.
    pub attributes: Vec<Attribute>,
    /// The IdP's name for its session, for logout.
    pub session_index: Option<String>,
    /// When our session must end at the latest.
    pub session_not_on_or_after: Option<Instant>,
    /// How the principal authenticated.
    pub authn_context: Option<String>,
    /// When the principal authenticated.
    pub authn_instant: Instant,
    /// The Assertion this comes from, for the audit log.
    pub assertion_id: String,
}

/// How long after accepting a message it may be redeemed.
pub(crate) const REDEEM_WITHIN: Duration = Duration::from_secs(60);

/// Turns a validated message into an identity, unless it, or its request, was used before.
///
/// `now` is the time on the clock of the delivery. A message that was accepted more than a minute ago is refused: the
/// claim of its first use might have been forgotten by then.
pub async fn redeem<S: OnceStore + Sync>(validated: Validated, store: &S, now: Instant) -> Result<Identity, Rejection> {
    let latest = validated.accepted_at().later(REDEEM_WITHIN);
    if latest < now {
        return Err(Rejection::new(Reason::RedeemedTooLate, format!("by {latest}"), now.to_string()));
    }
    let claim = validated.claim();
    match store.insert(&claim).await {
        Ok(Inserted::Fresh) => Ok(identity(validated)),
        Ok(Inserted::AssertionWasUsed) => {
            Err(Rejection::new(Reason::AssertionReplayed, "an Assertion not used before", claim.assertion_id()))
        }
        Ok(Inserted::RequestWasAnswered) => {
            let request = claim.request_id().unwrap_or_default();
            Err(Rejection::new(Reason::RequestAlreadyAnswered, "a request not answered before", request))
        }
        Err(error) => Err(Rejection::new(Reason::StoreUnavailable, "a store that answers", error.to_string())),
    }
}

fn identity(validated: Validated) -> Identity {
    let (assertion, issuer, statement, name_id) = validated.into_parts();
    Identity {
        issuer,
        name_id,
        attributes: assertion.attributes,
        session_index: statement.session_index,
        session_not_on_or_after: statement.session_not_on_or_after,
        authn_context: statement.class_ref,
        authn_instant: statement.authn_instant,
        assertion_id: assertion.id,
    }
}
