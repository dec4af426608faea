//! What the benchmarks share: messages of the mock IdPs, our SP accepting them, and the floor under both.
//!
//! The floor is what no verifier can do without: base64, SHA-256 of the signed octets, one RSA operation per signature,
//! all by the libraries that `sp` uses. A ratio to it says how much everything else costs, on any machine.
#![forbid(unsafe_code)]

mod floor;
pub mod peers;
pub mod rounds;
pub mod sheet;

pub use floor::Floor;

use mock_idp::{Encryption, Person, Recipe, Sign, SignatureAlgorithm, Vendor};
use sp::accept::Received;
use sp::{
    Allow, DecryptionKey, Delivery, EndpointUrl, EntityId, Expectation, Idp, Instant, Limits, PendingRequest, Sp,
};
use time::macros::datetime;

/// The entityID of the Service Provider in all benchmarks.
pub const ENTITY_ID: &str = "https://sp.example.test/metadata";
/// Its AssertionConsumerService.
pub const ACS: &str = "https://sp.example.test/acs";
/// The request that every message answers.
pub const REQUEST_ID: &str = "_a71b0ee1b4d9a6a0d7e1c1d7e58ab7a3f2c1d0e9";

/// Anything that keeps a benchmark from running.
pub type Error = Box<dyn std::error::Error>;

/// Our own key and certificate, for Assertions that are encrypted to us.
pub(crate) const SP_KEY: &str = include_str!("../../fixtures/keys/sp.key.pem");
const SP_CERTIFICATE: &str = include_str!("../../fixtures/keys/sp.crt.pem");

/// One message, and everything that is needed to accept it.
#[derive(Debug)]
pub struct Case {
    /// Vendor and layout, for example `azure/assertion`.
    pub name: String,
    /// What the message was made by.
    pub recipe: Recipe,
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

/// A recipe for a vendor's healthy message in one of the layouts, addressed to the SP of all benchmarks.
pub fn recipe(vendor: &str, sign: Sign) -> Result<Recipe, Error> {
    let vendor = Vendor::named(vendor).ok_or("no such vendor")?;
    let idp = mock_idp::Idp::of(vendor, "https://idp.example.test");
    let to = mock_idp::Sp::new(ENTITY_ID, ACS).encrypting(SP_CERTIFICATE);
    let mut recipe = Recipe::new(vendor, idp, to, datetime!(2026-11-25 09:30:00 UTC));
    recipe.in_response_to = Some(REQUEST_ID.to_owned());
    recipe.sign = sign;
    Ok(recipe)
}

/// The same, encrypted as the vendor does.
pub fn encrypted(recipe: Recipe) -> Recipe {
    let encrypt: Option<Encryption> = Some(recipe.usual_encryption());
    Recipe { encrypt, ..recipe }
}

/// The same, signed by another kind of key or with another digest.
pub fn signed_with(recipe: Recipe, signature: SignatureAlgorithm) -> Recipe {
    let key = mock_idp::key::fitting(signature, recipe.idp.key().clone());
    let idp = recipe.idp.clone().with_key(key, recipe.vendor);
    Recipe { idp, signature, ..recipe }
}

/// The same, about somebody in so many groups.
pub fn with_groups(recipe: Recipe, count: usize) -> Recipe {
    let groups = (0..count).map(|number| format!("group-{number:06}")).collect();
    Recipe { person: Person { groups, ..recipe.person.clone() }, ..recipe }
}

impl Case {
    /// A vendor's healthy message, signed in one of the layouts.
    pub fn new(vendor: &str, sign: Sign) -> Result<Self, Error> {
        Self::of(recipe(vendor, sign)?)
    }

    /// The message of a recipe, and the SP and IdP it is about.
    pub fn of(recipe: Recipe) -> Result<Self, Error> {
        let message = recipe.build()?;
        let now = Instant::from_unix_seconds(recipe.clock.unix_timestamp()).ok_or("the clock")?;
        let idp_metadata = recipe.idp.metadata(recipe.vendor);
        let mut idps = sp::metadata::read_idp(idp_metadata.as_bytes(), &Allow::default(), now, &Limits::default())?;
        let idp = idps.pop().ok_or("no IdP")?;
        let endpoint = EndpointUrl::new(ACS)?;
        let request = PendingRequest { id: REQUEST_ID.to_owned(), idp: idp.entity_id().clone() };
        let key = DecryptionKey::from_file(SP_KEY.as_bytes())?;
        let secret = if recipe.encrypt.is_some() { "/encrypted" } else { "" };
        Ok(Self {
            name: format!("{}/{}{secret}", recipe.vendor.name(), format!("{:?}", recipe.sign).to_lowercase()),
            recipe,
            field: message.base64(),
            xml: message.xml,
            idp_metadata,
            sp: Sp::builder(EntityId::new(ENTITY_ID)?, endpoint.clone()).decryption_key(key).build(),
            idp,
            endpoint,
            expectation: Expectation::answer_to(request),
            now,
        })
    }

    /// The algorithm that signed it, for tables.
    pub fn algorithm(&self) -> String {
        format!("{:?}", self.recipe.signature)
    }

    /// The messages that are compared: one and two signatures, two wire shapes.
    pub fn all() -> Result<Vec<Self>, Error> {
        let wanted =
            [("azure", Sign::Assertion), ("azure", Sign::Both), ("okta", Sign::Assertion), ("okta", Sign::Both)];
        wanted.into_iter().map(|(vendor, sign)| Self::new(vendor, sign)).collect()
    }

    /// Only the first two stages: base64 and XML.
    pub fn read(&self) -> Result<Received, sp::Rejection> {
        Received::post_value(&self.field, &self.sp)
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
        let okta = || recipe("okta", Sign::Assertion).unwrap();
        let is_verified = |algorithm: &&SignatureAlgorithm| {
            !matches!(algorithm, SignatureAlgorithm::RsaSha1 | SignatureAlgorithm::RsaSha224)
        };
        let algorithms = SignatureAlgorithm::ALL.iter().filter(is_verified);
        let others = [encrypted(okta()), with_groups(okta(), 50)].into_iter();
        let others = others.chain(algorithms.map(|algorithm| signed_with(okta(), *algorithm)));
        let others = others.map(|recipe| Case::of(recipe).unwrap());
        for case in Case::all().unwrap().into_iter().chain(others) {
            assert!(case.accept().is_ok(), "{} {}", case.name, case.algorithm());
            let floor = Floor::of(&case).unwrap();
            assert_eq!(floor.signatures(), if case.name.ends_with("both") { 2 } else { 1 });
            floor.run().unwrap();
        }
        let other = Case {
            xml: Case::new("okta", Sign::Assertion).unwrap().xml.replace("ann@", "eve@"),
            ..Case::of(okta()).unwrap()
        };
        assert!(Floor::of(&other).is_err(), "a changed message has no floor");
    }
}
