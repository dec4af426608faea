//! Messages that the IdP itself signed and that an SP must still refuse: for someone else, too old, used up, not a login.
//!
//! Each changes what the message says before it gets signed, so that only the one rule stands in the way.

use super::{Attack, ORDINARY};
use crate::draft::{Confirmation, Draft};
use crate::moment;
use crate::names;
use crate::recipe::{Recipe, RecipeError};
use crate::sign::Target;
use crate::step::Step;
use crate::workshop::Workshop;

const ELSEWHERE: &str = "https://other-sp.test";

/// An offset from the recipe's clock in the vendor's precision. The offsets here are constants that always parse.
fn at(recipe: &Recipe, offset: &str) -> Option<String> {
    moment::text(offset, recipe.clock, recipe.vendor.shape().times.milliseconds.value).ok()
}

/// The same confirmation, two hours too late.
pub(super) fn over(confirmation: Confirmation, recipe: &Recipe) -> Confirmation {
    Confirmation { not_on_or_after: at(recipe, "-2h"), ..confirmation }
}

fn confirmations(draft: &mut Draft, mut change: impl FnMut(&mut Confirmation)) {
    draft.confirmations.iter_mut().for_each(&mut change);
}

pub(super) const SECOND_AUDIENCE: Attack = Attack {
    id: "second_audience",
    about: "One AudienceRestriction names us, a second one does not: every restriction has to.",
    source: "PRO-03; core 2.5.1.4",
    steps: &[Step::Draft(|draft, _| draft.audiences.push(vec![ELSEWHERE.to_owned()]))],
    ..ORDINARY
};

pub(super) const WRONG_AUDIENCE: Attack = Attack {
    id: "wrong_audience",
    about: "The Assertion is addressed to another SP.",
    source: "PRO-03; core 2.5.1.4",
    steps: &[Step::Draft(|draft, _| draft.audiences = vec![vec![ELSEWHERE.to_owned()]])],
    ..ORDINARY
};

pub(super) const EXPIRED: Attack = Attack {
    id: "expired",
    about: "Conditions and SubjectConfirmationData ended one second ago.",
    source: "PRO-07; core 2.5.1.2",
    steps: &[Step::Draft(|draft, recipe| ended(draft, recipe, "-1s"))],
    ..ORDINARY
};

pub(super) const EXPIRED_LONG_AGO: Attack = Attack {
    id: "expired_long_ago",
    about: "Conditions and SubjectConfirmationData ended two hours ago, beyond any clock skew.",
    source: "PRO-07; core 2.5.1.2",
    steps: &[Step::Draft(|draft, recipe| {
        draft.not_before = at(recipe, "-3h");
        ended(draft, recipe, "-2h");
    })],
    ..ORDINARY
};

fn ended(draft: &mut Draft, recipe: &Recipe, offset: &str) {
    draft.not_on_or_after = at(recipe, offset);
    confirmations(draft, |confirmation| confirmation.not_on_or_after = at(recipe, offset));
}

pub(super) const NOT_YET_VALID: Attack = Attack {
    id: "not_yet_valid",
    about: "The Conditions begin in an hour.",
    source: "PRO-07; core 2.5.1.2",
    steps: &[Step::Draft(|draft, recipe| {
        draft.not_before = at(recipe, "+1h");
        draft.not_on_or_after = at(recipe, "+2h");
    })],
    ..ORDINARY
};

pub(super) const STALE: Attack = Attack {
    id: "stale",
    about: "Issued two hours ago with a window of three: hoarded, though still inside its Conditions.",
    source: "PRO-26",
    steps: &[Step::Draft(stale)],
    ..ORDINARY
};

fn stale(draft: &mut Draft, recipe: &Recipe) {
    draft.response_issue_instant = at(recipe, "-2h");
    draft.assertion_issue_instant = at(recipe, "-2h");
    draft.authn_instant = at(recipe, "-2h");
    draft.not_before = at(recipe, "-2h");
    draft.not_on_or_after = at(recipe, "+1h");
    confirmations(draft, |confirmation| confirmation.not_on_or_after = at(recipe, "+1h"));
}

pub(super) const REPLAY: Attack = Attack {
    id: "replay",
    about: "A healthy message, presented twice.",
    source: "PRO-18; CVE-2020-5261; profiles 4.1.4.5",
    presentations: 2,
    steps: &[],
    ..ORDINARY
};

pub(super) const STATUS_FAILURE: Attack = Attack {
    id: "status_failure",
    about: "The Status says that the login failed, although an Assertion is there.",
    source: "PRO-14; core 3.2.2.2",
    steps: &[Step::Draft(|draft, _| draft.status = Some(names::RESPONDER.to_owned()))],
    ..ORDINARY
};

pub(super) const WRONG_DESTINATION: Attack = Attack {
    id: "wrong_destination",
    about: "The Response's Destination is another SP.",
    source: "PRO-01; core 3.2.2",
    steps: &[Step::Draft(|draft, _| draft.destination = Some(format!("{ELSEWHERE}/acs")))],
    ..ORDINARY
};

