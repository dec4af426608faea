//! An SP at message level: the core with a mutant's faults planted, and around it the endpoint and the stores, in memory.
//!
//! A row and the faults to plant in; whether somebody is logged in out. As whom is not asked.

use std::collections::HashSet;
use std::convert::Infallible;
use std::future::Future;
use std::io::Read;

use futures_util::future::join_all;
use harness::browser::Submission;
use harness::delivery::is_stranger;
use harness::extract::{Rehearsal, Wanted, rehearse};
use harness::scenario::{AT_ONCE, Again, Flow, Need};
use harness::select::Case;
use mock_idp::Vendor;
use mutants::accept::Received;
use mutants::{
    Allow, Claim, DecryptionKey, Delivery, EndpointUrl, EntityId, Expectation, Idp, Inserted, Instant, Limits,
    OnceStore, PendingRequest, Sp, Switch, Validated, metadata, plant, redeem, take_for_secrets,
};
use std::sync::{LazyLock, Mutex};
use time::macros::datetime;
use tokio::runtime::{Builder, Runtime};

const ENTITY_ID: &str = "https://sp.example/metadata";
const ACS: &str = "https://sp.example/acs";
const REQUEST_ID: &str = "_request";
const SP_KEY: &str = include_str!("../../../../fixtures/keys/sp.key.pem");
const SP_CERTIFICATE: &str = include_str!("../../../../fixtures/keys/sp.crt.pem");
const PUBLIC_URL: &str = harness::target::DEFAULT_PUBLIC_URL;
/// The clock that scenarios with literal instants are written for.
const NOW: time::OffsetDateTime = datetime!(2026-01-15 12:00 UTC);

/// How many keys are pooled; one IdP may have 8 at most.
const POOLED: usize = 5;

/// The SP and the IdPs it trusts.
pub(crate) struct World {
    sp: Sp,
    acs: EndpointUrl,
    now: Instant,
    strict: Vec<Idp>,
    with_sha1: Vec<Idp>,
    with_rsa15: Vec<Idp>,
    certificates: Vec<Vec<u8>>,
}

/// One row, with what it is sent as.
pub(crate) struct Row<'a> {
    case: &'a Case<'a>,
    messages: Rehearsal,
    asked: String,
}

