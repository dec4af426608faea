//! The SP that tests of the catalogue ask, without endpoints of its own, and what the mocks need to know of it.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use mock_idp::Vendor;
use sp::{Allow, DecryptionKey, EndpointUrl, EntityId, Idp, Instant, Limits, Sp};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const ACS: &str = "https://sp.example/acs";
/// The clock that scenarios with literal instants are written for.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-01-15 12:00 UTC);
const ENTITY_ID: &str = "https://sp.example/metadata";
const KEY: &str = include_str!("../../../fixtures/keys/sp.key.pem");
const CERTIFICATE: &str = include_str!("../../../fixtures/keys/sp.crt.pem");

pub(crate) fn now() -> Instant {
    Instant::from_unix_seconds(NOW.unix_timestamp()).unwrap()
}

pub(crate) fn acs() -> EndpointUrl {
    EndpointUrl::new(ACS).unwrap()
}

/// The SP; it decrypts.
pub(crate) fn sp() -> Sp {
    let key = DecryptionKey::from_file(KEY.as_bytes()).unwrap();
    Sp::builder(EntityId::new(ENTITY_ID).unwrap(), acs()).decryption_key(key).build()
}

/// The same as the mocks know it.
pub(crate) fn to() -> mock_idp::Sp {
    mock_idp::Sp::new(ENTITY_ID, ACS).encrypting(CERTIFICATE)
}

/// A vendor's IdP as the SP knows it: from its metadata.
pub(crate) fn idps(vendor: Vendor, public_url: &str) -> Vec<Idp> {
    let metadata = mock_idp::Idp::of(vendor, public_url).metadata(vendor);
    sp::metadata::read_idp(metadata.as_bytes(), &Allow::default(), now(), &Limits::default()).unwrap()
}
