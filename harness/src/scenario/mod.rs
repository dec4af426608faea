//! Scenarios: one TOML file is one message, what an SP should do with it, and the rule that says so.
//!
//! A file's path is its id. Refused, with file, line and what was expected: unknown keys, unknown names of vendors, rules,
//! attacks, quirks and deliveries, a refusal without anything wrong in the message, an acceptance of an attack.

mod again;
mod catalogue;
mod names;
mod skew;

use mock_idp::{Attack, Edits, KeyPlacement, Quirk, Sign, SignatureAlgorithm, Vendor};
use serde::Deserialize;

pub use again::{AT_ONCE, Again};
pub use catalogue::all;
pub use names::Encrypt;

use crate::delivery::Delivery;
use crate::fault::{Fault, read_toml};
use names::{AttackName, DeliveryName, QuirkName, RuleName, VendorName};

/// The kinds of scenarios: the first segment of every id.
pub const KINDS: &[&str] = &["accept", "reject", "logout", "metadata", "session"];

/// One scenario.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its path without extension, such as `reject/audience/second_restriction_excludes_us`.
    pub id: String,
    /// What it is about, in one sentence.
    pub about: String,
    /// The id of the rule it cites.
    pub rule: String,
    /// What an SP should do.
    pub expect: Expect,
    /// Whose wire shapes it is sent in.
    pub vendors: Vec<Vendor>,
    /// In which flows it is sent.
    pub flows: Vec<Flow>,
    /// What is signed, when not as the vendor does.
    pub sign: Option<Sign>,
    /// How the Assertion is encrypted, if it is.
    pub encrypt: Option<Encrypt>,
    /// Where the encrypted key stands, when not as the vendor does.
    pub key_placement: Option<KeyPlacement>,
    /// The signature algorithm, when not the vendor's.
    pub signature: Option<SignatureAlgorithm>,
    /// A legal oddity.
    pub quirk: Option<&'static Quirk>,
    /// What an attacker did.
    pub attack: Option<&'static Attack>,
    /// How a replay presents its message again.
    pub again: Again,
    /// How it is delivered, when not as the binding says.
    pub delivery: Option<&'static Delivery>,
    /// Another trusted IdP answers than the one that was asked.
    pub from_another_idp: bool,
    /// The browser has to end where the login was started for.
    pub lands: bool,
    /// What the target must promise or allow for the scenario to mean anything.
    pub needs: Vec<Need>,
    /// Accepting exactly the signed person is as good as refusing.
    pub or_signed_identity: bool,
    file: String,
    text: String,
}

/// What an SP should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// Log in exactly the signed person.
    Accepted,
    /// Log in nobody.
    Refused,
}

impl Expect {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }
}

/// Who starts a login.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// The SP, with an AuthnRequest.
    Sp,
    /// The IdP, unasked.
    Idp,
}

impl Flow {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sp => "sp",
            Self::Idp => "idp",
        }
    }
}

/// What a target must promise or allow for a scenario to mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A clock that stands still.
    ExactClock,
    /// Assertions are remembered, or at least answered requests.
    Replay,
    /// InResponseTo is compared.
    InResponseTo,
    /// Recipient is compared.
    Recipient,
    /// Destination is compared.
    Destination,
    /// Issuer is compared.
    Issuer,
    /// An AudienceRestriction is demanded.
    AudienceRequired,
    /// Old messages are refused.
    MaxAge,
    /// SHA-1 is accepted.
    Sha1,
    /// SHA-1 is not accepted.
    NoSha1,
    /// RSA PKCS#1 v1.5 is not accepted for content keys.
    NoRsa15,
    /// Unsolicited Responses are not accepted.
    NoUnsolicited,
    /// It shows where the browser goes after a login.
    Landing,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    about: String,
    rule: RuleName,
    expect: Expect,
    #[serde(default)]
    vendors: Vec<VendorName>,
    #[serde(default)]
    flow: Flows,
    sign: Option<Sign>,
    encrypt: Option<Encrypt>,
    key_placement: Option<KeyPlacement>,
    signature: Option<SignatureAlgorithm>,
    quirk: Option<QuirkName>,
    attack: Option<AttackName>,
    #[serde(default)]
    again: Again,
    delivery: Option<DeliveryName>,
    #[serde(default)]
    from_another_idp: bool,
    #[serde(default)]
    lands: bool,
    #[serde(default)]
    needs: Vec<Need>,
    #[serde(default)]
    or_signed_identity: bool,
    #[serde(default)]
    edit: Edits,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Flows {
    Sp,
    Idp,
    #[default]
    Both,
}

