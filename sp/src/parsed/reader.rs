//! The strict reader: octets in, a [`Document`] out, in one pass without recursion.
//!
//! Takes a subset of XML 1.0 with namespaces: UTF-8, no DOCTYPE, no processing instruction, no relative namespace URI.
//! What it takes, every conforming reader takes, and sees the same tree.

use super::chars::{find_forbidden, has_controls, is_same, is_space};
use super::document::{Attribute, Document, Kind, NamespaceDeclaration, Node, NodeId, Span, Tree};
use super::landmark::Landmark;
use super::scope::{NO_URI, Scope, XML_URI};
use crate::limits::Limits;
use crate::names::{self, Namespace};
use crate::reject::{Reason, Rejection};
use std::borrow::Cow;

mod declaration;
mod references;
mod start_tag;

pub(super) use references::{normalize_line_ends, resolve_attribute, resolve_text};

/// Reads one document.
pub(crate) fn read(octets: Vec<u8>, limits: &Limits) -> Result<Document, Rejection> {
    fault!(let octets = crate::fault::text::lax_xml(octets));
    let source = text(octets, limits)?;
    let read = Reader::new(&source, limits).document()?;
    Ok(read.over(source))
}

/// Reads one element that may use prefixes bound outside of it, as decrypted content does.
///
/// The document that comes out has a root of its own that only carries the bindings; the element is its only child but
/// for blanks.
pub(crate) fn read_in_context(
    octets: Vec<u8>,
    context: &[(String, String)],
    limits: &Limits,
) -> Result<Document, Rejection> {
    fault!(let octets = crate::fault::text::lax_xml(octets));
    let inner = text(octets, limits)?;
    let inner = inner.get(declaration::length(&inner)?..).unwrap_or_default();
    let mut source = String::from("<context");
    for (prefix, uri) in context {
        let colon = if prefix.is_empty() { "" } else { ":" };
        let uri = uri.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        source.push_str(&format!(" xmlns{colon}{prefix}=\"{uri}\""));
    }
    // If the content closed this element itself, what follows would be a second root or a stray end tag: both refused.
    source.push('>');
    source.push_str(inner);
    source.push_str("</context>");
    let read = Reader::new(&source, limits).document()?;
    let document = read.over(source);
    nothing_beside_elements(&document)?;
    Ok(document)
}

/// Refuses text and comments beside the element. Nobody signs them where only the element is signed, so whoever adds
/// blocks to a ciphertext in CBC mode could have them decrypted there, and learn by our answer whether they are text.
fn nothing_beside_elements(document: &Document) -> Result<(), Rejection> {
    let is_more = |child: &NodeId| match document.kind(*child) {
        Kind::Element => false,
        Kind::Text { .. } => !document.characters(*child).trim_ascii().is_empty(),
        Kind::Cdata | Kind::Comment => true,
    };
    match document.children(document.root()).find(is_more) {
        None => Ok(()),
        Some(_) => Err(malformed("one element", "text or a comment beside it")),
    }
}

/// UTF-8 within the size limit, without a byte order mark.
fn text(octets: Vec<u8>, limits: &Limits) -> Result<String, Rejection> {
    if octets.is_empty() {
        return Err(Rejection::new(Reason::MessageEmpty, "an XML document", "nothing"));
    }
    if !fault!(SizeUnlimited) && octets.len() > limits.message_bytes {
        let expected = format!("at most {} octets", limits.message_bytes);
        return Err(Rejection::new(Reason::MessageTooLarge, expected, octets.len().to_string()));
    }
    let mut source = String::from_utf8(octets).map_err(|error| {
        let found = format!("another octet at {}", error.utf8_error().valid_up_to());
        Rejection::new(Reason::NotUtf8, "UTF-8", found)
    })?;
    if source.starts_with('\u{feff}') {
        source.drain(..'\u{feff}'.len_utf8());
    }
    Ok(source)
}

fn malformed(expected: &str, found: impl AsRef<str>) -> Rejection {
    Rejection::new(Reason::XmlMalformed, expected, found)
}

