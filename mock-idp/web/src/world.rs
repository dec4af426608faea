//! What the mocks remember between requests: SPs, people, logins under way, the queue, the trace, the clock.
//!
//! Everything is in memory and bounded: the oldest entry goes when a list is full. `reset` forgets all of it.

use crate::Config;
use crate::change::Change;
use crate::directory::Directory;
use crate::failure::Failure;
use crate::refusal::{Why, of_app, refuse};
use crate::sessions::{Method, Sessions};
use crate::slo::Logout;
use crate::trace::{Exchange, Received, Trace};
use mock_idp::app::Knob;
use mock_idp::idp::Certificate;
use mock_idp::logout::LogoutFault;
use mock_idp::random::Random;
use mock_idp::{App, AuthnRequest, Idp, Message, Sp, Vendor};
use std::borrow::Borrow;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};
use tokio::sync::Notify;

/// Sessions, logins under way, SPs and queue entries that are kept.
pub(crate) const KEPT: usize = 1000;

/// Everything the mocks know.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) config: Config,
    /// Rings whenever the trace grows, for those who wait for a request.
    pub(crate) news: Notify,
    memory: Mutex<Memory>,
}

/// What changes from request to request.
#[derive(Debug)]
pub(crate) struct Memory {
    /// The SPs, registered or learned.
    pub(crate) sps: Vec<Sp>,
    /// The applications, at their vendors.
    pub(crate) apps: Vec<Arc<App>>,
    /// The certificates of a vendor in a roll-over; the first signs.
    pub(crate) certificates: HashMap<&'static str, Vec<Certificate>>,
    /// Whether a new SP may still be learned from its request.
    learning: bool,
    /// Who can log in.
    pub(crate) directory: Directory,
    /// Who is logged in.
    pub(crate) sessions: Sessions,
    /// Logins that wait for the form, by their key, oldest first.
    pending: VecDeque<(String, Login)>,
    /// What the next Responses look like, by vendor.
    queue: HashMap<&'static str, VecDeque<Change>>,
    /// What is wrong with the next logout messages, by vendor.
    logout_queue: HashMap<&'static str, VecDeque<LogoutFault>>,
    /// Logouts that wait for the answer of an SP, oldest first.
    logouts: VecDeque<Logout>,
    /// What happened.
    pub(crate) trace: Trace,
    /// The last Response of each vendor, for a replay.
    pub(crate) last: HashMap<&'static str, Message>,
    /// What time it is.
    pub(crate) clock: Clock,
    pub(crate) random: Random,
}

/// An SP, and the application it is, if it is one.
pub(crate) type Known = (Sp, Option<Arc<App>>);

/// A login from its start to its Response.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// Its exchange in the trace.
    pub(crate) exchange: u64,
    pub(crate) vendor: Vendor,
    pub(crate) sp: Sp,
    /// The application whose options count, where the SP is one.
    pub(crate) app: Option<Arc<App>>,
    /// The request it answers, where there was one.
    pub(crate) request_id: Option<String>,
    pub(crate) relay_state: Option<String>,
    /// The AuthnContextClassRefs that the request asks for; any of them will do.
    pub(crate) contexts: Vec<String>,
    /// The NameID Format that the request asks for, where it decides.
    pub(crate) name_id_format: Option<String>,
    pub(crate) change: Change,
}

impl Login {
    /// A login that nobody asked for and nobody wants to be special.
    pub(crate) fn unsolicited(exchange: u64, vendor: Vendor, (sp, app): Known) -> Self {
        let (request_id, relay_state, name_id_format) = (None, None, None);
        let (contexts, change) = (Vec::new(), Change::default());
        Self { exchange, vendor, sp, app, request_id, relay_state, contexts, name_id_format, change }
    }

    /// The way to log in that the form offers first.
    pub(crate) fn method(&self) -> Method {
        let enough = |method: Method| method.class(self.vendor, &self.contexts).is_ok();
        if !enough(Method::Password) && enough(Method::SecondFactor) { Method::SecondFactor } else { Method::Password }
    }
}

/// What time it is at the mocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The machine's clock, shifted.
    Shifted(Duration),
    /// Always the same instant.
    Fixed(OffsetDateTime),
}

