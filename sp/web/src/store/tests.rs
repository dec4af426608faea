//! What every store must do, and what each does in its own way when it is full, closed, or shared.

use super::memory::Most;
use super::{DatabaseUrl, MemoryStore, SqliteStore, Store, StoreError};
use crate::clock::Clock;
use crate::handle::Handle;
use crate::local_path::LocalPath;
use crate::pending::PendingLogin;
use crate::session::{Session, SessionNameId};
use mock_idp::{Edits, Recipe, Vendor};
use sp::{Claim, Delivery, EndpointUrl, EntityId, Expectation, Inserted, Instant, OnceStore, PendingRequest};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use time::macros::datetime;

const ENTITY_ID: &str = "https://sp.test";
const ACS: &str = "https://sp.test/acs";

/// A clock that tests move.
#[derive(Clone)]
struct Hand(Arc<Mutex<Instant>>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(start())))
    }

    fn clock(&self) -> Clock {
        let hand = self.clone();
        Clock::from_fn(move || *hand.0.lock().unwrap())
    }

    fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.later(by);
    }
}

fn start() -> Instant {
    Instant::parse("2026-01-15T12:00:00Z").unwrap()
}

/// The claim of a genuine message, good for five minutes.
fn claim(assertion_id: &str, request: Option<&str>) -> Claim {
    let okta = Vendor::named("okta").unwrap();
    let idp = mock_idp::Idp::of(okta, "http://127.0.0.1:7500");
    let edits = Edits {
        assertion_id: Some(assertion_id.to_owned()),
        confirmation_not_on_or_after: Some("+5m".to_owned()),
        ..Edits::default()
    };
    let recipe = Recipe::new(okta, idp.clone(), mock_idp::Sp::new(ENTITY_ID, ACS), datetime!(2026-01-15 12:00 UTC));
    let message = Recipe { edits, in_response_to: request.map(str::to_owned), ..recipe }.build().unwrap();

    let acs = EndpointUrl::new(ACS).unwrap();
    let sp = sp::Sp::builder(EntityId::new(ENTITY_ID).unwrap(), acs.clone()).build();
    let name = EntityId::new(&idp.entity_id).unwrap();
    let idp = sp::Idp::builder(name.clone()).certificate(idp.certificate_der()).unwrap().build().unwrap();
    let expectation = match request {
        Some(id) => Expectation::answer_to(PendingRequest { id: id.to_owned(), idp: name }),
        None => Expectation::unsolicited(),
    };
    let delivery = Delivery { endpoint: &acs, expectation: &expectation, now: start() };
    sp::accept::Received::post_value(&message.base64(), &sp).unwrap().accept(&sp, &idp, delivery).unwrap().claim()
}

fn login(id: &str, return_to: &str) -> PendingLogin {
    PendingLogin {
        relay_state: Handle::random(),
        request: PendingRequest { id: id.to_owned(), idp: EntityId::new("urn:idp").unwrap() },
        return_to: LocalPath::new(return_to).unwrap(),
        until: start().later(Duration::from_secs(600)),
    }
}

fn session(ends: i64) -> Session {
    Session {
        issuer: "urn:idp".to_owned(),
        name_id: SessionNameId {
            value: "ann".to_owned(),
            format: None,
            name_qualifier: Some("urn:q".to_owned()),
            sp_name_qualifier: None,
        },
        attributes: vec![("group".to_owned(), vec!["a".to_owned(), "\u{fc}\"".to_owned()])],
        session_index: Some("_s".to_owned()),
        authn_context: None,
        ends,
    }
}

/// Runs a check over each kind of store, with the hand of its clock.
async fn check_each(check: impl AsyncFn(&dyn Fn(Duration), &AnyStore)) {
    let hand = Hand::new();
    check(&|by| hand.advance(by), &AnyStore::Memory(Box::new(MemoryStore::new(hand.clock())))).await;
    let folder = tempfile::tempdir().unwrap();
    let hand = Hand::new();
    let store = SqliteStore::open(&url(&folder), hand.clock()).await.unwrap();
    check(&|by| hand.advance(by), &AnyStore::Sqlite(store)).await;
}

fn url(folder: &tempfile::TempDir) -> DatabaseUrl {
    DatabaseUrl::new(&format!("sqlite:{}", folder.path().join("sp.db").display())).unwrap()
}

#[tokio::test]
async fn claims() {
    check_each(async |advance, store| {
        let insert = async |assertion: &str, request: Option<&str>| store.insert(claim(assertion, request)).await;
        assert_eq!(insert("_a", None).await, Inserted::Fresh);
        assert_eq!(insert("_a", None).await, Inserted::AssertionWasUsed);
        assert_eq!(insert("_a", Some("_r")).await, Inserted::AssertionWasUsed);
        // The request of a refused claim is not taken.
        assert_eq!(insert("_b", Some("_r")).await, Inserted::Fresh);
        assert_eq!(insert("_c", Some("_r")).await, Inserted::RequestWasAnswered);
        // And neither is its Assertion.
        assert_eq!(insert("_c", Some("_s")).await, Inserted::Fresh);
        // To the last moment of the message's five minutes, and of the hour behind them.
        advance(Duration::from_secs(3600 + 299));
        assert_eq!(insert("_a", None).await, Inserted::AssertionWasUsed);
        // Then the message has been over for long, and the claim makes room: one store rounds to the next second.
        advance(Duration::from_secs(2));
        assert_eq!(insert("_a", None).await, Inserted::Fresh);
        assert_eq!(insert("_d", Some("_r")).await, Inserted::Fresh);
    })
    .await;
}

