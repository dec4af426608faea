//! Canonical XML: an element of a tree in, the one spelling that is digested out.
//!
//! Exclusive XML Canonicalization 1.0 with `PrefixList`, and Canonical XML 1.0, each with and without comments. There is no
//! failure here that could digest as nothing: what canonicalization cannot treat, the reader has refused.

use crate::names::Namespace;
use crate::parsed::{Attribute, Document, Kind, NamespaceDeclaration, NodeId, Span, is_same};
use crate::reject::{Reason, Rejection};
use std::ops::Range;

/// Which namespaces an element is written with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Canonicalization {
    /// Those it uses itself, and those of the list as Canonical XML would; the list names the default one `#default`.
    Exclusive { prefixes: Vec<String>, comments: Comments },
    /// All that are in scope.
    Inclusive { comments: Comments },
}

/// Whether comments are digested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comments {
    Dropped,
    Kept,
}

impl Canonicalization {
    pub(crate) fn comments(&self) -> Comments {
        match self {
            Self::Exclusive { comments, .. } | Self::Inclusive { comments } => *comments,
        }
    }

    /// The same, and comments are dropped.
    pub(crate) fn without_comments(self) -> Self {
        let comments = Comments::Dropped;
        match self {
            Self::Exclusive { prefixes, .. } => Self::Exclusive { prefixes, comments },
            Self::Inclusive { .. } => Self::Inclusive { comments },
        }
    }
}

/// The canonical form of `apex` and all inside it but `without`. At most `most` octets, or none at all: a declaration
/// that stands once in the source may have to be written on each of many elements.
pub(crate) fn canonicalize(
    document: &Document,
    apex: NodeId,
    without: Option<NodeId>,
    how: &Canonicalization,
    most: usize,
) -> Result<String, Rejection> {
    let mut writer = Writer::new(document, apex, how);
    let end = document.after(apex);
    let mut at = apex;
    while at < end {
        writer.close_before(at);
        let after = document.after(at);
        let holds_without = without.is_some_and(|without| at <= without && without < after);
        if Some(at) == without {
            at = after;
        } else if let Some(span) = writer.verbatim(at).filter(|_| !holds_without) {
            writer.copy(span);
            at = after;
        } else {
            writer.node(at);
            at = at.following();
        }
        within(most, &writer)?;
    }
    writer.close_before(end);
    within(most, &writer)?;
    writer.flush();
    Ok(writer.out)
}

fn within(most: usize, writer: &Writer<'_>) -> Result<(), Rejection> {
    if most < writer.length() {
        let expected = format!("at most {most} canonical octets");
        return Err(Rejection::new(Reason::XmlLimitExceeded, expected, "more"));
    }
    Ok(())
}

/// What a prefix is bound to.
#[derive(Clone, Copy)]
struct Binding<'d> {
    prefix: &'d str,
    uri: u32,
    /// The bit of the declaration that binds it.
    bit: u64,
}

/// An element whose end tag is still to be written, and what was in force outside of it.
struct Open {
    id: NodeId,
    scope: usize,
    rendered: usize,
    written: u64,
}

/// A start tag that was written anew: whose, in what surroundings, and where it stands in what was written.
struct Anew {
    id: NodeId,
    scope: usize,
    rendered: usize,
    at: Range<usize>,
}

struct Writer<'d> {
    document: &'d Document,
    how: &'d Canonicalization,
    out: String,
    /// Source octets that are to be copied as they stand, and were not yet.
    run: Span,
    open: Vec<Open>,
    scope: Vec<Binding<'d>>,
    /// What was written, as bindings and as the bits of their declarations. Last those of the current element.
    rendered: Vec<Binding<'d>>,
    written: u64,
    /// Room for the attributes of the current element.
    attributes: Vec<Attribute>,
    /// The last tag that was written anew, as many elements in a row may need the same.
    anew: Option<Anew>,
    apex: NodeId,
}

impl<'d> Writer<'d> {
    fn new(document: &'d Document, apex: NodeId, how: &'d Canonicalization) -> Self {
        let span = document.span(apex);
        let mut scope = Vec::with_capacity(16);
        let mut around = document.parent(apex);
        while around != NodeId::DOCUMENT {
            scope.extend(bindings(document, around));
            around = document.parent(around);
        }
        // From the inside out; the innermost binding of a prefix belongs last.
        scope.reverse();
        Self {
            document,
            how,
            out: String::with_capacity((span.end - span.start) as usize + 256),
            run: Span::default(),
            open: Vec::with_capacity(8),
            scope,
            rendered: Vec::with_capacity(8),
            written: 0,
            attributes: Vec::new(),
            anew: None,
            apex,
        }
    }

    /// The octets of a node that are canonical as they stand, all of them.
    ///
    /// Exclusive: the declarations that are used inside are written around it. Inclusive: the apex has written all.
    fn verbatim(&self, id: NodeId) -> Option<Span> {
        let written = match self.how {
            _ if id == self.apex => return None,
            Canonicalization::Exclusive { .. } => self.written,
            Canonicalization::Inclusive { .. } => u64::MAX,
        };
        self.document.verbatim(id, written)
    }

