//! Everything in this process's memory: for tests, and for one node that may forget on restart.
//!
//! Bounded: beyond [`CLAIMS`] a new claim is refused, because none may be forgotten; beyond [`BROWSERS`] and
//! [`SESSIONS`] the one that would end first makes room.

use super::expiring::Expiring;
use super::{Store, StoreError};
use crate::clock::Clock;
use crate::handle::Handle;
use crate::pending::{self, PendingExit, PendingLogin};
use crate::session::Session;
use sp::logout::LogoutOrder;
use sp::{Claim, Inserted, Instant, OnceStore};
use std::collections::{HashMap, HashSet};
use std::future::{Future, ready};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Claims that are remembered at once: an hour of 50 logins per second, about 100 MB.
const CLAIMS: usize = 200_000;

/// Browsers with logins under way.
const BROWSERS: usize = 50_000;

/// Sessions at once.
const SESSIONS: usize = 50_000;

/// A store in memory.
#[derive(Debug)]
pub struct MemoryStore {
    clock: Clock,
    most: Most,
    kept: Mutex<Kept>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    pub(super) claims: usize,
    pub(super) browsers: usize,
    pub(super) sessions: usize,
}

#[derive(Debug)]
struct Kept {
    assertions: Expiring<(String, String), ()>,
    requests: Expiring<String, ()>,
    logins: Expiring<String, Vec<PendingLogin>>,
    sessions: Expiring<String, Session>,
    /// The sessions by IdP and NameID: what a LogoutRequest names. Those that ended meanwhile go at the next look.
    by_principal: HashMap<(String, String), HashSet<String>>,
    exits: Expiring<String, PendingExit>,
}

impl MemoryStore {
    /// An empty store that forgets by this clock.
    pub fn new(clock: Clock) -> Self {
        Self::with_limits(clock, Most { claims: CLAIMS, browsers: BROWSERS, sessions: SESSIONS })
    }

    pub(super) fn with_limits(clock: Clock, most: Most) -> Self {
        let kept = Kept {
            assertions: Expiring::new(),
            requests: Expiring::new(),
            logins: Expiring::new(),
            sessions: Expiring::new(),
            by_principal: HashMap::new(),
            exits: Expiring::new(),
        };
        Self { clock, most, kept: Mutex::new(kept) }
    }

    /// What is kept, without what is over, and the time. One lock over all of it makes each operation one atomic step.
    fn kept(&self) -> (MutexGuard<'_, Kept>, Instant) {
        // Nothing between lock and unlock leaves the maps half changed, so a panic elsewhere does not spoil them.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        kept.sweep(now);
        (kept, now)
    }
}

impl Kept {
    fn sweep(&mut self, now: Instant) {
        self.assertions.sweep(now);
        self.requests.sweep(now);
        self.logins.sweep(now);
        self.sessions.sweep(now);
        self.exits.sweep(now);
        // The index must not outgrow what it points at; halving makes this rare.
        let pointers: usize = self.by_principal.values().map(HashSet::len).sum();
        if 2 * self.sessions.len() + 1024 < pointers {
            let sessions = &self.sessions;
            self.by_principal.retain(|_, handles| {
                handles.retain(|handle| sessions.get(handle).is_some());
                !handles.is_empty()
            });
        }
    }

    fn start_session(&mut self, handle: String, session: Session, ends: Instant) {
        let principal = (session.issuer.clone(), session.name_id.value.clone());
        self.by_principal.entry(principal).or_default().insert(handle.clone());
        self.sessions.insert(handle, session, ends);
    }

    fn end_sessions(&mut self, order: &LogoutOrder) -> usize {
        let principal = (order.issuer.as_str().to_owned(), order.name_id.value.clone());
        let mut handles = self.by_principal.remove(&principal).unwrap_or_default();
        let before = self.sessions.len();
        handles.retain(|handle| match self.sessions.get(handle) {
            Some(session) if session.is_meant(order) => {
                self.sessions.remove(handle);
                false
            }
            other => other.is_some(),
        });
        if !handles.is_empty() {
            self.by_principal.insert(principal, handles);
        }
        before - self.sessions.len()
    }

