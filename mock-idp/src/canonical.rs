//! The one spelling that gets digested: a tree and the namespaces around it in, canonical octets out.
//!
//! Canonical XML 1.0 and Exclusive Canonicalization 1.0 with its PrefixList, with and without comments. Works on trees
//! the mock built, so there is no DTD, and `xml:` attributes are not inherited (the mock writes none on ancestors).

use crate::names::{EXCLUSIVE, EXCLUSIVE_WITH_COMMENTS, INCLUSIVE, INCLUSIVE_WITH_COMMENTS};
use crate::tree::{Attribute, Element, Node, split};

/// Which canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Exclusive: only the namespaces in use, and those named in the PrefixList.
    pub exclusive: bool,
    /// Whether comments stay.
    pub comments: bool,
    /// Prefixes treated the inclusive way; `#default` names the default namespace.
    pub prefix_list: Vec<String>,
}

impl Method {
    /// Exclusive canonicalization without comments, what nearly everyone uses.
    pub fn exclusive() -> Self {
        Self { exclusive: true, comments: false, prefix_list: Vec::new() }
    }

    /// Canonical XML 1.0 without comments.
    pub fn inclusive() -> Self {
        Self { exclusive: false, comments: false, prefix_list: Vec::new() }
    }

    /// The algorithm's URI.
    pub fn uri(&self) -> &'static str {
        match (self.exclusive, self.comments) {
            (true, false) => EXCLUSIVE,
            (true, true) => EXCLUSIVE_WITH_COMMENTS,
            (false, false) => INCLUSIVE,
            (false, true) => INCLUSIVE_WITH_COMMENTS,
        }
    }

    fn treats_inclusively(&self, prefix: &str) -> bool {
        let listed = if prefix.is_empty() { "#default" } else { prefix };
        !self.exclusive || self.prefix_list.iter().any(|entry| entry == listed)
    }
}

/// The namespaces that are declared around an element, innermost last.
#[derive(Clone, Debug, Default)]
pub struct Scope(Vec<(String, String)>);

impl Scope {
    /// The scope inside this element.
    #[must_use]
    pub fn inside(&self, element: &Element) -> Self {
        let mut inner = self.clone();
        for attribute in &element.attributes {
            if let Some(prefix) = attribute.declares() {
                inner.0.push((prefix.to_owned(), attribute.value.clone()));
            }
        }
        inner
    }

    /// What a prefix stands for here.
    pub fn uri(&self, prefix: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == prefix).map(|(_, uri)| uri.as_str())
    }
}

/// The canonical octets of an element that stands inside `around`.
pub fn canonical(element: &Element, around: &Scope, method: &Method) -> String {
    let scope = around.0.iter().map(|(prefix, uri)| (prefix.as_str(), uri.as_str())).collect();
    let mut writer = Writer { method, scope, rendered: Vec::new(), out: String::with_capacity(4096) };
    writer.write(element);
    writer.out
}

/// What a prefix stands for, innermost last.
type Declared<'a> = Vec<(&'a str, &'a str)>;

/// Writes an element and everything below it; both stacks shrink again at each end tag.
struct Writer<'a, 'm> {
    method: &'m Method,
    scope: Declared<'a>,
    rendered: Declared<'a>,
    out: String,
}

