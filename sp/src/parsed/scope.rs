//! Which prefix means which namespace at the place the reader has reached (XML Namespaces 1.0).

use super::chars::is_same;
use super::document::{Span, declaration_bit};
use crate::names::{self, Namespace};
use std::borrow::Cow;

/// Number of the empty URI, which stands for "no namespace".
pub(super) const NO_URI: u32 = 0;
/// Number of the URI that `xml:` is bound to.
pub(super) const XML_URI: u32 = 1;

/// What a prefix is bound to: the number of a URI, and the bit of the declaration that says so.
///
/// No bits for what needs no declaration; none at all where canonicalization must look closer: behind the 64th
/// declaration, and where the default namespace is taken back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meaning {
    pub(super) uri: u32,
    pub(super) bit: Option<u64>,
}

#[derive(Debug)]
struct Binding {
    prefix: Span,
    meaning: Meaning,
}

/// The bindings in force, innermost last, and each URI once.
#[derive(Debug)]
pub(super) struct Scope {
    bindings: Vec<Binding>,
    uris: Vec<Cow<'static, str>>,
    kinds: Vec<Namespace>,
}

impl Scope {
    pub(super) fn new() -> Self {
        let (mut uris, mut kinds) = (Vec::with_capacity(12), Vec::with_capacity(12));
        uris.extend([Cow::Borrowed(""), Cow::Borrowed(names::XML)]);
        kinds.extend([Namespace::None, Namespace::Xml]);
        Self { bindings: Vec::with_capacity(16), uris, kinds }
    }

    pub(super) fn len(&self) -> usize {
        self.bindings.len()
    }

    pub(super) fn leave(&mut self, len: usize) {
        self.bindings.truncate(len);
    }

    /// Binds a prefix by the declaration at this place among all of the document.
    pub(super) fn bind(&mut self, prefix: Span, uri: u32, place: usize) {
        let bit = declaration_bit(place).filter(|_| uri != NO_URI);
        self.bindings.push(Binding { prefix, meaning: Meaning { uri, bit } });
    }

    pub(super) fn kind(&self, uri: u32) -> Namespace {
        self.kinds.get(uri as usize).copied().unwrap_or(Namespace::Foreign)
    }

    pub(super) fn uri_count(&self) -> usize {
        self.uris.len()
    }

    pub(super) fn uri(&self, number: u32) -> &str {
        self.uris.get(number as usize).map_or("", |uri| uri.as_ref())
    }

    pub(super) fn into_uris(self) -> Vec<Cow<'static, str>> {
        self.uris
    }

    /// The number of a URI that came up before.
    pub(super) fn known(&self, uri: &str) -> Option<u32> {
        self.uris.iter().position(|known| known == uri).and_then(|number| u32::try_from(number).ok())
    }

    /// The number of a URI, the same for the same octets.
    pub(super) fn number(&mut self, uri: &str) -> u32 {
        self.known(uri).unwrap_or_else(|| {
            let kind = Namespace::of(uri);
            self.uris.push(kind.uri().map_or_else(|| Cow::Owned(uri.to_owned()), Cow::Borrowed));
            self.kinds.push(kind);
            u32::try_from(self.uris.len() - 1).unwrap_or(u32::MAX)
        })
    }

    /// What a prefix is bound to; an empty prefix without a default namespace is bound to no namespace.
    pub(super) fn resolve(&self, source: &str, prefix: Span) -> Option<Meaning> {
        let source = source.as_bytes();
        let text = |span: Span| source.get(span.start as usize..span.end as usize).unwrap_or_default();
        let wanted = text(prefix);
        let is_wanted = |binding: &&Binding| is_same(text(binding.prefix), wanted);
        let needs_none = |uri| Some(Meaning { uri, bit: Some(0) });
        match self.bindings.iter().rev().find(is_wanted) {
            Some(binding) => Some(binding.meaning),
            None if wanted.is_empty() => needs_none(NO_URI),
            None if wanted == b"xml" => needs_none(XML_URI),
            None => None,
        }
    }
}
