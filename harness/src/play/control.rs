//! Healthy logins: the twin of each row, both people, and the bracket that closes a batch.
//!
//! Each is played once per distinct recipe and flow. A refusal next to a twin that was not accepted proves nothing.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};

use super::journey::{Journey, Played};
use crate::evidence::Evidence;
use crate::observe::Observed;
use crate::target::Target;
use crate::verdict::{Verdict, Whom, whom};

/// What became of one healthy login.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    pub(crate) judged: Judged,
    pub(crate) millis: u64,
}

/// What was observed, as a verdict.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    pub(crate) whom: Option<Whom>,
    pub(crate) name_id: Option<String>,
    pub(crate) reason: Option<String>,
    /// Whether something is wrong whoever is logged in; the reason says what.
    pub(crate) is_flawed: bool,
    pub(crate) evidence: Option<Arc<Evidence>>,
}

impl Judged {
    /// A verdict without an identity.
    pub(crate) fn new(verdict: Verdict, reason: impl Into<Option<String>>) -> Self {
        Self { verdict, whom: None, name_id: None, reason: reason.into(), is_flawed: false, evidence: None }
    }

    /// Another verdict on what was played.
    pub(crate) fn instead(self, verdict: Verdict, reason: String) -> Self {
        Self { evidence: self.evidence, ..Self::new(verdict, reason) }
    }

    /// From what was observed to a verdict.
    pub(crate) fn of(journey: &Journey, target: &Target) -> Self {
        match journey {
            Journey::DoesNotApply(reason) => Self::new(Verdict::Skipped, reason.clone()),
            Journey::Played(played) => Self::of_played(played, target),
        }
    }

    fn of_played(played: &Played, target: &Target) -> Self {
        let judged = Self::of_observed(played, target);
        let reason = played.flaw.clone().or(judged.reason.clone());
        Self { reason, is_flawed: played.flaw.is_some(), evidence: played.evidence.clone(), ..judged }
    }

    fn of_observed(played: &Played, target: &Target) -> Self {
        match &played.observed {
            Observed::LoggedIn(identity) => {
                let complete = target.outcome.attributes.as_ref().is_some_and(|attributes| attributes.complete);
                let (whom, reason) = whom(identity, &played.signed, &played.attacker, complete);
                let name_id = identity.name_id.clone();
                Self { whom: Some(whom), name_id, ..Self::new(Verdict::Accepted, reason) }
            }
            Observed::NotLoggedIn(reason) => Self::new(Verdict::Refused, reason.clone()),
            Observed::Crashed(reason) => Self::new(Verdict::Crashed, reason.clone()),
            Observed::Hung(reason) => Self::new(Verdict::Hung, reason.clone()),
            Observed::Unclear(reason) => Self::new(Verdict::Inconclusive, reason.clone()),
        }
    }

    /// Whether exactly the person was logged in for whom the message was signed.
    pub(crate) fn is_healthy_login(&self) -> bool {
        self.verdict == Verdict::Accepted && self.whom == Some(Whom::Signed) && !self.is_flawed
    }

    /// What happened, for the reason of another row.
    pub(crate) fn sentence(&self) -> String {
        let reason = self.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        format!("{}{reason}", self.verdict)
    }
}

/// Healthy logins by their key; each is played once, whoever asks first.
#[derive(Debug, Default)]
pub(crate) struct Controls(Mutex<HashMap<String, Arc<OnceCell<Control>>>>);

impl Controls {
    /// The place for one healthy login.
    pub(crate) async fn cell(&self, key: String) -> Arc<OnceCell<Control>> {
        self.0.lock().await.entry(key).or_default().clone()
    }

    /// How many distinct ones were played.
    pub(crate) async fn count(&self) -> usize {
        self.0.lock().await.len()
    }
}
