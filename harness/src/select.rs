//! Which rows are played: scenarios, a selection and a target's policy in; rows out, each to be played or skipped with a reason.

use std::collections::BTreeSet;

use mock_idp::{Sign, Vendor};

use crate::fault::Fault;
use crate::report::remember::RowName;
use crate::scenario::{Again, Expect, Flow, Need, Scenario};
use crate::target::{EncryptionPolicy, Glob, InResponseToPolicy, ReplayPolicy, SignedPolicy, Target, Trusts};

/// What the command line chose.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only scenarios whose id matches one of these; all when empty.
    pub only: Vec<Glob>,
    /// Only these vendors' shapes; all when empty.
    pub vendors: Vec<Vendor>,
    /// The `k`-th of `n` equal parts, counted from 1.
    pub shard: Option<(usize, usize)>,
    /// Only these rows; all when absent.
    pub rows: Option<BTreeSet<RowName>>,
}

/// One scenario in one vendor's shape and one flow.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Whose shape.
    pub vendor: Vendor,
    /// Who starts.
    pub flow: Flow,
}

impl Selection {
    /// Reads `K/N`.
    pub fn shard(text: &str) -> Result<(usize, usize), Fault> {
        let parts = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        parts
            .filter(|(k, n): &(usize, usize)| 1 <= *k && k <= n)
            .ok_or_else(|| Fault::usage(format!("`{text}` is no shard, expected K/N with 1 <= K <= N, such as 1/4")))
    }

    /// The chosen rows, vendor by vendor.
    pub fn cases<'a>(&self, scenarios: &'a [Scenario]) -> Result<Vec<Case<'a>>, Fault> {
        let further = self.further_cases(scenarios);
        let mut cases: Vec<_> =
            all_cases(scenarios).into_iter().chain(further).filter(|case| self.includes(case)).collect();
        if cases.is_empty() {
            return Err(Fault::usage("no scenario matches; `samlspec list scenarios` shows the ids"));
        }
        if let Some((k, n)) = self.shard {
            cases =
                cases.into_iter().enumerate().filter(|(index, _)| index % n == k - 1).map(|(_, case)| case).collect();
        }
        Ok(cases)
    }

    /// Rows of vendors that are played only when asked for by name: those of every scenario that is not about some vendors.
    fn further_cases<'a>(&self, scenarios: &'a [Scenario]) -> Vec<Case<'a>> {
        let usual: Vec<_> = Vendor::core().collect();
        let further = self.vendors.iter().filter(|vendor| !usual.contains(vendor));
        further
            .flat_map(|&vendor| scenarios.iter().filter(|one| one.vendors == usual).map(move |one| (one, vendor)))
            .flat_map(|(scenario, vendor)| {
                scenario.flows.iter().map(move |flow| Case { scenario, vendor, flow: *flow })
            })
            .collect()
    }

    fn includes(&self, case: &Case<'_>) -> bool {
        (self.only.is_empty() || self.only.iter().any(|glob| glob.matches(&case.scenario.id)))
            && (self.vendors.is_empty() || self.vendors.contains(&case.vendor))
            && self.rows.as_ref().is_none_or(|rows| rows.contains(&name(case)))
    }
}

fn name(case: &Case<'_>) -> RowName {
    (case.scenario.id.clone(), case.vendor.name().to_owned(), case.flow)
}

/// Every row that is played unless vendors are asked for, vendor by vendor.
pub fn all_cases(scenarios: &[Scenario]) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for vendor in Vendor::all() {
        for scenario in scenarios.iter().filter(|scenario| scenario.vendors.contains(&vendor)) {
            cases.extend(scenario.flows.iter().map(|flow| Case { scenario, vendor, flow: *flow }));
        }
    }
    cases
}

/// Why a row does not apply to this target; `None` when it does.
pub fn skip_reason(case: &Case<'_>, target: &Target, can_encrypt: bool) -> Option<String> {
    flow_reason(case, target)
        .or_else(|| case.scenario.needs.iter().find_map(|need| need_reason(*need, case.flow, target)))
        .or_else(|| layout_reason(case.scenario, target, can_encrypt))
}

fn flow_reason(case: &Case<'_>, target: &Target) -> Option<String> {
    let policy = &target.policy;
    let takes_unsolicited = policy.unsolicited && target.idp_initiated.supported;
    let is_driver = matches!(target.outcome.mode, crate::target::Mode::Driver { .. });
    let reason = match case.flow {
        Flow::Sp if target.login.is_none() && !is_driver => "the target starts no logins (no [login])",
        Flow::Idp if !target.idp_initiated.supported => {
            "the target has no IdP-initiated flow (idp_initiated.supported)"
        }
        Flow::Idp if !takes_unsolicited && !case.scenario.needs.contains(&Need::NoUnsolicited) => {
            "the target takes no unsolicited Responses (policy.unsolicited)"
        }
        _ => return None,
    };
    Some(reason.to_owned())
}

