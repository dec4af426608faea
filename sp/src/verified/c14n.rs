//! Canonical XML: an element of a tree in, the one spelling that is digested out.
//!
//! Exclusive XML Canonicalization 1.0 with `PrefixList`, and Canonical XML 1.0, both without comments. There is no
//! failure here that could digest as nothing: what canonicalization cannot treat, the reader has refused.

use crate::names::Namespace;
use crate::parsed::{Attribute, Document, Kind, NodeId, Span};
use crate::reject::{Reason, Rejection};

/// Which namespaces an element is written with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Canonicalization {
    /// Those it uses itself, and those of the list as Canonical XML would; the list names the default one `#default`.
    Exclusive { prefixes: Vec<String> },
    /// All that are in scope.
    Inclusive,
}

/// The canonical octets of `apex` and all inside it but `without`; at most `most` of them, or none at all.
///
/// The bound matters: a declaration that stands once in the source may have to be written on each of many elements.
pub(crate) fn canonicalize(
    document: &Document,
    apex: NodeId,
    without: Option<NodeId>,
    how: &Canonicalization,
    most: usize,
) -> Result<Vec<u8>, Rejection> {
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
            return Err(Rejection::new(Reason::XmlLimitExceeded, format!("at most {most} canonical octets"), "more"));
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
    out: Vec<u8>,
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
            out: Vec::with_capacity((span.end - span.start) as usize + 256),
            run: Span::default(),
            open: Vec::with_capacity(16),
            scope,
            rendered: Vec::with_capacity(16),
            due: Vec::with_capacity(8),
            apex,
        }
    }

    fn node(&mut self, id: NodeId) {
        match self.document.kind(id) {
            Kind::Element => self.start_tag(id),
            Kind::Text { plain: true } => self.copy(self.document.span(id)),
            Kind::Text { plain: false } | Kind::Cdata => {
                let text = self.document.characters(id);
                self.flush();
                escape_text(&text, &mut self.out);
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
            self.copy(span);
        } else {
            self.write_start_tag(id, attributes.iter().copied().chain(inherited).collect());
        }
        self.rendered.append(&mut self.due);
        self.open.push(frame);
    }

    /// The declarations this element must carry, sorted by prefix.
    fn collect_due(&mut self, id: NodeId) {
        match self.how {
            Canonicalization::Exclusive { prefixes } => {
                self.render_if_due(self.document.prefix(id));
                for attribute in self.document.attributes(id) {
                    let prefix = self.document.text_at(attribute.prefix);
                    // An attribute without a prefix uses no namespace, not the default one.
                    if !prefix.is_empty() && prefix != "xml" {
                        self.render_if_due(prefix);
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
        let lookup =
            |bindings: &[Binding<'d>]| bindings.iter().rev().find(|(bound, _)| *bound == prefix).map(|(_, uri)| *uri);
        // No binding and none rendered both mean: no namespace.
        let uri = lookup(&self.scope).unwrap_or(0);
        let unbound_prefix = prefix == "xml" || (uri == 0 && !prefix.is_empty());
        if unbound_prefix || uri == lookup(&self.rendered).unwrap_or(0) || lookup(&self.due).is_some() {
            return;
        }
        self.due.push((prefix, uri));
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
        self.out.push(b'<');
        self.out.extend_from_slice(document.qualified_name(id).as_bytes());
        for (prefix, uri) in &self.due {
            self.out.extend_from_slice(if prefix.is_empty() { b" xmlns" } else { b" xmlns:" });
            self.out.extend_from_slice(prefix.as_bytes());
            self.out.extend_from_slice(b"=\"");
            escape_attribute(document.uri(*uri), &mut self.out);
            self.out.push(b'"');
        }
        for attribute in &attributes {
            let prefix = document.text_at(attribute.prefix);
            self.out.push(b' ');
            self.out.extend_from_slice(prefix.as_bytes());
            self.out.extend_from_slice(if prefix.is_empty() { b"" } else { b":" });
            self.out.extend_from_slice(document.text_at(attribute.local).as_bytes());
            self.out.extend_from_slice(b"=\"");
            if attribute.plain {
                self.out.extend_from_slice(document.text_at(attribute.value).as_bytes());
            } else {
                escape_attribute(&document.attribute_value(attribute), &mut self.out);
            }
            self.out.push(b'"');
        }
        self.out.push(b'>');
    }

    /// Writes the end tags of the elements that end before this node.
    fn close_before(&mut self, at: NodeId) {
        while let Some(open) = self.open.pop_if(|open| self.document.after(open.id) <= at) {
            match self.document.plain_end_tag(open.id) {
                Some(span) => self.copy(span),
                None => {
                    self.flush();
                    self.out.extend_from_slice(b"</");
                    self.out.extend_from_slice(self.document.qualified_name(open.id).as_bytes());
                    self.out.push(b'>');
                }
            }
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
        self.out.extend_from_slice(self.document.text_at(self.run).as_bytes());
        self.run = Span::default();
    }

    /// How many octets are written, or about to be.
    fn length(&self) -> usize {
        self.out.len() + (self.run.end - self.run.start) as usize
    }

    fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.out
    }
}

fn escape_text(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'\r' => out.extend_from_slice(b"&#xD;"),
            _ => out.push(byte),
        }
    }
}

fn escape_attribute(value: &str, out: &mut Vec<u8>) {
    for byte in value.bytes() {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\t' => out.extend_from_slice(b"&#x9;"),
            b'\n' => out.extend_from_slice(b"&#xA;"),
            b'\r' => out.extend_from_slice(b"&#xD;"),
            _ => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests;
