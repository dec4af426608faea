//! Laws: what holds for the built-in SP whatever is combined. The catalogue's own words are the letters: every layout, quirk
//! and healthy edit that some scenario uses, alone or together, and every attack on top of any of them.
//!
//! A login that breaks a law is printed with its seed and shrunk until every change that is left is needed: mostly one.
//! `PROPTEST_CASES` plays more than the usual.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::LazyLock;

use crate::world;
use harness::browser::Submission;
use harness::extract::{Rehearsal, Wanted, rehearse};
use harness::scenario::{self, Flow, Scenario};
use harness::select::Case;
use mock_idp::{Vendor, attacks, quirks};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{TestError, TestRunner};
use sp::accept::Received;
use sp::{Delivery, Expectation, Idp, PendingRequest, Sp};

const REQUEST: &str = "_request";
const PUBLIC_URL: &str = harness::target::DEFAULT_PUBLIC_URL;

/// One login: whose, in which flow, and what is changed, each as a line of a scenario file.
#[derive(Clone)]
struct Login {
    vendor: Vendor,
    flow: Flow,
    lines: BTreeMap<&'static str, String>,
    edits: Vec<(String, toml::Value)>,
    attack: Option<&'static str>,
}

impl Login {
    fn changes(&self) -> usize {
        self.lines.len() + self.edits.len() + usize::from(self.attack.is_some())
    }

    /// As a scenario file.
    fn text(&self) -> String {
        let verdict = if self.attack.is_some() { "refused" } else { "accepted" };
        let mut text = format!("about = \"a law\"\nrule = \"core-5.4.2-a\"\nexpect = \"{verdict}\"\n");
        text.extend(self.lines.iter().map(|(key, word)| format!("{key} = \"{word}\"\n")));
        text.extend(self.attack.iter().map(|attack| format!("attack = \"{attack}\"\n")));
        let edits: Vec<_> = self.edits.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        if !edits.is_empty() {
            text += &format!("edit = {{ {} }}\n", edits.join(", "));
        }
        text
    }

    /// What is sent, and its twin. None where the vendor has no such message.
    fn messages(&self) -> Option<Rehearsal> {
        let kind = if self.attack.is_some() { "reject" } else { "accept" };
        let scenario = Scenario::read(&format!("{kind}/law"), &self.text()).unwrap_or_else(|fault| panic!("{fault}"));
        let case = Case { scenario: &scenario, vendor: self.vendor, flow: self.flow };
        let wanted = Wanted {
            vendor: self.vendor,
            idp: self.vendor,
            public_url: PUBLIC_URL.to_owned(),
            sp: world::to(),
            in_response_to: None,
            now: world::NOW,
            seed: 7,
        };
        rehearse(&case, &wanted, REQUEST).unwrap_or_else(|fault| panic!("{self:?}: {fault}"))
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text();
        let changes: Vec<_> = text.lines().skip(3).collect();
        write!(f, "{}, {} flow: {}", self.vendor.name(), self.flow.as_str(), changes.join("; "))
    }
}

/// The scenarios that accept, without those that only some targets take.
fn accepted() -> impl Iterator<Item = toml::Table> {
    let all = scenario::all().unwrap().iter().filter(|scenario| scenario.id.starts_with("accept/"));
    all.map(|scenario| scenario.text().parse::<toml::Table>().unwrap())
        .filter(|table| !table.get("needs").is_some_and(|needs| needs.to_string().contains("sha1")))
}

/// The words that accepting scenarios have for a key.
fn words(key: &str) -> Vec<String> {
    let words: BTreeSet<_> = accepted().filter_map(|table| Some(table.get(key)?.as_str()?.to_owned())).collect();
    assert!(words.len() > 1, "{key}: {words:?}");
    words.into_iter().collect()
}

/// The healthy edits, those left out that are healthy in one layout or flow only.
fn healthy_edits() -> Vec<(String, toml::Value)> {
    let free = accepted().filter(|table| ["sign", "flow"].iter().all(|key| !table.contains_key(*key)));
    let edits: Vec<_> = free.filter_map(|mut table| table.remove("edit")?.as_table().cloned()).flatten().collect();
    assert!(edits.len() > 20, "{}", edits.len());
    edits
}

