//! Quirks of spelling: the same message in other octets. The canonical form hides most of them.

use super::{ORDINARY, Quirk};
use crate::recipe::RecipeError;
use crate::step::Step;
use crate::tree::{Element, Node};
use crate::workshop::Workshop;

fn name_id<'a>(workshop: &'a mut Workshop<'_>) -> Result<&'a mut Element, RecipeError> {
    workshop.assertion()?.at_mut(&["Subject", "NameID"]).ok_or(RecipeError::Missing("NameID"))
}

pub(super) const CDATA_NAME_ID: Quirk = Quirk {
    id: "cdata_name_id",
    about: "The NameID is written as a CDATA section; canonicalization turns it into plain text.",
    source: "Canonical XML 1.0, section 1.1",
    steps: &[Step::Tree(cdata_name_id)],
    ..ORDINARY
};

fn cdata_name_id(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name_id = name_id(workshop)?;
    let text = name_id.text();
    name_id.children = vec![Node::spelled(&text, format!("<![CDATA[{text}]]>"))];
    Ok(())
}

pub(super) const CHARACTER_REFERENCES: Quirk = Quirk {
    id: "character_references",
    about: "Every character of the NameID is written as a character reference.",
    source: "XML 1.0, section 4.1",
    steps: &[Step::Tree(character_references)],
    ..ORDINARY
};

fn character_references(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name_id = name_id(workshop)?;
    let text = name_id.text();
    let spelling = text.chars().map(|character| format!("&#x{:X};", u32::from(character))).collect::<String>();
    name_id.children = vec![Node::spelled(text, spelling)];
    Ok(())
}

pub(super) const PRETTY_PRINTED: Quirk = Quirk {
    id: "pretty_printed",
    about: "Everything is indented before it gets signed, so there is white space between all elements.",
    source: "PingFederate indents its Signatures; XML Signature 4.3.3.2",
    steps: &[Step::Tree(|workshop| {
        indent(&mut workshop.response, 0);
        Ok(())
    })],
    ..ORDINARY
};

/// White space around child elements, and none where there is text.
fn indent(element: &mut Element, depth: usize) {
    if element.elements().next().is_none() {
        return;
    }
    let line = |depth: usize| Node::text(format!("\n{}", "  ".repeat(depth)));
    let mut spaced = Vec::new();
    for mut node in std::mem::take(&mut element.children) {
        if let Node::Element(child) = &mut node {
            indent(child, depth + 1);
        }
        spaced.extend([line(depth + 1), node]);
    }
    spaced.push(line(depth));
    element.children = spaced;
}

pub(super) const DECLARATION_AND_LINE_ENDS: Quirk = Quirk {
    id: "declaration_and_line_ends",
    about: "An XML declaration in single quotes on a line of its own, and a line end after the last tag.",
    source: "XML 1.0, section 2.8",
    steps: &[Step::Text(declaration_and_line_ends)],
    ..ORDINARY
};

fn declaration_and_line_ends(xml: &mut String) {
    let after_declaration = if xml.starts_with("<?xml") { xml.find("?>").map_or(0, |end| end + 2) } else { 0 };
    xml.replace_range(..after_declaration, "<?xml version='1.0' encoding='utf-8'?>\r\n");
    xml.push_str("\r\n");
}

pub(super) const CARRIAGE_RETURN: Quirk = Quirk {
    id: "carriage_return",
    about: "An attribute value of two lines, whose carriage return is written as a reference and has to survive.",
    source: "Canonical XML 1.0, section 1.1; node-saml's fixtures",
    steps: &[Step::Draft(|draft, _| {
        draft.set_attribute("address", vec!["1 Infinite Lane\r\nSpringfield".to_owned()]);
    })],
    ..ORDINARY
};
