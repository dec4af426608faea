//! A start tag: its name, its namespace declarations, its attributes (XML 3.1, XML Namespaces 1.0).
//!
//! Refuses undeclared prefixes, the same attribute twice (also under two prefixes), prefixes bound to nothing, and
//! relative namespace URIs, which canonicalization cannot treat (exc-c14n 1, "void canonicalization").

use super::{
    Attribute, Declaring, Kind, NO_URI, NamespaceDeclaration, Node, Open, Reader, Rejection, Span, XML_URI, blank_node,
    limit, malformed, names, references, resolve_attribute,
};
use crate::names::Namespace;
use crate::parsed::chars::{ascii_name_length, ncname_length};
use crate::parsed::landmark::Landmark;
use std::borrow::Cow;
use std::cmp::Ordering;

/// An attribute as spelled, before its prefix is resolved.
struct Spelled {
    prefix: Span,
    local: Span,
    value: Span,
    plain: bool,
}

/// How a tag ended.
#[derive(PartialEq, Eq)]
enum End {
    Open,
    Empty,
}

/// What the list of attributes of a start tag turned out to be.
struct List {
    end: End,
    /// It is spelled canonically, but for the order.
    plain: bool,
    has_prefixes: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn start_tag(&mut self) -> Result<(), Rejection> {
        if self.open.len() >= self.limits.depth {
            return Err(limit("levels of elements", self.limits.depth));
        }
        if let Some(node) = self.same_as_before() {
            return self.again(node);
        }
        let start = self.at;
        self.at += 1;
        let (prefix, local) = self.name()?;
        let (first_attribute, first_declaration, first_id, scope) =
            (self.attributes.len(), self.declarations.len(), self.ids.len(), self.scope.len());
        let list = self.attribute_list()?;
        let start_tag_end = self.at;

        let declares = first_declaration < self.declarations.len();
        let declares_in_order = !declares || self.declarations_are_unique(first_declaration)?;
        let meaning = self.scope.resolve(self.source, prefix).ok_or_else(|| self.undeclared(prefix))?;
        let attribute_uses = if list.has_prefixes { self.resolve_attributes(first_attribute)? } else { Some(0) };
        let is_sorted = self.attributes_are_unique(first_attribute)?;

        let id = self.next_id();
        let namespace = self.scope.kind(meaning.uri);
        let plain_tag = list.plain && is_sorted && declares_in_order && list.end == End::Open;
        let mut open = Open { id, scope, verbatim: false, uses: 0, has_text: false };
        if let (Some(bit), Some(bits)) = (meaning.bit, attribute_uses) {
            open.verbatim = plain_tag && !declares;
            open.uses = bit | bits;
        }
        self.note_landmark(namespace, local);
        self.push(Node {
            prefix,
            local,
            namespace,
            uri: meaning.uri,
            attributes: Span::new(first_attribute, self.attributes.len()),
            declarations: Span::new(first_declaration, self.declarations.len()),
            start_tag_end: Span::new(start, start_tag_end).end,
            plain_tag,
            ..blank_node(Kind::Element, self.parent(), Span::new(start, self.at))
        })?;
        match list.end {
            End::Open => self.open.push(open),
            End::Empty => self.close(&open, self.at),
        }
        if declares && list.end == End::Open && first_id == self.ids.len() {
            self.declaring = Some(Declaring { id, scope });
        }
        Ok(())
    }

    /// The node of the last start tag with declarations, if that tag stands here again in the same scope.
    fn same_as_before(&self) -> Option<Node> {
        let Declaring { id, .. } = self.declaring.as_ref().filter(|known| known.scope == self.scope.len())?;
        let node = self.nodes.get(id.0 as usize)?;
        let tag = self.bytes.get(node.span.start as usize..node.start_tag_end as usize)?;
        let here = self.bytes.get(self.at..self.at + tag.len())?;
        // Other tags seldom end at the same place.
        (here.last() == tag.last() && here == tag).then(|| node.clone())
    }

