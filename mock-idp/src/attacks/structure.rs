//! Attacks by structure: what the schema allows once stands there twice, under a genuine signature, so that two readers
//! may take two of them.

use super::tools::{saml, samlp};
use super::{Attack, ORDINARY, is_signed};
use crate::draft::Draft;
use crate::names;
use crate::recipe::{Recipe, RecipeError};
use crate::step::Step;
use crate::tree::Element;

const SOMEBODY_ELSE: &str = "somebody-else@example.test";

/// The IdP itself writes and signs it.
const SIGNED: Attack = Attack { applies: is_signed, ..ORDINARY };

/// Puts an element behind the first child of this name.
fn put_behind(parent: &mut Element, local: &str, child: Element) {
    let place = parent.position(local).map_or(parent.children.len(), |place| place + 1);
    parent.insert(place, child);
}

pub(super) const TWO_NAME_IDS: Attack = Attack {
    id: "two_name_ids",
    about: "The Subject has two NameIDs, the second one somebody else's.",
    source: "XML-10; TXT-03; core 2.4.1",
    steps: &[Step::Tree(|workshop| {
        let subject = workshop.assertion()?.child_mut("Subject").ok_or(RecipeError::Missing("Subject"))?;
        put_behind(subject, "NameID", saml("NameID").saying(SOMEBODY_ELSE));
        Ok(())
    })],
    ..SIGNED
};

pub(super) const TWO_SUBJECTS: Attack = Attack {
    id: "two_subjects",
    about: "The Assertion has two Subjects, the second one somebody else.",
    source: "XML-10; core 2.3.3",
    steps: &[Step::Tree(|workshop| {
        let mut second = workshop.assertion()?.child("Subject").cloned().ok_or(RecipeError::Missing("Subject"))?;
        second.child_mut("NameID").ok_or(RecipeError::Missing("NameID"))?.say(SOMEBODY_ELSE);
        put_behind(workshop.assertion()?, "Subject", second);
        Ok(())
    })],
    ..SIGNED
};

pub(super) const TWO_CONDITIONS: Attack = Attack {
    id: "two_conditions",
    about: "The Assertion has two Conditions; the second one limits nothing.",
    source: "XML-10; core 2.3.3",
    steps: &[Step::Tree(|workshop| {
        put_behind(workshop.assertion()?, "Conditions", saml("Conditions"));
        Ok(())
    })],
    ..SIGNED
};

pub(super) const TWO_ISSUERS: Attack = Attack {
    id: "two_issuers",
    about: "The Assertion has two Issuers, the first one another IdP.",
    source: "XML-10; PRO-04; core 2.3.3",
    steps: &[Step::Tree(|workshop| {
        workshop.assertion()?.insert(0, saml("Issuer").saying("https://other-idp.test"));
        Ok(())
    })],
    ..SIGNED
};

pub(super) const TWO_STATUSES: Attack = Attack {
    id: "two_statuses",
    about: "The Response has two Statuses: first a failure, then Success.",
    source: "PRO-14; ruby-saml's double status fixture; core 3.2.2",
    steps: &[Step::Tree(|workshop| {
        let place = workshop.response.position("Status").ok_or(RecipeError::Missing("Status"))?;
        let failure = samlp("Status").holding(samlp("StatusCode").with("Value", names::RESPONDER));
        workshop.response.insert(place, failure);
        Ok(())
    })],
    ..SIGNED
};

pub(super) const UNKNOWN_STATEMENT: Attack = Attack {
    id: "unknown_statement",
    about: "The Assertion holds an element of another namespace among its statements.",
    source: "XML-10; CVE-2021-21238; core 2.3.3",
    steps: &[Step::Tree(|workshop| {
        workshop.assertion()?.push(Element::new("x:Statement").with("xmlns:x", "urn:samlspec:unknown"));
        Ok(())
    })],
    ..SIGNED
};

pub(super) const HALVES_OF_CONFIRMATIONS: Attack = Attack {
    id: "halves_of_confirmations",
    about: "Of two bearer SubjectConfirmations one is addressed to us and over, the other lasts and is addressed to another SP.",
    source: "PRO-10; java-saml's and node-saml's double confirmation fixtures; profiles 4.1.4.3",
    steps: &[Step::Draft(halves_of_confirmations)],
    ..SIGNED
};

fn halves_of_confirmations(draft: &mut Draft, recipe: &Recipe) {
    let Some(ours) = draft.confirmations.first().cloned() else { return };
    let mut other = ours.clone();
    other.recipient = Some("https://other-sp.test/acs".to_owned());
    draft.confirmations = vec![super::protocol::over(ours, recipe), other];
}
