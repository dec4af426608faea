//! The tree: a flat list of nodes in document order over the octets they were read from.

use super::chars::is_same;
use super::landmark::Landmark;
use crate::names::Namespace;
use std::borrow::Cow;
use std::sync::Arc;

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
    /// The start tag is spelled as canonical XML spells it, if all it declares is to be written.
    pub(super) plain_tag: bool,
    /// The whole node is, wherever the declarations it uses are written around it. It has none of its own.
    pub(super) verbatim: bool,
    /// The declarations that the names in it use, a bit for each; see [`declaration_bit`].
    pub(super) uses: u64,
    /// Something other than elements and comments stands directly inside of it.
    pub(super) has_text: bool,
}

/// The bit of a declaration, by its place among all declarations of the document; none for those beyond the 64th.
pub(super) fn declaration_bit(place: usize) -> Option<u64> {
    u32::try_from(place).ok().and_then(|place| 1u64.checked_shl(place))
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

/// The nodes of a document that was read, over its octets.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) source: String,
    pub(super) nodes: Vec<Node>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) declarations: Vec<NamespaceDeclaration>,
    /// Each namespace URI once; number 0 is the empty one.
    pub(super) uris: Vec<Cow<'static, str>>,
    /// Where the elements stand that others are looked for by, in document order.
    pub(super) landmarks: Vec<(Landmark, NodeId)>,
    pub(super) has_comments: bool,
}

/// A document that was read, or one element of it: then nothing else can be reached. Nothing vouches for what it says.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    tree: Arc<Tree>,
    root: NodeId,
    /// The nodes it has, but for one of them with all that is inside it; `NodeId::DOCUMENT` if it has them all.
    first: NodeId,
    end: NodeId,
    without: NodeId,
}

impl Document {
    pub(super) fn new(tree: Tree, root: NodeId) -> Self {
        let end = NodeId(u32::try_from(tree.nodes.len()).unwrap_or(u32::MAX));
        Self { tree: Arc::new(tree), root, first: NodeId(1), end, without: NodeId::DOCUMENT }
    }

    /// The element alone, without one node inside it. Both share the octets.
    pub(crate) fn cut(&self, element: NodeId, without: NodeId) -> Self {
        Self { tree: Arc::clone(&self.tree), root: element, first: element, end: self.after(element), without }
    }

    pub(crate) fn text_at(&self, span: Span) -> &str {
        self.tree.source.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Whether the octets there are these. Quicker than taking the text, which must not cut a character in two.
    fn reads(&self, span: Span, text: &str) -> bool {
        let octets = self.tree.source.as_bytes().get(span.start as usize..span.end as usize);
        octets.is_some_and(|octets| is_same(octets, text.as_bytes()))
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a NodeId is only made by the reader of this document, for a node it pushed"
    )]
    fn node(&self, id: NodeId) -> &Node {
        &self.tree.nodes[id.index()]
    }

    /// The root element. The reader refuses a document without one.
    pub(crate) fn root(&self) -> NodeId {
        self.root
    }

    pub(crate) fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    pub(crate) fn parent(&self, id: NodeId) -> NodeId {
        if id == self.root { NodeId::DOCUMENT } else { self.node(id).parent }
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

    /// Whether two start tags declare the same and are otherwise the same too: the reader has read one of them only.
    pub(crate) fn starts_the_same(&self, one: NodeId, other: NodeId) -> bool {
        let Span { start, end } = self.node(one).declarations;
        start < end && self.node(one).declarations == self.node(other).declarations
    }

    /// The octets of the end tag if it is canonical: no blank in it, and not the short form `<a/>`.
    pub(crate) fn plain_end_tag(&self, id: NodeId) -> Option<Span> {
        let node = self.node(id);
        let span = Span { start: node.end_tag_start, end: node.span.end };
        let length = (span.end - span.start) as usize;
        (length == self.qualified_name(id).len() + "</>".len()).then_some(span)
    }

    /// Whether there may be text directly inside of an element.
    pub(crate) fn has_text(&self, id: NodeId) -> bool {
        self.node(id).has_text
    }

    pub(crate) fn is(&self, id: NodeId, namespace: Namespace, local: &str) -> bool {
        let node = self.node(id);
        node.kind == Kind::Element && node.namespace == namespace && self.reads(node.local, local)
    }

    /// The element's name as the document spells it, for messages.
    pub(crate) fn qualified_name(&self, id: NodeId) -> &str {
        let node = self.node(id);
        let start = if node.prefix.start == node.prefix.end { node.local.start } else { node.prefix.start };
        self.text_at(Span { start, end: node.local.end })
    }

    /// The children of an element, in document order.
    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let (first, end) =
            if id == NodeId::DOCUMENT { (self.first, self.end) } else { (id.following(), self.node(id).next) };
        let mut at = self.skipped(first);
        std::iter::from_fn(move || {
            let child = at;
            (child < end).then(|| {
                at = self.skipped(self.node(child).next);
                child
            })
        })
    }

