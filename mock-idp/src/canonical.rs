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

    fn prefixes(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.0.iter().map(|(prefix, _)| prefix.as_str()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn declare(&mut self, prefix: &str, uri: &str) {
        self.0.push((prefix.to_owned(), uri.to_owned()));
    }
}

/// The canonical octets of an element that stands inside `around`.
pub fn canonical(element: &Element, around: &Scope, method: &Method) -> String {
    let mut out = String::new();
    write(element, around, &Scope::default(), method, &mut out);
    out
}

fn write(element: &Element, around: &Scope, rendered: &Scope, method: &Method, out: &mut String) {
    let scope = around.inside(element);
    let mut rendered = rendered.clone();
    out.push('<');
    out.push_str(&element.name);
    for (prefix, uri) in declarations(element, &scope, &rendered, method) {
        write_declaration(&prefix, &uri, out);
        rendered.declare(&prefix, &uri);
    }
    for attribute in sorted_attributes(element, &scope) {
        write_attribute(&attribute.name, &attribute.value, out);
    }
    out.push('>');
    for node in &element.children {
        write_node(node, &scope, &rendered, method, out);
    }
    out.push_str("</");
    out.push_str(&element.name);
    out.push('>');
}

/// The namespace declarations this start tag needs, sorted by prefix (c14n 2.2, exc-c14n 3).
fn declarations(element: &Element, scope: &Scope, rendered: &Scope, method: &Method) -> Vec<(String, String)> {
    let used = used_prefixes(element);
    let mut prefixes = scope.prefixes();
    prefixes.retain(|prefix| *prefix != "xml");
    if !prefixes.contains(&"") {
        prefixes.insert(0, "");
    }
    prefixes
        .into_iter()
        .filter(|prefix| used.contains(prefix) || method.treats_inclusively(prefix))
        .filter_map(|prefix| {
            // Where nothing is declared, the default namespace is empty; that needs saying only inside another one.
            let uri = scope.uri(prefix).unwrap_or("");
            let known = rendered.uri(prefix).unwrap_or("");
            (uri != known).then(|| (prefix.to_owned(), uri.to_owned()))
        })
        .collect()
}

/// The prefixes that the element's own name and its attributes' names use.
fn used_prefixes(element: &Element) -> Vec<&str> {
    let attributes = element.attributes.iter().filter(|attribute| attribute.declares().is_none());
    let prefixed = attributes.map(|attribute| split(&attribute.name).0).filter(|prefix| !prefix.is_empty());
    std::iter::once(element.prefix()).chain(prefixed).collect()
}

/// Attributes by namespace, then by local name; those without a namespace come first.
fn sorted_attributes<'a>(element: &'a Element, scope: &Scope) -> Vec<&'a Attribute> {
    let mut all: Vec<&Attribute> = element
        .attributes
        .iter()
        .filter(|attribute| attribute.declares().is_none() && !attribute.name.is_empty())
        .collect();
    all.sort_by_key(|attribute| {
        let (prefix, local) = split(&attribute.name);
        let uri = if prefix.is_empty() { "" } else { scope.uri(prefix).unwrap_or("") };
        (uri.to_owned(), local.to_owned())
    });
    all
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

fn write_node(node: &Node, scope: &Scope, rendered: &Scope, method: &Method, out: &mut String) {
    match node {
        Node::Element(element) => write(element, scope, rendered, method, out),
        Node::Text(text) => write_text(&text.value, out),
        Node::Comment(text) if method.comments => {
            out.push_str("<!--");
            out.push_str(text);
            out.push_str("-->");
        }
        Node::Comment(_) => {}
        Node::Instruction(target, data) => {
            out.push_str("<?");
            out.push_str(target);
            out.push(' ');
            out.push_str(data);
            out.push_str("?>");
        }
    }
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