    fn insert(&mut self, claim: &Claim, most: usize) -> Result<Inserted, StoreError> {
        let assertion = (claim.issuer().as_str().to_owned(), claim.assertion_id().to_owned());
        if self.assertions.get(&assertion).is_some() {
            return Ok(Inserted::AssertionWasUsed);
        }
        let request = claim.request_id().map(str::to_owned);
        if request.as_ref().is_some_and(|request| self.requests.get(request).is_some()) {
            return Ok(Inserted::RequestWasAnswered);
        }
        if most <= self.assertions.len() {
            return Err(StoreError::Full { most });
        }
        self.assertions.insert(assertion, (), claim.until());
        if let Some(request) = request {
            self.requests.insert(request, (), claim.until());
        }
        Ok(Inserted::Fresh)
    }

    fn keep_login(&mut self, browser: String, login: PendingLogin, most: usize) {
        let until = login.until;
        let mut logins = self.logins.remove(&browser).unwrap_or_default();
        logins.push(login);
        if pending::MOST_PER_BROWSER < logins.len() {
            logins.remove(0);
        }
        if most <= self.logins.len() {
            self.logins.drop_first();
        }
        self.logins.insert(browser, logins, until);
    }
}

impl OnceStore for MemoryStore {
    type Error = StoreError;

    fn insert(&self, claim: &Claim) -> impl Future<Output = Result<Inserted, StoreError>> + Send {
        ready(self.kept().0.insert(claim, self.most.claims))
    }
}

impl Store for MemoryStore {
    fn keep_login(&self, browser: &Handle, login: PendingLogin) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.kept().0.keep_login(browser.fingerprint(), login, self.most.browsers);
        ready(Ok(()))
    }

    fn logins(&self, browser: &Handle) -> impl Future<Output = Result<Vec<PendingLogin>, StoreError>> + Send {
        let (kept, now) = self.kept();
        let logins = kept.logins.get(&browser.fingerprint()).into_iter().flatten();
        ready(Ok(logins.filter(|login| now < login.until).cloned().collect()))
    }

    fn forget_login(
        &self,
        browser: &Handle,
        relay_state: &Handle,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        let (mut kept, _) = self.kept();
        let browser = browser.fingerprint();
        if let Some(mut logins) = kept.logins.remove(&browser) {
            logins.retain(|login| login.relay_state != *relay_state);
            if let Some(until) = logins.last().map(|login| login.until) {
                kept.logins.insert(browser, logins, until);
            }
        }
        ready(Ok(()))
    }

    fn start_session(&self, handle: &Handle, session: Session) -> impl Future<Output = Result<(), StoreError>> + Send {
        let (mut kept, now) = self.kept();
        if self.most.sessions <= kept.sessions.len() {
            kept.sessions.drop_first();
        }
        let ends = Instant::from_unix_seconds(session.ends).unwrap_or(now);
        kept.start_session(handle.fingerprint(), session, ends);
        ready(Ok(()))
    }

    fn session(&self, handle: &Handle) -> impl Future<Output = Result<Option<Session>, StoreError>> + Send {
        ready(Ok(self.kept().0.sessions.get(&handle.fingerprint()).cloned()))
    }

    fn end_session(&self, handle: &Handle) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.kept().0.sessions.remove(&handle.fingerprint());
        ready(Ok(()))
    }

    fn end_sessions(&self, order: &LogoutOrder) -> impl Future<Output = Result<usize, StoreError>> + Send {
        ready(Ok(self.kept().0.end_sessions(order)))
    }

    fn keep_exit(&self, browser: &Handle, exit: PendingExit) -> impl Future<Output = Result<(), StoreError>> + Send {
        let (mut kept, _) = self.kept();
        if self.most.browsers <= kept.exits.len() {
            kept.exits.drop_first();
        }
        let until = exit.until;
        kept.exits.insert(browser.fingerprint(), exit, until);
        ready(Ok(()))
    }

    fn take_exit(&self, browser: &Handle) -> impl Future<Output = Result<Option<PendingExit>, StoreError>> + Send {
        ready(Ok(self.kept().0.exits.remove(&browser.fingerprint())))
    }
}
