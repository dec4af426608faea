//! What the mocks remember between requests: SPs, sessions, logins under way, the queue, the log, the clock.
//!
//! Everything is in memory and bounded: the oldest entry goes when a list is full. `reset` forgets all of it.

use crate::Config;
use crate::change::Change;
use crate::failure::Failure;
use mock_idp::random::Random;
use mock_idp::{AuthnRequest, Message, Person, Sp, Vendor, people};
use serde::Serialize;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

/// Sessions, logins under way and log entries that are kept.
const KEPT: usize = 1000;

/// Everything the mocks know.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) config: Config,
    memory: Mutex<Memory>,
}

/// What changes from request to request.
#[derive(Debug)]
pub(crate) struct Memory {
    /// The SPs, registered or learned.
    pub(crate) sps: Vec<Sp>,
    /// Whether a new SP may still be learned from its request.
    learning: bool,
    /// Who is logged in, by vendor and cookie value, oldest first.
    sessions: VecDeque<(Vendor, String, Person)>,
    /// Logins that wait for the form, by their key, oldest first.
    pending: VecDeque<(String, Login)>,
    /// What the next Responses look like, by vendor.
    queue: HashMap<&'static str, VecDeque<Change>>,
    /// What happened.
    pub(crate) log: VecDeque<Entry>,
    /// The last Response of each vendor, for a replay.
    pub(crate) last: HashMap<&'static str, Message>,
    /// What time it is.
    pub(crate) clock: Clock,
    random: Random,
}

/// A login from its start to its Response.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) vendor: Vendor,
    pub(crate) sp: Sp,
    /// The request it answers, where there was one.
    pub(crate) request_id: Option<String>,
    pub(crate) relay_state: Option<String>,
    pub(crate) change: Change,
}

/// One line of the log.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) at: String,
    pub(crate) vendor: &'static str,
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event {
    /// A request was read.
    Request { id: String, issuer: String, acs_url: Option<String>, destination: Option<String>, signed: bool },
    /// A request was refused.
    Refused { reason: String },
    /// A Response was sent.
    Response {
        in_response_to: Option<String>,
        acs: String,
        user: String,
        attack: Option<&'static str>,
        quirk: Option<&'static str>,
    },
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
        Self { config, memory }
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
        let names = || self.config.vendors.iter().map(|vendor| vendor.name()).collect::<Vec<_>>().join(", ");
        served.copied().ok_or_else(|| Failure::field("vendor", name, format!("one of {}", names())))
    }
}

impl Memory {
    fn fresh(config: &Config) -> Self {
        Self {
            sps: config.sps.clone(),
            learning: config.sps.is_empty(),
            sessions: VecDeque::new(),
            pending: VecDeque::new(),
            queue: HashMap::new(),
            log: VecDeque::new(),
            last: HashMap::new(),
            clock: Clock::Shifted(Duration::ZERO),
            random: Random::seeded(config.seed),
        }
    }

    /// The SP that a request is from, with the address its Response goes to.
    ///
    /// Without registered SPs the first request of each introduces it, ACS URL and all.
    pub(crate) fn sp_of(&mut self, request: &AuthnRequest) -> Result<Sp, Failure> {
        if self.learning {
            self.learn(request)?;
        }
        let known = self.sps.iter().find(|sp| sp.entity_id == request.issuer);
        let known =
            known.ok_or_else(|| Failure::field("Issuer", &request.issuer, "the entityID of a registered SP"))?;
        match &request.acs_url {
            Some(acs) if *acs != known.acs => {
                Err(Failure::field("AssertionConsumerServiceURL", acs, format!("the registered `{}`", known.acs)))
            }
            _ => Ok(known.clone()),
        }
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
        // The auto-posting page has this URL in its form: nothing but a web address may stand there.
        if !sp.acs.starts_with("http://") && !sp.acs.starts_with("https://") {
            return Err(Failure::field("AssertionConsumerServiceURL", sp.acs, "a URL with http or https"));
        }
        self.sps.retain(|known| known.entity_id != sp.entity_id);
        keep(&mut self.sps, sp);
        Ok(())
    }

