//! Attacks by algorithm: weak, unknown, or of another kind than the key.
//!
//! Where the IdP's own key signs, the digest is right, so that only the rule itself stands in the way.

use super::{Attack, FORGERY, ORDINARY, is_signed};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::recipe::Recipe;
use crate::sign::{Plan, Signer};
use crate::step::Step;

fn signs_with_rsa(recipe: &Recipe) -> bool {
    is_signed(recipe) && recipe.idp.key().usual_algorithm() == SignatureAlgorithm::RsaSha256
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

/// SignatureMethod says this; SignatureValue is the IdP's RSA-SHA256.
fn names_method(plan: &mut Plan, uri: &str) {
    plan.method_uri = Some(uri.to_owned());
}

pub(super) const RSA_MD5: Attack = Attack {
    id: "rsa_md5",
    about: "SignatureMethod is RSA-MD5, whose collisions are found in seconds.",
    source: "KEY-07; RFC 9231, 2.3.1",
    live: false,
    steps: &[Step::Plan(|plan, _| names_method(plan, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"))],
    ..ORDINARY
};

pub(super) const DSA_SHA1: Attack = Attack {
    id: "dsa_sha1",
    about: "SignatureMethod is DSA-SHA1, which XML Signature once demanded of everyone.",
    source: "KEY-07; KEY-11; XML Signature 6.4.1",
    live: false,
    steps: &[Step::Plan(|plan, _| names_method(plan, "http://www.w3.org/2000/09/xmldsig#dsa-sha1"))],
    ..ORDINARY
};

pub(super) const MD5_DIGEST: Attack = Attack {
    id: "md5_digest",
    about: "DigestMethod is MD5.",
    source: "KEY-07; RFC 9231, 2.1.1",
    live: false,
    steps: &[Step::Plan(|plan, _| {
        plan.digest_uri = Some("http://www.w3.org/2001/04/xmldsig-more#md5".to_owned());
    })],
    ..ORDINARY
};

pub(super) const OTHER_KIND_OF_KEY: Attack = Attack {
    id: "other_kind_of_key",
    about: "SignatureMethod is one for keys of another kind than the IdP's: ECDSA for RSA, RSA for ECDSA.",
    source: "KEY-11; XML Signature 6.4",
    live: false,
    steps: &[Step::Plan(other_kind_of_key)],
    ..ORDINARY
};

fn other_kind_of_key(plan: &mut Plan, recipe: &Recipe) {
    let is_rsa = recipe.idp.key().usual_algorithm() == SignatureAlgorithm::RsaSha256;
    let other = if is_rsa { SignatureAlgorithm::EcdsaSha256 } else { SignatureAlgorithm::RsaSha256 };
    names_method(plan, other.uri());
}

pub(super) const ECDSA_ZEROS: Attack = Attack {
    id: "ecdsa_zeros",
    about: "SignatureMethod is ECDSA-SHA256 and SignatureValue two zeros, which fit any message where nobody looks at the range.",
    source: "KEY-10; CVE-2022-21449",
    steps: &[Step::Signed(|workshop| {
        let ecdsa = SignatureAlgorithm::EcdsaSha256;
        let plan = Plan { signer: Signer::Value(vec![0; 64]), algorithm: ecdsa, ..workshop.plan.clone() };
        super::tools::sign_forgery(workshop, plan)
    })],
    ..FORGERY
};

pub(super) const EMPTY_SIGNATURE_VALUE: Attack = Attack {
    id: "empty_signature_value",
    about: "A forged message whose SignatureValue is empty.",
    source: "SIG-13; KEY-08; CVE-2018-7711",
    steps: &[Step::Signed(|workshop| {
        let plan = Plan { signer: Signer::Value(Vec::new()), ..workshop.plan.clone() };
        super::tools::sign_forgery(workshop, plan)
    })],
    ..FORGERY
};
