//! Sentences that several reports share: what happened to a row, what to do about it, and how to play it again.

use super::{Outcome, Report, Row};
use crate::verdict::{Verdict, Whom};

/// How many mutants are named where there is little room.
const NAMED: usize = 6;

/// What happened, with the reason.
pub(super) fn happened(row: &Row) -> String {
    let reason = row.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    match (row.verdict, row.whom) {
        (Verdict::Accepted, Some(Whom::Signed)) => format!("accepted as the signed person{reason}"),
        (Verdict::Accepted, Some(Whom::Attacker)) => format!("ACCEPTED AS THE ATTACKER{reason}"),
        (Verdict::Accepted, Some(Whom::Mixed)) => format!("accepted with an identity nobody signed{reason}"),
        (Verdict::Accepted, _) => format!("accepted as somebody else{reason}"),
        (verdict, _) => format!("{verdict}{reason}"),
    }
}

/// What to do next about a row that is not as expected.
pub(super) fn advice(row: &Row) -> &'static str {
    match (row.outcome, row.verdict) {
        (Outcome::UnexpectedPass, _) => "remove the entry from the target file",
        (_, Verdict::Accepted) if row.whom != Some(Whom::Signed) => {
            "treat it as a vulnerability until the cause is known"
        }
        (_, Verdict::Accepted) => "make the SP check the rule, or state in the target's [policy] that it does not",
        (_, Verdict::Refused) => "look into the SP's log for the reason; the healthy twin differs in one thing only",
        (_, Verdict::Crashed | Verdict::Hung) => "look into the SP's log; a crash is never a refusal",
        (_, Verdict::Inconclusive | Verdict::Skipped) => "get the healthy login to work first",
    }
}

/// Which faults fall for a scenario's message: what an SP that fell for it is likely to have in common with them.
pub(super) fn unmasks(report: &Report, id: &str) -> Option<String> {
    let all = report.unmasks(id);
    let named: Vec<_> = all.iter().take(NAMED).map(String::as_str).collect();
    let more = if all.len() > NAMED { format!(" and {} more", all.len() - NAMED) } else { String::new() };
    (!named.is_empty()).then(|| format!("unmasks {}{more}", named.join(", ")))
}

/// Whether a row makes the run fail.
pub(super) fn is_failure(row: &Row) -> bool {
    matches!(row.outcome, Outcome::Failed | Outcome::UnexpectedPass)
}

/// The command that plays one row again.
pub(super) fn play_again(report: &Report, row: &Row) -> String {
    let target = &report.target_file;
    format!("samlspec test --target {target} --only {} --vendor {} --seed {}", row.id, row.vendor, report.seed)
}

/// The command that writes the row's message into files.
pub(super) fn take_out(report: &Report, row: &Row) -> String {
    let (entity_id, acs) = report.sp.as_ref().map_or(("ENTITY-ID", "ACS-URL"), |sp| (&sp.entity_id, &sp.acs));
    let mut command =
        format!("samlspec extract {} --vendor {} --entity-id {entity_id} --acs {acs}", row.id, row.vendor);
    if let Some(evidence) = &row.evidence {
        command += &format!(" --now {} --seed {}", evidence.now, evidence.seed);
        if let Some(id) = &evidence.request_id {
            command += &format!(" --in-response-to {id}");
        }
    }
    command
}
