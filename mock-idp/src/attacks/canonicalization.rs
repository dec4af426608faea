//! Attacks by canonicalization and transforms: what decides which octets are digested, chosen by whoever wrote the message.
//!
//! The IdP's own key signs and the digest is right, so that only the rule itself stands in the way.

use super::{Attack, ORDINARY, is_signed_plain};
use crate::canonical::Method;
use crate::names::DS;
use crate::recipe::{Recipe, RecipeError};
use crate::sign::{Plan, Transform};
use crate::step::Step;
use crate::tree::Element;
use crate::workshop::Workshop;

const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
const XPATH_FILTER: &str = "http://www.w3.org/2002/06/xmldsig-filter2";
const XSLT: &str = "http://www.w3.org/TR/1999/REC-xslt-19991116";
const BASE64: &str = "http://www.w3.org/2000/09/xmldsig#base64";

pub(super) const XPATH_TRANSFORM: Attack = Attack {
    id: "xpath_transform",
    about: "The Reference has an XPath transform; this one leaves out only the Signature, another could hide anything.",
    source: "C14-07; core 5.4.4",
    steps: &[Step::Plan(xpath_transform)],
    ..ORDINARY
};

fn xpath_transform(plan: &mut Plan, _recipe: &Recipe) {
    let expression = Element::new("dsig:XPath").with("xmlns:dsig", DS).saying("not(ancestor-or-self::dsig:Signature)");
    plan.transforms.insert(1, Transform::Other(XPATH, Some(expression)));
}

pub(super) const XSLT_TRANSFORM: Attack = Attack {
    id: "xslt_transform",
    about: "The Reference has an XSLT transform, a program that would run before the signature is trusted.",
    source: "C14-06; CVE-2022-34169; core 5.4.4",
    steps: &[Step::Plan(xslt_transform)],
    ..ORDINARY
};

fn xslt_transform(plan: &mut Plan, _recipe: &Recipe) {
    let copy = Element::new("xsl:template")
        .with("match", "@*|node()")
        .holding(Element::new("xsl:copy").holding(Element::new("xsl:apply-templates").with("select", "@*|node()")));
    let stylesheet = Element::new("xsl:stylesheet")
        .with("xmlns:xsl", "http://www.w3.org/1999/XSL/Transform")
        .with("version", "1.0")
        .holding(copy);
    plan.transforms.insert(1, Transform::Other(XSLT, Some(stylesheet)));
}

pub(super) const XPATH_FILTER_TRANSFORM: Attack = Attack {
    id: "xpath_filter_transform",
    about: "The Reference has an XPath Filter 2.0 transform that could subtract any part of the message from the digest.",
    source: "C14-07; core 5.4.4",
    steps: &[Step::Plan(xpath_filter_transform)],
    ..ORDINARY
};

fn xpath_filter_transform(plan: &mut Plan, _recipe: &Recipe) {
    let subtract = Element::new("filter:XPath")
        .with("xmlns:filter", XPATH_FILTER)
        .with("Filter", "subtract")
        .saying("//no-such-element");
    plan.transforms.insert(1, Transform::Other(XPATH_FILTER, Some(subtract)));
}

pub(super) const BASE64_TRANSFORM: Attack = Attack {
    id: "base64_transform",
    about: "The Reference has a base64 transform, which digests what the text decodes to and no markup at all.",
    source: "C14-07; core 5.4.4",
    steps: &[Step::Plan(|plan, _| plan.transforms.push(Transform::Other(BASE64, None)))],
    ..ORDINARY
};

pub(super) const HUNDRED_TRANSFORMS: Attack = Attack {
    id: "hundred_transforms",
    about: "The Reference has a hundred canonicalizations, each of which costs as much as the message is long.",
    source: "C14-07; CVE-2021-39171",
    steps: &[Step::Plan(hundred_transforms)],
    ..ORDINARY
};

fn hundred_transforms(plan: &mut Plan, _recipe: &Recipe) {
    plan.transforms.extend(std::iter::repeat_n(Transform::Canonical(Method::exclusive()), 100));
}

pub(super) const TRANSFORMS_SWAPPED: Attack = Attack {
    id: "transforms_swapped",
    about: "Canonicalization comes before enveloped-signature: the octets would have to be parsed again to find the Signature.",
    source: "C14-08; core 5.4.4",
    steps: &[Step::Plan(|plan, _| plan.transforms.reverse())],
    ..ORDINARY
};

pub(super) const ENVELOPED_TWICE: Attack = Attack {
    id: "enveloped_twice",
    about: "The transform enveloped-signature stands twice.",
    source: "C14-08; core 5.4.4",
    steps: &[Step::Plan(|plan, _| plan.transforms.insert(0, Transform::Enveloped))],
    ..ORDINARY
};

pub(super) const XSLT_CANONICALIZATION: Attack = Attack {
    id: "xslt_canonicalization",
    about: "CanonicalizationMethod is XSLT: a program would decide what the signature is over.",
    source: "C14-04; C14-06; CVE-2013-2172",
    live: false,
    needs: "a signed message that is not encrypted",
    applies: is_signed_plain,
    steps: &[Step::Signed(|workshop| canonicalization_method(workshop, XSLT))],
    ..ORDINARY
};

pub(super) const UNKNOWN_CANONICALIZATION: Attack = Attack {
    id: "unknown_canonicalization",
    about: "CanonicalizationMethod is an algorithm that does not exist.",
    source: "C14-04; CVE-2013-2172",
    live: false,
    needs: "a signed message that is not encrypted",
    applies: is_signed_plain,
    steps: &[Step::Signed(|workshop| canonicalization_method(workshop, "urn:samlspec:no-such-canonicalization"))],
    ..ORDINARY
};

fn canonicalization_method(workshop: &mut Workshop<'_>, uri: &str) -> Result<(), RecipeError> {
    workshop.response.walk_mut(&mut |element| {
        if element.local() == "CanonicalizationMethod" {
            element.set("Algorithm", uri);
        }
    });
    Ok(())
}

pub(super) const LONG_PREFIX_LIST: Attack = Attack {
    id: "long_prefix_list",
    about: "The PrefixList of the canonicalization names ten thousand prefixes.",
    source: "C14-05; exclusive canonicalization 3",
    steps: &[Step::Plan(long_prefix_list)],
    ..ORDINARY
};

fn long_prefix_list(plan: &mut Plan, _recipe: &Recipe) {
    let prefixes = (0..10_000).map(|number| format!("p{number}")).collect();
    let method = Method { prefix_list: prefixes, ..Method::exclusive() };
    plan.transforms = vec![Transform::Enveloped, Transform::Canonical(method)];
}