fn need_reason(need: Need, flow: Flow, target: &Target) -> Option<String> {
    let policy = &target.policy;
    let reason = match need {
        Need::ExactClock if target.frozen_clock.is_none() => "not observable: the target's clock cannot be set",
        Need::Replay if policy.replay == ReplayPolicy::None => "the target remembers nothing (policy.replay)",
        Need::Replay if policy.replay == ReplayPolicy::RequestId && flow == Flow::Idp => {
            "the target notices a replay only by the request (policy.replay)"
        }
        Need::InResponseTo if policy.in_response_to == InResponseToPolicy::Ignored => {
            "the target does not compare InResponseTo (policy.in_response_to)"
        }
        Need::Recipient if !policy.recipient => "the target does not compare Recipient (policy.recipient)",
        Need::Destination if !policy.destination => "the target does not compare Destination (policy.destination)",
        Need::Issuer if !policy.issuer => "the target does not compare Issuer (policy.issuer)",
        Need::AudienceRequired if !policy.audience_required => {
            "the target takes Assertions without audience (policy.audience_required)"
        }
        Need::MaxAge if !policy.max_age => "the target has no limit for the age of a message (policy.max_age)",
        Need::Sha1 if !policy.sha1 => "the target does not accept SHA-1 (policy.sha1)",
        Need::NoSha1 if policy.sha1 => "the target accepts SHA-1 (policy.sha1)",
        Need::NoRsa15 if policy.rsa15 => "the target accepts RSA PKCS#1 v1.5 for content keys (policy.rsa15)",
        Need::Landing if matches!(target.outcome.mode, crate::target::Mode::Driver { .. }) => {
            "not observable: a driver answers who is logged in, not where the browser goes"
        }
        Need::NoUnsolicited if policy.unsolicited => "the target takes unsolicited Responses (policy.unsolicited)",
        _ => return None,
    };
    Some(reason.to_owned())
}

fn layout_reason(scenario: &Scenario, target: &Target, can_encrypt: bool) -> Option<String> {
    if scenario.from_another_idp && !matches!(target.idp_in.trusts, Trusts::Each) {
        return Some("the target trusts one IdP only (idp_in.trusts)".to_owned());
    }
    if scenario.again == Again::AtOnce && target.limits.serial {
        return Some("the target takes one login at a time (limits.serial)".to_owned());
    }
    if scenario.lands && target.login.as_ref().is_none_or(|login| login.lands.is_none()) {
        return Some("the target does not say where a login ends (login.lands)".to_owned());
    }
    if scenario.encrypt.is_some() {
        if target.policy.encryption == EncryptionPolicy::None {
            return Some("the target takes no encrypted Assertions (policy.encryption)".to_owned());
        }
        if !can_encrypt {
            return Some(
                "the target names no certificate to encrypt to (sp.encryption_cert or sp.metadata)".to_owned(),
            );
        }
    }
    let sign = scenario.sign?;
    let in_signed = scenario.encrypt.is_some() && target.policy.encryption == EncryptionPolicy::InSignedResponse;
    if in_signed && sign == Sign::Assertion {
        return Some("the target decrypts nothing outside of a signed Response (policy.encryption)".to_owned());
    }
    if scenario.expect == Expect::Accepted || scenario.attack.is_some() {
        let fits = allows(target.policy.signed, sign) || sign == Sign::Neither;
        return (!fits).then(|| format!("the target wants {} signed (policy.signed)", wanted(target.policy.signed)));
    }
    None
}

/// The signatures that this target wants of such a message.
pub fn signed_for(target: &Target, is_encrypted: bool) -> SignedPolicy {
    match (target.policy.encryption, target.policy.signed) {
        (EncryptionPolicy::InSignedResponse, SignedPolicy::Either) if is_encrypted => SignedPolicy::Response,
        (EncryptionPolicy::InSignedResponse, SignedPolicy::Assertion) if is_encrypted => SignedPolicy::Both,
        (_, signed) => signed,
    }
}

/// What is signed in a healthy message for this target: as the vendor does where the policy takes it.
pub fn sign_for(default: Sign, policy: SignedPolicy) -> Sign {
    if allows(policy, default) {
        return default;
    }
    match policy {
        SignedPolicy::Response => Sign::Response,
        SignedPolicy::Both => Sign::Both,
        SignedPolicy::Assertion | SignedPolicy::Either => Sign::Assertion,
    }
}

fn allows(policy: SignedPolicy, sign: Sign) -> bool {
    match policy {
        SignedPolicy::Assertion => matches!(sign, Sign::Assertion | Sign::Both),
        SignedPolicy::Response => matches!(sign, Sign::Response | Sign::Both),
        SignedPolicy::Both => sign == Sign::Both,
        SignedPolicy::Either => sign != Sign::Neither,
    }
}

fn wanted(policy: SignedPolicy) -> &'static str {
    match policy {
        SignedPolicy::Assertion => "the Assertion",
        SignedPolicy::Response => "the Response",
        SignedPolicy::Both => "both",
        SignedPolicy::Either => "one of both",
    }
}
