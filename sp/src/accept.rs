//! The whole journey on one screen: what a browser posted in, [`Validated`] or a [`Rejection`] out.

use crate::account::{Account, Check};
use crate::config::{Idp, Sp};
use crate::decoded::redirect::query::RawSignature;
use crate::decoded::{self, Decoded, RelayState};
use crate::parsed::{self, Document, hint};
use crate::reject::Rejection;
use crate::validated::{self, Delivery, Validated};
use crate::verified::{self, Voucher, query::QuerySignature};

/// A message that is well-formed and nothing more. Nobody vouches for it; all it can tell is whose keys to try.
#[derive(Debug)]
pub struct Received {
    document: Document,
    relay_state: Option<RelayState>,
    voucher: Option<Voucher>,
    account: Account,
}

impl Received {
    /// Reads the body of a form that came by the HTTP-POST binding.
    pub fn post(body: &[u8], sp: &Sp) -> Result<Self, Rejection> {
        let mut account = Account::new();
        Self::read(decoded::post::read(body, sp.limits()), sp, &mut account)
    }

    /// Reads the value of the form field `SAMLResponse`, for whoever has taken the form apart already.
    pub fn post_value(response: &str, sp: &Sp) -> Result<Self, Rejection> {
        let mut account = Account::new();
        let decoded = decoded::post::read_value(response, sp.limits()).map(|xml| Decoded { xml, relay_state: None });
        Self::read(decoded, sp, &mut account)
    }

    pub(crate) fn read(decoded: Result<Decoded, Rejection>, sp: &Sp, account: &mut Account) -> Result<Self, Rejection> {
        let Decoded { xml, relay_state } = account.note(Check::Binding, decoded)?;
        let document = account.note(Check::Xml, parsed::read(xml, sp.limits()))?;
        Ok(Self { document, relay_state, voucher: None, account: std::mem::take(account) })
    }

    /// The message came inside of something that its IdP signed.
    pub(crate) fn vouched_for_by(self, voucher: Option<Voucher>) -> Self {
        Self { voucher, ..self }
    }

    /// Refuses a message by HTTP-Redirect whose query the IdP did not sign, although it says so.
    pub(crate) fn hold_query_signature(&mut self, signature: &RawSignature, idp: &Idp) -> Result<(), Rejection> {
        let RawSignature { octets, algorithm, value } = signature;
        let held = verified::query::verify(self.document.clone(), QuerySignature { octets, algorithm, value }, idp);
        match held {
            Ok(_) => Ok(()),
            Err(rejection) => self.account.note(Check::ResponseSignature, Err(rejection)),
        }
    }

    pub(crate) fn into_account(self) -> Account {
        self.account
    }

    /// The Issuer that the message claims. Choose among trusted IdPs by it; the signed Issuer must then be the same.
    pub fn issuer_hint(&self) -> Option<String> {
        hint::issuer(&self.document)
    }

    /// The note that came along. It may pick one of the logins that this browser started, and can do no more.
    pub fn relay_state(&self) -> Option<&RelayState> {
        self.relay_state.as_ref()
    }

    /// Verifies the signatures by the keys of one IdP, then runs every rule.
    pub fn accept(self, sp: &Sp, idp: &Idp, delivery: Delivery<'_>) -> Result<Validated, Rejection> {
        self.accept_with_account(sp, idp, delivery).0
    }

    pub(crate) fn accept_with_account(
        self,
        sp: &Sp,
        idp: &Idp,
        delivery: Delivery<'_>,
    ) -> (Result<Validated, Rejection>, Account) {
        let Self { document, relay_state, voucher, mut account } = self;
        let message = verified::verify(&document, voucher.as_ref(), sp, idp, &mut account);
        let validated =
            message.and_then(|message| validated::validate(&message, relay_state, sp, idp, delivery, &mut account));
        (validated, account)
    }
}

/// Accepts or refuses a login by the HTTP-POST binding, from one IdP.
///
/// What comes out is not an identity yet: [`redeem`](crate::redeem) it.
pub fn post(body: &[u8], sp: &Sp, idp: &Idp, delivery: Delivery<'_>) -> Result<Validated, Rejection> {
    Received::post(body, sp)?.accept(sp, idp, delivery)
}
