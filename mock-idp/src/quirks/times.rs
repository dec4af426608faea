//! Quirks of instants: other precision, or a window that is open on one side.

use super::{ORDINARY, Quirk};
use crate::draft::Draft;
use crate::step::Step;

/// Changes every instant of the message.
fn each_instant(draft: &mut Draft, change: impl Fn(&str) -> String) {
    let confirmations = draft.confirmations.iter_mut().flat_map(|one| [&mut one.not_before, &mut one.not_on_or_after]);
    let own = [
        &mut draft.response_issue_instant,
        &mut draft.assertion_issue_instant,
        &mut draft.not_before,
        &mut draft.not_on_or_after,
        &mut draft.authn_instant,
        &mut draft.session_not_on_or_after,
    ];
    for instant in own.into_iter().chain(confirmations).flatten() {
        *instant = change(instant);
    }
}

/// The instant up to its seconds.
fn seconds(instant: &str) -> &str {
    instant.split(['.', 'Z']).next().unwrap_or(instant)
}

pub(super) const SEVEN_DIGITS: Quirk = Quirk {
    id: "seven_digits",
    about: "Every instant has seven digits after its seconds.",
    source: ".NET's round-trip form; XML Schema 2, 3.2.7 allows any number",
    steps: &[Step::Draft(|draft, _| each_instant(draft, seven_digits))],
    ..ORDINARY
};

/// The same instant: whatever fraction there is, filled up with zeros.
fn seven_digits(instant: &str) -> String {
    let fraction = instant.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('Z'));
    format!("{}.{fraction:0<7}Z", seconds(instant))
}

pub(super) const WHOLE_SECONDS: Quirk = Quirk {
    id: "whole_seconds",
    about: "No instant has a fraction.",
    source: "captures of Duo, OneLogin and SimpleSAMLphp",
    seen_at: &["Duo", "OneLogin", "SimpleSAMLphp"],
    needs: "a vendor that writes milliseconds",
    applies: |recipe| recipe.vendor.shape().times.milliseconds.value,
    steps: &[Step::Draft(|draft, _| each_instant(draft, |instant| format!("{}Z", seconds(instant))))],
};

pub(super) const NO_NOT_BEFORE: Quirk = Quirk {
    id: "no_not_before",
    about: "The Conditions have an end and no beginning.",
    source: "core 2.5.1: both are optional",
    steps: &[Step::Draft(|draft, _| draft.not_before = None)],
    ..ORDINARY
};
