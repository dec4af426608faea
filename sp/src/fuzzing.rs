//! What the fuzz targets in `sp/fuzz` see of the stages inside: octets in, trees and canonical octets as text out.
//!
//! Compiled for them (`--cfg fuzzing`, which `cargo fuzz` sets) and for tests alone; nothing here verifies or is believed.

use crate::limits::Limits;
use crate::parsed::{self, Document, Kind, NodeId};
use crate::verified::c14n::{Canonicalization, Comments, canonicalize};

/// The tree of a document, if our reader takes it.
pub fn tree(octets: &[u8]) -> Option<Vec<String>> {
    let document = read(octets)?;
    let mut lines = Vec::new();
    our_tree(&document, document.root(), &mut lines);
    Some(lines)
}

/// The exclusive and the inclusive canonical octets of every element, in document order, if our reader takes the document.
pub fn canonical_octets(octets: &[u8], prefixes: &[&str]) -> Option<Vec<(String, String)>> {
    let document = read(octets)?;
    let exclusive = exclusive(prefixes);
    let both = |apex| {
        let octets = |how| canonicalize(&document, apex, None, how, usize::MAX).ok();
        Some((octets(&exclusive)?, octets(&INCLUSIVE)?))
    };
    document.all_elements().map(both).collect()
}

/// The tree that is left when one element is cut out of another, and the tree of that one's canonical octets: what is read
/// and what was signed. Elements are counted in document order.
pub fn cut_and_reread(octets: &[u8], apex: usize, without: usize) -> Option<(Vec<String>, Vec<String>)> {
    let document = read(octets)?;
    let elements: Vec<NodeId> = document.all_elements().collect();
    let (apex, without) = (*elements.get(apex % elements.len())?, *elements.get(without % elements.len())?);
    if apex == without {
        return None;
    }
    let canonical = canonicalize(&document, apex, Some(without), &exclusive(&[]), usize::MAX).ok()?;
    let cut = document.cut(apex, without);
    let (mut of_cut, mut of_octets) = (Vec::new(), Vec::new());
    our_tree(&cut, cut.root(), &mut of_cut);
    of_octets.extend(tree(canonical.as_bytes()).unwrap_or_default());
    Some((of_cut, of_octets))
}

const INCLUSIVE: Canonicalization = Canonicalization::Inclusive { comments: Comments::Dropped };

fn exclusive(prefixes: &[&str]) -> Canonicalization {
    let prefixes = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
    Canonicalization::Exclusive { prefixes, comments: Comments::Dropped }
}

fn read(octets: &[u8]) -> Option<Document> {
    parsed::read(octets.to_vec(), &Limits::default()).ok()
}

/// A tree as a list of lines that both readers can be asked for.
pub(crate) fn our_tree(document: &Document, element: NodeId, lines: &mut Vec<String>) {
    let mut attributes: Vec<String> = document
        .attributes(element)
        .iter()
        .map(|a| format!("{{{}}}{}={:?}", document.uri(a.uri), document.text_at(a.local), document.attribute_value(a)))
        .collect();
    attributes.sort();
    lines.push(format!("<{{{}}}{} {attributes:?}", document.element_uri(element), document.local(element)));
    let mut text = String::new();
    for child in document.children(element) {
        match document.kind(child) {
            Kind::Element => {
                lines.push(format!("{:?}", std::mem::take(&mut text)));
                our_tree(document, child, lines);
            }
            Kind::Comment => {}
            Kind::Text { .. } | Kind::Cdata => text.push_str(&document.characters(child)),
        }
    }
    lines.push(format!("{text:?}>"));
}
