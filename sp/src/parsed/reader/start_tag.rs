//! A start tag: its name, its namespace declarations, its attributes (XML 3.1, XML Namespaces 1.0).
//!
//! Refuses undeclared prefixes, the same attribute twice (also under two prefixes), prefixes bound to nothing, and
//! relative namespace URIs, which canonicalization cannot treat (exc-c14n 1, "void canonicalization").

use super::{
    Attribute, Kind, NO_URI, NamespaceDeclaration, OctetSet, Open, Reader, Rejection, Span, XML_URI, blank_node,
    is_space, limit, malformed, names, ncname_length, references, resolve_attribute,
};
use crate::names::Namespace;

/// Octets that end an attribute value or keep it from being canonical as it stands.
static SPECIAL: OctetSet = OctetSet::of(b"\"'<&\t\n\r");

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

impl<'a> Reader<'a> {
    pub(super) fn start_tag(&mut self) -> Result<(), Rejection> {
        if self.open.len() >= self.limits.depth {
            return Err(limit("levels of elements", self.limits.depth));
        }
        let start = self.at;
        self.at += 1;
        let (prefix, local) = self.name()?;
        let (first_attribute, first_declaration, scope) =
            (self.attributes.len(), self.declarations.len(), self.scope.len());
        let (end, plain) = self.attribute_list()?;
        let start_tag_end = self.at;

        self.declarations_are_unique(first_declaration)?;
        let uri = self.scope.resolve(self.source, prefix).ok_or_else(|| self.undeclared(prefix))?;
        self.resolve_attributes(first_attribute)?;

        let id = self.next_id();
        let mut node = blank_node(Kind::Element, self.parent(), Span::new(start, self.at));
        (node.prefix, node.local) = (prefix, local);
        (node.uri, node.namespace) = (uri, self.scope.kind(uri));
        node.attributes = Span::new(first_attribute, self.attributes.len());
        node.declarations = Span::new(first_declaration, self.declarations.len());
        node.start_tag_end = Span::new(start, start_tag_end).end;
        node.plain_tag = plain && end == End::Open;
        self.push(node)?;
        match end {
            End::Open => self.open.push(Open { id, scope }),
            End::Empty => {
                self.scope.leave(scope);
                self.close(id, self.at);
            }
        }
        Ok(())
    }

    /// The attributes up to `>` or `/>`; whether they are spelled canonically.
    fn attribute_list(&mut self) -> Result<(End, bool), Rejection> {
        let mut plain = true;
        let first = self.attributes.len();
        loop {
            let before = self.at;
            let blanks = self.skip_space();
            match self.peek(0) {
                Some(b'>') => {
                    self.at += 1;
                    return Ok((End::Open, plain && blanks == 0));
                }
                Some(b'/') if self.peek(1) == Some(b'>') => {
                    self.at += 2;
                    return Ok((End::Empty, false));
                }
                _ if blanks == 0 => return Err(malformed("a blank, `>` or `/>`", self.around())),
                _ => plain &= blanks == 1 && self.bytes.get(before) == Some(&b' '),
            }
            let attribute = self.attribute(&mut plain)?;
            plain &= attribute.plain;
            self.sort_in(attribute)?;
            if self.attributes.len() - first > self.limits.attributes {
                return Err(limit("attributes on one element", self.limits.attributes));
            }
        }
    }

    fn attribute(&mut self, plain: &mut bool) -> Result<Spelled, Rejection> {
        let (prefix, local) = self.name()?;
        let blanks = self.skip_space();
        if self.peek(0) != Some(b'=') {
            return Err(malformed("`=` behind an attribute's name", self.around()));
        }
        self.at += 1;
        let blanks = blanks + self.skip_space();
        let Some(quote @ (b'"' | b'\'')) = self.peek(0) else {
            return Err(malformed("a quoted attribute value", self.around()));
        };
        self.at += 1;
        *plain &= blanks == 0 && quote == b'"';
        let (value, value_plain) = self.value(quote)?;
        Ok(Spelled { prefix, local, value, plain: value_plain })
    }

