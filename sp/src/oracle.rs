//! The reader and the canonicalization against implementations by other people, over generated documents.
//!
//! What our reader takes, roxmltree takes, with the same tree; what our canonicalization writes, bergshamra writes, for
//! every element of the document and every list of prefixes, with and without comments, with and without one element
//! left out as a Signature is. Run with `PROPTEST_CASES` for more than the usual 256.

use crate::fuzzing::our_tree;
use crate::limits::Limits;
use crate::parsed::{self, Document, NodeId};
use crate::verified::c14n::{Canonicalization, Comments, canonicalize};
use bergshamra::c14n::{C14nMode, canonicalize_doc};
use bergshamra::xml::{NodeSet, uppsala};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces of text that readers and canonicalizers have got wrong.
const TEXTS: &[&str] = &[
    "x",
    " ",
    "\n",
    "\t",
    "&#13;",
    "&#9;",
    "&lt;",
    "&gt;",
    ">",
    "&amp;",
    "'",
    "é",
    "\u{10000}",
    "<![CDATA[<&>]]>",
    "<!-- c -->",
    "&#x41;",
];
/// What bergshamra's reader leaves as it is, against XML 2.11 and 3.3.3; only roxmltree is asked about these.
const LITERAL_TEXTS: &[&str] = &["\r\n", "a\rb", "<![CDATA[\r\n]]>"];
const LITERAL_VALUES: &[&str] = &["a\tb", "a\nb", "\r\n"];
const VALUES: &[&str] = &["", "x", " x ", "&#9;&#10;&#13;", "&quot;", "&lt;&amp;>", "é", "urn:x"];
const PREFIXES: &[&str] = &["", "p", "q"];

fn name() -> impl Strategy<Value = String> {
    (select(PREFIXES), select(vec!["a", "b", "é"]))
        .prop_map(|(prefix, local)| if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") })
}

/// A namespace declaration; only the default one may be taken back.
fn declaration() -> impl Strategy<Value = String> {
    (select(PREFIXES), 0..4u8).prop_map(|(prefix, uri)| match (prefix, uri) {
        ("", 3) => " xmlns=\"\"".to_owned(),
        ("", uri) => format!(" xmlns='urn:{uri}'"),
        (prefix, uri) => format!(" xmlns:{prefix}=\"urn:{uri}\""),
    })
}

fn attribute(values: Vec<&'static str>) -> impl Strategy<Value = String> {
    let name = prop_oneof![name(), Just("xml:lang".to_owned()), Just("xml:space".to_owned())];
    (name, select(values), any::<bool>())
        .prop_map(|(name, value, blank)| format!(" {name}{}\"{value}\"", if blank { " = " } else { "=" }))
}

/// An element as text. Some are not well-formed (an attribute twice): then both sides must say so, or ours alone.
fn element(texts: Vec<&'static str>, values: Vec<&'static str>) -> impl Strategy<Value = String> {
    let leaf = vec(select(texts), 0..4).prop_map(|texts| texts.concat());
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let attributes = vec(attribute(values.clone()), 0..3);
        // Some twice in a row: of two tags that are spelled the same, the second is not read again.
        let content = (vec(inner, 0..4), select(vec![1, 1, 1, 2]));
        (name(), vec(declaration(), 0..3), attributes, content, any::<bool>()).prop_map(
            |(name, declarations, attributes, (children, times), short)| {
                let (start, content) = (
                    format!("<{name}{}{}", declarations.concat(), attributes.concat()),
                    children.concat().repeat(times),
                );
                if short && content.is_empty() {
                    format!("{start}/>")
                } else {
                    format!("{start} >{content}</{name}\n>")
                }
            },
        )
    })
}

fn document(texts: &[&'static str], values: &[&'static str]) -> impl Strategy<Value = String> {
    vec(element(texts.to_vec(), values.to_vec()), 0..4)
        .prop_map(|children| format!("<r xmlns:p='urn:p' xmlns:q='urn:q' xml:lang='x'>{}</r>", children.concat()))
}

fn read(source: &str) -> Option<Document> {
    parsed::read(source.as_bytes().to_vec(), &Limits::default()).ok()
}