/// What an application may be set to, in any combination.
fn healthy() -> impl Strategy<Value = Login> {
    let maybe = |key: &'static str, words: Vec<String>| {
        weighted(0.4, select(words)).prop_map(move |word| word.map(|word| (key, word)))
    };
    let quirks = quirks::ALL.iter().map(|quirk| quirk.id.to_owned()).collect();
    let lines = (
        maybe("sign", words("sign")),
        maybe("encrypt", words("encrypt")),
        maybe("signature", words("signature")),
        maybe("quirk", quirks),
    );
    let edits = healthy_edits();
    let vendors: Vec<_> = Vendor::all().collect();
    (select(vendors), select(vec![Flow::Sp, Flow::Idp]), lines, subsequence(edits, 0..=3)).prop_map(
        |(vendor, flow, (sign, encrypt, signature, quirk), edits)| Login {
            vendor,
            flow,
            lines: [sign, encrypt, signature, quirk].into_iter().flatten().collect(),
            // Of two edits of one field the later counts.
            edits: edits.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect(),
            attack: None,
        },
    )
}

/// Any attack that is one message, on top of that.
fn attacked() -> impl Strategy<Value = Login> {
    let single: Vec<_> =
        attacks::ALL.iter().filter(|attack| attack.presentations == 1).map(|attack| attack.id).collect();
    (healthy(), select(single)).prop_map(|(login, attack)| Login { attack: Some(attack), ..login })
}

static SP: LazyLock<Sp> = LazyLock::new(world::sp);
static IDPS: LazyLock<Vec<(Vendor, Idp)>> =
    LazyLock::new(|| Vendor::all().map(|vendor| (vendor, world::idps(vendor, PUBLIC_URL).remove(0))).collect());

/// Why the SP refuses a message; none when it accepts it.
fn refusal(vendor: Vendor, flow: Flow, submission: &Submission) -> Option<String> {
    let idp = IDPS.iter().find(|(known, _)| *known == vendor).map(|(_, idp)| idp).unwrap();
    let request = || PendingRequest { id: REQUEST.to_owned(), idp: idp.entity_id().clone() };
    let expectation = match flow {
        Flow::Sp => Expectation::answer_to(request()),
        Flow::Idp => Expectation::unsolicited(),
    };
    let delivery = Delivery { endpoint: &world::acs(), expectation: &expectation, now: world::now() };
    let accepted = Received::post(&submission.body, &SP).and_then(|message| message.accept(&SP, idp, delivery));
    accepted.err().map(|rejection| rejection.to_string())
}

fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { usual.cases } else { 150 };
    // A vendor that has no such message says nothing; too many of them fail the test.
    ProptestConfig { cases, max_shrink_iters: 400, max_global_rejects: cases, ..usual }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn whatever_is_healthy_is_accepted(login in healthy()) {
        let messages = login.messages();
        prop_assume!(messages.is_some());
        let messages = messages.unwrap();
        prop_assert_eq!(refusal(login.vendor, login.flow, &messages.message), None);
        prop_assert_eq!(refusal(login.vendor, messages.twin_flow, &messages.twin), None, "the twin");
    }

    #[test]
    fn any_attack_on_anything_healthy_is_refused(login in attacked()) {
        let messages = login.messages();
        prop_assume!(messages.is_some());
        let messages = messages.unwrap();
        prop_assert!(refusal(login.vendor, login.flow, &messages.message).is_some(), "accepted");
        prop_assert_eq!(refusal(login.vendor, messages.twin_flow, &messages.twin), None, "the twin");
    }
}

/// An SP that stumbles over one healthy change is shown with that change and no other.
#[test]
fn what_is_left_of_a_failure_is_one_change() {
    let stumbles = |login: Login| {
        let xml = login.messages().map(|messages| message(&messages.message)).unwrap_or_default();
        prop_assert!(!xml.contains("EncryptedAssertion"), "nothing can be decrypted here");
        Ok(())
    };
    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..cases() });
    let Err(TestError::Fail(_, login)) = runner.run(&healthy(), stumbles) else { panic!("nothing failed") };
    assert_eq!(login.changes(), 1, "{login:?}");
    assert!(format!("{login:?}").contains(" flow: encrypt = \""), "{login:?}");
}

/// The XML in a form.
fn message(submission: &Submission) -> String {
    let body = String::from_utf8(submission.body.clone()).unwrap();
    let query = url::Url::parse(&format!("https://sp.example/?{body}")).unwrap();
    let field = query.query_pairs().find(|(name, _)| name == "SAMLResponse").unwrap().1.into_owned();
    String::from_utf8(mock_idp::base64::decode(&field).unwrap()).unwrap()
}