impl Row<'_> {
    pub(crate) fn scenario(&self) -> &str {
        &self.case.scenario.id
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {} {}", self.case.scenario.id, self.case.vendor.name(), self.case.flow.as_str())
    }

    /// The same for rows with the same twin in the same circumstances.
    pub(crate) fn twin_key(&self) -> String {
        self.messages.twin_key.clone()
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let mocks: Vec<_> = Vendor::all().map(|vendor| (vendor, mock_idp::Idp::of(vendor, PUBLIC_URL))).collect();
        let secrets = mocks.iter().flat_map(|(_, idp)| {
            let spellings = [
                idp.certificate_pem().into_bytes(),
                idp.certificate_der().to_vec(),
                public_key(idp.certificate_der()),
                Vec::new(),
            ];
            spellings.map(|octets| (idp.entity_id.clone(), octets))
        });
        take_for_secrets(secrets.collect());
        let now = Instant::from_unix_seconds(NOW.unix_timestamp()).unwrap();
        let trusted = |allow: Allow| {
            let read = |(vendor, idp): &(Vendor, mock_idp::Idp)| {
                metadata::read_idp(idp.metadata(*vendor).as_bytes(), &allow, now, &Limits::default()).unwrap().remove(0)
            };
            mocks.iter().map(read).collect()
        };
        let acs = EndpointUrl::new(ACS).unwrap();
        let key = DecryptionKey::from_file(SP_KEY.as_bytes()).unwrap();
        let sp = Sp::builder(EntityId::new(ENTITY_ID).unwrap(), acs.clone()).decryption_key(key).build();
        let with_sha1 = trusted(Allow { sha1: true, ..Allow::default() });
        let with_rsa15 = trusted(Allow { rsa15: true, ..Allow::default() });
        let certificates = mocks.iter().map(|(_, idp)| idp.certificate_der().to_vec()).collect();
        Self { sp, acs, now, strict: trusted(Allow::default()), with_sha1, with_rsa15, certificates }
    }

    /// The row's messages; none when there is no such message.
    pub(crate) fn row<'a>(&self, case: &'a Case<'a>) -> Option<Row<'a>> {
        plant(&[]);
        let wanted = Wanted {
            vendor: case.vendor,
            idp: case.vendor,
            public_url: PUBLIC_URL.to_owned(),
            sp: mock_idp::Sp::new(ENTITY_ID, ACS).encrypting(SP_CERTIFICATE),
            in_response_to: None,
            now: NOW,
            seed: 7,
        };
        let messages = rehearse(case, &wanted, REQUEST_ID).unwrap_or_else(|fault| panic!("{fault}"))?;
        Some(Row { case, messages, asked: mock_idp::Idp::of(case.vendor, PUBLIC_URL).entity_id })
    }

    /// Whether the SP with these faults lets the row's message log anybody in.
    pub(crate) fn accepts(&self, row: &Row<'_>, faults: &[Switch]) -> bool {
        let memory = Memory::of(faults);
        let message = &row.messages.message;
        let validated =
            |submission, flow| self.validated(submission, &row.asked, &self.expectation(row, flow, faults), faults);
        let first = || Some(self.redeemed(validated(message, row.case.flow)?, message, &memory));
        let Some((again, second)) = &row.messages.again else {
            let is_safe = relay_state(message).is_none_or(|place| !is_stranger(ACS, &landing(&place, faults)));
            let is_lure = relay_state(message).is_some_and(|place| is_stranger(ACS, &place));
            return first().is_some_and(finished) && !(is_lure && is_safe);
        };
        if *again == Again::AtOnce {
            let all: Option<Vec<_>> = std::iter::repeat_with(first).take(AT_ONCE).collect();
            return all.is_some_and(|all| finished(join_all(all)).into_iter().filter(|is_in| *is_in).count() > 1);
        }
        // Whoever presents a message again does it in another browser, which waits for nothing.
        let once_more = || Some(self.redeemed(validated(second, Flow::Idp)?, second, &memory));
        first().is_some_and(finished) && once_more().is_some_and(finished)
    }

    /// Whether the SP with these faults lets the row's healthy twin log somebody in.
    pub(crate) fn accepts_twin(&self, row: &Row<'_>, faults: &[Switch]) -> bool {
        let expectation = match row.messages.twin_flow {
            Flow::Sp => Expectation::answer_or_unsolicited(request(&row.asked)),
            Flow::Idp => Expectation::unsolicited(),
        };
        let validated = self.validated(&row.messages.twin, &row.asked, &expectation, faults);
        validated.is_some_and(|twin| finished(self.redeemed(twin, &row.messages.twin, &Memory::of(faults))))
    }

    /// This IdP with the keys of others beside its own, as many as one IdP may have.
    fn pooled(&self, idp: &Idp) -> Idp {
        let own = self.strict.iter().position(|other| other.entity_id() == idp.entity_id()).unwrap_or_default();
        let mut builder = Idp::builder(idp.entity_id().clone());
        for certificate in self.certificates.iter().cycle().skip(own).take(POOLED) {
            builder = builder.certificate(certificate).unwrap();
        }
        builder.build().unwrap()
    }

    fn expectation(&self, row: &Row<'_>, flow: Flow, faults: &[Switch]) -> Expectation {
        let refuses_unsolicited = row.case.scenario.needs.contains(&Need::NoUnsolicited);
        match flow {
            Flow::Sp => Expectation::answer_or_unsolicited(request(&row.asked)),
            // Every request that was ever made is looked up by what the message says.
            Flow::Idp if faults.contains(&Switch::AnyPendingRequest) && row.case.flow == Flow::Sp => {
                Expectation::answer_or_unsolicited(request(&row.asked))
            }
            Flow::Idp if refuses_unsolicited && !faults.contains(&Switch::UnsolicitedAlways) => Expectation::nothing(),
            Flow::Idp => Expectation::unsolicited(),
        }
    }

    fn validated(
        &self,
        submission: &Submission,
        asked: &str,
        expectation: &Expectation,
        faults: &[Switch],
    ) -> Option<Validated> {
        plant(faults);
        let received = Received::post(&body(submission, faults)?, &self.sp).ok()?;
        let idps = match faults {
            _ if faults.contains(&Switch::Sha1Allowed) => &self.with_sha1,
            _ if faults.contains(&Switch::Rsa15Allowed) => &self.with_rsa15,
            _ => &self.strict,
        };
        let named = |name: &str| idps.iter().find(|idp| idp.entity_id().as_str() == name);
        let hint = received.issuer_hint();
        let idp = hint.as_deref().and_then(named).or(named(asked))?;
        let pooled = faults.contains(&Switch::KeysPooled).then(|| self.pooled(idp));
        let idp = pooled.as_ref().unwrap_or(idp);
        let delivery = Delivery { endpoint: &self.acs, expectation, now: self.now };
        received.accept(&self.sp, idp, delivery).ok()
    }

    /// Whether a message that passed every rule is used for the first time.
    async fn redeemed(&self, validated: Validated, submission: &Submission, memory: &Memory) -> bool {
        let store = Store { memory, message: &submission.body };
        redeem(validated, &store, self.now).await.is_ok()
    }
}