/// The same list of lines as [`our_tree`] gives, by the other reader.
fn their_tree(element: roxmltree::Node<'_, '_>, lines: &mut Vec<String>) {
    let name = |namespace: Option<&str>, local: &str| format!("{{{}}}{local}", namespace.unwrap_or_default());
    let mut attributes: Vec<String> =
        element.attributes().map(|a| format!("{}={:?}", name(a.namespace(), a.name()), a.value())).collect();
    attributes.sort();
    lines.push(format!("<{} {attributes:?}", name(element.tag_name().namespace(), element.tag_name().name())));
    let mut text = String::new();
    for child in element.children() {
        if child.is_element() {
            lines.push(format!("{:?}", std::mem::take(&mut text)));
            their_tree(child, lines);
        } else if child.is_text() {
            text.push_str(child.text().unwrap_or_default());
        }
    }
    lines.push(format!("{text:?}>"));
}

/// A carriage return beside a reference: roxmltree leaves it as it is, against XML 2.11 (`line_ends_beside_references`).
fn is_beyond_roxmltree(source: &str) -> bool {
    source.contains("\r&") || source.contains(";\r")
}

fn same_tree(source: &str) -> Result<bool, TestCaseError> {
    let Some(ours) = read(source) else { return Ok(false) };
    let theirs = roxmltree::Document::parse(source)
        .map_err(|error| TestCaseError::fail(format!("only ours takes {source}: {error}")))?;
    if is_beyond_roxmltree(source) {
        return Ok(true);
    }
    let (mut our_lines, mut their_lines) = (Vec::new(), Vec::new());
    our_tree(&ours, ours.root(), &mut our_lines);
    their_tree(theirs.root_element(), &mut their_lines);
    prop_assert_eq!(our_lines, their_lines, "{}", source);
    Ok(true)
}

proptest! {
    #[test]
    fn the_same_tree_as_roxmltree(source in document(&[TEXTS, LITERAL_TEXTS].concat(), &[VALUES, LITERAL_VALUES].concat())) {
        same_tree(&source)?;
    }

    #[test]
    fn never_laxer_than_roxmltree(source in document(TEXTS, VALUES), at in any::<prop::sample::Index>(), byte in select(b"<>&\"'=/ x:\0\r!-[]?;#".to_vec())) {
        let mut octets = source.into_bytes();
        let at = at.index(octets.len());
        octets[at] = byte;
        if let Ok(changed) = String::from_utf8(octets) {
            same_tree(&changed)?;
        }
    }

    #[test]
    fn the_same_octets_as_bergshamra(
        source in document(TEXTS, VALUES),
        list in vec(select(vec!["p", "q", "#default", "unbound"]), 0..3),
        left_out in any::<prop::sample::Index>(),
    ) {
        let Some(ours) = read(&source) else { return Ok(()) };
        let theirs = uppsala::parse(&source).map_err(|error| TestCaseError::fail(format!("only ours takes {source}: {error}")))?;
        let is_element = |id: &uppsala::NodeId| theirs.element(*id).is_some();
        let elements = theirs.descendants(theirs.root()).into_iter().filter(is_element);
        let pairs: Vec<_> = ours.all_elements().zip(elements.clone()).collect();
        prop_assert_eq!((pairs.len(), elements.count()), (ours.all_elements().count(), pairs.len()));
        let (our_left_out, their_left_out) = pairs[left_out.index(pairs.len())];
        for (our_apex, their_apex) in pairs {
            for (how, mode, list) in forms(&list) {
                let tree = if how.comments() == Comments::Kept { NodeSet::tree_with_comments } else { NodeSet::tree_without_comments };
                let whole = tree(their_apex, &theirs);
                let octets = canonicalize(&ours, our_apex, None, &how, usize::MAX).unwrap();
                let expected = canonicalize_doc(&theirs, mode, Some(&whole), list).unwrap();
                prop_assert_eq!(octets, String::from_utf8_lossy(&expected), "{:?} {}", how, source);
                if !(our_left_out..ours.after(our_left_out)).contains(&our_apex) {
                    let rest = whole.subtract(&tree(their_left_out, &theirs));
                    let octets = canonicalize(&ours, our_apex, Some(our_left_out), &how, usize::MAX).unwrap();
                    let expected = canonicalize_doc(&theirs, mode, Some(&rest), list).unwrap();
                    prop_assert_eq!(octets, String::from_utf8_lossy(&expected), "{:?} without one in {}", how, source);
                }
            }
        }
    }
}

