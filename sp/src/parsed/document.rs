//! The tree: a flat list of nodes in document order over the octets they were read from.

use crate::names::Namespace;
use std::borrow::Cow;

/// A range of octets of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        // Documents are bounded by `Limits::message_bytes`; beyond 4 GB the reader has refused already.
        Self { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }
}

/// The place of a node in its document. Node 0 is the document itself, its only element child the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(super) u32);

impl NodeId {
    pub(crate) const DOCUMENT: Self = Self(0);

    /// The node behind this one in document order, its first child if it has one.
    pub(crate) fn following(self) -> Self {
        Self(self.0 + 1)
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The document, or an element.
    Element,
    /// Character data; `plain` when its canonical octets are its source octets.
    Text { plain: bool },
    /// A CDATA section; the span is its content.
    Cdata,
    /// A comment; the span includes its delimiters.
    Comment,
}

/// One node. Its descendants are the nodes behind it up to `next`, which is its next sibling or what follows its parent.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) parent: NodeId,
    pub(super) next: NodeId,
    /// The whole node, tags included.
    pub(super) span: Span,
    /// Of an element: prefix, local name, namespace, attributes, namespace declarations, the end of its start tag.
    pub(super) prefix: Span,
    pub(super) local: Span,
    pub(super) namespace: Namespace,
    pub(super) uri: u32,
    pub(super) attributes: Span,
    pub(super) declarations: Span,
    pub(super) start_tag_end: u32,
    /// Where the end tag starts; the end of the node when it has none (`<a/>`).
    pub(super) end_tag_start: u32,
    /// The start tag is spelled as canonical XML spells it, so far as its own octets decide.
    pub(super) plain_tag: bool,
}

/// One attribute that is not a namespace declaration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attribute {
    pub(crate) prefix: Span,
    pub(crate) local: Span,
    pub(crate) namespace: Namespace,
    pub(crate) uri: u32,
    pub(crate) value: Span,
    /// The value's canonical octets are its source octets.
    pub(crate) plain: bool,
}

/// One namespace declaration: `xmlns="uri"` has an empty prefix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamespaceDeclaration {
    pub(crate) prefix: Span,
    pub(crate) uri: u32,
}

/// A document that was read. Owns its octets; nothing vouches for what it says.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(super) source: String,
    pub(super) nodes: Vec<Node>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) declarations: Vec<NamespaceDeclaration>,
    /// Each namespace URI once; number 0 is the empty one.
    pub(super) uris: Vec<Cow<'static, str>>,
}

