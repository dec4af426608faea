//! The fixed world of the tests: our SP, the mock's vendors as IdPs it trusts, a clock that stands still.
//!
//! `sp` and `mock-idp` meet here as bytes: metadata one way, messages the other.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use mock_idp::quirks::Quirk;
use mock_idp::step::Step;
use mock_idp::{Recipe, Vendor};
use sp::accept::Received;
use sp::{
    Allow, Claim, DecryptionKey, Delivery, Endpoint, EndpointUrl, EntityId, Expectation, Identity, Idp, Inserted,
    Instant, Limits, OnceStore, PendingRequest, Rejection, Services, SigningKey, SingleLogoutService, Sp, Validated,
};
use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Mutex;
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const SP_KEY: &str = include_str!("../../../fixtures/keys/sp.key.pem");
pub(crate) const SP_CERTIFICATE: &str = include_str!("../../../fixtures/keys/sp.crt.pem");
pub(crate) const ENTITY_ID: &str = "https://sp.example.test/metadata";
pub(crate) const ACS: &str = "https://sp.example.test/acs";
pub(crate) const REQUEST_ID: &str = "_a71b0ee1b4d9a6a0d7e1c1d7e58ab7a3f2c1d0e9";
pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-25 09:30:00 UTC);

pub(crate) fn sp() -> Sp {
    builder().build()
}

pub(crate) fn builder() -> sp::SpBuilder {
    let key = DecryptionKey::from_file(SP_KEY.as_bytes()).unwrap();
    Sp::builder(EntityId::new(ENTITY_ID).unwrap(), acs()).decryption_key(key)
}

pub(crate) fn acs() -> EndpointUrl {
    EndpointUrl::new(ACS).unwrap()
}

/// The vendor's IdP as our SP knows it: from its metadata.
pub(crate) fn idp(vendor: Vendor) -> Idp {
    idp_allowing(vendor, Allow::default())
}

pub(crate) fn idp_allowing(vendor: Vendor, allow: Allow) -> Idp {
    trusted(&mock_idp::Idp::of(vendor, "https://idp.example.test"), vendor, allow)
}

pub(crate) fn trusted(idp: &mock_idp::Idp, vendor: Vendor, allow: Allow) -> Idp {
    let metadata = idp.metadata(vendor);
    sp::metadata::read_idp(metadata.as_bytes(), &allow, now(), &Limits::default()).unwrap().remove(0)
}

/// A change of a message that one test knows, and no catalogue.
pub(crate) const fn changed(steps: &'static [Step]) -> Quirk {
    Quirk { id: "test", about: "", source: "", seen_at: &[], needs: "", applies: |_| true, steps }
}

/// A healthy answer to our request, in the vendor's default layout.
pub(crate) fn recipe(vendor: Vendor) -> Recipe {
    let to = mock_idp::Sp::new(ENTITY_ID, ACS).encrypting(SP_CERTIFICATE);
    let mut recipe = Recipe::new(vendor, mock_idp::Idp::of(vendor, "https://idp.example.test"), to, NOW);
    recipe.in_response_to = Some(REQUEST_ID.to_owned());
    recipe
}

pub(crate) fn now() -> Instant {
    at(0)
}

/// So many seconds after the clock of the recipes.
pub(crate) fn at(seconds: i64) -> Instant {
    Instant::from_unix_seconds(NOW.unix_timestamp() + seconds).unwrap()
}

/// The answer to our request is expected, from this IdP.
pub(crate) fn expecting(idp: &Idp) -> Expectation {
    Expectation::answer_to(PendingRequest { id: REQUEST_ID.to_owned(), idp: idp.entity_id().clone() })
}

/// What becomes of a message that answers our request.
pub(crate) fn accept_at(xml: &str, sp: &Sp, idp: &Idp, now: Instant) -> Result<Validated, Rejection> {
    let field = mock_idp::base64::encode(xml.as_bytes());
    Received::post_value(&field, sp)?.accept(sp, idp, Delivery { endpoint: &acs(), expectation: &expecting(idp), now })
}