impl Clock {
    pub(crate) fn now(self) -> OffsetDateTime {
        match self {
            Self::Shifted(by) => OffsetDateTime::now_utc().saturating_add(by),
            Self::Fixed(instant) => instant,
        }
    }
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        let memory = Mutex::new(Memory::fresh(&config));
        Self { config, news: Notify::new(), memory }
    }

    /// The memory; a thread that panicked while it held it leaves nothing half done worth losing the mock for.
    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything since the start.
    pub(crate) fn reset(&self) {
        *self.memory() = Memory::fresh(&self.config);
    }

    /// The vendor of this name among those that are served.
    pub(crate) fn vendor(&self, name: &str) -> Result<Vendor, Failure> {
        let served = self.config.vendors.iter().find(|vendor| vendor.name() == name);
        served.copied().ok_or_else(|| Failure::not_among("vendor", name, self.vendor_names()))
    }

    /// The names of the vendors that are served.
    pub(crate) fn vendor_names(&self) -> Vec<String> {
        self.config.vendors.iter().map(|vendor| vendor.name().to_owned()).collect()
    }

    /// The IdP of a vendor with the keys it has now, as its application sees it where it has only one.
    pub(crate) fn idp(&self, vendor: Vendor) -> Idp {
        let memory = self.memory();
        memory.idp_of(vendor, only_app(&memory.apps, vendor).map(|app| &**app), &self.config.public_url)
    }

    /// The IdP as the SP of this name sees it.
    pub(crate) fn idp_for(&self, vendor: Vendor, entity_id: &str) -> Idp {
        let memory = self.memory();
        memory.idp_of(vendor, memory.app_named(vendor, entity_id).as_deref(), &self.config.public_url)
    }

    /// The oldest request that nobody has taken, or the next to come within this time.
    pub(crate) async fn take(&self, vendor: Option<&str>, patience: std::time::Duration) -> Option<Exchange> {
        let taken = async {
            loop {
                // Asking to be told comes before looking, so that nothing slips in between.
                let news = self.news.notified();
                let taken = self.memory().trace.take(vendor);
                if taken.is_some() {
                    return taken;
                }
                news.await;
            }
        };
        tokio::time::timeout(patience, taken).await.ok().flatten()
    }

    /// Begins an exchange in the trace and returns its number.
    pub(crate) fn begin(&self, vendor: Vendor, received: Option<Received>) -> u64 {
        let mut memory = self.memory();
        let at = mock_idp::moment::format(memory.clock.now(), true).unwrap_or_default();
        let number = memory.trace.begin(vendor.name(), at, received);
        drop(memory);
        self.news.notify_waiters();
        number
    }
}

impl Memory {
    fn fresh(config: &Config) -> Self {
        Self {
            sps: config.sps.clone(),
            apps: config.apps.iter().cloned().map(Arc::new).collect(),
            certificates: HashMap::new(),
            learning: config.sps.is_empty(),
            directory: Directory::of(&config.people),
            sessions: Sessions::default(),
            pending: VecDeque::new(),
            queue: HashMap::new(),
            logout_queue: HashMap::new(),
            logouts: VecDeque::new(),
            trace: Trace::default(),
            last: HashMap::new(),
            clock: Clock::Shifted(Duration::ZERO),
            random: Random::seeded(config.seed),
        }
    }

    /// The SP that a request is from, with the address its Response goes to.
    ///
    /// Without registered SPs the first request of each introduces it, ACS URL and all.
    pub(crate) fn sp_of(&mut self, vendor: Vendor, request: &AuthnRequest) -> Result<Known, Failure> {
        if let Some(app) = self.app_named(vendor, &request.issuer) {
            let sp = app.sp(Some(request)).map_err(|refusal| of_app(vendor, &refusal))?;
            return Ok((sp, Some(app)));
        }
        if self.learning && !self.apps.iter().any(|app| app.vendor == vendor) {
            self.learn(request)?;
        }
        let known = self.known_sp(vendor, &request.issuer)?;
        match &request.acs_url {
            Some(acs) if *acs != known.acs => {
                let expected = format!("the registered `{}`", known.acs);
                let failure = Failure::field("AssertionConsumerServiceURL", acs, expected);
                Err(refuse(vendor, Why::AcsNotRegistered, failure))
            }
            _ => Ok((known, None)),
        }
    }

