//! Laws: properties that hold for every message, whoever changed it. Run with `PROPTEST_CASES` for more than the usual.
//!
//! A failure prints the seed and is shrunk to one change; it is then kept in `proptest-regressions`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{Memory, accept, accept_at, at, by_bergshamra, idp, outcome, recipe, redeem, sp};
use mock_idp::{Recipe, Sign, Vendor};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::ops::Range;

fn healthy() -> impl Strategy<Value = Recipe> {
    let vendors: Vec<Vendor> = Vendor::core().collect();
    (select(vendors), select(vec![Sign::Response, Sign::Assertion, Sign::Both]), any::<u64>())
        .prop_map(|(vendor, sign, seed)| Recipe { sign, seed, ..recipe(vendor) })
}

/// Where elements stand in a message, by another reader than ours.
fn elements(xml: &str) -> Vec<(String, Range<usize>)> {
    let document = roxmltree::Document::parse(xml).unwrap();
    document
        .descendants()
        .filter(|node| node.is_element())
        .map(|node| (node.tag_name().name().to_owned(), node.range()))
        .collect()
}

/// The namespace declarations: exclusive canonicalization leaves out those that nothing uses, so they are not signed.
fn declarations(xml: &str) -> Vec<Range<usize>> {
    let end_of_value =
        |start: usize| xml[start..].match_indices('"').nth(1).map_or(xml.len(), |(at, _)| start + at + 1);
    xml.match_indices(" xmlns").map(|(start, _)| start..end_of_value(start)).collect()
}

/// The octets that some signature covers, its own Signature element not among them.
fn signed_octets(xml: &str, sign: Sign) -> Vec<usize> {
    let elements = elements(xml);
    let name = if sign.response() { "Response" } else { "Assertion" };
    let signed = elements.iter().find(|(element, _)| element == name).unwrap().1.clone();
    let mut left_out = declarations(xml);
    left_out.extend(elements.iter().filter(|(element, _)| element == "Signature").map(|(_, range)| range.clone()));
    signed.filter(|at| !left_out.iter().any(|range| range.contains(at))).collect()
}

/// One change of structure: which elements, and what happens to them.
#[derive(Debug, Clone, Copy)]
enum Change {
    Remove,
    CopyBefore,
    CopyAfter,
    CopyInto,
    MoveBefore,
    Swap,
    Wrap,
}

fn change(xml: &str, what: Change, one: Index, other: Index) -> String {
    let elements = elements(xml);
    let (_, one) = &elements[one.index(elements.len())];
    let (_, other) = &elements[other.index(elements.len())];
    let text = |range: &Range<usize>| xml[range.clone()].to_owned();
    let replaced = |range: &Range<usize>, with: &str| format!("{}{with}{}", &xml[..range.start], &xml[range.end..]);
    let inside = xml[other.clone()].find('>').map_or(other.end, |at| other.start + at + 1);
    match what {
        Change::Remove => replaced(one, ""),
        Change::CopyBefore => replaced(&(other.start..other.start), &text(one)),
        Change::CopyAfter => replaced(&(other.end..other.end), &text(one)),
        Change::CopyInto => replaced(&(inside..inside), &text(one)),
        Change::MoveBefore if one.end <= other.start => {
            format!("{}{}{}{}", &xml[..one.start], &xml[one.end..other.start], text(one), &xml[other.start..])
        }
        Change::Swap if one.end <= other.start => {
            format!(
                "{}{}{}{}{}",
                &xml[..one.start],
                text(other),
                &xml[one.end..other.start],
                text(one),
                &xml[other.end..]
            )
        }
        Change::MoveBefore | Change::Swap => replaced(one, ""),
        Change::Wrap => replaced(one, &format!("<w xmlns=\"urn:w\">{}</w>", text(one))),
    }
}

/// What may stand in tags and between elements, and what may not.
const INSERTED: &[&str] =
    &[" ", "\n", "<!-- c -->", "<!---->", "&#32;", " xmlns:unused=\"urn:unused\"", "x", "/", "<x/>"];

/// Puts something in front of tags' ends, other tags and blanks.
fn with_insertions(xml: &str, insertions: &[(Index, &str)]) -> String {
    let mut changed = xml.to_owned();
    for (at, text) in insertions {
        let places: Vec<usize> = changed.match_indices(['<', '>', ' ']).map(|(at, _)| at).collect();
        changed.insert_str(places[at.index(places.len())], text);
    }
    changed
}