impl<'a> Writer<'a, '_> {
    fn write(&mut self, element: &'a Element) {
        let (scope, rendered) = (self.scope.len(), self.rendered.len());
        let declared = element.attributes.iter().filter_map(|one| Some((one.declares()?, one.value.as_str())));
        self.scope.extend(declared);
        self.out.push('<');
        self.out.push_str(&element.name);
        for (prefix, uri) in self.declarations(element) {
            write_declaration(prefix, uri, &mut self.out);
            self.rendered.push((prefix, uri));
        }
        for attribute in self.sorted_attributes(element) {
            write_attribute(&attribute.name, &attribute.value, &mut self.out);
        }
        self.out.push('>');
        element.children.iter().for_each(|node| self.write_node(node));
        self.out.push_str("</");
        self.out.push_str(&element.name);
        self.out.push('>');
        self.scope.truncate(scope);
        self.rendered.truncate(rendered);
    }

    /// The namespace declarations this start tag needs, sorted by prefix (c14n 2.2, exc-c14n 3).
    fn declarations(&self, element: &'a Element) -> Declared<'a> {
        let mut prefixes = used_prefixes(element);
        if !self.method.exclusive || !self.method.prefix_list.is_empty() {
            let around = self.scope.iter().map(|(prefix, _)| *prefix).chain([""]);
            prefixes.extend(around.filter(|prefix| self.method.treats_inclusively(prefix)));
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes.retain(|prefix| *prefix != "xml");
        // Where nothing is declared, the default namespace is empty; that needs saying only inside another one. Any other
        // prefix that is not declared has nothing to say.
        let needed = |prefix: &'a str| {
            let uri = uri_of(&self.scope, prefix);
            (uri != uri_of(&self.rendered, prefix)).then_some((prefix, uri))
        };
        prefixes.into_iter().filter_map(needed).collect()
    }

    /// Attributes by namespace, then by local name; those without a namespace come first.
    fn sorted_attributes(&self, element: &'a Element) -> Vec<&'a Attribute> {
        let plain = |one: &&Attribute| one.declares().is_none() && !one.name.is_empty();
        let mut all: Vec<&Attribute> = element.attributes.iter().filter(plain).collect();
        all.sort_by_key(|attribute| {
            let (prefix, local) = split(&attribute.name);
            (if prefix.is_empty() { "" } else { uri_of(&self.scope, prefix) }, local)
        });
        all
    }

    fn write_node(&mut self, node: &'a Node) {
        match node {
            Node::Element(element) => self.write(element),
            Node::Text(text) => write_text(&text.value, &mut self.out),
            Node::Comment(text) if self.method.comments => {
                self.out.push_str("<!--");
                self.out.push_str(text);
                self.out.push_str("-->");
            }
            Node::Comment(_) => {}
            Node::Instruction(target, data) => {
                self.out.push_str("<?");
                self.out.push_str(target);
                self.out.push(' ');
                self.out.push_str(data);
                self.out.push_str("?>");
            }
        }
    }
}

fn uri_of<'a>(declared: &Declared<'a>, prefix: &str) -> &'a str {
    declared.iter().rev().find(|(known, _)| *known == prefix).map_or("", |(_, uri)| uri)
}

/// The prefixes that the element's own name and its attributes' names use.
fn used_prefixes(element: &Element) -> Vec<&str> {
    let attributes = element.attributes.iter().filter(|attribute| attribute.declares().is_none());
    let prefixed = attributes.map(|attribute| split(&attribute.name).0).filter(|prefix| !prefix.is_empty());
    std::iter::once(element.prefix()).chain(prefixed).collect()
}

fn write_declaration(prefix: &str, uri: &str, out: &mut String) {
    let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
    write_attribute(&name, uri, out);
}