    /// The certificates of a vendor; the first signs.
    pub(crate) fn certificates_of(&self, vendor: Vendor) -> Vec<Certificate> {
        self.certificates.get(vendor.name()).cloned().unwrap_or_else(|| vec![Certificate::Current])
    }

    /// The IdP as an application sees it, or an SP that is none.
    fn idp_of(&self, vendor: Vendor, app: Option<&App>, public_url: &str) -> Idp {
        let idp = app.map_or_else(|| Idp::of(vendor, public_url), |app| app.idp(public_url));
        // A roll-over of the application's own comes before that of the whole mock.
        let own = app.is_some_and(|app| app.has_given(Knob::Certificates));
        match self.certificates.get(vendor.name()) {
            Some(certificates) if !own => idp.with_certificates(certificates, vendor),
            _ => idp,
        }
    }

    /// The application of this entityID at a vendor.
    pub(crate) fn app_named(&self, vendor: Vendor, entity_id: &str) -> Option<Arc<App>> {
        self.apps.iter().find(|app| app.vendor == vendor && app.is_named(entity_id)).cloned()
    }

    /// Adds an application, or changes the one of the same vendor and name.
    pub(crate) fn put_app(&mut self, app: App) -> Result<(), Failure> {
        let is_same = |known: &App| known.vendor == app.vendor && known.name == app.name;
        let others = || self.apps.iter().filter(|known| known.vendor == app.vendor && !is_same(known));
        if let Some(taken) = app.settings.entity_ids.iter().find(|id| others().any(|other| other.is_named(id))) {
            return Err(Failure::field("options", taken, "an entityID that no other application of this vendor has"));
        }
        let place = self.apps.iter().position(|known| is_same(known));
        if place.is_none() && self.apps.len() >= KEPT {
            return Err(Failure::field("apps", format!("{KEPT} of them"), "room; take some out first"));
        }
        match place.and_then(|place| self.apps.get_mut(place)) {
            Some(known) => *known = Arc::new(app),
            None => self.apps.push(Arc::new(app)),
        }
        Ok(())
    }

    /// Takes an application out.
    pub(crate) fn forget_app(&mut self, vendor: Vendor, name: &str) -> Result<(), Failure> {
        let at_vendor = self.apps.iter().filter(|app| app.vendor == vendor);
        let names: Vec<String> = at_vendor.map(|app| app.name.clone()).collect();
        if !names.iter().any(|known| known == name) {
            return Err(Failure::not_among("name", name, names));
        }
        self.apps.retain(|app| app.vendor != vendor || app.name != name);
        Ok(())
    }

    /// The SP of this entityID.
    pub(crate) fn known_sp(&self, vendor: Vendor, issuer: &str) -> Result<Sp, Failure> {
        if let Some(app) = self.app_named(vendor, issuer) {
            let sp = app.sp(None).map_err(|refusal| of_app(vendor, &refusal))?;
            return Ok(Sp { entity_id: issuer.to_owned(), ..sp });
        }
        let at_vendor = self.apps.iter().filter(|app| app.vendor == vendor);
        let of_apps = at_vendor.flat_map(|app| &app.settings.entity_ids).cloned();
        let names = || self.sps.iter().map(|sp| sp.entity_id.clone()).chain(of_apps).collect();
        let found = self.sps.iter().find(|sp| sp.entity_id == issuer).cloned();
        found.ok_or_else(|| refuse(vendor, Why::UnknownIssuer, Failure::not_among("Issuer", issuer, names())))
    }

    fn learn(&mut self, request: &AuthnRequest) -> Result<(), Failure> {
        if self.sps.iter().any(|sp| sp.entity_id == request.issuer) {
            return Ok(());
        }
        let missing = || Failure::Request(mock_idp::RequestError::Missing("AssertionConsumerServiceURL"));
        let acs = request.acs_url.clone().ok_or_else(missing)?;
        self.add(Sp::new(&request.issuer, acs))
    }

    /// Registers an SP; from then on no other one is learned.
    pub(crate) fn register(&mut self, sp: Sp) -> Result<(), Failure> {
        self.learning = false;
        self.add(sp)
    }

