//! Single Logout on one screen: what a browser brought to our SingleLogoutService in, an order to end sessions or the
//! answer to ours out, or a [`Rejection`] (profiles 4.4).
//!
//! A message that nobody signed is refused, by either binding. Which sessions end is for the caller to carry out:
//! [`LogoutOrder::means`] says of each whether it is meant. What we send is in [`request`](crate::request).
//!
//! ```
//! use sp::logout::{LogoutDelivery, Received, redeem_logout};
//! # async fn f<S: sp::OnceStore + Sync>(query: &str, sp: &sp::Sp, idp: &sp::Idp, endpoint: &sp::EndpointUrl, store: &S, now: sp::Instant)
//! # -> Result<(), sp::Rejection> {
//! let received = Received::redirect(query, sp)?;
//! let validated = received.accept_request(sp, idp, LogoutDelivery { endpoint, now })?;
//! let order = redeem_logout(validated, store, now).await?;
//! // for each session: if order.means(issuer, name_id, session_index) { end it }
//! # let _ = order; Ok(()) }
//! ```

use crate::config::{Idp, Sp};
use crate::decoded::redirect::query::{self, Carried, RawSignature};
use crate::decoded::{Decoded, Field, RelayState, post};
use crate::identity::{Inserted, OnceStore, REDEEM_WITHIN};
use crate::parsed::{self, Document, hint};
use crate::reject::{Reason, Rejection};
use crate::saml::{LogoutRequest, LogoutResponse};
use crate::time::Instant;
use crate::validated::logout as rules;
use crate::verified::{Verified, logout as signature};

pub use crate::validated::logout::{
    LogoutDelivery, LogoutOrder, LogoutOutcome, PendingLogout, ValidatedLogoutRequest, ValidatedLogoutResponse,
};

/// A logout message that is well-formed and nothing more. Nobody vouches for it; all it can tell is whose keys to try.
#[derive(Debug)]
pub struct Received {
    document: Document,
    relay_state: Option<RelayState>,
    field: Field,
    how: How,
}

/// How it travelled, which decides where its signature is.
#[derive(Debug)]
enum How {
    Post,
    Redirect(Option<RawSignature>),
}

impl Received {
    /// Reads the body of a form that came by the HTTP-POST binding.
    pub fn post(body: &[u8], sp: &Sp) -> Result<Self, Rejection> {
        let (field, decoded) = post::read_either(body, sp.limits())?;
        Self::read(field, decoded, How::Post, sp)
    }

    /// Reads the query of the HTTP-Redirect binding, without its question mark and exactly as it was received: the
    /// signature is over its octets, escapes included.
    pub fn redirect(query: &str, sp: &Sp) -> Result<Self, Rejection> {
        let Carried { field, decoded, signature } = query::read(query, sp.limits())?;
        Self::read(field, decoded, How::Redirect(signature), sp)
    }

    fn read(field: Field, decoded: Decoded, how: How, sp: &Sp) -> Result<Self, Rejection> {
        let Decoded { xml, relay_state } = decoded;
        Ok(Self { document: parsed::read(xml, sp.limits())?, relay_state, field, how })
    }

    /// Whether it came as a request; what it says must then be one.
    pub fn is_request(&self) -> bool {
        self.field == Field::Request
    }

    /// The Issuer that the message claims. Choose among trusted IdPs by it; the signed Issuer must then be the same.
    pub fn issuer_hint(&self) -> Option<String> {
        hint::issuer(&self.document)
    }

    /// The note that came along.
    pub fn relay_state(&self) -> Option<&RelayState> {
        self.relay_state.as_ref()
    }

    /// Verifies the signature of a LogoutRequest by the keys of one IdP, then runs every rule.
    pub fn accept_request(
        self,
        sp: &Sp,
        idp: &Idp,
        delivery: LogoutDelivery<'_>,
    ) -> Result<ValidatedLogoutRequest, Rejection> {
        if !self.is_request() {
            return Err(Rejection::new(Reason::LogoutUnexpectedRoot, "a SAMLRequest", "a SAMLResponse"));
        }
        let (verified, relay_state) = self.verify(sp, idp)?;
        rules::validate_request(LogoutRequest::read(&verified)?, relay_state, sp, idp, delivery)
    }

    /// Verifies the signature of a LogoutResponse by the keys of one IdP, then runs every rule. `pending` is what this
    /// browser waits for, found by its cookie and never by the message.
    pub fn accept_response(
        self,
        sp: &Sp,
        idp: &Idp,
        pending: Option<&PendingLogout>,
        delivery: LogoutDelivery<'_>,
    ) -> Result<ValidatedLogoutResponse, Rejection> {
        if self.is_request() {
            return Err(Rejection::new(Reason::LogoutUnexpectedRoot, "a SAMLResponse", "a SAMLRequest"));
        }
        let (verified, relay_state) = self.verify(sp, idp)?;
        rules::validate_response(&LogoutResponse::read(&verified)?, relay_state, pending, sp, idp, delivery)
    }

    fn verify(self, sp: &Sp, idp: &Idp) -> Result<(Verified, Option<RelayState>), Rejection> {
        let verified = match &self.how {
            How::Post => signature::posted(&self.document, sp, idp)?,
            How::Redirect(signed) => signature::queried(self.document, signed.as_ref(), sp, idp)?,
        };
        Ok((verified, self.relay_state))
    }
}

/// Turns a validated LogoutRequest into an order, unless it was carried out before.
///
/// `now` is the time on the clock of the delivery; a request that was accepted more than a minute ago is refused, as
/// its first use might have been forgotten by then.
pub async fn redeem_logout<S: OnceStore + Sync>(
    validated: ValidatedLogoutRequest,
    store: &S,
    now: Instant,
) -> Result<LogoutOrder, Rejection> {
    let latest = validated.accepted_at().later(REDEEM_WITHIN);
    if latest < now {
        return Err(Rejection::new(Reason::RedeemedTooLate, format!("by {latest}"), now.to_string()));
    }
    let claim = validated.claim();
    match store.insert(&claim).await {
        Ok(Inserted::Fresh) => Ok(validated.into_order()),
        Ok(Inserted::AssertionWasUsed | Inserted::RequestWasAnswered) => {
            let id = claim.assertion_id();
            Err(Rejection::new(Reason::LogoutReplayed, "a LogoutRequest not carried out before", id))
        }
        Err(error) => Err(Rejection::new(Reason::StoreUnavailable, "a store that answers", error.to_string())),
    }
}