    /// The SP of this entityID, or the only one where none is named.
    pub(crate) fn sp_named(&self, entity_id: Option<&str>) -> Result<Sp, Failure> {
        let entity_id = entity_id.filter(|name| !name.is_empty());
        let found = match (entity_id, self.sps.as_slice()) {
            (Some(name), sps) => sps.iter().find(|sp| sp.entity_id == name),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let expected = "the entityID of an SP that is registered or has sent a request";
        found.cloned().ok_or_else(|| Failure::field("sp", entity_id.unwrap_or_default(), expected))
    }

    /// Starts a session and returns the value of its cookie.
    pub(crate) fn begin_session(&mut self, vendor: Vendor, person: &Person) -> String {
        let key = self.random.id("{hex:32}");
        self.sessions.push_back((vendor, key.clone(), person.clone()));
        if self.sessions.len() > KEPT {
            self.sessions.pop_front();
        }
        key
    }

    /// Who is logged in with this cookie.
    pub(crate) fn session(&self, vendor: Vendor, key: &str) -> Option<Person> {
        let found = self.sessions.iter().find(|(of, known, _)| *of == vendor && known == key);
        found.map(|(_, _, person)| person.clone())
    }

    /// Ends the session of this cookie.
    pub(crate) fn end_session(&mut self, vendor: Vendor, key: &str) {
        self.sessions.retain(|(of, known, _)| *of != vendor || known != key);
    }

    /// Keeps a login until its form comes back, and returns its key.
    pub(crate) fn wait(&mut self, login: Login) -> String {
        let key = self.random.id("{hex:32}");
        self.pending.push_back((key.clone(), login));
        if self.pending.len() > KEPT {
            self.pending.pop_front();
        }
        key
    }

    /// Takes a waiting login out.
    pub(crate) fn resume(&mut self, key: &str) -> Option<Login> {
        let position = self.pending.iter().position(|(known, _)| known == key)?;
        self.pending.remove(position).map(|(_, login)| login)
    }

    /// Puts a change behind those that wait, and says how many do.
    pub(crate) fn enqueue(&mut self, vendor: Vendor, change: Change) -> usize {
        let waiting = self.queue.entry(vendor.name()).or_default();
        if waiting.len() < KEPT {
            waiting.push_back(change);
        }
        waiting.len()
    }

    /// The next change of this vendor.
    pub(crate) fn dequeue(&mut self, vendor: Vendor) -> Option<Change> {
        self.queue.get_mut(vendor.name())?.pop_front()
    }

    /// Writes a line into the log.
    pub(crate) fn record(&mut self, vendor: Vendor, event: Event) {
        let at = mock_idp::moment::format(self.clock.now(), true).unwrap_or_default();
        self.log.push_back(Entry { at, vendor: vendor.name(), event });
        if self.log.len() > KEPT {
            self.log.pop_front();
        }
    }

    /// The seed of the next Response.
    pub(crate) fn next_seed(&mut self) -> u64 {
        u64::from_le_bytes(self.random.octets())
    }
}

fn keep(sps: &mut Vec<Sp>, sp: Sp) {
    if sps.len() >= KEPT {
        sps.remove(0);
    }
    sps.push(sp);
}

/// The person of this name, and the change that a tag asks for: `ann`, `ann@example.test`, `ann+expired@example.test`.
pub(crate) fn person_named(name: &str) -> Result<(Person, Change), Failure> {
    let (local, domain) = name.split_once('@').map_or((name, None), |(local, domain)| (local, Some(domain)));
    let (local, tag) = local.split_once('+').map_or((local, None), |(local, tag)| (local, Some(tag)));
    let matches = |person: &Person| {
        let whole = person.user_name.split_once('@');
        whole.is_some_and(|(known, at)| known == local && domain.is_none_or(|domain| domain == at))
    };
    let names = || people::all().into_iter().map(|person| person.user_name).collect::<Vec<_>>().join(", ");
    let person = people::all().into_iter().find(matches);
    let person = person.ok_or_else(|| Failure::field("user", name, format!("one of {}", names())))?;
    Ok((person, tag.map(Change::of_tag).transpose()?.unwrap_or_default()))
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
    fn people_by_name() {
        for name in ["ann", "ann@example.test", "ann+expired@example.test", "ann+expired"] {
            assert_eq!(person_named(name).unwrap().0, people::ann(), "{name}");
        }
        for name in ["", "Ann", "ann@elsewhere.test", "ann+nonsense", "+expired"] {
            assert!(person_named(name).unwrap_err().to_string().starts_with("`user` is"), "{name}");
        }
    }

    #[test]
    fn an_sp_introduces_itself_only_where_none_is_registered() {
        let config = Config::new("http://127.0.0.1:7500", Vendor::all().collect());
        let mut memory = Memory::fresh(&config);
        let request = |issuer: &str, acs: Option<&str>| AuthnRequest {
            issuer: issuer.to_owned(),
            acs_url: acs.map(str::to_owned),
            ..AuthnRequest::default()
        };
        let refused = |result: Result<Sp, Failure>| result.unwrap_err().to_string();
        let nameless = refused(memory.sp_of(&request("a", None)));
        assert!(nameless.contains("`AssertionConsumerServiceURL` is missing"), "{nameless}");
        assert!(refused(memory.sp_of(&request("a", Some("javascript:alert(1)")))).contains("http or https"));
        assert_eq!(memory.sp_of(&request("a", Some("https://a.test/acs"))).unwrap().acs, "https://a.test/acs");
        assert_eq!(memory.sp_of(&request("a", None)).unwrap().acs, "https://a.test/acs");
        assert!(refused(memory.sp_of(&request("a", Some("https://b.test")))).contains("the registered"));
        memory.register(Sp::new("c", "https://c.test/acs")).unwrap();
        assert!(refused(memory.sp_of(&request("d", Some("https://d.test")))).starts_with("`Issuer` is `d`"));
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut memory = Memory::fresh(&Config::new("http://127.0.0.1:7500", Vendor::all().collect()));
        let vendor = Vendor::named("duo").unwrap();
        for _ in 0..KEPT + 10 {
            memory.begin_session(vendor, &people::ann());
            memory.record(vendor, Event::Refused { reason: String::new() });
            memory.enqueue(vendor, Change::default());
        }
        assert_eq!((memory.sessions.len(), memory.log.len()), (KEPT, KEPT));
        assert_eq!(memory.enqueue(vendor, Change::default()), KEPT);
    }
}