/// Whether bergshamra finds every Signature good. It leaves line ends and blanks in attributes as they are, against XML
/// 3.3.3: of messages that have such it is not asked.
fn bergshamra_agrees(xml: &str, recipe: &Recipe) -> bool {
    let document = roxmltree::Document::parse(xml).unwrap();
    let mut values = document.descendants().flat_map(|node| node.attributes()).map(|attribute| attribute.range_value());
    let (holding, all) = by_bergshamra(xml, recipe.idp.certificate_der());
    holding == all && 0 < all || values.any(|value| xml[value].contains(['\n', '\r', '\t']))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(512)))]

    /// Any change of a signed octet is refused. Letters and digits only: a blank in a tag may be another blank.
    #[test]
    fn a_changed_signed_octet_is_refused(recipe in healthy(), at in any::<Index>(), with in select(b"abcxyzABC0189".to_vec())) {
        let xml = recipe.build().unwrap().xml;
        let candidates: Vec<usize> = signed_octets(&xml, recipe.sign).into_iter().filter(|at| xml.as_bytes()[*at].is_ascii_alphanumeric()).collect();
        let at = candidates[at.index(candidates.len())];
        let mut octets = xml.into_bytes();
        prop_assume!(octets[at] != with);
        octets[at] = with;
        let changed = String::from_utf8(octets).unwrap();
        let result = accept(&changed, &sp(), &idp(recipe.vendor));
        prop_assert!(result.is_err(), "{} with `{}`", outcome(&result), &changed[at.saturating_sub(40)..at + 20]);
    }

    /// Any change of one octet anywhere is refused or leaves the identity exactly as signed.
    #[test]
    fn a_changed_octet_never_changes_the_identity(recipe in healthy(), at in any::<Index>(), with in any::<u8>()) {
        let xml = recipe.build().unwrap().xml;
        let signed = accept(&xml, &sp(), &idp(recipe.vendor)).unwrap();
        let mut octets = xml.into_bytes();
        let at = at.index(octets.len());
        octets[at] = with;
        if let Ok(changed) = String::from_utf8(octets)
            && let Ok(identity) = accept(&changed, &sp(), &idp(recipe.vendor))
        {
            prop_assert_eq!(identity, signed);
            prop_assert!(bergshamra_agrees(&changed, &recipe), "{}", changed);
        }
    }

    /// Any change of structure is refused or leaves the identity exactly as signed.
    #[test]
    fn a_changed_structure_never_changes_the_identity(
        recipe in healthy(),
        what in select(vec![Change::Remove, Change::CopyBefore, Change::CopyAfter, Change::CopyInto, Change::MoveBefore, Change::Swap, Change::Wrap]),
        one in any::<Index>(),
        other in any::<Index>(),
    ) {
        let xml = recipe.build().unwrap().xml;
        let signed = accept(&xml, &sp(), &idp(recipe.vendor)).unwrap();
        let changed = change(&xml, what, one, other);
        if let Ok(identity) = accept(&changed, &sp(), &idp(recipe.vendor)) {
            prop_assert_eq!(identity, signed);
            prop_assert!(bergshamra_agrees(&changed, &recipe), "{}", changed);
        }
    }

    /// Never laxer than a verifier by other people: what is accepted, however it was spelled since, has good Signatures only.
    #[test]
    fn what_is_accepted_bergshamra_verifies(recipe in healthy(), insertions in vec((any::<Index>(), select(INSERTED)), 0..4)) {
        let xml = recipe.build().unwrap().xml;
        let signed = accept(&xml, &sp(), &idp(recipe.vendor)).unwrap();
        let changed = with_insertions(&xml, &insertions);
        if let Ok(identity) = accept(&changed, &sp(), &idp(recipe.vendor)) {
            prop_assert_eq!(identity, signed);
            prop_assert!(bergshamra_agrees(&changed, &recipe), "{}", changed);
        }
    }

    /// Validity is one stretch of time: accepted at t and at t + 2 means accepted at t + 1.
    #[test]
    fn validity_has_no_holes(recipe in healthy(), t in -700..4500i64) {
        let xml = recipe.build().unwrap().xml;
        let (sp, idp) = (sp(), idp(recipe.vendor));
        let accepted = |t: i64| accept_at(&xml, &sp, &idp, at(t)).is_ok();
        if accepted(t) && accepted(t + 2) {
            prop_assert!(accepted(t + 1));
        }
    }

    /// The second presentation is refused, as a replay or because its request was answered.
    #[test]
    fn the_second_presentation_is_refused(recipe in healthy(), later in 0..60i64) {
        let xml = recipe.build().unwrap().xml;
        let (sp, idp, store) = (sp(), idp(recipe.vendor), Memory::default());
        let present = |t: i64| accept_at(&xml, &sp, &idp, at(t)).and_then(|validated| redeem(validated, &store, at(t)));
        prop_assert!(present(0).is_ok());
        prop_assert_eq!(outcome(&present(later)), "assertion_replayed");
    }
}

/// The laws above would hold of an SP that accepts nothing: it must accept within the window, and must not outside.
#[test]
fn the_window_is_there() {
    for vendor in Vendor::core() {
        let xml = recipe(vendor).build().unwrap().xml;
        let accepted = |t: i64| accept_at(&xml, &sp(), &idp(vendor), at(t)).is_ok();
        assert!(accepted(0) && accepted(60), "{}", vendor.name());
        assert!(!accepted(-700) && !accepted(4400), "{}", vendor.name());
    }
}

/// The law about bergshamra would hold of an SP that accepts nothing: what changes nothing that is signed is accepted.
#[test]
fn some_insertions_change_nothing() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let recipe = recipe(Vendor::named("okta").unwrap());
    let xml = recipe.build().unwrap().xml;
    let insertions = vec((any::<Index>(), select(INSERTED)), 1..4);
    let mut changed = || with_insertions(&xml, &insertions.new_tree(&mut runner).unwrap().current());
    let accepted = (0..200).filter(|_| accept(&changed(), &sp(), &idp(recipe.vendor)).is_ok()).count();
    assert!((20..180).contains(&accepted), "{accepted} of 200");
}
