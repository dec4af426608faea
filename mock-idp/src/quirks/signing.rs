//! Quirks of signing: other algorithms and another KeyInfo, all of them safe.

use super::{ORDINARY, Quirk};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::canonical::Method;
use crate::facts::KeyInfo;
use crate::idp;
use crate::key;
use crate::recipe::Recipe;
use crate::sign::{Plan, Transform};
use crate::step::Step;

const SIGNED: Quirk = Quirk {
    needs: "a signed message",
    applies: |recipe| recipe.sign.assertion() || recipe.sign.response(),
    ..ORDINARY
};

const KEY_INFO: Quirk = Quirk {
    needs: "a signed message of a vendor that writes KeyInfo",
    applies: |recipe| (SIGNED.applies)(recipe) && recipe.vendor.shape().signing.key_info.value != KeyInfo::None,
    ..ORDINARY
};

const RSA: Quirk = Quirk { needs: "a signed message and an RSA key", applies: signs_with_rsa, ..ORDINARY };

fn signs_with_rsa(recipe: &Recipe) -> bool {
    (SIGNED.applies)(recipe) && recipe.idp.key().usual_algorithm() == SignatureAlgorithm::RsaSha256
}

/// Replaces the canonicalization of SignedInfo and of the References.
fn canonicalize_by(plan: &mut Plan, method: &Method) {
    plan.canonicalization = method.clone();
    for transform in &mut plan.transforms {
        if let Transform::Canonical(old) = transform {
            old.clone_from(method);
        }
    }
}

pub(super) const INCLUSIVE_C14N: Quirk = Quirk {
    id: "inclusive_c14n",
    about: "Canonical XML 1.0 instead of the exclusive form, so the namespaces around count too.",
    source: "XML Signature 6.5.1; core 5.4.3 recommends the other",
    steps: &[Step::Plan(|plan, _| canonicalize_by(plan, &Method::inclusive()))],
    ..SIGNED
};

pub(super) const PREFIX_LIST: Quirk = Quirk {
    id: "prefix_list",
    about: "Exclusive canonicalization whose PrefixList names the default namespace and prefixes, declared or not.",
    seen_at: &["Okta"],
    source: "Okta lists `xs`; Exclusive XML Canonicalization 1.0, section 3",
    steps: &[Step::Plan(|plan, _| canonicalize_by(plan, &listed()))],
    ..SIGNED
};

fn listed() -> Method {
    Method { prefix_list: ["#default", "xs", "saml2p", "nowhere"].map(str::to_owned).to_vec(), ..Method::exclusive() }
}

pub(super) const ROLL_OVER: Quirk = Quirk {
    id: "roll_over",
    about: "KeyInfo lists two certificates, the next one before the one that belongs to this signature.",
    source: "XML Signature 4.4.4 allows several",
    steps: &[Step::Plan(roll_over)],
    ..KEY_INFO
};

fn roll_over(plan: &mut Plan, recipe: &Recipe) {
    plan.certificates.insert(0, idp::issue(&recipe.vendor.shape().certificate, &key::p256()));
}

pub(super) const NO_KEY_INFO: Quirk = Quirk {
    id: "no_key_info",
    about: "There is no KeyInfo: the SP knows the key anyway.",
    source: "PingFederate's default; core 5.4.5",
    seen_at: &["PingFederate"],
    steps: &[Step::Plan(|plan, _| plan.certificates.clear())],
    ..KEY_INFO
};

pub(super) const RSA_SHA384: Quirk = Quirk {
    id: "rsa_sha384",
    about: "Signed with RSA-SHA384 over SHA-384 digests.",
    source: "RFC 9231, section 2.3.3",
    steps: &[Step::Plan(|plan, _| sign_by(plan, SignatureAlgorithm::RsaSha384))],
    ..RSA
};

pub(super) const RSA_SHA512: Quirk = Quirk {
    id: "rsa_sha512",
    about: "Signed with RSA-SHA512 over SHA-512 digests.",
    source: "RFC 9231, section 2.3.4",
    steps: &[Step::Plan(|plan, _| sign_by(plan, SignatureAlgorithm::RsaSha512))],
    ..RSA
};

fn sign_by(plan: &mut Plan, algorithm: SignatureAlgorithm) {
    plan.algorithm = algorithm;
    plan.digest = algorithm.digest();
}

pub(super) const KEY_VALUE: Quirk = Quirk {
    id: "key_value",
    about: "KeyInfo holds modulus and exponent of the key instead of a certificate.",
    source: "LemonLDAP::NG, fixtures/recorded/llng-to-pysaml2; XML Signature 4.4.2",
    seen_at: &["LemonLDAP::NG"],
    steps: &[Step::Plan(|plan, recipe| plan.key_value = recipe.idp.key().rsa_numbers())],
    ..RSA
};

pub(super) const LINES_OF_64: Quirk = Quirk {
    id: "lines_of_64",
    about: "SignatureValue is broken after every 64 characters.",
    source: "LemonLDAP::NG, fixtures/recorded/llng-to-pysaml2: as OpenSSL and lasso write it",
    seen_at: &["LemonLDAP::NG"],
    steps: &[Step::Plan(|plan, _| plan.wrap = Some((64, "\n")))],
    ..SIGNED
};

pub(super) const CARRIAGE_RETURNS_IN_BASE64: Quirk = Quirk {
    id: "carriage_returns_in_base64",
    about: "The lines of SignatureValue end with a carriage return, written as a reference, and a line feed.",
    source: "Java's base64 encoder in XML Signature; RFC 2045, 6.8 has such lines",
    steps: &[Step::Plan(|plan, _| plan.wrap = Some((76, "\r\n")))],
    ..SIGNED
};

pub(super) const MIXED_DIGEST: Quirk = Quirk {
    id: "mixed_digest",
    about: "Signed with SHA-256 over a digest by SHA-512.",
    source: "XML Signature 4.4.3.5: the two algorithms are apart; Okta sets them apart",
    seen_at: &["Okta", "Auth0"],
    steps: &[Step::Plan(|plan, _| plan.digest = DigestAlgorithm::Sha512)],
    ..RSA
};