    fn node(&mut self, id: NodeId) {
        match self.document.kind(id) {
            Kind::Element => self.start_tag(id),
            Kind::Text { plain: true } => self.copy(self.document.span(id)),
            Kind::Text { plain: false } | Kind::Cdata => {
                self.flush();
                escape_text(&self.document.characters(id), &mut self.out);
            }
            Kind::Comment => self.comment(id),
        }
    }

    /// As it stands, delimiters included, with line ends as the reader of a text would see them.
    fn comment(&mut self, id: NodeId) {
        if self.how.comments() == Comments::Kept {
            self.flush();
            let text = self.document.text_at(self.document.span(id));
            self.out.push_str(&text.replace("\r\n", "\n").replace('\r', "\n"));
        }
    }

    fn start_tag(&mut self, id: NodeId) {
        let document = self.document;
        let (scope, rendered) = (self.scope.len(), self.rendered.len());
        self.open.push(Open { id, scope, rendered, written: self.written });
        if let Some(at) = self.written_before(id) {
            self.flush();
            return self.out.extend_from_within(at);
        }
        self.scope.extend(bindings(document, id));
        self.render_all(id);
        let inherited = self.inherited_xml_attributes(id);

        let (span, plain) = document.start_tag(id);
        if plain && inherited.is_empty() && self.declares_what_is_rendered(scope, rendered) {
            self.copy(span);
        } else {
            self.attributes.extend(document.attributes(id).iter().chain(&inherited));
            self.flush();
            let start = self.out.len();
            self.write_start_tag(id, rendered);
            self.anew = Some(Anew { id, scope, rendered, at: start..self.out.len() });
        }
    }

    /// Where this element's start tag was written already: the last one that was written anew is spelled the same, in the
    /// same surroundings. What both declare is of no matter inside, as there are no elements.
    fn written_before(&self, id: NodeId) -> Option<Range<usize>> {
        let Anew { id: other, scope, rendered, at } = self.anew.as_ref()?;
        let (document, same) = (self.document, *scope == self.scope.len() && *rendered == self.rendered.len());
        (same && document.starts_the_same(*other, id) && document.elements(id).next().is_none()).then(|| at.clone())
    }

    /// Finds the declarations this element must carry, and sorts them by prefix.
    fn render_all(&mut self, id: NodeId) {
        let first = self.rendered.len();
        match self.how {
            Canonicalization::Exclusive { prefixes, .. } => {
                self.render(self.document.prefix(id));
                for attribute in self.document.attributes(id) {
                    let prefix = self.document.text_at(attribute.prefix);
                    // An attribute without a prefix uses no namespace, not the default one.
                    if !prefix.is_empty() {
                        self.render(prefix);
                    }
                }
                // Elsewhere nothing is bound anew, so what the list names is rendered already.
                if id == self.apex || !self.document.declarations(id).is_empty() {
                    for prefix in prefixes {
                        self.render_if_bound(if prefix == "#default" { "" } else { prefix });
                    }
                }
            }
            Canonicalization::Inclusive { .. } if id == self.apex => {
                for binding in self.scope.clone() {
                    self.render(binding.prefix);
                }
            }
            Canonicalization::Inclusive { .. } => {
                for declaration in self.document.declarations(id) {
                    self.render(self.document.text_at(declaration.prefix));
                }
            }
        }
        self.rendered.get_mut(first..).unwrap_or_default().sort_unstable_by_key(|binding| binding.prefix);
    }

    /// Whether the element's own declarations, in the scope from `own` on, are just those it must carry, in their order.
    fn declares_what_is_rendered(&self, own: usize, rendered: usize) -> bool {
        let (own, due) = (self.scope.get(own..).unwrap_or_default(), self.rendered.get(rendered..).unwrap_or_default());
        let same = |(own, due): (&Binding<'_>, &Binding<'_>)| own.prefix == due.prefix && own.uri == due.uri;
        own.len() == due.len() && own.iter().zip(due).all(same)
    }

    /// A prefix of the list may be bound to nothing here; then there is nothing to write.
    fn render_if_bound(&mut self, prefix: &str) {
        if let Some(binding) = bound(&self.scope, prefix) {
            self.render(binding.prefix);
        }
    }

    /// Has the declaration written with this element, unless it is already or an element around it has written the same.
    fn render(&mut self, prefix: &'d str) {
        // No binding means no namespace. The reader has refused prefixes without one, but for the two that need none.
        let binding = bound(&self.scope, prefix).unwrap_or(Binding { prefix, uri: 0, bit: 0 });
        let is_rendered = binding.uri == bound(&self.rendered, prefix).map_or(0, |rendered| rendered.uri);
        self.written |= binding.bit;
        if !is_rendered && prefix != "xml" {
            self.rendered.push(binding);
        }
    }

