//! Attribute: a fact about the Subject, with its values (core 2.7.3).
//!
//! Refuses a value that is text and markup: joining the texts of nested elements has made administrators out of nobodies.
//! A value that is elements only, which IdPs may send too (core 2.7.3.1.1), is none of ours to read and is left out.

use crate::names::Namespace;
use crate::parsed::walk::{self, Children};
use crate::parsed::{Document, NodeId};
use crate::reject::Rejection;
use crate::verified::Verified;

/// A fact about the Subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name; compared together with the name format.
    pub name: String,
    /// How the name is to be read; some vendors leave it out.
    pub name_format: Option<String>,
    /// For people; never compared.
    pub friendly_name: Option<String>,
    /// Its values in document order, those that are texts. An attribute without values and one with an empty value differ.
    pub values: Vec<String>,
}

/// Reads an AttributeStatement: Attributes in clear and encrypted ones, in any order.
pub(super) fn read_statement(
    verified: &Verified,
    statement: NodeId,
    attributes: &mut Vec<Attribute>,
) -> Result<(), Rejection> {
    let document = verified.document();
    let mut children = Children::of(document, statement)?;
    loop {
        if let Some(attribute) = children.take(Namespace::Saml, "Attribute") {
            attributes.push(read(document, attribute)?);
        } else if let Some(encrypted) = children.take(Namespace::Saml, "EncryptedAttribute") {
            let (document, attribute) = verified.opened(encrypted)?;
            attributes.push(read(document, attribute)?);
        } else {
            return children.finish();
        }
    }
}

fn read(document: &Document, attribute: NodeId) -> Result<Attribute, Rejection> {
    let mut children = Children::of(document, attribute)?;
    // Most have one.
    let mut values = Vec::with_capacity(1);
    while let Some(value) = children.take(Namespace::Saml, "AttributeValue") {
        values.extend(read_value(document, value)?);
    }
    children.finish()?;
    Ok(Attribute {
        name: walk::attribute(document, attribute, "Name")?,
        name_format: document.attribute(attribute, "NameFormat").map(Into::into),
        friendly_name: document.attribute(attribute, "FriendlyName").map(Into::into),
        values,
    })
}

/// A value's text. One element is taken besides text: a NameID, which is how eduPersonTargetedID is written.
fn read_value(document: &Document, value: NodeId) -> Result<Option<String>, Rejection> {
    if document.elements(value).any(|child| document.is(child, Namespace::Saml, "NameID")) {
        let mut children = Children::of(document, value)?;
        let name_id = children.demand(Namespace::Saml, "NameID")?;
        children.finish()?;
        return walk::text(document, name_id).map(Some);
    }
    match is_structured(document, value) {
        true => Ok(None),
        false => walk::text(document, value).map(Some),
    }
}

/// Whether a value is elements with nothing but layout between them. Of SAML's own, only an encrypted name has a place
/// in a value: whatever else is parked there has none.
fn is_structured(document: &Document, value: NodeId) -> bool {
    let is_layout = |child: NodeId| document.characters(child).trim_ascii().is_empty();
    let may_be_there = |child: NodeId| {
        matches!(Namespace::of(document.element_uri(child)), Namespace::Foreign | Namespace::None)
            || document.is(child, Namespace::Saml, "EncryptedID")
    };
    let mut elements = document.elements(value).peekable();
    elements.peek().is_some() && elements.all(may_be_there) && document.children(value).all(is_layout)
}
