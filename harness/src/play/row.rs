//! One row: its healthy twin, its message, and what that proves.

use std::time::Instant;

use super::Player;
use super::control::Judged;
use super::plan::Plan;
use crate::fault::Fault;
use crate::report::{Outcome, Row};
use crate::scenario::{Expect, Flow};
use crate::select::{Case, skip_reason};
use crate::verdict::{Verdict, Whom};

impl Player<'_> {
    /// Plays one row, or says why it is not played.
    pub(super) async fn row(&self, case: &Case<'_>) -> Result<Row, Fault> {
        let started = Instant::now();
        let can_encrypt = self.stage.read().await.sp.encryption_certificate.is_some();
        if let Some(reason) = skip_reason(case, self.target, can_encrypt) {
            return Ok(row(case, &Judged::new(Verdict::Skipped, reason), None, 0));
        }
        let plan = Plan::of(case, self.target)?;
        let twin = plan.twin(case, self.target);
        let healthy = self.control(&twin).await?;
        if case.scenario.is_healthy() {
            return Ok(row(case, &healthy.judged, None, healthy.millis));
        }
        let twin_verdict = Some(healthy.judged.verdict);
        if !healthy.judged.is_healthy_login() {
            let reason = format!("the healthy twin was {}: nothing follows", healthy.judged.sentence());
            return Ok(row(case, &Judged::new(Verdict::Inconclusive, reason), twin_verdict, millis(started)));
        }
        let mut judged = self.judge(&plan, "row").await?;
        if is_refusal(&judged) && case.scenario.attack.is_some_and(|attack| attack.forges) {
            judged = self.with_attacker_account(case, judged).await?;
        }
        Ok(row(case, &judged, twin_verdict, millis(started)))
    }

    /// A refusal of the attacker proves something only when the attacker could log in: "unknown user" is no refusal.
    async fn with_attacker_account(&self, case: &Case<'_>, judged: Judged) -> Result<Judged, Fault> {
        let plan = Plan::healthy(case.vendor, case.flow, self.target).about_attacker();
        let attacker = self.control(&plan).await?;
        if attacker.judged.is_healthy_login() {
            return Ok(judged);
        }
        let reason = format!(
            "the attacker's own healthy login was {}: refusing a message about an unknown person proves nothing",
            attacker.judged.sentence()
        );
        Ok(Judged::new(Verdict::Inconclusive, reason))
    }
}

fn is_refusal(judged: &Judged) -> bool {
    judged.verdict == Verdict::Refused
}

fn millis(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Whether a verdict is what the scenario expects.
pub(super) fn outcome(expect: Expect, or_signed_identity: bool, judged: &Judged) -> Outcome {
    let as_signed = judged.verdict == Verdict::Accepted && judged.whom == Some(Whom::Signed);
    let is_expected = match expect {
        Expect::Accepted => as_signed,
        Expect::Refused => judged.verdict == Verdict::Refused || (or_signed_identity && as_signed),
    };
    match judged.verdict {
        Verdict::Skipped => Outcome::Skipped,
        _ if is_expected && !judged.is_flawed => Outcome::Passed,
        _ => Outcome::Failed,
    }
}

fn row(case: &Case<'_>, judged: &Judged, twin: Option<Verdict>, millis: u64) -> Row {
    let scenario = case.scenario;
    Row {
        id: scenario.id.clone(),
        vendor: case.vendor.name().to_owned(),
        flow: case.flow,
        verdict: judged.verdict,
        expected: scenario.expect.as_str().to_owned(),
        outcome: outcome(scenario.expect, scenario.or_signed_identity, judged),
        whom: judged.whom,
        name_id: judged.name_id.clone(),
        twin,
        reason: judged.reason.clone(),
        rule: scenario.rule.clone(),
        millis,
        evidence: judged.evidence.clone(),
    }
}

/// Takes back a refusal after which a healthy login no longer worked.
pub(super) fn take_back(row: &mut Row, vendor: &str, flow: Flow, sentence: &str) {
    let is_concerned = row.vendor == vendor && row.flow == flow && row.verdict == Verdict::Refused;
    if is_concerned && row.expected == Expect::Refused.as_str() {
        row.verdict = Verdict::Inconclusive;
        row.outcome = Outcome::Failed;
        row.reason = Some(format!("after these rows a healthy login was {sentence}: the refusals prove nothing"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes() {
        // Each row: what is expected, whether the signed person would do, verdict and person, and whether that passes.
        let check = |expect, or_signed, verdict, whom, passes: bool| {
            let judged = Judged { whom, ..Judged::new(verdict, None) };
            let expected = if passes { Outcome::Passed } else { Outcome::Failed };
            assert_eq!(outcome(expect, or_signed, &judged), expected, "{expect:?} {judged:?}");
        };
        let accepted = Verdict::Accepted;
        check(Expect::Accepted, false, accepted, Some(Whom::Signed), true);
        check(Expect::Accepted, false, accepted, Some(Whom::Attacker), false);
        check(Expect::Accepted, false, accepted, Some(Whom::Mixed), false);
        check(Expect::Accepted, false, accepted, Some(Whom::Other), false);
        check(Expect::Accepted, false, Verdict::Refused, None, false);
        check(Expect::Refused, false, Verdict::Refused, None, true);
        check(Expect::Refused, false, accepted, Some(Whom::Signed), false);
        check(Expect::Refused, true, accepted, Some(Whom::Signed), true);
        check(Expect::Refused, true, accepted, Some(Whom::Mixed), false);
        let led_away = Judged { whom: Some(Whom::Signed), is_flawed: true, ..Judged::new(accepted, None) };
        assert_eq!(outcome(Expect::Refused, true, &led_away), Outcome::Failed);
        assert_eq!(outcome(Expect::Accepted, false, &led_away), Outcome::Failed);
        for verdict in [Verdict::Crashed, Verdict::Hung, Verdict::Inconclusive] {
            check(Expect::Refused, true, verdict, None, false);
            check(Expect::Accepted, false, verdict, None, false);
        }
    }
}