    /// Takes a start tag that is spelled like another one and means the same. The lists of what they hold are shared.
    fn again(&mut self, mut node: Node) -> Result<(), Rejection> {
        let (start, scope) = (self.at, self.scope.len());
        self.at += (node.start_tag_end - node.span.start) as usize;
        node.parent = self.parent();
        node.start_tag_end = Span::new(start, self.at).end;
        node.span = Span::new(start, self.at);
        for place in node.declarations.start as usize..node.declarations.end as usize {
            if let Some(NamespaceDeclaration { prefix, uri }) = self.declarations.get(place).copied() {
                self.scope.bind(prefix, uri, place);
            }
        }
        self.open.push(Open { id: self.next_id(), scope, verbatim: false, uses: 0, has_text: false });
        self.note_landmark(node.namespace, node.local);
        self.push(node)
    }

    /// Writes down where the element stands whose node is pushed next, if it is a landmark.
    fn note_landmark(&mut self, namespace: Namespace, local: Span) {
        let local = self.bytes.get(local.start as usize..local.end as usize).unwrap_or_default();
        if let Some(landmark) = Landmark::of(namespace, local) {
            self.landmarks.push((landmark, self.next_id()));
        }
    }

    /// The attributes up to `>` or `/>`.
    fn attribute_list(&mut self) -> Result<List, Rejection> {
        let (mut plain, mut has_prefixes) = (true, false);
        let first = self.attributes.len();
        loop {
            let before = self.at;
            let blanks = self.skip_space();
            match self.peek(0) {
                Some(b'>') => {
                    self.at += 1;
                    return Ok(List { end: End::Open, plain: plain && blanks == 0, has_prefixes });
                }
                Some(b'/') if self.peek(1) == Some(b'>') => {
                    self.at += 2;
                    return Ok(List { end: End::Empty, plain: false, has_prefixes });
                }
                _ if blanks == 0 => return Err(malformed("a blank, `>` or `/>`", self.around())),
                _ => plain &= blanks == 1 && self.bytes.get(before) == Some(&b' '),
            }
            let attribute = self.attribute(&mut plain)?;
            plain &= attribute.plain;
            has_prefixes |= attribute.prefix.start != attribute.prefix.end;
            let declared = self.declarations.len();
            self.sort_in(attribute)?;
            // Canonical XML writes the declarations first.
            plain &= declared == self.declarations.len() || first == self.attributes.len();
            if self.attributes.len() - first > self.limits.attributes {
                return Err(limit("attributes on one element", self.limits.attributes));
            }
        }
    }

    #[inline]
    fn attribute(&mut self, plain: &mut bool) -> Result<Spelled, Rejection> {
        let (prefix, local) = self.name()?;
        let quote = if self.peek(0) == Some(b'=') && self.peek(1) == Some(b'"') {
            self.at += 2;
            b'"'
        } else {
            *plain = false;
            self.unusual_quote()?
        };
        let (value, value_plain) = self.value(quote)?;
        Ok(Spelled { prefix, local, value, plain: value_plain })
    }

    /// Blanks around the `=`, or single quotes.
    fn unusual_quote(&mut self) -> Result<u8, Rejection> {
        self.skip_space();
        if self.peek(0) != Some(b'=') {
            return Err(malformed("`=` behind an attribute's name", self.around()));
        }
        self.at += 1;
        self.skip_space();
        let Some(quote @ (b'"' | b'\'')) = self.peek(0) else {
            return Err(malformed("a quoted attribute value", self.around()));
        };
        self.at += 1;
        Ok(quote)
    }

