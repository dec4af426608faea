//! What every test here needs: a fixed world, and a small verifier that says which signatures of a message are live.
//!
//! The verifier reads the finished text again, so that it sees what an SP sees; it shares the canonical form with the
//! signer, and libxmlsec1 in `.ci/run` is the second opinion on that.

use mock_idp::canonical::{Method, Scope, canonical};
use mock_idp::tree::{Element, Node};
use mock_idp::{DigestAlgorithm, Idp, Recipe, Sign, SignatureAlgorithm, Sp, Vendor, base64, read};
use time::macros::datetime;

const SP_CERTIFICATE: &str = include_str!("../../../fixtures/keys/sp.crt.pem");

/// A healthy recipe of this vendor in a world where nothing ever changes.
pub(crate) fn recipe(vendor: Vendor) -> Recipe {
    let sp = Sp::new("https://sp.example.test/metadata", "https://sp.example.test/acs").encrypting(SP_CERTIFICATE);
    let idp = Idp::of(vendor, "http://127.0.0.1:7500");
    let clock = datetime!(2026-03-04 05:06:07.089 UTC);
    Recipe { in_response_to: Some("_request-1".to_owned()), ..Recipe::new(vendor, idp, sp, clock) }
}

/// The usual vendors with every layout of signatures.
pub(crate) fn recipes() -> Vec<Recipe> {
    layouts(Vendor::core())
}

/// Every vendor with every layout of signatures.
pub(crate) fn all_recipes() -> Vec<Recipe> {
    layouts(Vendor::all())
}

fn layouts(vendors: impl Iterator<Item = Vendor>) -> Vec<Recipe> {
    vendors.flat_map(|vendor| Sign::ALL.iter().map(move |&sign| Recipe { sign, ..recipe(vendor) })).collect()
}

/// A Signature that verifies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Live {
    /// The ID it refers to.
    pub(crate) id: String,
    /// The local name of the element that has this ID and this digest.
    pub(crate) of: String,
    /// The NameIDs in that element.
    pub(crate) names: Vec<String>,
}

/// The signatures of a message that verify with the IdP's key over an element with the ID they refer to. What is not
/// well-formed has none.
pub(crate) fn live_signatures(xml: &str, idp: &Idp) -> Vec<Live> {
    let Some(root) = read::element(xml) else { return Vec::new() };
    let mut signatures = Vec::new();
    collect(&root, &Scope::default(), &mut signatures);
    signatures.iter().filter_map(|(signature, around)| check(signature, around, &root, idp)).collect()
}

fn collect(element: &Element, around: &Scope, found: &mut Vec<(Element, Scope)>) {
    let inside = around.inside(element);
    for child in element.elements() {
        if child.local() == "Signature" {
            found.push((child.clone(), inside.clone()));
        }
        collect(child, &inside, found);
    }
}

fn check(signature: &Element, around: &Scope, root: &Element, idp: &Idp) -> Option<Live> {
    let info = signature.child("SignedInfo")?;
    let method = method_of(info.child("CanonicalizationMethod")?);
    let octets = canonical(info, &around.inside(signature), &method);
    let value = base64::decode(&clean(&signature.child("SignatureValue")?.text()))?;
    verify(info.child("SignatureMethod")?.get("Algorithm")?, octets.as_bytes(), &value, idp).then_some(())?;
    let reference = info.child("Reference")?;
    let id = reference.get("URI")?.strip_prefix('#')?.to_owned();
    let signed = find(root, &Scope::default(), &id, reference, signature)?;
    let names = signed.walk().iter().filter(|element| element.local() == "NameID").map(|name| name.text()).collect();
    Some(Live { id, of: signed.local().to_owned(), names })
}

/// The element with this ID whose octets, without this Signature, have the Reference's digest.
fn find(element: &Element, around: &Scope, id: &str, reference: &Element, signature: &Element) -> Option<Element> {
    if element.get("ID") == Some(id) {
        let bare = without(element.clone(), signature);
        let transforms = reference.child("Transforms")?;
        let method = transforms.elements().filter(|transform| transform.get("Algorithm").is_some_and(is_c14n)).last();
        // A Reference by ID alone is without comments, whatever its canonicalization would keep (xmldsig 4.3.3.3).
        let method = Method { comments: false, ..method.map_or_else(Method::inclusive, method_of) };
        let octets = canonical(&bare, around, &method);
        let uri = reference.child("DigestMethod")?.get("Algorithm")?;
        let digest = DigestAlgorithm::ALL.iter().find(|digest| digest.uri() == uri)?.digest(octets.as_bytes());
        if base64::decode(&clean(&reference.child("DigestValue")?.text()))? == digest {
            return Some(bare);
        }
    }
    let inside = around.inside(element);
    element.elements().find_map(|child| find(child, &inside, id, reference, signature))
}

fn without(mut element: Element, signature: &Element) -> Element {
    element.children.retain(|node| node.element() != Some(signature));
    element.walk_mut(&mut |inner| inner.children.retain(|node| !matches!(node, Node::Element(it) if it == signature)));
    element
}

fn is_c14n(uri: &str) -> bool {
    uri.contains("c14n")
}

fn method_of(element: &Element) -> Method {
    let uri = element.get("Algorithm").unwrap_or_default();
    let listed = element.child("InclusiveNamespaces").and_then(|list| list.get("PrefixList")).unwrap_or_default();
    Method {
        exclusive: uri.contains("exc-c14n"),
        comments: uri.contains("WithComments"),
        prefix_list: listed.split_ascii_whitespace().map(str::to_owned).collect(),
    }
}

/// Verifies by signing again: the mock makes exactly one signature per key and octets.
fn verify(uri: &str, octets: &[u8], value: &[u8], idp: &Idp) -> bool {
    let algorithm = SignatureAlgorithm::ALL.iter().find(|algorithm| algorithm.uri() == uri);
    algorithm.is_some_and(|&algorithm| idp.key().sign(algorithm, octets).as_deref() == Ok(value))
}

fn clean(text: &str) -> String {
    text.split_whitespace().collect()
}
