//! One running Service Provider that trusts every mock IdP, a clock to move, and messages for it.

use crate::browser::Browser;
use crate::log;
use mock_idp::{AuthnRequest, Idp, Message, Recipe, Vendor, request};
use sp::Instant;
use sp_web::{Clock, KeyPair, MetadataFile, Options, PrivateKey, Ready, RunError, Unsolicited, bind};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const IDP_URL: &str = "http://127.0.0.1:7500";

pub(crate) struct World {
    pub(crate) ready: Ready,
    base: String,
    now: Arc<Mutex<Instant>>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), RunError>>,
}

/// A login that was started, as the IdP sees it.
pub(crate) struct Started {
    pub(crate) request: AuthnRequest,
    pub(crate) relay_state: String,
}

/// Options for a test: any free port, a clock that stands still, every vendor trusted, logins from either side.
pub(crate) fn options() -> Options {
    let idp_metadata = Vendor::all().map(metadata).collect();
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (key, unsolicited) = (Some(key()), Unsolicited::Accepted);
    Options { listen, idp_metadata, key, unsolicited, clock: Clock::frozen(start()), ..Options::new() }
}

/// The test key of our Service Provider.
pub(crate) fn key() -> KeyPair {
    KeyPair {
        private_key: PrivateKey(include_bytes!("../../../../fixtures/keys/sp.key.pem").to_vec()),
        certificate: include_bytes!("../../../../fixtures/keys/sp.crt.pem").to_vec(),
    }
}

/// When every test begins.
pub(crate) fn start() -> Instant {
    Instant::parse("2026-01-15T12:00:00Z").unwrap()
}

pub(crate) fn metadata(vendor: Vendor) -> MetadataFile {
    let octets = Idp::of(vendor, IDP_URL).metadata(vendor).into_bytes();
    MetadataFile { name: format!("{}.xml", vendor.name()), octets, signer: None }
}

pub(crate) fn vendor(name: &str) -> Vendor {
    Vendor::named(name).unwrap()
}

/// The query that starts a login at this vendor.
pub(crate) fn login_path(vendor: Vendor, return_to: &str) -> String {
    let entity_id = Idp::of(vendor, IDP_URL).entity_id;
    let url = reqwest::Url::parse_with_params(
        "http://sp/saml/login",
        [("idp", entity_id.as_str()), ("return_to", return_to)],
    );
    let url = url.unwrap();
    format!("{}?{}", url.path(), url.query().unwrap())
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(options()).await
    }

    /// With these options, but a clock of its own.
    pub(crate) async fn with(mut options: Options) -> Self {
        log::keep();
        let now = Arc::new(Mutex::new(start()));
        let hand = Arc::clone(&now);
        options.clock = Clock::from_fn(move || *hand.lock().unwrap());
        let server = bind(options).await.unwrap();
        let (base, ready) = (format!("http://{}", server.address()), server.ready().clone());
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(server.serve(async {
            stopped.await.unwrap();
        }));
        Self { ready, base, now, stop, served }
    }

    /// Stops it, as ctrl-c does.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    pub(crate) fn advance(&self, seconds: u64) {
        let mut now = self.now.lock().unwrap();
        *now = now.later(Duration::from_secs(seconds));
    }

    /// The recipe of a healthy, unsolicited message of this moment.
    pub(crate) fn recipe(&self, vendor: Vendor) -> Recipe {
        let clock = OffsetDateTime::from_unix_timestamp(self.now.lock().unwrap().unix_seconds()).unwrap();
        let sp = mock_idp::Sp::new(&self.ready.entity_id, &self.ready.acs);
        Recipe::new(vendor, Idp::of(vendor, IDP_URL), sp, clock)
    }

    /// A healthy, unsolicited message.
    pub(crate) fn unsolicited(&self, vendor: Vendor) -> Message {
        self.recipe(vendor).build().unwrap()
    }

    /// A healthy answer.
    pub(crate) fn answer(&self, vendor: Vendor, started: &Started) -> Message {
        self.answer_recipe(vendor, started).build().unwrap()
    }

    pub(crate) fn answer_recipe(&self, vendor: Vendor, started: &Started) -> Recipe {
        Recipe { in_response_to: Some(started.request.id.clone()), ..self.recipe(vendor) }
    }

    /// Starts a login by HTTP-Redirect.
    pub(crate) async fn start(&self, browser: &Browser, vendor: Vendor, return_to: &str) -> Started {
        let answer = browser.get(&login_path(vendor, return_to)).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        // Google's endpoint has a query of its own.
        let (_, query) = answer.location().split_once('?').unwrap();
        assert!(answer.location().starts_with(&Idp::of(vendor, IDP_URL).sso_url), "{}", answer.location());
        let request = request::from_redirect_query(query).unwrap();
        assert_eq!(request.issuer, self.ready.entity_id);
        let relay_state = request.relay_state.clone().unwrap();
        Started { request, relay_state }
    }
}