    /// Canonical XML 1.0 moves `xml:*` attributes of left-out ancestors to the apex (2.4).
    fn inherited_xml_attributes(&self, id: NodeId) -> Vec<Attribute> {
        let mut inherited: Vec<Attribute> = Vec::new();
        if id != self.apex || !matches!(self.how, Canonicalization::Inclusive { .. }) {
            return inherited;
        }
        let mut at = id;
        while at != NodeId::DOCUMENT {
            at = self.document.parent(at);
            for attribute in self.document.attributes(at).iter().filter(|a| a.namespace == Namespace::Xml) {
                let name = self.document.text_at(attribute.local);
                let same = |other: &&Attribute| {
                    other.namespace == Namespace::Xml && self.document.text_at(other.local) == name
                };
                if self.document.attributes(id).iter().find(same).is_none() && inherited.iter().find(same).is_none() {
                    inherited.push(*attribute);
                }
            }
        }
        inherited
    }

    fn sort_key(&self, attribute: &Attribute) -> (&'d str, &'d str) {
        (self.document.uri(attribute.uri), self.document.text_at(attribute.local))
    }

    fn write_start_tag(&mut self, id: NodeId, rendered: usize) {
        let document = self.document;
        self.out.push('<');
        self.out.push_str(document.qualified_name(id));
        for place in rendered..self.rendered.len() {
            self.write_declaration(place);
        }
        // Taken out while they are written; the room is kept for the next tag.
        let mut attributes = std::mem::take(&mut self.attributes);
        attributes.sort_by_key(|attribute| self.sort_key(attribute));
        for attribute in attributes.drain(..) {
            self.write_attribute(&attribute);
        }
        self.attributes = attributes;
        self.out.push('>');
    }

    fn write_declaration(&mut self, place: usize) {
        let Some(binding) = self.rendered.get(place).copied() else { return };
        self.out.push_str(if binding.prefix.is_empty() { " xmlns" } else { " xmlns:" });
        self.out.push_str(binding.prefix);
        self.out.push_str("=\"");
        escape_attribute(self.document.uri(binding.uri), &mut self.out);
        self.out.push('"');
    }

    fn write_attribute(&mut self, attribute: &Attribute) {
        let document = self.document;
        self.out.push(' ');
        let prefix = document.text_at(attribute.prefix);
        if !prefix.is_empty() {
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(document.text_at(attribute.local));
        self.out.push_str("=\"");
        if attribute.plain {
            self.out.push_str(document.text_at(attribute.value));
        } else {
            escape_attribute(&document.attribute_value(attribute), &mut self.out);
        }
        self.out.push('"');
    }

    /// Writes the end tags of the elements that end before this node.
    fn close_before(&mut self, at: NodeId) {
        while let Some(open) = self.open.pop_if(|open| self.document.after(open.id) <= at) {
            match self.document.plain_end_tag(open.id) {
                Some(span) => self.copy(span),
                None => {
                    self.flush();
                    self.out.push_str("</");
                    self.out.push_str(self.document.qualified_name(open.id));
                    self.out.push('>');
                }
            }
            self.scope.truncate(open.scope);
            self.rendered.truncate(open.rendered);
            self.written = open.written;
            // Other bindings may come in the place of those that are gone.
            self.anew.take_if(|anew| open.scope < anew.scope || open.rendered < anew.rendered);
        }
    }

    /// Copies source octets, together with those directly before them.
    fn copy(&mut self, span: Span) {
        if self.run.end == span.start {
            self.run.end = span.end;
        } else {
            self.flush();
            self.run = span;
        }
    }

    fn flush(&mut self) {
        self.out.push_str(self.document.text_at(self.run));
        self.run = Span::default();
    }

    /// How many octets are written, or about to be.
    fn length(&self) -> usize {
        self.out.len() + (self.run.end - self.run.start) as usize
    }
}

/// What an element declares.
fn bindings(document: &Document, id: NodeId) -> impl Iterator<Item = Binding<'_>> {
    let declarations = document.declarations_with_bits(id);
    declarations.map(|(NamespaceDeclaration { prefix, uri }, bit)| Binding {
        prefix: document.text_at(prefix),
        uri,
        bit,
    })
}

/// The innermost binding of a prefix.
fn bound<'d>(bindings: &[Binding<'d>], prefix: &str) -> Option<Binding<'d>> {
    bindings.iter().rev().find(|binding| is_same(binding.prefix.as_bytes(), prefix.as_bytes())).copied()
}

fn escape_text(text: &str, out: &mut String) {
    escape(text, out, |octet| match octet {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

fn escape_attribute(value: &str, out: &mut String) {
    escape(value, out, |octet| match octet {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

/// Writes text with references in place of some ASCII characters.
fn escape(text: &str, out: &mut String, reference: impl Fn(u8) -> Option<&'static str>) {
    // Most texts need none: a look at all octets without a branch is a vector loop.
    if !text.bytes().fold(false, |found, octet| found | reference(octet).is_some()) {
        return out.push_str(text);
    }
    let mut rest = text;
    while let Some((at, with)) = rest.bytes().enumerate().find_map(|(at, octet)| Some((at, reference(octet)?))) {
        out.push_str(rest.get(..at).unwrap_or_default());
        out.push_str(with);
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests;