pub(super) const WRONG_RECIPIENT: Attack = Attack {
    id: "wrong_recipient",
    about: "The SubjectConfirmationData's Recipient is another SP.",
    source: "PRO-02; profiles 4.1.4.3",
    steps: &[Step::Draft(|draft, _| {
        confirmations(draft, |confirmation| confirmation.recipient = Some(format!("{ELSEWHERE}/acs")));
    })],
    ..ORDINARY
};

pub(super) const WRONG_ISSUER: Attack = Attack {
    id: "wrong_issuer",
    about: "Response and Assertion name another IdP, though ours signed them.",
    source: "PRO-04; PRO-21; CVE-2023-41890",
    steps: &[Step::Draft(|draft, _| {
        draft.response_issuer = Some("https://other-idp.test".to_owned());
        draft.assertion_issuer = Some("https://other-idp.test".to_owned());
    })],
    ..ORDINARY
};

pub(super) const WRONG_IN_RESPONSE_TO: Attack = Attack {
    id: "wrong_in_response_to",
    about: "InResponseTo names a request that was never made.",
    source: "PRO-05; profiles 4.1.4.3",
    steps: &[Step::Draft(|draft, _| {
        draft.in_response_to = Some("_request-that-never-was".to_owned());
        confirmations(draft, |confirmation| confirmation.in_response_to = Some("_request-that-never-was".to_owned()));
    })],
    ..ORDINARY
};

pub(super) const HOLDER_OF_KEY: Attack = Attack {
    id: "holder_of_key",
    about: "The only SubjectConfirmation is holder-of-key, and no proof of a key comes along.",
    source: "PRO-09; profiles 4.1.4.2",
    steps: &[Step::Draft(|draft, _| {
        confirmations(draft, |confirmation| confirmation.method = Some(names::HOLDER_OF_KEY.to_owned()));
    })],
    ..ORDINARY
};

pub(super) const SENDER_VOUCHES: Attack = Attack {
    id: "sender_vouches",
    about: "The only SubjectConfirmation is sender-vouches, which is no login by a browser.",
    source: "PRO-09; CVE-2020-5268",
    steps: &[Step::Draft(|draft, _| {
        confirmations(draft, |confirmation| confirmation.method = Some(names::SENDER_VOUCHES.to_owned()));
    })],
    ..ORDINARY
};

pub(super) const CONFIRMATION_NOT_BEFORE: Attack = Attack {
    id: "confirmation_not_before",
    about: "The bearer SubjectConfirmationData has a NotBefore, which it must not have.",
    source: "PRO-09; profiles 4.1.4.2",
    steps: &[Step::Draft(|draft, recipe| {
        confirmations(draft, |confirmation| confirmation.not_before = at(recipe, "-5m"));
    })],
    ..ORDINARY
};

pub(super) const UNKNOWN_CONDITION: Attack = Attack {
    id: "unknown_condition",
    about: "The Conditions hold one that no SP knows; what cannot be judged has to be refused.",
    source: "PRO-17; core 2.5.1.1",
    steps: &[Step::Tree(unknown_condition)],
    ..ORDINARY
};

fn unknown_condition(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let condition = workshop
        .saml("Condition")
        .with("xmlns:xsi", names::XSI)
        .with("xmlns:ext", "urn:samlspec:extension")
        .with("xsi:type", "ext:OnlyOnSundays");
    workshop.assertion()?.child_mut("Conditions").ok_or(RecipeError::Missing("Conditions"))?.push(condition);
    Ok(())
}

pub(super) const NO_AUTHN_STATEMENT: Attack = Attack {
    id: "no_authn_statement",
    about: "The Assertion has no AuthnStatement: it says who someone is, not that anyone logged in.",
    source: "PRO-13; profiles 4.1.4.2",
    steps: &[Step::Draft(|draft, _| draft.authn_statement = false)],
    ..ORDINARY
};

pub(super) const SESSION_OVER: Attack = Attack {
    id: "session_over",
    about: "SessionNotOnOrAfter is one second ago.",
    source: "PRO-11; profiles 4.1.4.3",
    steps: &[Step::Draft(|draft, recipe| draft.session_not_on_or_after = at(recipe, "-1s"))],
    ..ORDINARY
};

pub(super) const REFERENCE_ELSEWHERE: Attack = Attack {
    id: "reference_elsewhere",
    about: "The Reference names an ID that nothing has; its digest is of the element around the Signature.",
    source: "SIG-05; core 5.4.2",
    live: false,
    steps: &[Step::Plan(|plan, _| plan.references = vec![Target::Uri("#_elsewhere".to_owned())])],
    ..ORDINARY
};

pub(super) const ISSUER_FORMAT: Attack = Attack {
    id: "issuer_format",
    about: "The Assertion's Issuer has the right name in the Format emailAddress, so it is not the name of an entity.",
    source: "core 2.2.5, 8.3.6",
    steps: &[Step::Tree(issuer_format)],
    ..ORDINARY
};

fn issuer_format(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let issuer = workshop.assertion()?.child_mut("Issuer").ok_or(RecipeError::Missing("Issuer"))?;
    issuer.set("Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress");
    Ok(())
}
