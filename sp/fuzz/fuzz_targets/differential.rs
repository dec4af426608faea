//! Our reader and canonicalization beside those of other people: what ours takes, roxmltree takes with the same tree; what
//! ours writes, bergshamra writes; and what is read of an element is what its signed octets say.
#![no_main]

use bergshamra::c14n::{C14nMode, canonicalize_doc};
use bergshamra::xml::{NodeSet, uppsala};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Some(ours) = sp::fuzzing::tree(octets) else { return };
    let Ok(text) = std::str::from_utf8(octets) else { panic!("ours takes what is no UTF-8") };
    let theirs = roxmltree::Document::parse(text).expect("ours takes what roxmltree does not");
    // A carriage return beside a reference roxmltree leaves as it is, against XML 2.11.
    if !text.contains("\r&") && !text.contains(";\r") {
        let mut lines = Vec::new();
        tree(theirs.root_element(), &mut lines);
        assert_eq!(ours, lines);
    }
    for (apex, without) in [(0, 1), (0, 2), (1, 2)] {
        if let Some((read, signed)) = sp::fuzzing::cut_and_reread(octets, apex, without) {
            assert_eq!(read, signed);
        }
    }
    same_octets(octets, text);
});

/// bergshamra leaves line ends and blanks in values as they are, against XML 2.11 and 3.3.3: such texts it is not asked about.
fn same_octets(octets: &[u8], text: &str) {
    let prefixes = ["saml", "p"];
    if text.contains(['\r', '\t', '\n', '\u{feff}']) {
        return;
    }
    let Some(ours) = sp::fuzzing::canonical_octets(octets, &prefixes) else { return };
    let Ok(theirs) = uppsala::parse(text) else { return };
    let elements = theirs.descendants(theirs.root()).into_iter().filter(|id| theirs.element(*id).is_some());
    for ((exclusive, inclusive), apex) in ours.iter().zip(elements) {
        let set = NodeSet::tree_without_comments(apex, &theirs);
        let list: Vec<String> = prefixes.map(str::to_owned).to_vec();
        let list: Vec<&str> = list.iter().map(String::as_str).collect();
        for (written, mode, list) in
            [(exclusive, C14nMode::Exclusive, list.as_slice()), (inclusive, C14nMode::Inclusive, &[])]
        {
            let expected = canonicalize_doc(&theirs, mode, Some(&set), list).expect("canonical octets");
            assert_eq!(*written, String::from_utf8_lossy(&expected));
        }
    }
}

fn tree(element: roxmltree::Node<'_, '_>, lines: &mut Vec<String>) {
    let name = |namespace: Option<&str>, local: &str| format!("{{{}}}{local}", namespace.unwrap_or_default());
    let mut attributes: Vec<String> =
        element.attributes().map(|a| format!("{}={:?}", name(a.namespace(), a.name()), a.value())).collect();
    attributes.sort();
    lines.push(format!("<{} {attributes:?}", name(element.tag_name().namespace(), element.tag_name().name())));
    let mut text = String::new();
    for child in element.children() {
        if child.is_element() {
            lines.push(format!("{:?}", std::mem::take(&mut text)));
            tree(child, lines);
        } else if child.is_text() {
            text.push_str(child.text().unwrap_or_default());
        }
    }
    lines.push(format!("{text:?}>"));
}
