//! A tree over octets that canonicalization is writing: the source's nodes in, the same nodes at their new places out.
//!
//! Reading the octets again would give the same tree (`oracle.rs` holds it to that) at the price of another pass.

use super::document::{Attribute, Document, Kind, NamespaceDeclaration, Node, NodeId, Span};
use super::reader::blank_node;

/// The nodes written so far.
#[derive(Debug)]
pub(crate) struct Builder {
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    declarations: Vec<NamespaceDeclaration>,
    open: Vec<NodeId>,
}

impl Builder {
    /// Room for as many nodes as the source has between two places.
    pub(crate) fn new(from: NodeId, to: NodeId) -> Self {
        let mut nodes = Vec::with_capacity((to.0 - from.0) as usize + 1);
        nodes.push(blank_node(Kind::Element, NodeId::DOCUMENT, Span::default()));
        Self {
            nodes,
            attributes: Vec::with_capacity(64),
            declarations: Vec::with_capacity(16),
            open: Vec::with_capacity(16),
        }
    }

    /// An element whose start tag is copied as it stands, to this place.
    pub(crate) fn copied_element(&mut self, source: &Document, id: NodeId, at: u32) {
        let (tag, _) = source.start_tag(id);
        let moved = |span: Span| shifted(span, tag.start, at);
        let first = self.attributes.len();
        self.attributes.extend(source.attributes(id).iter().map(|attribute| Attribute {
            prefix: moved(attribute.prefix),
            local: moved(attribute.local),
            value: moved(attribute.value),
            ..*attribute
        }));
        let mut node = self.element(source, id, at);
        (node.prefix, node.local) = (moved(source.prefix_span(id)), moved(source.local_span(id)));
        node.attributes = Span::new(first, self.attributes.len());
        node.start_tag_end = moved(tag).end;
        node.plain_tag = true;
        self.push_open(node);
    }

    /// An element whose start tag was written anew, with the declarations and attributes added before.
    pub(crate) fn written_element(&mut self, source: &Document, id: NodeId, tag: &WrittenTag) {
        let mut node = self.element(source, id, tag.start);
        (node.prefix, node.local) = (tag.prefix, tag.local);
        node.attributes = Span::new(tag.first_attribute, self.attributes.len());
        node.declarations = Span::new(tag.first_declaration, self.declarations.len());
        node.start_tag_end = tag.end;
        node.plain_tag = tag.plain;
        self.push_open(node);
    }

    /// Starts the description of a start tag that is written anew.
    pub(crate) fn tag(&self, start: u32) -> WrittenTag {
        WrittenTag {
            start,
            prefix: Span::default(),
            local: Span::default(),
            first_attribute: self.attributes.len(),
            first_declaration: self.declarations.len(),
            end: start,
            plain: true,
        }
    }

    pub(crate) fn declaration(&mut self, declaration: NamespaceDeclaration) {
        self.declarations.push(declaration);
    }

    pub(crate) fn attribute(&mut self, attribute: Attribute) {
        self.attributes.push(attribute);
    }

    /// Character data. What stands directly behind other character data belongs to it.
    pub(crate) fn text(&mut self, start: u32, end: u32, plain: bool) {
        let parent = self.parent();
        if start == end {
            return;
        }
        if let Some(last) = self.nodes.last_mut()
            && let Kind::Text { plain: last_plain } = last.kind
            && last.parent == parent
            && last.span.end == start
        {
            (last.span.end, last.end_tag_start) = (end, end);
            last.kind = Kind::Text { plain: last_plain && plain };
            return;
        }
        let mut node = blank_node(Kind::Text { plain }, parent, Span { start, end });
        node.next = NodeId(self.next().0 + 1);
        self.nodes.push(node);
    }

    /// The end of the innermost element that is open.
    pub(crate) fn end_element(&mut self, end_tag_start: u32, end: u32) {
        let next = self.next();
        if let Some(node) = self.open.pop().and_then(|id| self.nodes.get_mut(id.0 as usize)) {
            (node.next, node.end_tag_start, node.span.end) = (next, end_tag_start, end);
        }
    }

    /// The tree over the octets, whose names mean what they mean in the source.
    pub(crate) fn finish(mut self, octets: String, source: &Document) -> Document {
        let next = self.next();
        if let Some(document) = self.nodes.first_mut() {
            *document = blank_node(Kind::Element, NodeId::DOCUMENT, Span::new(0, octets.len()));
            document.next = next;
        }
        let Self { nodes, attributes, declarations, .. } = self;
        Document { source: octets, nodes, attributes, declarations, uris: source.uris.clone() }
    }

    fn element(&self, source: &Document, id: NodeId, start: u32) -> Node {
        let mut node = blank_node(Kind::Element, self.parent(), Span { start, end: start });
        (node.uri, node.namespace) = (source.element_uri_number(id), source.namespace(id));
        node
    }

    fn push_open(&mut self, node: Node) {
        self.open.push(self.next());
        self.nodes.push(node);
    }

    fn parent(&self) -> NodeId {
        self.open.last().copied().unwrap_or(NodeId::DOCUMENT)
    }

    fn next(&self) -> NodeId {
        NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX))
    }
}

/// Where the parts of a start tag stand that is written anew.
#[derive(Debug)]
pub(crate) struct WrittenTag {
    pub(crate) start: u32,
    pub(crate) prefix: Span,
    pub(crate) local: Span,
    first_attribute: usize,
    first_declaration: usize,
    pub(crate) end: u32,
    /// No value in it needed a reference.
    pub(crate) plain: bool,
}

/// A span of the source at its new place. No prefix stands nowhere, before and after.
fn shifted(span: Span, from: u32, to: u32) -> Span {
    if span.start == span.end && span.start < from {
        return span;
    }
    Span { start: span.start - from + to, end: span.end - from + to }
}
