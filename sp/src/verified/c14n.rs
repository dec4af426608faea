//! Canonical XML: an element of a tree in, the one spelling that is digested out.
//!
//! Exclusive XML Canonicalization 1.0 with `PrefixList`, and Canonical XML 1.0, both without comments. There is no
//! failure here that could digest as nothing: what canonicalization cannot treat, the reader has refused.

use crate::names::Namespace;
use crate::parsed::{Attribute, Builder, Document, Kind, NamespaceDeclaration, NodeId, Span, WrittenTag};
use crate::reject::{Reason, Rejection};

/// Which namespaces an element is written with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Canonicalization {
    /// Those it uses itself, and those of the list as Canonical XML would; the list names the default one `#default`.
    Exclusive { prefixes: Vec<String> },
    /// All that are in scope.
    Inclusive,
}

/// The canonical form of `apex` and all inside it but `without`: a document of its own, whose octets are to be digested
/// and whose tree is over these octets. At most `most` octets, or none at all: a declaration that stands once in the
/// source may have to be written on each of many elements.
pub(crate) fn canonicalize(
    document: &Document,
    apex: NodeId,
    without: Option<NodeId>,
    how: &Canonicalization,
    most: usize,
) -> Result<Document, Rejection> {
    let mut writer = Writer::new(document, apex, how);
    let end = document.after(apex);
    let mut at = apex;
    while at < end {
        writer.close_before(at);
        if Some(at) == without {
            at = document.after(at);
            continue;
        }
        writer.node(at);
        if most < writer.length() {
            let expected = format!("at most {most} canonical octets");
            return Err(Rejection::new(Reason::XmlLimitExceeded, expected, "more"));
        }
        at = at.following();
    }
    writer.close_before(end);
    Ok(writer.finish())
}

/// A prefix and the number of the URI it is bound to.
type Binding<'d> = (&'d str, u32);

/// An element whose end tag is still to be written, and what was in force outside of it.
struct Open {
    id: NodeId,
    scope: usize,
    rendered: usize,
}

struct Writer<'d> {
    document: &'d Document,
    how: &'d Canonicalization,
    out: String,
    tree: Builder,
    /// Source octets that are to be copied as they stand, and were not yet.
    run: Span,
    open: Vec<Open>,
    scope: Vec<Binding<'d>>,
    rendered: Vec<Binding<'d>>,
    /// Room for the declarations of the current element.
    due: Vec<Binding<'d>>,
    apex: NodeId,
}

impl<'d> Writer<'d> {
    fn new(document: &'d Document, apex: NodeId, how: &'d Canonicalization) -> Self {
        let span = document.span(apex);
        let mut scope: Vec<Binding<'d>> = Vec::with_capacity(16);
        if apex != NodeId::DOCUMENT {
            let outside = document.in_scope(document.parent(apex));
            scope.extend(outside.iter().rev().map(|d| (document.text_at(d.prefix), d.uri)));
        }
        Self {
            document,
            how,
            out: String::with_capacity((span.end - span.start) as usize + 256),
            tree: Builder::new(apex, document.after(apex)),
            run: Span::default(),
            open: Vec::with_capacity(16),
            scope,
            rendered: Vec::with_capacity(16),
            due: Vec::with_capacity(8),
            apex,
        }
    }

    fn node(&mut self, id: NodeId) {
        let start = self.place();
        match self.document.kind(id) {
            Kind::Element => self.start_tag(id),
            Kind::Text { plain: true } => {
                self.copy(self.document.span(id));
                self.tree.text(start, self.place(), true);
            }
            Kind::Text { plain: false } | Kind::Cdata => {
                let text = self.document.characters(id);
                self.flush();
                let plain = escape_text(&text, &mut self.out);
                self.tree.text(start, self.place(), plain);
            }
            Kind::Comment => {}
        }
    }