    /// A value up to its closing quote, and whether its canonical spelling is the same.
    fn value(&mut self, quote: u8) -> Result<(Span, bool), Rejection> {
        let start = self.at;
        let mut plain = true;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(length) = rest.iter().position(|byte| SPECIAL.has(*byte)) else {
                return Err(malformed("the end of an attribute value", "the end of the document"));
            };
            self.at += length;
            match self.peek(0) {
                Some(byte) if byte == quote => {
                    let value = Span::new(start, self.at);
                    self.at += 1;
                    return Ok((value, plain));
                }
                Some(b'<') => return Err(malformed("no `<` in an attribute value", self.around())),
                Some(b'&') => {
                    self.at += references::length(self.source, self.at)?;
                    plain = false;
                }
                Some(b'\'') => self.at += 1,
                _ => {
                    self.at += 1;
                    plain = false;
                }
            }
        }
    }

    /// Puts an attribute where it belongs: among the namespace declarations or among the attributes proper.
    fn sort_in(&mut self, spelled: Spelled) -> Result<(), Rejection> {
        let (prefix, local) = (self.text_of(spelled.prefix), self.text_of(spelled.local));
        match (prefix, local) {
            ("", "xmlns") => self.declare(Span::default(), spelled.value),
            ("xmlns", _) => self.declare(spelled.local, spelled.value),
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

    fn declare(&mut self, prefix: Span, value: Span) -> Result<(), Rejection> {
        let uri = resolve_attribute(self.text_of(value));
        let name = self.text_of(prefix);
        let number = match self.scope.known(&uri) {
            // Judged when it came up first; `xml` alone is bound by the standard itself.
            Some(number) if number != NO_URI && number != XML_URI && name != "xml" && name != "xmlns" => number,
            _ => self.judge(name, &uri)?,
        };
        if self.scope.uri_count() > self.limits.namespaces || self.scope.len() >= self.limits.namespaces {
            return Err(limit("namespaces", self.limits.namespaces));
        }
        let declaration = NamespaceDeclaration { prefix, uri: number };
        self.declarations.push(declaration);
        self.scope.bind(declaration);
        Ok(())
    }

    fn declarations_are_unique(&self, first: usize) -> Result<(), Rejection> {
        let declared = self.declarations.get(first..).unwrap_or_default();
        for (i, declaration) in declared.iter().enumerate() {
            let prefix = self.text_of(declaration.prefix);
            if declared.iter().take(i).any(|other| self.text_of(other.prefix) == prefix) {
                return Err(malformed("each prefix declared once", format!("xmlns:{prefix} twice in one element")));
            }
        }
        Ok(())
    }

    /// The number of a URI that may be bound to this prefix (XML Namespaces 1.0, 3).
    fn judge(&mut self, name: &str, uri: &str) -> Result<u32, Rejection> {
        let reserved = name == "xmlns" || uri == names::XMLNS || (name == "xml") != (uri == names::XML);
        let empty = uri.is_empty() && !name.is_empty();
        if reserved || empty || !(uri.is_empty() || has_scheme(uri)) {
            let found = format!("xmlns:{name}=\"{uri}\"");
            return Err(malformed("a namespace declaration with an absolute URI", found));
        }
        if uri.len() > self.limits.uri_bytes {
            return Err(limit("octets in a namespace URI", self.limits.uri_bytes));
        }
        Ok(self.scope.number(uri))
    }

    /// Resolves the prefixes of the attributes from `first` on, and refuses two of one expanded name.
    fn resolve_attributes(&mut self, first: usize) -> Result<(), Rejection> {
        for i in first..self.attributes.len() {
            let Some(Attribute { prefix, local, .. }) = self.attributes.get(i).copied() else { break };
            // Unlike an element, an attribute without a prefix is in no namespace.
            let uri = if prefix.start == prefix.end {
                0
            } else {
                self.scope.resolve(self.source, prefix).ok_or_else(|| self.undeclared(prefix))?
            };
            let name = self.text_of(local);
            let earlier = self.attributes.get(first..i).unwrap_or_default();
            if earlier.iter().any(|other| other.uri == uri && self.text_of(other.local) == name) {
                return Err(malformed("each attribute once", format!("{name} twice in one element")));
            }
            let namespace = self.scope.kind(uri);
            if let Some(attribute) = self.attributes.get_mut(i) {
                (attribute.uri, attribute.namespace) = (uri, namespace);
            }
        }
        Ok(())
    }

    /// A qualified name: its prefix (maybe empty) and its local part.
    fn name(&mut self) -> Result<(Span, Span), Rejection> {
        let start = self.at;
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

    fn ncname(&mut self) -> Result<Span, Rejection> {
        let length = ncname_length(self.source.get(self.at..).unwrap_or_default());
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

/// Whether a URI starts with a scheme (RFC 3986 3.1), that is, is absolute.
fn has_scheme(uri: &str) -> bool {
    let Some((scheme, _)) = uri.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && !uri.bytes().any(is_space)
}