impl Document {
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn text_at(&self, span: Span) -> &str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a NodeId is only made by the reader of this document, for a node it pushed"
    )]
    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The root element. The reader refuses a document without one.
    pub(crate) fn root(&self) -> NodeId {
        self.elements(NodeId::DOCUMENT).next().unwrap_or(NodeId::DOCUMENT)
    }

    pub(crate) fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    pub(crate) fn parent(&self, id: NodeId) -> NodeId {
        self.node(id).parent
    }

    /// The first node that is not inside this one: its next sibling, or what follows its parent.
    pub(crate) fn after(&self, id: NodeId) -> NodeId {
        self.node(id).next
    }

    pub(crate) fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    pub(crate) fn prefix(&self, id: NodeId) -> &str {
        self.text_at(self.node(id).prefix)
    }

    pub(crate) fn local(&self, id: NodeId) -> &str {
        self.text_at(self.node(id).local)
    }

    /// The octets of the start tag, and whether they are canonical as far as the tag alone decides.
    pub(crate) fn start_tag(&self, id: NodeId) -> (Span, bool) {
        let node = self.node(id);
        (Span { start: node.span.start, end: node.start_tag_end }, node.plain_tag)
    }

    /// The octets of the end tag if it is canonical: no blank in it, and not the short form `<a/>`.
    pub(crate) fn plain_end_tag(&self, id: NodeId) -> Option<Span> {
        let node = self.node(id);
        let span = Span { start: node.end_tag_start, end: node.span.end };
        let length = (span.end - span.start) as usize;
        (length == self.qualified_name(id).len() + "</>".len()).then_some(span)
    }

    pub(crate) fn is(&self, id: NodeId, namespace: Namespace, local: &str) -> bool {
        let node = self.node(id);
        node.kind == Kind::Element && node.namespace == namespace && self.text_at(node.local) == local
    }

    /// The element's name as the document spells it, for messages.
    pub(crate) fn qualified_name(&self, id: NodeId) -> &str {
        let node = self.node(id);
        let start = if node.prefix.start == node.prefix.end { node.local.start } else { node.prefix.start };
        self.text_at(Span { start, end: node.local.end })
    }

    /// The children of an element, in document order.
    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.node(id).next;
        let mut at = NodeId(id.0 + 1);
        std::iter::from_fn(move || {
            let child = at;
            (child < end).then(|| {
                at = self.node(child).next;
                child
            })
        })
    }

    /// The next child of `parent` behind this one that is an element.
    pub(crate) fn next_element(&self, parent: NodeId, child: NodeId) -> Option<NodeId> {
        let end = self.node(parent).next;
        let mut at = self.node(child).next;
        while at < end {
            let node = self.node(at);
            if node.kind == Kind::Element {
                return Some(at);
            }
            at = node.next;
        }
        None
    }

    /// The children that are elements.
    pub(crate) fn elements(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(id).filter(|child| self.node(*child).kind == Kind::Element)
    }

    /// All nodes of the document but itself, in document order.
    pub(crate) fn all_nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        (1..).map(NodeId).take(self.nodes.len().saturating_sub(1))
    }

    /// All elements of the document, in document order.
    pub(crate) fn all_elements(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.all_nodes().filter(|id| self.node(*id).kind == Kind::Element)
    }

    pub(crate) fn attributes(&self, id: NodeId) -> &[Attribute] {
        let Span { start, end } = self.node(id).attributes;
        self.attributes.get(start as usize..end as usize).unwrap_or_default()
    }

    pub(crate) fn declarations(&self, id: NodeId) -> &[NamespaceDeclaration] {
        let Span { start, end } = self.node(id).declarations;
        self.declarations.get(start as usize..end as usize).unwrap_or_default()
    }

    pub(crate) fn uri(&self, number: u32) -> &str {
        self.uris.get(number as usize).map_or("", |uri| uri.as_ref())
    }

    pub(crate) fn prefix_span(&self, id: NodeId) -> Span {
        self.node(id).prefix
    }

    pub(crate) fn local_span(&self, id: NodeId) -> Span {
        self.node(id).local
    }

    pub(crate) fn namespace(&self, id: NodeId) -> Namespace {
        self.node(id).namespace
    }

    /// The namespace number of an element, equal for equal URIs of one document.
    pub(crate) fn element_uri_number(&self, id: NodeId) -> u32 {
        self.node(id).uri
    }

    /// The namespace URI of an element.
    pub(crate) fn element_uri(&self, id: NodeId) -> &str {
        self.uri(self.node(id).uri)
    }

    /// The value of an unprefixed attribute, references resolved.
    pub(crate) fn attribute(&self, id: NodeId, local: &str) -> Option<Cow<'_, str>> {
        let found =
            self.attributes(id).iter().find(|a| a.namespace == Namespace::None && self.text_at(a.local) == local)?;
        Some(self.attribute_value(found))
    }

    pub(crate) fn attribute_value(&self, attribute: &Attribute) -> Cow<'_, str> {
        let raw = self.text_at(attribute.value);
        if attribute.plain { Cow::Borrowed(raw) } else { super::reader::resolve_attribute(raw) }
    }

    /// The characters of a text or CDATA node, references resolved and line ends normalized.
    pub(crate) fn characters(&self, id: NodeId) -> Cow<'_, str> {
        let node = self.node(id);
        let raw = self.text_at(node.span);
        match node.kind {
            Kind::Text { plain: true } => Cow::Borrowed(raw),
            Kind::Text { plain: false } => super::reader::resolve_text(raw),
            Kind::Cdata => super::reader::normalize_line_ends(raw),
            Kind::Element | Kind::Comment => Cow::Borrowed(""),
        }
    }

    /// The prefixes in scope at an element, nearest declaration first, each once; an empty URI undeclares.
    pub(crate) fn in_scope(&self, id: NodeId) -> Vec<NamespaceDeclaration> {
        let mut found: Vec<NamespaceDeclaration> = Vec::new();
        let mut at = id;
        loop {
            for declaration in self.declarations(at) {
                let prefix = self.text_at(declaration.prefix);
                if !found.iter().any(|known| self.text_at(known.prefix) == prefix) {
                    found.push(*declaration);
                }
            }
            if at == NodeId::DOCUMENT {
                return found;
            }
            at = self.parent(at);
        }
    }

    /// Everything there is to know of each node, for tests that hold two trees against each other.
    #[cfg(test)]
    pub(crate) fn dump(&self) -> Vec<String> {
        let node = |(id, node): (NodeId, &Node)| {
            let Node { kind, parent, next, span, namespace, start_tag_end, end_tag_start, plain_tag, .. } = node;
            let attribute = |a: &Attribute| {
                let (prefix, local, value) = (self.text_at(a.prefix), self.text_at(a.local), a.value);
                format!("{prefix}:{local}={value:?} {:?} {} {}", a.namespace, self.uri(a.uri), a.plain)
            };
            let declaration = |d: &NamespaceDeclaration| format!("{}={}", self.text_at(d.prefix), self.uri(d.uri));
            let attributes: Vec<_> = self.attributes(id).iter().map(attribute).collect();
            let declarations: Vec<_> = self.declarations(id).iter().map(declaration).collect();
            let (name, uri) = (self.qualified_name(id), self.uri(node.uri));
            format!(
                "{kind:?} {parent:?} {next:?} {span:?} {name} {namespace:?} {uri} {attributes:?} {declarations:?} \
                 {start_tag_end} {end_tag_start} {plain_tag}"
            )
        };
        (0..).map(NodeId).zip(&self.nodes).map(node).collect()
    }
}
