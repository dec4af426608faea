//! Quirks of spelling: the same message in other octets. The canonical form hides most of them.

use super::{ORDINARY, Quirk};
use crate::names::SAML;
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
    seen_at: &["PingFederate", "LemonLDAP::NG"],
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

pub(super) const SINGLE_QUOTES: Quirk = Quirk {
    id: "single_quotes",
    about: "Every attribute value stands in single quotes.",
    source: "XML 1.0, section 2.3; ElementTree writes its declaration so",
    steps: &[Step::Text(single_quotes)],
    ..ORDINARY
};

/// A double quote stands nowhere but around attribute values, because the mock escapes it there; text may hold some.
fn single_quotes(xml: &mut String) {
    let mut inside_tag = false;
    *xml = xml
        .chars()
        .map(|character| {
            inside_tag = match character {
                '<' => true,
                '>' => false,
                _ => inside_tag,
            };
            if inside_tag && character == '"' { '\'' } else { character }
        })
        .collect();
}

pub(super) const OPENED_EMPTY_ELEMENTS: Quirk = Quirk {
    id: "opened_empty_elements",
    about: "Empty elements are opened and closed instead of being written with a slash.",
    source: "Keycloak's metadata; Canonical XML 1.0, section 1.1",
    seen_at: &["Keycloak", "Okta"],
    steps: &[Step::Text(opened_empty_elements)],
    ..ORDINARY
};

fn opened_empty_elements(xml: &mut String) {
    let mut out = String::with_capacity(xml.len() * 2);
    let mut rest = xml.as_str();
    while let Some((before, after)) = rest.split_once("/>") {
        let start = before.rfind('<').unwrap_or_default();
        let name = before.get(start + 1..).unwrap_or_default().split([' ', '\n']).next().unwrap_or_default();
        out.push_str(before.trim_end());
        out.push_str("></");
        out.push_str(name);
        out.push('>');
        rest = after;
    }
    out.push_str(rest);
    *xml = out;
}

pub(super) const SPACED_TAGS: Quirk = Quirk {
    id: "spaced_tags",
    about: "A space stands before the end of every end tag and before every slash.",
    source: "ADFS writes a space before the slash; XML 1.0, section 3.1",
    seen_at: &["ADFS"],
    steps: &[Step::Text(spaced_tags)],
    ..ORDINARY
};

fn spaced_tags(xml: &mut String) {
    let mut out = String::with_capacity(xml.len() + xml.len() / 16);
    let mut end_tag = false;
    let mut previous = ' ';
    for character in xml.chars() {
        end_tag = (end_tag && character != '<') || (previous == '<' && character == '/');
        let closes = character == '/' && previous != '<' && xml_closes(previous);
        if (character == '>' && end_tag) || closes {
            out.push(' ');
        }
        end_tag &= character != '>';
        out.push(character);
        previous = character;
    }
    *xml = out;
}

/// A slash ends an empty element only after a quote: in names there is none, and values end with a quote.
fn xml_closes(previous: char) -> bool {
    previous == '"'
}

pub(super) const DECIMAL_REFERENCES: Quirk = Quirk {
    id: "decimal_references",
    about: "Every other character of the NameID is a decimal character reference.",
    source: "XML 1.0, section 4.1; Xerces writes decimal ones",
    steps: &[Step::Tree(decimal_references)],
    ..ORDINARY
};

fn decimal_references(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name_id = name_id(workshop)?;
    let text = name_id.text();
    let spelled = |(index, character): (usize, char)| match index % 2 {
        0 => format!("&#{};", u32::from(character)),
        _ => character.to_string(),
    };
    name_id.children = vec![Node::spelled(&text, text.chars().enumerate().map(spelled).collect::<String>())];
    Ok(())
}

pub(super) const UNUSED_NAMESPACES: Quirk = Quirk {
    id: "unused_namespaces",
    about: "The root element declares namespaces that nothing uses.",
    source: "Duo declares eight; Exclusive XML Canonicalization 1.0, section 1.1",
    seen_at: &["Duo", "Keycloak"],
    steps: &[Step::Tree(|workshop| {
        for (name, uri) in [("xmlns:soap", "http://schemas.xmlsoap.org/soap/envelope/"), ("xmlns:n1", "urn:unused")] {
            workshop.response.set(name, uri);
        }
        Ok(())
    })],
    ..ORDINARY
};

pub(super) const REDECLARED_NAMESPACES: Quirk = Quirk {
    id: "redeclared_namespaces",
    about: "The parts of the Assertion declare its namespace once more.",
    source: "Okta; Namespaces in XML 1.0, section 6.1",
    seen_at: &["Okta"],
    steps: &[Step::Tree(redeclared_namespaces)],
    ..ORDINARY
};

fn redeclared_namespaces(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let assertion = workshop.assertion()?;
    for local in ["Subject", "Conditions", "AudienceRestriction", "SubjectConfirmation"] {
        assertion.walk_mut(&mut |element| {
            if element.local() == local {
                let name = match element.prefix() {
                    "" => "xmlns".to_owned(),
                    prefix => format!("xmlns:{prefix}"),
                };
                element.set(&name, SAML);
            }
        });
    }
    Ok(())
}
