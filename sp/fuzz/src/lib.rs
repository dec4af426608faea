//! The fixed world of the fuzz targets: our SP, every vendor's mock as an IdP it trusts, a clock that stands still.

use mock_idp::{Recipe, Vendor};
use sp::inspect::{Asked, Report};
use sp::{Allow, DecryptionKey, EndpointUrl, EntityId, Idp, Instant, Limits, SigningKey, Sp};
use std::sync::LazyLock;
use time::OffsetDateTime;
use time::macros::datetime;

pub const SP_KEY: &str = include_str!("../../../fixtures/keys/sp.key.pem");
pub const SP_CERTIFICATE: &str = include_str!("../../../fixtures/keys/sp.crt.pem");
pub const ENTITY_ID: &str = "https://sp.example.test/metadata";
pub const ACS: &str = "https://sp.example.test/acs";
pub const SLO: &str = "https://sp.example.test/slo";
pub const REQUEST_ID: &str = "_request";
pub const NOW: OffsetDateTime = datetime!(2026-11-25 09:30:00 UTC);

/// What is the same for every input.
pub struct World {
    pub sp: Sp,
    pub idps: Vec<Idp>,
    pub acs: EndpointUrl,
    pub slo: EndpointUrl,
    pub now: Instant,
}

/// The one world there is.
pub static WORLD: LazyLock<World> = LazyLock::new(|| {
    let url = |text: &str| EndpointUrl::new(text).expect("a URL");
    let now = Instant::from_unix_seconds(NOW.unix_timestamp()).expect("an instant");
    let decryption = DecryptionKey::from_file(SP_KEY.as_bytes()).expect("a key");
    let signing = SigningKey::from_file(SP_KEY.as_bytes()).and_then(|key| key.certificate(SP_CERTIFICATE.as_bytes()));
    let entity_id = EntityId::new(ENTITY_ID).expect("a name");
    let sp = Sp::builder(entity_id, url(ACS)).decryption_key(decryption).signing_key(signing.expect("a certificate"));
    let idps = Vendor::all().flat_map(|vendor| {
        let metadata = mock_idp::Idp::of(vendor, "https://idp.example.test").metadata(vendor);
        sp::metadata::read_idp(metadata.as_bytes(), &Allow::default(), now, &Limits::default()).expect("metadata")
    });
    World { sp: sp.single_logout(url(SLO)).build(), idps: idps.collect(), acs: url(ACS), slo: url(SLO), now }
});

impl World {
    /// What becomes of a message, in whatever form it comes.
    pub fn inspect(&self, input: &[u8]) -> Report {
        sp::inspect::inspect(input, &self.sp, &self.idps, &self.acs, &Asked::Request(REQUEST_ID.to_owned()), self.now)
    }
}

/// A healthy answer to our request, in the vendor's shape.
pub fn recipe(vendor: Vendor) -> Recipe {
    let to = mock_idp::Sp::new(ENTITY_ID, ACS).encrypting(SP_CERTIFICATE);
    let recipe = Recipe::new(vendor, mock_idp::Idp::of(vendor, "https://idp.example.test"), to, NOW);
    Recipe { in_response_to: Some(REQUEST_ID.to_owned()), ..recipe }
}