/// Every canonical form, as ours and bergshamra's, with the list of prefixes that it takes.
fn forms<'l>(list: &'l [&'static str]) -> [(Canonicalization, C14nMode, &'l [&'static str]); 4] {
    let exclusive = |comments| {
        let prefixes = list.iter().map(|prefix| (*prefix).to_owned()).collect();
        Canonicalization::Exclusive { prefixes, comments }
    };
    let inclusive = |comments| Canonicalization::Inclusive { comments };
    [
        (exclusive(Comments::Dropped), C14nMode::Exclusive, list),
        (exclusive(Comments::Kept), C14nMode::ExclusiveWithComments, list),
        (inclusive(Comments::Dropped), C14nMode::Inclusive, &[]),
        (inclusive(Comments::Kept), C14nMode::InclusiveWithComments, &[]),
    ]
}

proptest! {
    /// What is left of a tree when one element is cut out of it, and out of that another, is what reading its canonical
    /// octets gives.
    #[test]
    fn what_is_cut_out_is_what_its_octets_say(
        source in document(&[TEXTS, LITERAL_TEXTS].concat(), &[VALUES, LITERAL_VALUES].concat()),
        left_out in any::<prop::sample::Index>(),
        list in vec(select(vec!["p", "q", "#default"]), 0..3),
    ) {
        let Some(ours) = read(&source) else { return Ok(()) };
        let elements: Vec<_> = ours.all_elements().collect();
        let exclusive = Canonicalization::Exclusive { prefixes: list.iter().map(|p| (*p).to_owned()).collect(), comments: Comments::Dropped };
        for how in [exclusive, Canonicalization::Inclusive { comments: Comments::Dropped }] {
            for apex in &elements {
                let without = elements[left_out.index(elements.len())];
                if without == *apex {
                    continue;
                }
                let octets = canonicalize(&ours, *apex, Some(without), &how, usize::MAX).unwrap();
                let cut = ours.cut(*apex, without);
                let again = read(&octets).unwrap();
                let (mut of_cut, mut of_octets) = (Vec::new(), Vec::new());
                our_tree(&cut, cut.root(), &mut of_cut);
                our_tree(&again, again.root(), &mut of_octets);
                // Inclusive canonicalization moves `xml:` attributes from outside to the apex.
                let first = usize::from(how == Canonicalization::Inclusive { comments: Comments::Dropped });
                prop_assert_eq!(&of_cut[first..], &of_octets[first..], "{}", source);
                prop_assert_eq!(cut.all_elements().count(), again.all_elements().count(), "{}", source);
                prop_assert_eq!(cut.parent(cut.root()), NodeId::DOCUMENT);
            }
        }
    }
}

/// The properties above say nothing about documents that ours refuses, so most generated ones must be taken.
#[test]
fn most_generated_documents_are_taken() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let taken =
        (0..200).filter(|_| read(&document(TEXTS, VALUES).new_tree(&mut runner).unwrap().current()).is_some()).count();
    assert!(taken > 100, "{taken} of 200");
}

/// XML 2.11: a carriage return becomes a line end wherever it stands, but one that a reference stands for does not.
#[test]
fn line_ends_beside_references() {
    for (source, text) in [
        ("<a>\r&gt;</a>", "\n>"),
        ("<a>&gt;\r</a>", ">\n"),
        ("<a>&#13;\rA</a>", "\r\nA"),
        ("<a>&#13;\r\nA</a>", "\r\nA"),
        ("<a>\r&#10;</a>", "\n\n"),
    ] {
        let document = read(source).unwrap();
        let text_node = document.children(document.root()).next().unwrap();
        assert_eq!(document.characters(text_node), text, "{source:?}");
    }
}