pub(crate) fn accept(xml: &str, sp: &Sp, idp: &Idp) -> Result<Identity, Rejection> {
    redeem(accept_at(xml, sp, idp, now())?, &Memory::default(), now())
}

/// Redeems without a runtime: the store of the tests never waits.
pub(crate) fn redeem(validated: Validated, store: &Memory, now: Instant) -> Result<Identity, Rejection> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(sp::redeem(validated, store, now))
}

/// Claims in memory, one lock around all.
#[derive(Default)]
pub(crate) struct Memory(Mutex<(HashSet<String>, HashSet<String>)>);

impl OnceStore for Memory {
    type Error = Infallible;

    async fn insert(&self, claim: &Claim) -> Result<Inserted, Infallible> {
        let mut guard = self.0.lock().unwrap();
        let (assertions, requests) = &mut *guard;
        let assertion = format!("{} {}", claim.issuer(), claim.assertion_id());
        if assertions.contains(&assertion) {
            return Ok(Inserted::AssertionWasUsed);
        }
        if claim.request_id().is_some_and(|request| requests.contains(request)) {
            return Ok(Inserted::RequestWasAnswered);
        }
        assertions.insert(assertion);
        requests.extend(claim.request_id().map(str::to_owned));
        Ok(Inserted::Fresh)
    }
}

/// Two sets of values must not mix: the reason's name, or whoever logged in.
pub(crate) fn outcome(result: &Result<Identity, Rejection>) -> String {
    match result {
        Ok(identity) => format!("accepted as {}", identity.name_id.value),
        Err(rejection) => rejection.reason().name().to_owned(),
    }
}

/// Our SP with a SingleLogoutService and the key that signs what it sends.
pub(crate) fn sp_with_logout(slo: &str) -> Sp {
    let key = SigningKey::from_file(SP_KEY.as_bytes()).unwrap().certificate(SP_CERTIFICATE.as_bytes()).unwrap();
    builder().single_logout(EndpointUrl::new(slo).unwrap()).signing_key(key).build()
}

/// An IdP that takes logout messages at this endpoint.
pub(crate) fn as_seen_by_idp(url: &EndpointUrl, by_redirect: bool) -> Idp {
    let endpoint = if by_redirect { Endpoint::Redirect(url.clone()) } else { Endpoint::Post(url.clone()) };
    let mut services = Services::default();
    services.single_logout = vec![SingleLogoutService { endpoint, response_location: None }];
    let idp = Idp::builder(EntityId::new("https://idp.example.test").unwrap()).services(services);
    idp.certificate(SP_CERTIFICATE.as_bytes()).unwrap().build().unwrap()
}

/// Whoever receives what we send.
pub(crate) fn sp_at(url: &EndpointUrl) -> Sp {
    Sp::builder(EntityId::new("https://idp.example.test").unwrap(), acs()).single_logout(url.clone()).build()
}

/// We, as the other side knows us: by our name and certificate.
pub(crate) fn us_as_an_idp() -> Idp {
    let us = Idp::builder(EntityId::new(ENTITY_ID).unwrap());
    us.certificate(SP_CERTIFICATE.as_bytes()).unwrap().build().unwrap()
}

/// What bergshamra says of the Signatures in a message: how many hold under this certificate, of how many.
pub(crate) fn by_bergshamra(xml: &str, certificate: &[u8]) -> (usize, usize) {
    let mut keys = bergshamra::KeysManager::new();
    keys.add_key(bergshamra::keys::loader::load_x509_cert_der(certificate).unwrap());
    let results = bergshamra::verify_all(&bergshamra::DsigContext::new(keys), xml).unwrap_or_default();
    (results.iter().filter(|result| result.is_valid()).count(), results.len())
}