    /// A value up to its closing quote, and whether its canonical spelling is the same.
    #[inline]
    fn value(&mut self, quote: u8) -> Result<(Span, bool), Rejection> {
        let start = self.at;
        let mut plain = true;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(length) = memchr::memchr3(quote, b'<', b'&', rest) else {
                return Err(malformed("the end of an attribute value", "the end of the document"));
            };
            self.at += length;
            match self.peek(0) {
                Some(b'<') => return Err(malformed("no `<` in an attribute value", self.around())),
                Some(b'&') => {
                    self.at += references::length(self.source, self.at)?;
                    plain = false;
                }
                _ => break,
            }
        }
        let value = Span::new(start, self.at);
        self.at += 1;
        // Other controls were refused before; compared without a branch, as in `has_controls`.
        let becomes_blank = || self.text_of(value).bytes().fold(false, |found, octet| found | (octet < b' '));
        // In single quotes there may be double ones; then the tag is not plain anyway, and now the value is neither.
        plain &= quote == b'"' && !(self.has_layout && becomes_blank());
        Ok((value, plain))
    }

    /// Puts an attribute where it belongs: among the namespace declarations or among the attributes proper.
    fn sort_in(&mut self, spelled: Spelled) -> Result<(), Rejection> {
        let (prefix, local) = (self.text_of(spelled.prefix), self.text_of(spelled.local));
        match (prefix, local) {
            ("", "xmlns") => self.declare(Span::default(), &spelled),
            ("xmlns", _) => self.declare(spelled.local, &spelled),
            _ => {
                if matches!(local, "ID" | "Id" | "id" | "AssertionID") {
                    self.ids.push(spelled.value);
                }
                let Spelled { prefix, local, value, plain } = spelled;
                self.attributes.push(Attribute { prefix, local, value, plain, namespace: Namespace::None, uri: 0 });
                Ok(())
            }
        }
    }

    fn declare(&mut self, prefix: Span, spelled: &Spelled) -> Result<(), Rejection> {
        let value = self.text_of(spelled.value);
        let uri = if spelled.plain { Cow::Borrowed(value) } else { resolve_attribute(value) };
        let name = self.text_of(prefix);
        let number = match self.scope.known(&uri) {
            // Judged when it came up first; `xml` alone is bound by the standard itself.
            Some(number) if number != NO_URI && number != XML_URI && name != "xml" && name != "xmlns" => number,
            _ => self.judge(name, &uri)?,
        };
        if self.scope.uri_count() > self.limits.namespaces || self.scope.len() >= self.limits.namespaces {
            return Err(limit("namespaces", self.limits.namespaces));
        }
        self.scope.bind(prefix, number, self.declarations.len());
        self.declarations.push(NamespaceDeclaration { prefix, uri: number });
        Ok(())
    }

    /// Refuses a prefix that is declared twice. Whether the declarations stand in canonical order.
    fn declarations_are_unique(&self, first: usize) -> Result<bool, Rejection> {
        let declared = self.declarations.get(first..).unwrap_or_default();
        let prefix = |declaration: &NamespaceDeclaration| self.text_of(declaration.prefix);
        if declared.is_sorted_by(|one, other| prefix(one) < prefix(other)) {
            return Ok(true);
        }
        for (i, declaration) in declared.iter().enumerate() {
            let prefix = prefix(declaration);
            if declared.iter().take(i).any(|other| self.text_of(other.prefix) == prefix) {
                return Err(malformed("each prefix declared once", format!("xmlns:{prefix} twice in one element")));
            }
        }
        Ok(false)
    }

    /// The number of a URI that may be bound to this prefix (XML Namespaces 1.0, 3).
    fn judge(&mut self, name: &str, uri: &str) -> Result<u32, Rejection> {
        let reserved = name == "xmlns" || uri == names::XMLNS || (name == "xml") != (uri == names::XML);
        let empty = uri.is_empty() && !name.is_empty();
        // The namespaces we know are absolute.
        let is_absolute = || Namespace::of(uri) != Namespace::Foreign || is_absolute_uri(uri);
        if !fault!(NamespacesUnchecked) && (reserved || empty || !(uri.is_empty() || is_absolute())) {
            let found = format!("xmlns:{name}=\"{uri}\"");
            return Err(malformed("a namespace declaration with an absolute URI", found));
        }
        if uri.len() > self.limits.uri_bytes {
            return Err(limit("octets in a namespace URI", self.limits.uri_bytes));
        }
        Ok(self.scope.number(uri))
    }

    /// Resolves the prefixes of the attributes from `first` on. The declarations that they use, as bits.
    fn resolve_attributes(&mut self, first: usize) -> Result<Option<u64>, Rejection> {
        let mut uses = Some(0);
        for i in first..self.attributes.len() {
            let Some(Attribute { prefix, .. }) = self.attributes.get(i).copied() else { break };
            // Unlike an element, an attribute without a prefix is in no namespace.
            if prefix.start == prefix.end {
                continue;
            }
            let resolved = self.scope.resolve(self.source, prefix);
            if fault!(NamespacesUnchecked) && resolved.is_none() {
                continue;
            }
            let meaning = resolved.ok_or_else(|| self.undeclared(prefix))?;
            uses = uses.zip(meaning.bit).map(|(uses, bit)| uses | bit);
            let namespace = self.scope.kind(meaning.uri);
            if let Some(attribute) = self.attributes.get_mut(i) {
                (attribute.uri, attribute.namespace) = (meaning.uri, namespace);
            }
        }
        Ok(uses)
    }

    /// Refuses two attributes of one expanded name. Whether they stand in canonical order: by namespace URI, then name.
    fn attributes_are_unique(&self, first: usize) -> Result<bool, Rejection> {
        let attributes = self.attributes.get(first..).unwrap_or_default();
        let order = |one: &Attribute, other: &Attribute| match one.uri == other.uri {
            true => self.text_of(one.local).cmp(self.text_of(other.local)),
            false => self.scope.uri(one.uri).cmp(self.scope.uri(other.uri)),
        };
        // In order without equals means unique; most are.
        if attributes.is_sorted_by(|one, other| order(one, other) == Ordering::Less) {
            return Ok(true);
        }
        for (i, attribute) in attributes.iter().enumerate() {
            if !fault!(AttributesRepeated)
                && attributes.iter().take(i).any(|other| order(attribute, other) == Ordering::Equal)
            {
                let name = self.text_of(attribute.local);
                return Err(malformed("each attribute once", format!("{name} twice in one element")));
            }
        }
        Ok(false)
    }

    /// A qualified name: its prefix (maybe empty) and its local part.
    #[inline(always)]
    fn name(&mut self) -> Result<(Span, Span), Rejection> {
        let start = self.at;
        while fault!(NamespacesUnchecked) && self.peek(0) == Some(b':') {
            self.at += 1;
        }
        let first = self.ncname()?;
        let (prefix, local) = if self.peek(0) == Some(b':') {
            self.at += 1;
            (first, self.ncname()?)
        } else {
            (Span::default(), first)
        };
        if self.at - start > self.limits.name_bytes {
            return Err(limit("octets in a name", self.limits.name_bytes));
        }
        Ok((prefix, local))
    }

    #[inline(always)]
    fn ncname(&mut self) -> Result<Span, Rejection> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = match ascii_name_length(rest) {
            Some(length) => length,
            None => ncname_length(self.source.get(self.at..).unwrap_or_default()),
        };
        if length == 0 {
            return Err(malformed("a name", self.around()));
        }
        let span = Span::new(self.at, self.at + length);
        self.at += length;
        Ok(span)
    }

    fn text_of(&self, span: Span) -> &'a str {
        self.source.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn undeclared(&self, prefix: Span) -> Rejection {
        malformed("a declared prefix", format!("{}:", self.text_of(prefix)))
    }
}

/// Whether this is an absolute URI as RFC 3986 spells one. Whoever parses the names of namespaces, as libxml2 does, canonicalizes
/// nothing under another.
fn is_absolute_uri(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let (before, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && rest.bytes().all(|b| {
            b.is_ascii_graphic()
                && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'[' | b']')
        })
        && !fragment.contains('#')
        && rest.split('%').skip(1).all(|escaped| matches!(escaped.as_bytes(), [one, other, ..] if one.is_ascii_hexdigit() && other.is_ascii_hexdigit()))
        && before.strip_prefix("//").is_none_or(is_authority)
}

/// Whether what follows two slashes starts with a host, a user before it or a port behind it (RFC 3986 3.2).
fn is_authority(rest: &str) -> bool {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (_, port) = place.split_once(':').unwrap_or((place, "0"));
    !user.contains('@') && (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit())
}