    fn start_tag(&mut self, id: NodeId) {
        let frame = Open { id, scope: self.scope.len(), rendered: self.rendered.len() };
        let document = self.document;
        let declarations = document.declarations(id);
        self.scope.extend(declarations.iter().map(|d| (document.text_at(d.prefix), d.uri)));
        self.collect_due(id);
        let inherited = self.inherited_xml_attributes(id);

        let (span, plain) = document.start_tag(id);
        let attributes = document.attributes(id);
        if plain && declarations.is_empty() && self.due.is_empty() && inherited.is_empty() && self.is_sorted(attributes)
        {
            self.tree.copied_element(document, id, self.place());
            self.copy(span);
        } else {
            self.write_start_tag(id, attributes.iter().copied().chain(inherited).collect());
        }
        self.open.push(frame);
    }

    /// The declarations this element must carry, sorted by prefix.
    fn collect_due(&mut self, id: NodeId) {
        match self.how {
            Canonicalization::Exclusive { prefixes } => {
                // What these prefixes mean here, the reader has found out.
                self.render(self.document.prefix(id), self.document.element_uri_number(id));
                for attribute in self.document.attributes(id) {
                    let prefix = self.document.text_at(attribute.prefix);
                    // An attribute without a prefix uses no namespace, not the default one.
                    if !prefix.is_empty() {
                        self.render(prefix, attribute.uri);
                    }
                }
                // Elsewhere nothing is bound anew, so what the list names is rendered already.
                if id == self.apex || !self.document.declarations(id).is_empty() {
                    for prefix in prefixes {
                        self.render_if_bound(if prefix == "#default" { "" } else { prefix });
                    }
                }
            }
            Canonicalization::Inclusive if id == self.apex => {
                for (prefix, _) in self.scope.clone() {
                    self.render_if_due(prefix);
                }
            }
            Canonicalization::Inclusive => {
                for declaration in self.document.declarations(id) {
                    self.render_if_due(self.document.text_at(declaration.prefix));
                }
            }
        }
        self.due.sort_unstable_by_key(|(prefix, _)| *prefix);
    }

    /// A prefix of the list may be bound to nothing here; then there is nothing to write.
    fn render_if_bound(&mut self, prefix: &str) {
        if let Some((bound, _)) = self.scope.iter().rev().find(|(bound, _)| *bound == prefix).copied() {
            self.render_if_due(bound);
        }
    }

    fn render_if_due(&mut self, prefix: &'d str) {
        // No binding means: no namespace.
        let uri = bound_to(&self.scope, prefix).unwrap_or(0);
        // A prefix that is bound to nothing has nothing to write; only the default namespace can be taken back.
        if uri != 0 || prefix.is_empty() {
            self.render(prefix, uri);
        }
    }

    /// Writes the declaration with this element, unless an element around it has written the same.
    fn render(&mut self, prefix: &'d str, uri: u32) {
        let is_rendered = uri == bound_to(&self.rendered, prefix).unwrap_or(0);
        if !is_rendered && prefix != "xml" && bound_to(&self.due, prefix).is_none() {
            self.due.push((prefix, uri));
        }
    }