    /// The next child of `parent` behind this one that is an element.
    pub(crate) fn next_element(&self, parent: NodeId, child: NodeId) -> Option<NodeId> {
        let end = self.node(parent).next;
        let mut at = self.skipped(self.node(child).next);
        while at < end {
            let node = self.node(at);
            if node.kind == Kind::Element {
                return Some(at);
            }
            at = self.skipped(node.next);
        }
        None
    }

    /// This node, or what follows it if it does not belong to the document.
    fn skipped(&self, at: NodeId) -> NodeId {
        if at == self.without && at != NodeId::DOCUMENT { self.node(at).next } else { at }
    }

    /// The children that are elements.
    pub(crate) fn elements(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.children(id).filter(|child| self.node(*child).kind == Kind::Element)
    }

    /// All nodes of the document but itself, in document order.
    pub(crate) fn all_nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        let mut at = self.skipped(self.first);
        std::iter::from_fn(move || {
            let node = at;
            (node < self.end).then(|| {
                at = self.skipped(node.following());
                node
            })
        })
    }

    /// Whether a namespace is declared anywhere in the document, even outside of what was cut out of it.
    pub(crate) fn names(&self, namespace: Namespace) -> bool {
        namespace.uri().is_some_and(|uri| self.tree.uris.iter().any(|known| known == uri))
    }

    /// Whether there are comments anywhere in the document, even outside of what was cut out of it.
    pub(crate) fn has_comments(&self) -> bool {
        self.tree.has_comments
    }

    /// The elements of the document that are landmarks, in document order.
    pub(crate) fn landmarks(&self) -> impl Iterator<Item = (Landmark, NodeId)> + '_ {
        let left_out = match self.without {
            NodeId::DOCUMENT => NodeId::DOCUMENT..NodeId::DOCUMENT,
            without => without..self.after(without),
        };
        let all = self.tree.landmarks.iter().copied();
        all.filter(move |(_, id)| (self.first..self.end).contains(id) && !left_out.contains(id))
    }

    /// All elements of the document, in document order.
    pub(crate) fn all_elements(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.all_nodes().filter(|id| self.node(*id).kind == Kind::Element)
    }

    pub(crate) fn attributes(&self, id: NodeId) -> &[Attribute] {
        let Span { start, end } = self.node(id).attributes;
        self.tree.attributes.get(start as usize..end as usize).unwrap_or_default()
    }

    pub(crate) fn declarations(&self, id: NodeId) -> &[NamespaceDeclaration] {
        let Span { start, end } = self.node(id).declarations;
        self.tree.declarations.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The declarations of an element, each with its bit.
    pub(crate) fn declarations_with_bits(&self, id: NodeId) -> impl Iterator<Item = (NamespaceDeclaration, u64)> + '_ {
        let first = self.node(id).declarations.start as usize;
        let bits = (first..).map(|place| declaration_bit(place).unwrap_or_default());
        self.declarations(id).iter().copied().zip(bits)
    }

    /// The octets of the whole node, if they are canonical where the declarations of these bits are written around it.
    pub(crate) fn verbatim(&self, id: NodeId, written: u64) -> Option<Span> {
        let node = self.node(id);
        (node.verbatim && node.uses & !written == 0).then_some(node.span)
    }

    pub(crate) fn uri(&self, number: u32) -> &str {
        self.tree.uris.get(number as usize).map_or("", |uri| uri.as_ref())
    }

    /// The namespace URI of an element.
    pub(crate) fn element_uri(&self, id: NodeId) -> &str {
        self.uri(self.node(id).uri)
    }

    /// The value of an unprefixed attribute, references resolved.
    pub(crate) fn attribute(&self, id: NodeId, local: &str) -> Option<Cow<'_, str>> {
        let found =
            self.attributes(id).iter().find(|a| a.namespace == Namespace::None && self.reads(a.local, local))?;
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

    /// The text of an element that holds one piece of plain text and nothing else.
    pub(crate) fn only_text(&self, id: NodeId) -> Option<&str> {
        let (element, inside) = (self.node(id), id.following());
        let child = self.tree.nodes.get(inside.index()).filter(|_| inside < element.next)?;
        let is_it = child.kind == Kind::Text { plain: true } && child.next == element.next;
        is_it.then(|| self.text_at(child.span))
    }

    /// The declarations in scope at an element, nearest first, each prefix once, with their bits; an empty URI undeclares.
    pub(crate) fn in_scope(&self, id: NodeId) -> Vec<(NamespaceDeclaration, u64)> {
        let mut found: Vec<(NamespaceDeclaration, u64)> = Vec::with_capacity(8);
        let mut at = id;
        while at != NodeId::DOCUMENT {
            for (declaration, bit) in self.declarations_with_bits(at) {
                let prefix = self.text_at(declaration.prefix);
                if !found.iter().any(|(known, _)| self.text_at(known.prefix) == prefix) {
                    found.push((declaration, bit));
                }
            }
            at = self.parent(at);
        }
        found
    }
}