/// The note that came with a message.
fn relay_state(submission: &Submission) -> Option<String> {
    let mut fields = form_urlencoded::parse(&submission.body);
    fields.find(|(name, _)| name == "RelayState").map(|(_, value)| value.into_owned())
}

/// Where the browser goes after a login.
fn landing(relay_state: &str, faults: &[Switch]) -> String {
    let ours = ACS.trim_end_matches("/acs");
    let is_followed = |switch: &Switch| match switch {
        Switch::RelayStateFollowed => true,
        Switch::RelayStateLooksLocal => relay_state.starts_with('/'),
        Switch::RelayStateLooksOurs => relay_state.starts_with(ours),
        _ => false,
    };
    if faults.iter().any(is_followed) { relay_state.to_owned() } else { "/".to_owned() }
}

/// What a certificate is about, in DER.
fn public_key(certificate: &[u8]) -> Vec<u8> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).unwrap();
    certificate.public_key().raw.to_vec()
}

fn request(idp: &str) -> PendingRequest {
    PendingRequest { id: REQUEST_ID.to_owned(), idp: EntityId::new(idp).unwrap() }
}

/// The form in a request; none when this SP does not take it.
fn body(submission: &Submission, faults: &[Switch]) -> Option<Vec<u8>> {
    let is_post = submission.method.as_str() == "POST";
    if !is_post && !faults.contains(&Switch::AnyMethod) {
        return None;
    }
    let is_form = |(name, value): &(&str, &str)| *name != "content-type" || value.starts_with("application/x-www-form");
    if is_post && !submission.headers.iter().all(is_form) && !faults.contains(&Switch::AnyMethod) {
        return None;
    }
    if !submission.headers.iter().any(|(name, _)| *name == "content-encoding") {
        return Some(submission.body.clone());
    }
    let mut inflated = Vec::new();
    let inflater = flate2::read::GzDecoder::new(submission.body.as_slice());
    faults.contains(&Switch::BodiesInflated).then(|| inflater.take(10 << 20).read_to_end(&mut inflated).ok())??;
    Some(inflated)
}

/// The stores of this SP wait for nothing but their turn.
fn finished<F: Future>(future: F) -> F::Output {
    static TURNS: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().build().unwrap());
    TURNS.block_on(future)
}

/// What was used already.
struct Memory {
    used: Mutex<HashSet<String>>,
    forgets: bool,
    by_message: bool,
    looks_first: bool,
}

impl Memory {
    fn of(faults: &[Switch]) -> Self {
        Self {
            used: Mutex::default(),
            forgets: faults.contains(&Switch::ReplaysAllowed),
            by_message: faults.contains(&Switch::ReplayKeyIsResponse),
            looks_first: faults.contains(&Switch::ReplayCheckedFirst),
        }
    }
}

/// The memory, asked about one message.
struct Store<'a> {
    memory: &'a Memory,
    message: &'a [u8],
}

impl Store<'_> {
    fn look(&self, assertion: &str, request: Option<&String>) -> Inserted {
        let used = self.memory.used.lock().unwrap();
        if used.contains(assertion) && !self.memory.forgets {
            Inserted::AssertionWasUsed
        } else if request.is_some_and(|request| used.contains(request)) && !self.memory.forgets {
            Inserted::RequestWasAnswered
        } else {
            Inserted::Fresh
        }
    }
}

impl OnceStore for Store<'_> {
    type Error = Infallible;

    async fn insert(&self, claim: &Claim) -> Result<Inserted, Infallible> {
        let assertion = if self.memory.by_message {
            String::from_utf8_lossy(self.message).into_owned()
        } else {
            format!("assertion {} {}", claim.issuer(), claim.assertion_id())
        };
        let request = claim.request_id().map(|id| format!("request {id}"));
        let inserted = self.look(&assertion, request.as_ref());
        if self.memory.looks_first {
            // Between the look and the note everybody else has a turn.
            tokio::task::yield_now().await;
        }
        if matches!(inserted, Inserted::Fresh) {
            self.memory.used.lock().unwrap().extend([assertion].into_iter().chain(request));
        }
        Ok(inserted)
    }
}
