//! Reads XML of the mock's own making back into a tree: text in, a tree with attributes in written order out.
//!
//! Used for metadata templates and by tests that take a message apart; never for what a stranger sent.
//! Refuses (`None`): whatever roxmltree refuses, DTDs included.

use crate::tree::{Attribute, Element, Node};

/// The root element of a document.
pub fn element(xml: &str) -> Option<Element> {
    let document = roxmltree::Document::parse(xml).ok()?;
    convert(document.root_element(), xml)
}

fn convert(node: roxmltree::Node<'_, '_>, xml: &str) -> Option<Element> {
    let source = xml.get(node.range())?;
    let mut element = start_tag(source)?;
    // roxmltree resolves references in values; names and order come from the text.
    for attribute in &mut element.attributes {
        if attribute.declares().is_none() {
            let local = attribute.name.split(':').next_back()?;
            let namespace = attribute.name.split_once(':').and_then(|(prefix, _)| namespace_of(node, prefix));
            let found = node.attributes().find(|found| found.name() == local && found.namespace() == namespace)?;
            attribute.value = found.value().to_owned();
        }
    }
    for child in node.children() {
        element.children.push(match child.node_type() {
            roxmltree::NodeType::Element => Node::Element(convert(child, xml)?),
            roxmltree::NodeType::Text => Node::text(child.text()?),
            roxmltree::NodeType::Comment => Node::Comment(child.text()?.to_owned()),
            roxmltree::NodeType::PI => {
                let instruction = child.pi()?;
                Node::Instruction(instruction.target.to_owned(), instruction.value.unwrap_or_default().to_owned())
            }
            roxmltree::NodeType::Root => return None,
        });
    }
    Some(element)
}

fn namespace_of<'a>(node: roxmltree::Node<'a, '_>, prefix: &str) -> Option<&'a str> {
    // Nobody declares `xml`; it is bound by the standard.
    if prefix == "xml" { Some(roxmltree::NS_XML_URI) } else { node.lookup_namespace_uri(Some(prefix)) }
}

/// Name and attributes of the start tag at the beginning of this text, values as written.
fn start_tag(source: &str) -> Option<Element> {
    let mut rest = source.strip_prefix('<')?;
    let end = rest.find(|character: char| character.is_whitespace() || character == '>' || character == '/')?;
    let mut element = Element::new(rest.get(..end)?);
    rest = rest.get(end..)?.trim_start();
    while !rest.starts_with('>') && !rest.starts_with("/>") {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next()?;
        let (value, after) = after.get(1..)?.split_once(quote)?;
        element.attributes.push(Attribute { name: name.trim_end().to_owned(), value: value.to_owned() });
        rest = after.trim_start();
    }
    Some(element)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::spell;

    #[test]
    fn what_was_spelled_comes_back() {
        let text = r#"<a:b Z="1" xmlns:a="urn:a" a:Q="x &lt; y" xml:id="i"><!--c-->t &amp; u<a:c/><?p d?></a:b>"#;
        assert_eq!(spell(&element(text).unwrap()), text);
        assert_eq!(element("<a"), None);
    }
}
