//! Spells a tree the way a vendor's software does: a tree in, the text that travels out.
//!
//! Only the spelling is decided here (declaration, how an empty element ends, escapes); the order of attributes is the
//! tree's.

use crate::tree::{Attribute, Element, Node};
use serde::Deserialize;

/// The first characters of a document.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Declaration {
    /// Straight into the root element.
    None,
    /// `<?xml version="1.0" encoding="UTF-8"?>`
    Utf8,
    /// `<?xml version="1.0" encoding="UTF-8" standalone="no"?>`
    Utf8StandaloneNo,
}

impl Declaration {
    /// The declaration as text.
    pub fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Utf8 => r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            Self::Utf8StandaloneNo => r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>"#,
        }
    }
}

/// The element and everything in it as text.
pub fn spell(element: &Element) -> String {
    let mut out = String::new();
    write(element, false, &mut out);
    out
}

/// The same after what is there already, on request with a space before the slash of an empty element.
pub(crate) fn spell_into(element: &Element, spaced: bool, out: &mut String) {
    write(element, spaced, out);
}

fn write(element: &Element, spaced: bool, out: &mut String) {
    out.push('<');
    out.push_str(&element.name);
    for attribute in &element.attributes {
        write_attribute(attribute, out);
    }
    if element.children.is_empty() {
        out.push_str(if spaced { " />" } else { "/>" });
        return;
    }
    out.push('>');
    for node in &element.children {
        write_node(node, spaced, out);
    }
    out.push_str("</");
    out.push_str(&element.name);
    out.push('>');
}

/// An attribute without a name is a bare space: Auth0's template leaves one where an optional attribute is missing.
fn write_attribute(attribute: &Attribute, out: &mut String) {
    out.push(' ');
    if attribute.name.is_empty() {
        return;
    }
    out.push_str(&attribute.name);
    out.push_str("=\"");
    escape(&attribute.value, true, out);
    out.push('"');
}

fn write_node(node: &Node, spaced: bool, out: &mut String) {
    match node {
        Node::Element(element) => write(element, spaced, out),
        Node::Text(text) => match &text.spelling {
            Some(spelling) => out.push_str(spelling),
            None => escape(&text.value, false, out),
        },
        Node::Comment(text) => {
            out.push_str("<!--");
            out.push_str(text);
            out.push_str("-->");
        }
        Node::Instruction(target, data) => {
            out.push_str("<?");
            out.push_str(target);
            out.push(' ');
            out.push_str(data);
            out.push_str("?>");
        }
    }
}

fn escape(value: &str, attribute: bool, out: &mut String) {
    for character in value.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\t' if attribute => out.push_str("&#x9;"),
            '\n' if attribute => out.push_str("&#xA;"),
            // A bare carriage return would come back as a line feed (XML 2.11).
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
}

/// The text as it may stand between tags or quotes of a template.
pub(crate) fn escaped(value: &str) -> String {
    let mut out = String::new();
    escape(value, true, &mut out);
    out
}