impl Scenario {
    /// Reads one file. `id` is its path below `scenarios/` without extension.
    pub fn read(id: &str, text: &str) -> Result<Self, Fault> {
        let file = format!("harness/scenarios/{id}.toml");
        let raw: Raw = read_toml(&file, &skew::fill(text, 0))?;
        check(id, &file, text, &raw)?;
        Ok(raw.into_scenario(id, file, text))
    }

    /// The edits, with the target's clock tolerance filled in.
    pub fn edits(&self, skew_seconds: u32) -> Result<Edits, Fault> {
        let raw: Raw = read_toml(&self.file, &skew::fill(&self.text, i64::from(skew_seconds)))?;
        Ok(raw.edit)
    }

    /// Whether nothing is unusual about the message: then it is its own twin.
    pub fn is_healthy(&self) -> bool {
        self.expect == Expect::Accepted
            && self.quirk.is_none()
            && self.attack.is_none()
            && self.delivery.is_none()
            && !self.from_another_idp
            && !self.lands
            && !self.has_edits()
    }

    /// How often the message is presented.
    pub fn presentations(&self) -> u8 {
        self.attack.map_or(1, |attack| attack.presentations)
    }

    /// The file as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn has_edits(&self) -> bool {
        self.text.lines().any(|line| line.starts_with("[edit"))
    }
}

/// What serde cannot see: fields that contradict each other.
fn check(id: &str, file: &str, text: &str, raw: &Raw) -> Result<(), Fault> {
    let refuse = |key: &str, what: String| {
        let line = text.lines().position(|line| line.starts_with(key)).map_or(1, |index| index + 1);
        Err(Fault::usage(format!("{file}:{line}: {what}")))
    };
    let kind = id.split('/').next().unwrap_or_default();
    if !KINDS.contains(&kind) {
        return refuse("about", format!("unknown kind `{kind}` in the path, expected one of {}", KINDS.join(", ")));
    }
    if (kind == "accept" && raw.expect == Expect::Refused) || (kind == "reject" && raw.expect == Expect::Accepted) {
        return refuse("expect", format!("a scenario under `{kind}` expects the opposite"));
    }
    if raw.about.trim().is_empty() {
        return refuse("about", "expected a sentence in `about`".to_owned());
    }
    if raw.expect == Expect::Accepted && raw.attack.is_some() {
        return refuse("attack", "an attack is never accepted; expected `expect = \"refused\"`".to_owned());
    }
    let presentations = raw.attack.map_or(1, |AttackName(attack)| attack.presentations);
    if raw.again != Again::default() && (presentations < 2 || !matches!(raw.flow, Flows::Idp)) {
        return refuse("again", "only an unsolicited replay is presented again; expected `flow = \"idp\"`".to_owned());
    }
    let is_spoiled = raw.attack.is_some()
        || raw.delivery.is_some()
        || raw.from_another_idp
        || raw.edit != Edits::default()
        || raw.sign == Some(Sign::Neither)
        || raw.signature.is_some()
        || raw.needs.contains(&Need::NoUnsolicited);
    if raw.expect == Expect::Refused && !is_spoiled {
        return refuse(
            "expect",
            "nothing is wrong with the message: expected `attack`, `delivery` or [edit]".to_owned(),
        );
    }
    if text.lines().count() >= 12 {
        return refuse("about", "a scenario has fewer than 12 lines".to_owned());
    }
    Ok(())
}

impl Raw {
    fn into_scenario(self, id: &str, file: String, text: &str) -> Scenario {
        let vendors: Vec<_> = self.vendors.into_iter().map(|VendorName(vendor)| vendor).collect();
        Scenario {
            id: id.to_owned(),
            about: self.about,
            rule: self.rule.0,
            expect: self.expect,
            vendors: if vendors.is_empty() { Vendor::core().collect() } else { vendors },
            flows: match self.flow {
                Flows::Sp => vec![Flow::Sp],
                Flows::Idp => vec![Flow::Idp],
                Flows::Both => vec![Flow::Sp, Flow::Idp],
            },
            sign: self.sign,
            encrypt: self.encrypt,
            key_placement: self.key_placement,
            signature: self.signature,
            quirk: self.quirk.map(|QuirkName(quirk)| quirk),
            attack: self.attack.map(|AttackName(attack)| attack),
            again: self.again,
            delivery: self.delivery.map(|DeliveryName(delivery)| delivery),
            from_another_idp: self.from_another_idp,
            lands: self.lands,
            needs: self.needs,
            or_signed_identity: self.or_signed_identity,
            file,
            text: text.to_owned(),
        }
    }
}
