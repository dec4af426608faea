//! An XML tree the mock builds itself: names and values in, something to spell or to canonicalize out.
//!
//! Namespace declarations are ordinary attributes here, in the order they are written, because that order is part of a
//! vendor's wire shape. Nothing is checked: an attack may well build a tree that no standard allows.

/// An element with its qualified name as written, `saml:Assertion` for instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The qualified name, prefix included.
    pub name: String,
    /// Attributes and namespace declarations in written order.
    pub attributes: Vec<Attribute>,
    /// What stands between the tags.
    pub children: Vec<Node>,
}

/// One attribute or namespace declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The qualified name, `ID` or `xmlns:saml`.
    pub name: String,
    /// The value a reader gets.
    pub value: String,
}

/// What can stand inside an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A child element.
    Element(Element),
    /// Character data.
    Text(Text),
    /// A comment.
    Comment(String),
    /// A processing instruction: target and data.
    Instruction(String, String),
}

/// Character data: what a reader gets and, where it differs from plain escaping, how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The characters themselves.
    pub value: String,
    /// The octets on the wire, `<![CDATA[ann]]>` or `&#x61;nn` for instance.
    pub spelling: Option<String>,
}

impl Element {
    /// An element with nothing in it.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), attributes: Vec::new(), children: Vec::new() }
    }

    /// The same element with one more attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// The same element with one more child element.
    #[must_use]
    pub fn holding(mut self, child: Self) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    /// The same element with text in it.
    #[must_use]
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.children.push(Node::text(text));
        self
    }

    /// The name without its prefix.
    pub fn local(&self) -> &str {
        split(&self.name).1
    }

    /// The prefix, empty for the default namespace.
    pub fn prefix(&self) -> &str {
        split(&self.name).0
    }

    /// The value of an attribute, by its qualified name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value.as_str())
    }

    /// Replaces the attribute, or puts it last.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|attribute| attribute.name == name) {
            Some(attribute) => attribute.value = value,
            None => self.attributes.push(Attribute { name: name.to_owned(), value }),
        }
    }

    /// Takes the attribute away.
    pub fn unset(&mut self, name: &str) {
        self.attributes.retain(|attribute| attribute.name != name);
    }

    /// The child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(Node::element)
    }

    /// The child elements, to be changed.
    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.children.iter_mut().filter_map(Node::element_mut)
    }

    /// The first child element of this local name.
    pub fn child(&self, local: &str) -> Option<&Self> {
        self.elements().find(|element| element.local() == local)
    }

    /// The first child element of this local name, to be changed.
    pub fn child_mut(&mut self, local: &str) -> Option<&mut Self> {
        self.children.iter_mut().filter_map(Node::element_mut).find(|element| element.local() == local)
    }

    /// The element at the end of a path of local names.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, local| element.child(local))
    }

    /// The element at the end of a path of local names, to be changed.
    pub fn at_mut(&mut self, path: &[&str]) -> Option<&mut Self> {
        path.iter().try_fold(self, |element, local| element.child_mut(local))
    }

    /// Where among the children the first element of this local name stands.
    pub fn position(&self, local: &str) -> Option<usize> {
        self.children.iter().position(|node| node.element().is_some_and(|element| element.local() == local))
    }

    /// Takes the first child element of this local name out.
    pub fn take(&mut self, local: &str) -> Option<Self> {
        match self.children.remove(self.position(local)?) {
            Node::Element(element) => Some(element),
            _ => None,
        }
    }

    /// Puts a child element at a position, or last when there are fewer children.
    pub fn insert(&mut self, position: usize, child: Self) {
        self.children.insert(position.min(self.children.len()), Node::Element(child));
    }

    /// Puts a child element last.
    pub fn push(&mut self, child: Self) {
        self.children.push(Node::Element(child));
    }

    /// Replaces everything inside by this text.
    pub fn say(&mut self, text: impl Into<String>) {
        self.children = vec![Node::text(text)];
    }

    /// The character data directly inside, comments skipped.
    pub fn text(&self) -> String {
        self.children
            .iter()
            .filter_map(|node| match node {
                Node::Text(text) => Some(text.value.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Visits this element and everything below it, in document order.
    pub fn walk_mut(&mut self, visit: &mut impl FnMut(&mut Self)) {
        visit(self);
        for child in self.children.iter_mut().filter_map(Node::element_mut) {
            child.walk_mut(visit);
        }
    }

    /// This element and everything below it, in document order.
    pub fn walk(&self) -> Vec<&Self> {
        let mut all = vec![self];
        for child in self.elements() {
            all.extend(child.walk());
        }
        all
    }
}

impl Node {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Text { value: text.into(), spelling: None })
    }

    /// Text that is written in an unusual way.
    pub fn spelled(value: impl Into<String>, spelling: impl Into<String>) -> Self {
        Self::Text(Text { value: value.into(), spelling: Some(spelling.into()) })
    }

    /// The element, if this is one.
    pub fn element(&self) -> Option<&Element> {
        match self {
            Self::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(crate) fn element_mut(&mut self) -> Option<&mut Element> {
        match self {
            Self::Element(element) => Some(element),
            _ => None,
        }
    }
}

impl Attribute {
    /// The prefix this declares, if it is a namespace declaration; empty for the default namespace.
    pub fn declares(&self) -> Option<&str> {
        if self.name == "xmlns" { Some("") } else { self.name.strip_prefix("xmlns:") }
    }
}

/// Prefix and local name of a qualified name.
pub(crate) fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}
