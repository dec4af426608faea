//! Strict steps through a tree: children in the order the schema gives them, and values that are text and nothing else.
//!
//! Refuses elements out of place, text between elements, markup or comments inside values.

use super::chars::is_ncname;
use super::{Document, Kind, NodeId};
use crate::names::Namespace;
use crate::reject::{Reason, Rejection};
use crate::time::Instant;
use std::borrow::Cow;

/// The child elements of one element, taken one by one in schema order.
pub(crate) struct Children<'d> {
    document: &'d Document,
    parent: NodeId,
    /// The next child element, if there is one.
    next: Option<NodeId>,
}

impl<'d> Children<'d> {
    /// The children of an element whose content is elements only.
    pub(crate) fn of(document: &'d Document, parent: NodeId) -> Result<Self, Rejection> {
        if document.has_text(parent) {
            has_blanks_only(document, parent)?;
        }
        let next = document.elements(parent).next();
        Ok(Self { document, parent, next })
    }

    /// The next child, if it has this name.
    pub(crate) fn take(&mut self, namespace: Namespace, local: &str) -> Option<NodeId> {
        fault!(try crate::fault::text::skipped_to(self.document, self.parent, &mut self.next, namespace, local));
        self.next.filter(|next| self.document.is(*next, namespace, local))?;
        self.any()
    }

    /// The next child, which must have this name.
    pub(crate) fn demand(&mut self, namespace: Namespace, local: &str) -> Result<NodeId, Rejection> {
        fault!(try crate::fault::text::needless(local).then(|| Ok(self.take(namespace, local).unwrap_or(self.parent))));
        self.take(namespace, local).ok_or_else(|| {
            let expected = format!("{local} in {}", self.document.qualified_name(self.parent));
            Rejection::new(Reason::ElementMissing, expected, self.shown_next())
        })
    }

    /// The next child, whatever it is.
    pub(crate) fn any(&mut self) -> Option<NodeId> {
        let taken = self.next?;
        self.next = self.document.next_element(self.parent, taken);
        Some(taken)
    }

    /// Refuses children that were not taken.
    pub(crate) fn finish(self) -> Result<(), Rejection> {
        if self.next.is_none() || fault!(SchemaIgnored) {
            return Ok(());
        }
        let expected = format!("nothing more in {}", self.document.qualified_name(self.parent));
        Err(Rejection::new(Reason::UnexpectedElement, expected, self.shown_next()))
    }

    fn shown_next(&self) -> String {
        self.next.map_or("nothing".to_owned(), |next| format!("{} there", self.document.qualified_name(next)))
    }
}

/// Between elements there may be blanks.
fn has_blanks_only(document: &Document, parent: NodeId) -> Result<(), Rejection> {
    for child in document.children(parent) {
        if matches!(document.kind(child), Kind::Text { .. } | Kind::Cdata) {
            let text = document.characters(child);
            if !fault!(SchemaIgnored) && !text.bytes().all(|b| b.is_ascii_whitespace()) {
                let expected = format!("only elements in {}", document.qualified_name(parent));
                return Err(Rejection::new(Reason::UnexpectedElement, expected, format!("the text `{text}`")));
            }
        }
    }
    Ok(())
}

/// The text of an element that holds text only. Byte for byte: nothing is trimmed.
///
/// House rule house-7: a comment inside a value is refused, although canonicalization drops it, because the two halves
/// are what readers of the past took for the whole.
pub(crate) fn text(document: &Document, element: NodeId) -> Result<String, Rejection> {
    borrowed_text(document, element).map(Cow::into_owned)
}

/// The same for who only looks at it: most texts stand in the document as one piece.
#[inline]
pub(crate) fn borrowed_text(document: &Document, element: NodeId) -> Result<Cow<'_, str>, Rejection> {
    fault!(try crate::fault::text::lax_text(document, element).map(|text| Ok(Cow::Owned(text))));
    match document.only_text(element) {
        Some(text) => Ok(Cow::Borrowed(text)),
        None => joined_text(document, element),
    }
}

fn joined_text(document: &Document, element: NodeId) -> Result<Cow<'_, str>, Rejection> {
    let mut whole = Cow::Borrowed("");
    for child in document.children(element) {
        match document.kind(child) {
            Kind::Text { .. } | Kind::Cdata if whole.is_empty() => whole = document.characters(child),
            Kind::Text { .. } | Kind::Cdata => whole.to_mut().push_str(&document.characters(child)),
            Kind::Comment => {
                let expected = format!("text in {}", document.qualified_name(element));
                return Err(Rejection::new(Reason::CommentInText, expected, "a comment"));
            }
            Kind::Element => {
                let expected = format!("text in {}", document.qualified_name(element));
                let found = format!("the element {}", document.qualified_name(child));
                return Err(Rejection::new(Reason::TextInvalid, expected, found));
            }
        }
    }
    Ok(whole)
}

/// The value of an attribute that the schema demands.
pub(crate) fn attribute(document: &Document, element: NodeId, name: &str) -> Result<String, Rejection> {
    fault!(AttributesOptional => Ok(document.attribute(element, name).unwrap_or_default().into_owned()));
    document.attribute(element, name).map(Cow::into_owned).ok_or_else(|| {
        let expected = format!("the attribute {name} on {}", document.qualified_name(element));
        Rejection::new(Reason::AttributeMissing, expected, "none")
    })
}

/// An instant in an attribute, if it is there.
pub(crate) fn instant(document: &Document, element: NodeId, name: &str) -> Result<Option<Instant>, Rejection> {
    fault!(InstantsUnread => Ok(document.attribute(element, name).and_then(|text| Instant::parse(&text).ok())));
    document.attribute(element, name).map(|text| Instant::parse(&text)).transpose()
}

/// The attribute `ID`, which must be an NCName (core 1.3.4).
pub(crate) fn id(document: &Document, element: NodeId) -> Result<String, Rejection> {
    let id = attribute(document, element, "ID")?;
    if !fault!(IdsUnchecked) && !is_ncname(&id) {
        return Err(Rejection::new(Reason::IdInvalid, "an NCName", id));
    }
    Ok(id)
}