    fn add(&mut self, sp: Sp) -> Result<(), Failure> {
        // The auto-posting page has these URLs in its form: nothing but a web address may stand there.
        let on_the_web = |url: &str| url.starts_with("http://") || url.starts_with("https://");
        let expected = "a URL with http or https";
        if !on_the_web(&sp.acs) {
            return Err(Failure::field("AssertionConsumerServiceURL", sp.acs, expected));
        }
        let logout = sp.logout.iter().flat_map(|endpoint| [&endpoint.location, &endpoint.response_location]);
        if let Some(url) = logout.into_iter().find(|url| !on_the_web(url)) {
            return Err(Failure::field("SingleLogoutService", url, expected));
        }
        self.sps.retain(|known| known.entity_id != sp.entity_id);
        keep(&mut self.sps, sp);
        Ok(())
    }

    /// The SP of this entityID; where none is named, the vendor's only application, or else the only SP.
    pub(crate) fn sp_named(&self, vendor: Vendor, entity_id: Option<&str>) -> Result<Known, Failure> {
        let entity_id = entity_id.filter(|name| !name.is_empty());
        let only = || only_app(&self.apps, vendor).cloned();
        if let Some(app) = entity_id.map_or_else(only, |name| self.app_named(vendor, name)) {
            let sp = app.sp(None).map_err(|refusal| of_app(vendor, &refusal))?;
            let entity_id = entity_id.map_or_else(|| sp.entity_id.clone(), str::to_owned);
            return Ok((Sp { entity_id, ..sp }, Some(app)));
        }
        let found = match (entity_id, self.sps.as_slice()) {
            (Some(name), sps) => sps.iter().find(|sp| sp.entity_id == name),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let expected = "the entityID of an SP that is registered or has sent a request";
        let found = found.cloned().ok_or_else(|| Failure::field("sp", entity_id.unwrap_or_default(), expected));
        found.map(|sp| (sp, None))
    }

    /// Takes an SP out; the next request does not bring it back unless SPs are learned.
    pub(crate) fn forget_sp(&mut self, entity_id: &str) -> Result<(), Failure> {
        let known = self.sps.iter().map(|sp| sp.entity_id.clone()).collect();
        let before = self.sps.len();
        self.sps.retain(|sp| sp.entity_id != entity_id);
        if self.sps.len() == before { Err(Failure::not_among("entity_id", entity_id, known)) } else { Ok(()) }
    }

    /// Keeps a login until its form comes back, and returns its key.
    pub(crate) fn wait(&mut self, login: Login) -> String {
        let key = self.random.id("{hex:32}");
        self.wait_as(key.clone(), login);
        key
    }

    /// Keeps a login under a key that its form has already.
    pub(crate) fn wait_as(&mut self, key: String, login: Login) {
        self.pending.push_back((key, login));
        if self.pending.len() > KEPT {
            self.pending.pop_front();
        }
    }

    /// Takes a waiting login out.
    pub(crate) fn resume(&mut self, key: &str) -> Option<Login> {
        let position = self.pending.iter().position(|(known, _)| known == key)?;
        self.pending.remove(position).map(|(_, login)| login)
    }

    /// Puts a change behind those that wait, and says how many do.
    pub(crate) fn enqueue(&mut self, vendor: Vendor, change: Change) -> Result<usize, Failure> {
        let waiting = self.queue.entry(vendor.name()).or_default();
        if waiting.len() >= KEPT {
            return Err(Failure::field("queue", format!("{KEPT} entries"), "room; take some out first"));
        }
        waiting.push_back(change);
        Ok(waiting.len())
    }

    /// How many changes wait for a vendor.
    pub(crate) fn waiting(&self, vendor: Vendor) -> usize {
        self.queue.get(vendor.name()).map_or(0, VecDeque::len)
    }

    /// Puts a fault behind those that wait for a logout message.
    pub(crate) fn enqueue_logout(&mut self, vendor: Vendor, fault: LogoutFault) {
        let waiting = self.logout_queue.entry(vendor.name()).or_default();
        waiting.push_back(fault);
        if waiting.len() > KEPT {
            waiting.pop_front();
        }
    }

    /// The fault of the next logout message of this vendor.
    pub(crate) fn dequeue_logout(&mut self, vendor: Vendor) -> Option<LogoutFault> {
        self.logout_queue.get_mut(vendor.name())?.pop_front()
    }

    /// Keeps a logout until its SP answers.
    pub(crate) fn wait_for_logout(&mut self, logout: Logout) {
        self.logouts.push_back(logout);
        if self.logouts.len() > KEPT {
            self.logouts.pop_front();
        }
    }

    /// Takes the logout out that waits for the answer to this LogoutRequest.
    pub(crate) fn waiting_logout(&mut self, vendor: Vendor, request_id: &str) -> Option<Logout> {
        let place = self.logouts.iter().position(|logout| logout.waits_for(vendor, request_id))?;
        self.logouts.remove(place)
    }

    /// Drops every change that waits.
    pub(crate) fn clear_queue(&mut self) {
        self.queue.clear();
        self.logout_queue.clear();
    }

    /// The next change of this vendor.
    pub(crate) fn dequeue(&mut self, vendor: Vendor) -> Option<Change> {
        self.queue.get_mut(vendor.name())?.pop_front()
    }

    /// The seed of the next Response.
    pub(crate) fn next_seed(&mut self) -> u64 {
        u64::from_le_bytes(self.random.octets())
    }
}

/// The application of a vendor that has only one.
pub(crate) fn only_app<A: Borrow<App>>(apps: &[A], vendor: Vendor) -> Option<&A> {
    let mut at_vendor = apps.iter().filter(|app| (*app).borrow().vendor == vendor);
    at_vendor.next().filter(|_| at_vendor.next().is_none())
}

fn keep(sps: &mut Vec<Sp>, sp: Sp) {
    if sps.len() >= KEPT {
        sps.remove(0);
    }
    sps.push(sp);
}

/// A seed that differs from run to run.
pub(crate) fn seed_from_time() -> u64 {
    // The lower half of the nanoseconds since 1970 is enough to tell two runs apart.
    u64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() & i128::from(u64::MAX)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sp_introduces_itself_only_where_none_is_registered() {
        let config = Config::new("http://127.0.0.1:7500", Vendor::all().collect());
        let mut memory = Memory::fresh(&config);
        let azure = Vendor::named("azure").unwrap();
        let request = |issuer: &str, acs: Option<&str>| AuthnRequest {
            issuer: issuer.to_owned(),
            acs_url: acs.map(str::to_owned),
            ..AuthnRequest::default()
        };
        let refused = |result: Result<Known, Failure>| result.unwrap_err().to_string();
        let nameless = refused(memory.sp_of(azure, &request("a", None)));
        assert!(nameless.contains("`AssertionConsumerServiceURL` is missing"), "{nameless}");
        assert!(refused(memory.sp_of(azure, &request("a", Some("javascript:alert(1)")))).contains("http or https"));
        assert_eq!(memory.sp_of(azure, &request("a", Some("https://a.test/acs"))).unwrap().0.acs, "https://a.test/acs");
        assert_eq!(memory.sp_of(azure, &request("a", None)).unwrap().0.acs, "https://a.test/acs");
        assert!(refused(memory.sp_of(azure, &request("a", Some("https://b.test")))).contains("the registered"));
        memory.register(Sp::new("c", "https://c.test/acs")).unwrap();
        assert!(refused(memory.sp_of(azure, &request("d", Some("https://d.test")))).starts_with("`Issuer` is `d`"));
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut memory = Memory::fresh(&Config::new("http://127.0.0.1:7500", Vendor::all().collect()));
        let vendor = Vendor::named("duo").unwrap();
        let sp = || (Sp::new("a", "https://a.test/acs"), None);
        for _ in 0..KEPT {
            memory.wait(Login::unsolicited(1, vendor, sp()));
            assert!(memory.enqueue(vendor, Change::default()).is_ok());
        }
        let first = memory.wait(Login::unsolicited(1, vendor, sp()));
        assert!(memory.pending.len() <= KEPT && memory.resume(&first).is_some());
        assert!(memory.enqueue(vendor, Change::default()).unwrap_err().to_string().contains("`queue` is"));
    }
}
