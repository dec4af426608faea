//! What the benchmarks share: messages of the mock IdPs, our SP accepting them, and the floor under both.
//!
//! The floor is what no verifier can do without: base64, SHA-256 of the signed octets, one RSA operation per signature,
//! all by the libraries that `sp` uses. A ratio to it says how much everything else costs, on any machine.
#![forbid(unsafe_code)]

mod floor;

pub use floor::Floor;

use mock_idp::{Recipe, Sign, Vendor};
use sp::accept::Received;
use sp::{Allow, Delivery, EndpointUrl, EntityId, Expectation, Idp, Instant, Limits, PendingRequest, Sp};
use time::macros::datetime;

/// The entityID of the Service Provider in all benchmarks.
pub const ENTITY_ID: &str = "https://sp.example.test/metadata";
/// Its AssertionConsumerService.
pub const ACS: &str = "https://sp.example.test/acs";
/// The request that every message answers.
pub const REQUEST_ID: &str = "_a71b0ee1b4d9a6a0d7e1c1d7e58ab7a3f2c1d0e9";

/// Anything that keeps a benchmark from running.
pub type Error = Box<dyn std::error::Error>;

/// One message, and everything that is needed to accept it.
#[derive(Debug)]
pub struct Case {
    /// Vendor and layout, for example `azure/assertion`.
    pub name: String,
    /// The message as XML.
    pub xml: String,
    /// The value of the form field.
    pub field: String,
    /// The IdP's metadata, for other stacks.
    pub idp_metadata: String,
    sp: Sp,
    idp: Idp,
    endpoint: EndpointUrl,
    expectation: Expectation,
    now: Instant,
}

impl Case {
    /// A vendor's healthy message, signed in one of the layouts.
    pub fn new(vendor: &str, sign: Sign) -> Result<Self, Error> {
        let vendor = Vendor::named(vendor).ok_or("no such vendor")?;
        let clock = datetime!(2026-11-25 09:30:00 UTC);
        let idp = mock_idp::Idp::of(vendor, "https://idp.example.test");
        let mut recipe = Recipe::new(vendor, idp, mock_idp::Sp::new(ENTITY_ID, ACS), clock);
        recipe.in_response_to = Some(REQUEST_ID.to_owned());
        recipe.sign = sign;
        let message = recipe.build()?;
        let now = Instant::from_unix_seconds(clock.unix_timestamp()).ok_or("the clock")?;
        let idp_metadata = recipe.idp.metadata(vendor);
        let mut idps = sp::metadata::read_idp(idp_metadata.as_bytes(), &Allow::default(), now, &Limits::default())?;
        let idp = idps.pop().ok_or("no IdP")?;
        let endpoint = EndpointUrl::new(ACS)?;
        let request = PendingRequest { id: REQUEST_ID.to_owned(), idp: idp.entity_id().clone() };
        Ok(Self {
            name: format!("{}/{}", vendor.name(), format!("{sign:?}").to_lowercase()),
            field: message.base64(),
            xml: message.xml,
            idp_metadata,
            sp: Sp::builder(EntityId::new(ENTITY_ID)?, endpoint.clone()).build(),
            idp,
            endpoint,
            expectation: Expectation::answer_to(request),
            now,
        })
    }

    /// The messages that are compared: one and two signatures, two wire shapes.
    pub fn all() -> Result<Vec<Self>, Error> {
        let wanted =
            [("azure", Sign::Assertion), ("azure", Sign::Both), ("okta", Sign::Assertion), ("okta", Sign::Both)];
        wanted.into_iter().map(|(vendor, sign)| Self::new(vendor, sign)).collect()
    }

    /// Accepts the message: from base64 to a validated Assertion, every rule, all data owned.
    pub fn accept(&self) -> Result<sp::Validated, sp::Rejection> {
        let delivery = Delivery { endpoint: &self.endpoint, expectation: &self.expectation, now: self.now };
        Received::post_value(&self.field, &self.sp)?.accept(&self.sp, &self.idp, delivery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is timed must be an acceptance, and the floor must be a verification that can fail.
    #[test]
    fn both_lanes_do_what_they_say() {
        for case in Case::all().unwrap() {
            assert!(case.accept().is_ok(), "{}", case.name);
            let floor = Floor::of(&case).unwrap();
            assert_eq!(floor.signatures(), if case.name.ends_with("both") { 2 } else { 1 });
            floor.run().unwrap();
            let other = Case { xml: case.xml.replace("ann@", "eve@"), ..Case::new("okta", Sign::Assertion).unwrap() };
            assert!(Floor::of(&other).is_err(), "a changed message has no floor");
        }
    }
}
