//! A mock inside a Rust test: a vendor in, a running mock on a free port of loopback out; it ends when it is dropped.
//!
//! Any number can run at once; each has its own port, memory and cookies.

use crate::change::Change;
use crate::directory::Directory;
use crate::failure::Failure;
use crate::world::{Clock, World};
use crate::{Config, Endpoints, router_of};
use mock_idp::idp::Certificate;
use mock_idp::{App, Person, Sp, Vendor};
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::task::JoinHandle;

/// A mock that is about to start.
///
/// ```
/// # use mock_idp_web::MockIdp;
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let idp = MockIdp::azure().start().await?;
/// idp.queue("expired")?; // the next Response has run out
/// assert!(idp.metadata().contains(idp.sso_url()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct MockIdp {
    vendor: Vendor,
    sps: Vec<Sp>,
    apps: Vec<App>,
    people: Vec<Person>,
    now: Option<OffsetDateTime>,
    seed: Option<u64>,
}

impl MockIdp {
    /// The mock of any vendor.
    pub fn of(vendor: Vendor) -> Self {
        Self { vendor, sps: Vec::new(), apps: Vec::new(), people: Vec::new(), now: None, seed: None }
    }

    /// Microsoft Entra ID (Azure AD).
    pub fn azure() -> Self {
        Self::of(built_in("azure"))
    }

    /// Okta.
    pub fn okta() -> Self {
        Self::of(built_in("okta"))
    }

    /// Duo Single Sign-On.
    pub fn duo() -> Self {
        Self::of(built_in("duo"))
    }

    /// Google Workspace.
    pub fn google() -> Self {
        Self::of(built_in("google"))
    }

    /// Auth0.
    pub fn auth0() -> Self {
        Self::of(built_in("auth0"))
    }

    /// Lets this SP log people in, and no other; without any, each SP is learned from its first request.
    #[must_use]
    pub fn sp(mut self, sp: Sp) -> Self {
        self.sps.push(sp);
        self
    }

    /// Sets an application up with the options of the vendor's admin page; no SP is learned then. Those of other vendors
    /// are of no effect.
    #[must_use]
    pub fn app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// Lets this person log in, and no other but those of further calls; without any, the built-in people.
    #[must_use]
    pub fn person(mut self, person: Person) -> Self {
        self.people.push(person);
        self
    }

    /// Lets the clock stand still at this instant.
    #[must_use]
    pub fn at(mut self, now: OffsetDateTime) -> Self {
        self.now = Some(now);
        self
    }

    /// Makes the same requests get the same bytes; the time decides otherwise.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Starts it. Needs a Tokio runtime, and fails only where loopback cannot be listened on.
    pub async fn start(self) -> io::Result<Running> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let mut config = Config::new(format!("http://{}", listener.local_addr()?), vec![self.vendor]);
        config.sps = self.sps;
        config.apps = self.apps;
        config.people = self.people;
        config.seed = self.seed.unwrap_or(config.seed);
        let endpoints = crate::endpoints(self.vendor, &config);
        let world = Arc::new(World::new(config));
        if let Some(now) = self.now {
            world.memory().clock = Clock::Fixed(now);
        }
        let serving = axum::serve(listener, router_of(&world));
        let task = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::warn!(%error, "the mock stopped");
            }
        });
        Ok(Running { vendor: self.vendor, endpoints, world, task })
    }
}

#[expect(clippy::expect_used, reason = "these names are those of folders that are compiled in, and a test uses all")]
fn built_in(name: &str) -> Vendor {
    Vendor::named(name).expect("a built-in vendor")
}

/// A mock that runs until it is dropped. The control API at `/api` does the same from other languages.
#[derive(Debug)]
pub struct Running {
    vendor: Vendor,
    endpoints: Endpoints,
    world: Arc<World>,
    task: JoinHandle<()>,
}

/// Something that was asked of a mock and cannot be done; says which field and what it can be.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ControlError(String);

impl From<Failure> for ControlError {
    fn from(failure: Failure) -> Self {
        Self(failure.to_string())
    }
}

impl Running {
    /// Where it listens, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.world.config.public_url
    }

    /// The IdP's entityID.
    pub fn entity_id(&self) -> &str {
        &self.endpoints.entity_id
    }

    /// Where AuthnRequests go.
    pub fn sso_url(&self) -> &str {
        &self.endpoints.sso
    }

    /// All its addresses.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The metadata an SP is configured with.
    pub fn metadata(&self) -> String {
        self.world.idp(self.vendor).metadata(self.vendor)
    }

    /// Registers an SP; from then on none is learned.
    pub fn register(&self, sp: Sp) -> Result<(), ControlError> {
        Ok(self.world.memory().register(sp)?)
    }

    /// Adds an application, or changes the one of the same name.
    pub fn put_app(&self, app: App) -> Result<(), ControlError> {
        Ok(self.world.memory().put_app(app)?)
    }

    /// Makes the next Response differ, by words as in a user name: `expired`, `non_ascii+encrypted`, `sign_both`.
    pub fn queue(&self, words: &str) -> Result<(), ControlError> {
        let change = Change::of_words(words, "queue")?;
        self.world.memory().enqueue(self.vendor, change)?;
        Ok(())
    }

    /// Adds someone, or changes whoever has the same user name.
    pub fn put_person(&self, person: Person) -> Result<(), ControlError> {
        Ok(self.world.memory().directory.put(person)?)
    }

    /// Which certificates it has from now on: the first signs, the metadata lists all of them. With none nothing changes.
    pub fn roll_over(&self, certificates: &[Certificate]) {
        if !certificates.is_empty() {
            self.world.memory().certificates.insert(self.vendor.name(), certificates.to_vec());
        }
    }

    /// Stops the clock at an instant.
    pub fn set_clock(&self, now: OffsetDateTime) {
        self.world.memory().clock = Clock::Fixed(now);
    }

    /// The oldest message of an SP that was not taken yet, as the control API shows it, or the next to come in time.
    pub async fn take_request(&self, patience: Duration) -> Option<Value> {
        self.world.take(None, patience).await.map(|exchange| json!(exchange))
    }

    /// Everything that happened, with the messages, as the control API shows it.
    pub fn exchanges(&self) -> Vec<Value> {
        self.world.memory().trace.all().map(|exchange| json!(exchange)).collect()
    }

    /// Who can log in.
    pub fn people(&self) -> Vec<Person> {
        Directory::people(&self.world.memory().directory).to_vec()
    }

    /// Back to how it started, but for the clock, which is the machine's again.
    pub fn reset(&self) {
        self.world.reset();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