#[tokio::test]
async fn logins() {
    check_each(async |advance, store| {
        let (ours, theirs) = (Handle::random(), Handle::random());
        let all: Vec<_> = (0..10).map(|number| login(&format!("_{number}"), "/a?b")).collect();
        for login in &all {
            store.keep_login(&ours, login.clone()).await;
        }
        store.keep_login(&theirs, login("_theirs", "/")).await;
        assert_eq!(store.logins(&ours).await, all[2..]);
        store.forget_login(&theirs, &all[3].relay_state).await;
        store.forget_login(&ours, &all[2].relay_state).await;
        assert_eq!(store.logins(&ours).await, all[3..]);
        assert_eq!(store.logins(&theirs).await.len(), 1);
        advance(Duration::from_secs(599));
        assert_eq!(store.logins(&ours).await.len(), 7);
        advance(Duration::from_secs(1));
        assert!(store.logins(&ours).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn sessions() {
    check_each(async |advance, store| {
        let (first, second) = (Handle::random(), Handle::random());
        let kept = session(start().unix_seconds() + 60);
        store.start_session(&first, kept.clone()).await;
        store.start_session(&second, kept.clone()).await;
        assert_eq!(store.session(&first).await, Some(kept.clone()));
        store.end_session(&first).await;
        assert_eq!(store.session(&first).await, None);
        advance(Duration::from_secs(59));
        assert_eq!(store.session(&second).await, Some(kept));
        advance(Duration::from_secs(1));
        assert_eq!(store.session(&second).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_full_memory_forgets_logins_and_sessions_but_no_claim() {
    let hand = Hand::new();
    let store = MemoryStore::with_limits(hand.clock(), Most { claims: 1, browsers: 1, sessions: 1 });
    assert_eq!(store.insert(&claim("_a", None)).await.unwrap(), Inserted::Fresh);
    let full = store.insert(&claim("_b", None)).await.unwrap_err();
    assert!(matches!(full, StoreError::Full { most: 1 }), "{full}");
    assert_eq!(store.insert(&claim("_a", None)).await.unwrap(), Inserted::AssertionWasUsed);

    let (first, second) = (Handle::random(), Handle::random());
    for browser in [&first, &second] {
        store.keep_login(browser, login("_r", "/")).await.unwrap();
        store.start_session(browser, session(start().unix_seconds() + 60)).await.unwrap();
    }
    assert!(store.logins(&first).await.unwrap().is_empty());
    assert_eq!(store.logins(&second).await.unwrap().len(), 1);
    assert_eq!(store.session(&first).await.unwrap(), None);
    assert!(store.session(&second).await.unwrap().is_some());

    hand.advance(Duration::from_secs(3600 + 301));
    assert_eq!(store.insert(&claim("_b", None)).await.unwrap(), Inserted::Fresh);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_may_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut inserting = tokio::task::JoinSet::new();
    let claim = claim("_a", Some("_r"));
    for _ in 0..2 {
        let store = Arc::new(SqliteStore::open(&url(&folder), Clock::frozen(start())).await.unwrap());
        for _ in 0..20 {
            let (store, claim) = (Arc::clone(&store), claim.clone());
            inserting.spawn(async move { store.insert(&claim).await.unwrap() });
        }
    }
    let inserted = inserting.join_all().await;
    assert_eq!(inserted.iter().filter(|inserted| **inserted == Inserted::Fresh).count(), 1, "{inserted:?}");
}

#[tokio::test]
async fn a_closed_database_says_so_and_holds_no_handle() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder), Clock::frozen(start())).await.unwrap();
    let handle = Handle::random();
    store.start_session(&handle, session(start().unix_seconds() + 60)).await.unwrap();
    store.close().await;
    assert!(matches!(store.insert(&claim("_a", None)).await, Err(StoreError::Database(_))));

    let path = folder.path().join("sp.db");
    let file = std::fs::read(&path).unwrap();
    let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&handle.fingerprint()));
    assert!(!holds(handle.as_str()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn database_urls() {
    for good in ["sqlite:sp.db", "sqlite://sp.db", "sqlite:///var/lib/sp.db", "sqlite:/var/lib/sp.db"] {
        assert!(DatabaseUrl::new(good).is_ok(), "{good}");
    }
    for bad in
        ["", "sp.db", "sqlite:", "sqlite://", "sqlite::memory:", "sqlite:a?mode=ro", "postgres://db", "mysql://db"]
    {
        assert!(DatabaseUrl::new(bad).unwrap_err().to_string().ends_with("or none for memory"), "{bad}");
    }
}

/// One of the two, for checks that hold for both; a failing store fails the test.
enum AnyStore {
    Memory(Box<MemoryStore>),
    Sqlite(SqliteStore),
}

macro_rules! each {
    ($self:ident, $method:ident, $($argument:expr),*) => {
        match $self {
            AnyStore::Memory(store) => store.$method($($argument),*).await.unwrap(),
            AnyStore::Sqlite(store) => store.$method($($argument),*).await.unwrap(),
        }
    };
}

impl AnyStore {
    async fn insert(&self, claim: Claim) -> Inserted {
        each!(self, insert, &claim)
    }

    async fn keep_login(&self, browser: &Handle, login: PendingLogin) {
        each!(self, keep_login, browser, login);
    }

    async fn logins(&self, browser: &Handle) -> Vec<PendingLogin> {
        each!(self, logins, browser)
    }

    async fn forget_login(&self, browser: &Handle, relay_state: &Handle) {
        each!(self, forget_login, browser, relay_state);
    }

    async fn start_session(&self, handle: &Handle, session: Session) {
        each!(self, start_session, handle, session);
    }

    async fn session(&self, handle: &Handle) -> Option<Session> {
        each!(self, session, handle)
    }

    async fn end_session(&self, handle: &Handle) {
        each!(self, end_session, handle);
    }
}