/// The nodes of a document whose octets are still with the caller.
struct Nodes {
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    declarations: Vec<NamespaceDeclaration>,
    uris: Vec<Cow<'static, str>>,
    landmarks: Vec<(Landmark, NodeId)>,
    has_comments: bool,
    root: NodeId,
}

impl Nodes {
    fn over(self, source: String) -> Document {
        let Self { nodes, attributes, declarations, uris, landmarks, has_comments, root } = self;
        Document::new(Tree { source, nodes, attributes, declarations, uris, landmarks, has_comments }, root)
    }
}

/// An element whose end tag has not come yet.
struct Open {
    id: NodeId,
    /// How many bindings were in scope outside of it.
    scope: usize,
    /// What is known by now of its being canonical as it stands.
    verbatim: bool,
    uses: u64,
    has_text: bool,
}

/// The last start tag with declarations, and how many bindings were in scope outside of it. Where it stands once more
/// behind as many, it means the same: some IdPs declare the same on every AttributeValue.
struct Declaring {
    id: NodeId,
    scope: usize,
}

struct Reader<'a> {
    source: &'a str,
    bytes: &'a [u8],
    limits: &'a Limits,
    at: usize,
    nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    declarations: Vec<NamespaceDeclaration>,
    scope: Scope,
    open: Vec<Open>,
    declaring: Option<Declaring>,
    /// The values of all attributes that some reader takes for an ID.
    ids: Vec<Span>,
    landmarks: Vec<(Landmark, NodeId)>,
    /// There are line ends or tabs somewhere, and carriage returns among them.
    has_layout: bool,
    has_carriage_return: bool,
    has_comments: bool,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str, limits: &'a Limits) -> Self {
        let bytes = source.as_bytes();
        let has_layout = has_controls(source);
        Self {
            source,
            bytes,
            limits,
            at: 0,
            nodes: Vec::with_capacity(bytes.len() / 48 + 8),
            attributes: Vec::with_capacity(bytes.len() / 64 + 8),
            declarations: Vec::with_capacity(8),
            scope: Scope::new(),
            open: Vec::with_capacity(16),
            declaring: None,
            ids: Vec::with_capacity(4),
            landmarks: Vec::with_capacity(4),
            has_layout,
            has_carriage_return: has_layout && memchr::memchr(b'\r', bytes).is_some(),
            has_comments: false,
        }
    }

    fn document(mut self) -> Result<Nodes, Rejection> {
        if let Some(at) = find_forbidden(self.source, self.has_layout) {
            return Err(malformed("characters that XML 1.0 allows", format!("another one at octet {at}")));
        }
        self.at = declaration::length(self.source)?;
        self.push_document_node();
        self.between_roots()?;
        if self.peek(0) != Some(b'<') {
            return Err(malformed("an element", self.around()));
        }
        let root = self.next_id();
        self.root()?;
        self.between_roots()?;
        if self.at != self.bytes.len() {
            return Err(malformed("nothing behind the root element", self.around()));
        }
        self.close_document_node();
        self.ids_are_unique()?;
        let Self { nodes, attributes, declarations, scope, landmarks, has_comments, .. } = self;
        Ok(Nodes { nodes, attributes, declarations, uris: scope.into_uris(), landmarks, has_comments, root })
    }

    /// Comments and white space, as they may stand before and behind the root.
    fn between_roots(&mut self) -> Result<(), Rejection> {
        loop {
            while self.peek(0).is_some_and(is_space) {
                self.at += 1;
            }
            if self.peek(0) != Some(b'<') || !matches!(self.peek(1), Some(b'!' | b'?')) {
                return Ok(());
            }
            self.markup()?;
        }
    }

    /// The root element with all it holds.
    fn root(&mut self) -> Result<(), Rejection> {
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b'<'), Some(b'/')) => self.end_tag()?,
                (Some(b'<'), Some(b'!' | b'?')) => self.markup()?,
                (Some(b'<'), _) => self.start_tag()?,
                (Some(_), _) => self.text()?,
                (None, _) => return Err(malformed("an end tag", "the end of the document")),
            }
            if self.open.is_empty() {
                return Ok(());
            }
        }
    }

    /// A comment or CDATA section; what else starts with `<!` or `<?` is refused.
    fn markup(&mut self) -> Result<(), Rejection> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(b"<!--") {
            return self.comment();
        }
        if rest.starts_with(b"<![CDATA[") && !self.open.is_empty() {
            return self.cdata();
        }
        if rest.starts_with(b"<!DOCTYPE") {
            return Err(Rejection::new(Reason::DoctypeForbidden, "no DOCTYPE", self.around()));
        }
        if rest.starts_with(b"<?") {
            return Err(Rejection::new(
                Reason::ProcessingInstructionForbidden,
                "no processing instruction",
                self.around(),
            ));
        }
        Err(malformed("a comment, CDATA or a tag", self.around()))
    }

    fn comment(&mut self) -> Result<(), Rejection> {
        let start = self.at;
        let body = start + "<!--".len();
        let length =
            self.find(body, b"--").ok_or_else(|| malformed("the end of a comment", "the end of the document"))?;
        self.at = body + length + "--".len();
        if self.peek(0) != Some(b'>') {
            return Err(malformed("no `--` inside a comment", self.around()));
        }
        self.at += 1;
        self.has_comments = true;
        self.push_leaf(Kind::Comment, start, self.at)
    }

    fn cdata(&mut self) -> Result<(), Rejection> {
        let body = self.at + "<![CDATA[".len();
        let length = self
            .find(body, b"]]>")
            .ok_or_else(|| malformed("the end of a CDATA section", "the end of the document"))?;
        self.at = body + length + "]]>".len();
        self.push_leaf(Kind::Cdata, body, body + length)
    }

    /// Character data up to the next tag. Plain if canonical XML spells it the same.
    fn text(&mut self) -> Result<(), Rejection> {
        let start = self.at;
        let mut plain = true;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(length) = memchr::memchr3(b'<', b'&', b'>', rest) else {
                return Err(malformed("an end tag", "the end of the document"));
            };
            self.at += length;
            match self.peek(0) {
                Some(b'&') => self.at += references::length(self.source, self.at)?,
                Some(b'>') if self.source.get(start..self.at).is_some_and(|text| text.ends_with("]]")) => {
                    return Err(malformed("no `]]>` in character data", self.around()));
                }
                Some(b'>') => self.at += 1,
                _ => break,
            }
            plain = false;
        }
        let content = self.bytes.get(start..self.at).unwrap_or_default();
        let plain = plain && !(self.has_carriage_return && memchr::memchr(b'\r', content).is_some());
        self.push_leaf(Kind::Text { plain }, start, self.at)
    }

    fn end_tag(&mut self) -> Result<(), Rejection> {
        let start = self.at;
        let Some(mut open) = self.open.pop() else {
            return Err(malformed("no end tag outside an element", self.around()));
        };
        self.at += "</".len();
        let name = self.element_name(open.id);
        let wrong = |at: &Self| malformed(&format!("</{}>", String::from_utf8_lossy(name)), at.around());
        if !self.bytes.get(self.at..self.at + name.len()).is_some_and(|here| is_same(here, name)) {
            return Err(wrong(self));
        }
        self.at += name.len();
        if self.peek(0) != Some(b'>') {
            open.verbatim = false;
            self.skip_space();
        }
        if self.peek(0) != Some(b'>') {
            return Err(wrong(self));
        }
        self.at += 1;
        self.close(&open, start);
        Ok(())
    }

    /// The element's name as spelled in its start tag.
    fn element_name(&self, id: NodeId) -> &'a [u8] {
        let Some(node) = self.nodes.get(id.0 as usize) else { return b"" };
        let start = if node.prefix.start == node.prefix.end { node.local.start } else { node.prefix.start };
        self.bytes.get(start as usize..node.local.end as usize).unwrap_or_default()
    }

    fn push_document_node(&mut self) {
        self.nodes.push(blank_node(Kind::Element, NodeId::DOCUMENT, Span::new(0, self.bytes.len())));
    }

    fn close_document_node(&mut self) {
        let next = self.next_id();
        if let Some(document) = self.nodes.first_mut() {
            document.next = next;
        }
    }

    fn push_leaf(&mut self, kind: Kind, start: usize, end: usize) -> Result<(), Rejection> {
        let (next, verbatim) = (self.next_id().following(), kind == Kind::Text { plain: true });
        self.fold_into_parent(verbatim, 0);
        if let Some(parent) = self.open.last_mut() {
            parent.has_text |= kind != Kind::Comment;
        }
        self.push(Node { next, verbatim, ..blank_node(kind, self.parent(), Span::new(start, end)) })
    }

    /// An element is canonical as it stands if all it holds is.
    fn fold_into_parent(&mut self, verbatim: bool, uses: u64) {
        if let Some(parent) = self.open.last_mut() {
            parent.verbatim &= verbatim;
            parent.uses |= uses;
        }
    }

    /// Inlined: a node that is handed on through memory in pieces stalls the processor.
    #[inline(always)]
    fn push(&mut self, node: Node) -> Result<(), Rejection> {
        if self.nodes.len() >= self.limits.nodes {
            return Err(limit("nodes", self.limits.nodes));
        }
        self.nodes.push(node);
        Ok(())
    }

    /// Sets where an element ends, now that its end is known.
    fn close(&mut self, open: &Open, end_tag_start: usize) {
        self.scope.leave(open.scope);
        // Other bindings may come in the place of those that are gone.
        self.declaring.take_if(|declaring| open.scope < declaring.scope);
        self.fold_into_parent(open.verbatim, open.uses);
        let (next, end) = (self.next_id(), Span::new(end_tag_start, self.at));
        if let Some(node) = self.nodes.get_mut(open.id.0 as usize) {
            node.next = next;
            node.span.end = end.end;
            node.end_tag_start = end.start;
            (node.verbatim, node.uses, node.has_text) = (open.verbatim, open.uses, open.has_text);
        }
    }

    fn next_id(&self) -> NodeId {
        NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX))
    }

    fn parent(&self) -> NodeId {
        self.open.last().map_or(NodeId::DOCUMENT, |open| open.id)
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn skip_space(&mut self) -> usize {
        let start = self.at;
        while self.peek(0).is_some_and(is_space) {
            self.at += 1;
        }
        self.at - start
    }

    /// How far behind `from` the needle starts.
    fn find(&self, from: usize, needle: &[u8]) -> Option<usize> {
        memchr::memmem::find(self.bytes.get(from..)?, needle)
    }

    /// What stands at the current place, for a message.
    fn around(&self) -> String {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let shown = String::from_utf8_lossy(rest.get(..24).unwrap_or(rest)).into_owned();
        format!("`{shown}` at octet {}", self.at)
    }

    /// Refuses a value that stands in two ID attributes, whatever they are called.
    fn ids_are_unique(&self) -> Result<(), Rejection> {
        fault!(IdsRepeated => Ok(()));
        let value = |span: &Span| {
            resolve_attribute(self.source.get(span.start as usize..span.end as usize).unwrap_or_default())
        };
        let mut values: Vec<_> = self.ids.iter().map(value).collect();
        values.sort_unstable();
        match values.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
            Some(pair) => {
                let found = format!("`{}` twice", pair.first().map_or("", |id| id.as_ref()));
                Err(Rejection::new(Reason::DuplicateId, "each ID once", found))
            }
            None => Ok(()),
        }
    }
}

#[inline(always)]
fn blank_node(kind: Kind, parent: NodeId, span: Span) -> Node {
    Node {
        kind,
        parent,
        next: NodeId::DOCUMENT,
        span,
        prefix: Span::default(),
        local: Span::default(),
        namespace: Namespace::None,
        uri: NO_URI,
        attributes: Span::default(),
        declarations: Span::default(),
        start_tag_end: span.start,
        end_tag_start: span.end,
        plain_tag: false,
        verbatim: false,
        uses: 0,
        has_text: false,
    }
}

fn limit(what: &str, most: usize) -> Rejection {
    Rejection::new(Reason::XmlLimitExceeded, format!("at most {most} {what}"), "more")
}

#[cfg(test)]
mod tests;
