//! Which prefix means which namespace at the place the reader has reached (XML Namespaces 1.0).

use super::document::{NamespaceDeclaration, Span};
use crate::names::{self, Namespace};

/// Number of the empty URI, which stands for "no namespace".
pub(super) const NO_URI: u32 = 0;
/// Number of the URI that `xml:` is bound to.
pub(super) const XML_URI: u32 = 1;

/// The bindings in force, innermost last, and each URI once.
#[derive(Debug)]
pub(super) struct Scope {
    bindings: Vec<NamespaceDeclaration>,
    uris: Vec<String>,
    kinds: Vec<Namespace>,
}

impl Scope {
    pub(super) fn new() -> Self {
        Self {
            bindings: Vec::with_capacity(16),
            uris: vec![String::new(), names::XML.to_owned()],
            kinds: vec![Namespace::None, Namespace::Xml],
        }
    }

    pub(super) fn len(&self) -> usize {
        self.bindings.len()
    }

    pub(super) fn leave(&mut self, len: usize) {
        self.bindings.truncate(len);
    }

    pub(super) fn bind(&mut self, declaration: NamespaceDeclaration) {
        self.bindings.push(declaration);
    }

    pub(super) fn kind(&self, uri: u32) -> Namespace {
        self.kinds.get(uri as usize).copied().unwrap_or(Namespace::Foreign)
    }

    pub(super) fn uri_count(&self) -> usize {
        self.uris.len()
    }

    pub(super) fn into_uris(self) -> Vec<String> {
        self.uris
    }

    /// The number of a URI, the same for the same octets.
    pub(super) fn number(&mut self, uri: &str) -> u32 {
        let known = self.uris.iter().position(|known| known == uri);
        let number = known.unwrap_or_else(|| {
            self.uris.push(uri.to_owned());
            self.kinds.push(Namespace::of(uri));
            self.uris.len() - 1
        });
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    /// What a prefix is bound to; an empty prefix without a default namespace is bound to no namespace.
    pub(super) fn resolve(&self, source: &str, prefix: Span) -> Option<u32> {
        let text = |span: Span| source.get(span.start as usize..span.end as usize).unwrap_or_default();
        let wanted = text(prefix);
        match self.bindings.iter().rev().find(|binding| text(binding.prefix) == wanted) {
            Some(binding) => Some(binding.uri),
            None if wanted.is_empty() => Some(NO_URI),
            None if wanted == "xml" => Some(XML_URI),
            None => None,
        }
    }
}
