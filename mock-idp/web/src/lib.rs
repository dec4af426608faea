//! The mock identity providers over HTTP: browsers and test suites in, pages and Responses out.
//!
//! One listener serves every vendor, because their paths differ. People log in at the SSO endpoints, a console lists what
//! there is, and a control API under `/api` decides what the next Response looks like. Knows no real person and no real
//! secret; every page says that it is a mock.
#![forbid(unsafe_code)]

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use mock_idp::{App, Idp, Person, Sp, Vendor};
use std::sync::Arc;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

mod answer;
mod api;
mod change;
mod console;
mod directory;
mod embed;
mod explain;
mod failure;
mod fetch;
mod login;
mod page;
mod refusal;
mod sessions;
mod slo;
mod sso;
mod tls;
mod trace;
mod viewer;
mod world;

pub use directory::{PEOPLE, PeopleError, read_people};
pub use embed::{ControlError, MockIdp, Running};
pub use explain::{Explain, Explained};
pub use tls::{TestCa, serve_tls};

/// The most a request body may hold; an AuthnRequest or an SP's metadata is far smaller.
pub const BODY_BYTES: usize = 256 * 1024;

/// What a set of mocks is started with.
#[derive(Clone, Debug)]
pub struct Config {
    /// How browsers and SPs reach the listener, `http://127.0.0.1:7500` for instance.
    pub public_url: String,
    /// The vendors to serve.
    pub vendors: Vec<Vendor>,
    /// Who can log in; with none, the built-in people.
    pub people: Vec<Person>,
    /// The SPs that may log in; with none, each SP is learned from its first AuthnRequest.
    pub sps: Vec<Sp>,
    /// Applications with the options of their vendor's admin page. A vendor that has one learns no SP from its request.
    pub apps: Vec<App>,
    /// Says what a strict SP would do with a message, for the trace in the browser.
    pub explain: Option<Explain>,
    /// Decides ids and initialization vectors; the same seed and the same requests make the same bytes.
    pub seed: u64,
}

/// Where one mock answers.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Endpoints {
    /// The vendor's name.
    pub vendor: &'static str,
    /// The IdP's entityID.
    pub entity_id: String,
    /// Its metadata.
    pub metadata: String,
    /// Where AuthnRequests go.
    pub sso: String,
    /// Where logout messages go.
    pub slo: Option<String>,
    /// Where an unsolicited login starts.
    pub start: String,
}

impl Config {
    /// Mocks of these vendors, without any SP; the seed is the time, so that ids differ from run to run.
    pub fn new(public_url: impl Into<String>, vendors: Vec<Vendor>) -> Self {
        let public_url = public_url.into().trim_end_matches('/').to_owned();
        Self {
            public_url,
            vendors,
            people: Vec::new(),
            sps: Vec::new(),
            apps: Vec::new(),
            explain: None,
            seed: world::seed_from_time(),
        }
    }

    /// The IdP of a vendor, as its application sees it where it has only one.
    pub fn idp(&self, vendor: Vendor) -> Idp {
        let only = world::only_app(&self.apps, vendor);
        only.map_or_else(|| Idp::of(vendor, &self.public_url), |app| app.idp(&self.public_url))
    }

    /// Where each mock answers.
    pub fn endpoints(&self) -> Vec<Endpoints> {
        self.vendors.iter().map(|&vendor| endpoints(vendor, self)).collect()
    }
}

fn endpoints(vendor: Vendor, config: &Config) -> Endpoints {
    let idp = config.idp(vendor);
    Endpoints {
        vendor: vendor.name(),
        entity_id: idp.entity_id,
        metadata: idp.metadata_url,
        sso: idp.sso_url,
        slo: idp.slo_url,
        start: format!("{}/{}/start", config.public_url, vendor.name()),
    }
}

/// Everything the mocks answer.
pub fn router(config: Config) -> Router {
    router_of(&Arc::new(world::World::new(config)))
}

fn router_of(world: &Arc<world::World>) -> Router {
    let mut router = Router::new().merge(console::routes()).merge(api::routes()).merge(viewer::routes());
    for &vendor in &world.config.vendors {
        router = router.merge(sso::routes(vendor)).merge(login::routes(vendor)).merge(slo::routes(vendor));
    }
    let limited = router.with_state(Arc::clone(world)).layer(RequestBodyLimitLayer::new(BODY_BYTES));
    api::telling_too_large(limited)
        .layer(header(CACHE_CONTROL, "no-store"))
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(CONTENT_SECURITY_POLICY, page::CONTENT_SECURITY_POLICY))
}

fn header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// Serves the mocks until the process ends.
pub async fn serve(config: Config, listener: tokio::net::TcpListener) -> std::io::Result<()> {
    axum::serve(listener, router(config)).await
}
