//! The fixed world of the fuzz targets: our SP, every vendor's mock as an IdP it trusts, a clock that stands still.

use bergshamra::{DsigContext, KeysManager, VerifyResult, keys};
use mock_idp::{Recipe, Vendor, base64};
use sp::inspect::{Asked, Report};
use sp::logout::{LogoutDelivery, PendingLogout, Received};
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
/// The ArtifactResolve that the SOAP answers of the seeds are for.
pub const RESOLVE_ID: &str = "_resolve";
/// The LogoutRequest that the LogoutResponses of the seeds are for.
pub const LOGOUT_ID: &str = "_logout";
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

    /// The IdP of that name, as a caller chooses it by what a message claims.
    pub fn idp(&self, name: &str) -> Option<&Idp> {
        self.idps.iter().find(|idp| idp.entity_id().as_str() == name)
    }

    /// A logout message through every rule, as a request and as the answer to ours: whoever is to be logged out is the one
    /// whom the seeds' IdPs signed for.
    pub fn log_out(&self, received: impl Fn() -> Result<Received, sp::Rejection>) {
        let Ok(claimed) = received() else { return };
        let Some(idp) = claimed.issuer_hint().and_then(|name| self.idp(&name)) else { return };
        let delivery = LogoutDelivery { endpoint: &self.slo, now: self.now };
        if let Ok(request) = claimed.accept_request(&self.sp, idp, delivery) {
            assert!(format!("{request:?}").contains("\"ann@example.test\""), "{request:?}");
        }
        let pending = PendingLogout { id: LOGOUT_ID.to_owned(), idp: idp.entity_id().clone() };
        for pending in [Some(&pending), None] {
            if let Ok(received) = received() {
                let _ = received.accept_response(&self.sp, idp, pending, delivery);
            }
        }
    }
}

/// As a value of a form or a query.
pub fn escaped(octets: &[u8]) -> String {
    base64::encode(octets).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

/// Whether bergshamra finds every Signature of a message good, under some key of the seeds' IdPs. It is not asked about what
/// it reads in another way than XML has it (line ends, blanks in values), takes apart differently (CDATA) or refuses to
/// read at all; what is encrypted it does not see.
pub fn bergshamra_agrees(xml: &str) -> bool {
    static CONTEXT: LazyLock<DsigContext> = LazyLock::new(|| {
        let mut manager = KeysManager::new();
        for vendor in Vendor::all() {
            let idp = mock_idp::Idp::of(vendor, "https://idp.example.test");
            manager.add_key(keys::loader::load_x509_cert_der(idp.certificate_der()).expect("a certificate"));
        }
        DsigContext::new(manager)
    });
    let is_beyond = |value: &str| value.contains(['\n', '\r', '\t']);
    let Ok(document) = roxmltree::Document::parse(xml) else { return false };
    let mut values = document.descendants().flat_map(|node| node.attributes()).map(|one| one.range_value());
    if xml.contains('\r') || xml.contains("<![CDATA[") || values.any(|value| xml.get(value).is_none_or(is_beyond)) {
        return true;
    }
    bergshamra::verify_all(&CONTEXT, xml).map_or(true, |results| results.iter().all(VerifyResult::is_valid))
}

/// A healthy answer to our request, in the vendor's shape.
pub fn recipe(vendor: Vendor) -> Recipe {
    let to = mock_idp::Sp::new(ENTITY_ID, ACS).encrypting(SP_CERTIFICATE);
    let recipe = Recipe::new(vendor, mock_idp::Idp::of(vendor, "https://idp.example.test"), to, NOW);
    Recipe { in_response_to: Some(REQUEST_ID.to_owned()), ..recipe }
}