    /// Canonical XML 1.0 moves `xml:*` attributes of left-out ancestors to the apex (2.4).
    fn inherited_xml_attributes(&self, id: NodeId) -> Vec<Attribute> {
        let mut inherited: Vec<Attribute> = Vec::new();
        if id != self.apex || *self.how != Canonicalization::Inclusive {
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

    fn is_sorted(&self, attributes: &[Attribute]) -> bool {
        attributes.is_sorted_by_key(|attribute| self.sort_key(attribute))
    }

    fn write_start_tag(&mut self, id: NodeId, mut attributes: Vec<Attribute>) {
        let document = self.document;
        attributes.sort_by_key(|attribute| self.sort_key(attribute));
        self.flush();
        let mut tag = self.tree.tag(self.place());
        self.out.push('<');
        (tag.prefix, tag.local) = self.name(document.prefix(id), document.local(id));
        for (prefix, uri) in std::mem::take(&mut self.due) {
            self.write_declaration(prefix, uri, &mut tag);
            self.rendered.push((prefix, uri));
        }
        for attribute in &attributes {
            self.write_attribute(attribute, &mut tag);
        }
        self.out.push('>');
        tag.end = self.place();
        self.tree.written_element(document, id, &tag);
    }

    fn write_declaration(&mut self, prefix: &'d str, uri: u32, tag: &mut WrittenTag) {
        self.out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
        let prefix = if prefix.is_empty() { Span::default() } else { self.put(prefix) };
        self.out.push_str("=\"");
        tag.plain &= escape_attribute(self.document.uri(uri), &mut self.out);
        self.out.push('"');
        self.tree.declaration(NamespaceDeclaration { prefix, uri });
    }

    fn write_attribute(&mut self, attribute: &Attribute, tag: &mut WrittenTag) {
        let document = self.document;
        self.out.push(' ');
        let (prefix, local) = self.name(document.text_at(attribute.prefix), document.text_at(attribute.local));
        self.out.push_str("=\"");
        let start = self.place();
        let plain = if attribute.plain {
            self.out.push_str(document.text_at(attribute.value));
            true
        } else {
            escape_attribute(&document.attribute_value(attribute), &mut self.out)
        };
        let value = Span { start, end: self.place() };
        self.out.push('"');
        tag.plain &= plain;
        self.tree.attribute(Attribute { prefix, local, value, plain, ..*attribute });
    }

    /// Writes a name; where its prefix and its local part stand.
    fn name(&mut self, prefix: &str, local: &str) -> (Span, Span) {
        if prefix.is_empty() {
            return (Span::default(), self.put(local));
        }
        let prefix = self.put(prefix);
        self.out.push(':');
        (prefix, self.put(local))
    }

    /// Writes text; where it stands.
    fn put(&mut self, text: &str) -> Span {
        let start = self.place();
        self.out.push_str(text);
        Span { start, end: self.place() }
    }

    /// Writes the end tags of the elements that end before this node.
    fn close_before(&mut self, at: NodeId) {
        while let Some(open) = self.open.pop_if(|open| self.document.after(open.id) <= at) {
            let start = self.place();
            match self.document.plain_end_tag(open.id) {
                Some(span) => self.copy(span),
                None => {
                    self.flush();
                    self.out.push_str("</");
                    self.out.push_str(self.document.qualified_name(open.id));
                    self.out.push('>');
                }
            }
            self.tree.end_element(start, self.place());
            self.scope.truncate(open.scope);
            self.rendered.truncate(open.rendered);
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

    /// Where the next octet will stand.
    fn place(&self) -> u32 {
        Span::new(self.length(), self.length()).start
    }

    fn finish(mut self) -> Document {
        self.flush();
        self.tree.finish(self.out, self.document)
    }
}

/// The innermost binding of a prefix.
fn bound_to(bindings: &[Binding<'_>], prefix: &str) -> Option<u32> {
    bindings.iter().rev().find(|(bound, _)| *bound == prefix).map(|(_, uri)| *uri)
}

/// Whether the text needed no reference.
fn escape_text(text: &str, out: &mut String) -> bool {
    escape(text, out, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#xD;"),
        _ => None,
    })
}

/// Whether the value needed no reference.
fn escape_attribute(value: &str, out: &mut String) -> bool {
    escape(value, out, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '"' => Some("&quot;"),
        '\t' => Some("&#x9;"),
        '\n' => Some("&#xA;"),
        '\r' => Some("&#xD;"),
        _ => None,
    })
}

fn escape(text: &str, out: &mut String, reference: impl Fn(char) -> Option<&'static str>) -> bool {
    let mut plain = true;
    let mut rest = text;
    while let Some((at, (special, with))) = rest.char_indices().find_map(|(at, c)| Some((at, (c, reference(c)?)))) {
        plain = false;
        out.push_str(rest.get(..at).unwrap_or_default());
        out.push_str(with);
        rest = rest.get(at + special.len_utf8()..).unwrap_or_default();
    }
    out.push_str(rest);
    plain
}

#[cfg(test)]
mod tests;