fn write_attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    for character in value.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn write_text(value: &str, out: &mut String) {
    for character in value.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{read, wire};
    use proptest::prelude::*;

    fn inner(xml: &str, path: &[&str]) -> (Element, Scope) {
        let mut element = read::element(xml).unwrap();
        let mut scope = Scope::default();
        for local in path {
            scope = scope.inside(&element);
            element = element.child(local).unwrap().clone();
        }
        (element, scope)
    }

    #[test]
    fn exclusive_and_inclusive() {
        let listed = Method { prefix_list: vec!["x".to_owned(), "#default".to_owned()], ..Method::exclusive() };
        let commented = Method { comments: true, ..Method::inclusive() };
        // Each row: a document, the path to the apex, and its canonical form by the method.
        for (xml, path, method, expected) in [
            // Only what is used, attributes sorted, empty elements opened.
            (
                r#"<r xmlns:x="urn:x" xmlns="urn:d"><x:a c="1" b="2"/></r>"#,
                &["a"][..],
                Method::exclusive(),
                r#"<x:a xmlns:x="urn:x" b="2" c="1"></x:a>"#,
            ),
            // Everything in scope.
            (
                r#"<r xmlns:x="urn:x" xmlns="urn:d"><x:a/></r>"#,
                &["a"],
                Method::inclusive(),
                r#"<x:a xmlns="urn:d" xmlns:x="urn:x"></x:a>"#,
            ),
            // The PrefixList brings in what is not used.
            (
                r#"<r xmlns:x="urn:x" xmlns="urn:d" xmlns:y="urn:y"><y:a/></r>"#,
                &["a"],
                listed,
                r#"<y:a xmlns="urn:d" xmlns:x="urn:x" xmlns:y="urn:y"></y:a>"#,
            ),
            // The same declaration again is written once.
            (
                r#"<x:r xmlns:x="urn:x"><x:a xmlns:x="urn:x"/></x:r>"#,
                &[],
                Method::exclusive(),
                r#"<x:r xmlns:x="urn:x"><x:a></x:a></x:r>"#,
            ),
            // Another meaning of the prefix is written where it starts.
            (
                r#"<x:r xmlns:x="urn:x"><x:a xmlns:x="urn:z"/></x:r>"#,
                &[],
                Method::exclusive(),
                r#"<x:r xmlns:x="urn:x"><x:a xmlns:x="urn:z"></x:a></x:r>"#,
            ),
            // Leaving the default namespace has to be said.
            (
                r#"<r xmlns="urn:d"><a xmlns=""/></r>"#,
                &[],
                Method::exclusive(),
                r#"<r xmlns="urn:d"><a xmlns=""></a></r>"#,
            ),
            // Attributes sort by namespace, not by prefix.
            (
                r#"<r xmlns:a="urn:2" xmlns:b="urn:1" a:k="2" b:k="1" k="0"/>"#,
                &[],
                Method::exclusive(),
                r#"<r xmlns:a="urn:2" xmlns:b="urn:1" k="0" b:k="1" a:k="2"></r>"#,
            ),
            // Comments stay only where asked for.
            ("<r>a<!--c-->b</r>", &[], Method::exclusive(), "<r>ab</r>"),
            ("<r>a<!--c-->b</r>", &[], commented, "<r>a<!--c-->b</r>"),
            // CDATA and references become text; what has to stay escaped does.
            ("<r><![CDATA[<&]]>&#xE9;&#xD;&gt;</r>", &[], Method::exclusive(), "<r>&lt;&amp;é&#xD;&gt;</r>"),
            (r#"<r k="&quot;&#xA;&lt;&gt;"/>"#, &[], Method::exclusive(), r#"<r k="&quot;&#xA;&lt;>"></r>"#),
        ] {
            let (element, scope) = inner(xml, path);
            assert_eq!(canonical(&element, &scope, &method), expected, "{xml}");
        }
    }

    /// Trees with three prefixes, redeclared at will, and text that needs escaping.
    fn tree() -> impl Strategy<Value = Element> {
        let name = prop::sample::select(vec!["a", "x:a", "y:b"]);
        let text = "[a-z<>&\"\r\n\té]{0,6}";
        let start = move || {
            (name.clone(), prop::sample::select(vec!["urn:1", "urn:2"]), text).prop_map(|(name, uri, value)| {
                Element::new(name).with("xmlns:x", uri).with("xmlns:y", "urn:y").with("xmlns", uri).with("k", value)
            })
        };
        let leaf = (start(), "[a-z<>&é]{1,6}").prop_map(|(element, text)| element.saying(text));
        leaf.prop_recursive(4, 24, 4, move |inside| {
            (start(), prop::collection::vec(inside, 0..4)).prop_map(|(mut element, children)| {
                children.into_iter().for_each(|child| element.push(child));
                element
            })
        })
    }

    proptest! {
        #[test]
        fn spelling_does_not_change_the_canonical_form(tree in tree(), exclusive: bool) {
            let method = if exclusive { Method::exclusive() } else { Method::inclusive() };
            let octets = canonical(&tree, &Scope::default(), &method);
            let spelled = read::element(&wire::spell(&tree)).unwrap();
            prop_assert_eq!(&canonical(&spelled, &Scope::default(), &method), &octets);
            let again = read::element(&octets).unwrap();
            prop_assert_eq!(canonical(&again, &Scope::default(), &method), octets);
        }
    }
}
