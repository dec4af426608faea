//! The XML around a ciphertext: its parts in, the vendor's EncryptedData and EncryptedKey out (xmlenc 3).

use super::transport::certificate_part;
use super::{Encryption, KeyPlacement, KeyTransport, Scheme};
use crate::algorithm::DigestAlgorithm;
use crate::base64;
use crate::canonical::Scope;
use crate::compose::{Family, Pen};
use crate::facts::RecipientHint;
use crate::names::{ENCRYPTED_ELEMENT, ENCRYPTED_KEY, XENC11, namespace_of};
use crate::random::Random;
use crate::tree::Element;
use crate::x509;
use std::collections::BTreeSet;

/// Everything that goes into the envelope.
pub(super) struct Parts<'a> {
    pub(super) encryption: Encryption,
    pub(super) certificate: &'a [u8],
    pub(super) ciphertext: Vec<u8>,
    pub(super) transported: Vec<u8>,
    pub(super) strangers: Vec<Vec<u8>>,
}

/// The element of this name around EncryptedData, with the EncryptedKeys in their place.
///
/// `around` is what surrounds that element: a key that stands where the vendor never puts it declares what it lacks.
pub(super) fn envelope(outer: &str, around: &Scope, parts: &Parts<'_>, pen: &Pen<'_>, random: &mut Random) -> Element {
    let pattern = match (parts.encryption.key_placement, pen.shape().encryption.id.value.as_str()) {
        // A RetrievalMethod needs something to point at, even where the vendor writes no Ids.
        (KeyPlacement::Sibling, "") => "_{hex:32}",
        (_, pattern) => pattern,
    };
    let mut id = || (!pattern.is_empty()).then(|| random.id(pattern));
    let data_id = id();
    let mut keys: Vec<(Option<String>, Element)> = Vec::new();
    for stranger in &parts.strangers {
        let id = id();
        keys.push((id.clone(), encrypted_key(parts, stranger, id.as_deref(), false, pen)));
    }
    let own = id();
    keys.push((own.clone(), encrypted_key(parts, &parts.transported, own.as_deref(), true, pen)));
    let mut data = pen.element(
        Family::Xenc,
        "EncryptedAssertion",
        "EncryptedData",
        &[("Id", data_id.as_deref()), ("Type", Some(ENCRYPTED_ELEMENT))],
    );
    data.push(method(pen, "EncryptedData", parts.encryption.cipher.uri()));
    let mut key_info = pen.element(Family::Ds, "EncryptedData", "KeyInfo", &[]);
    let mut outer = pen.element_like(Family::Saml, outer, "EncryptedAssertion", &[]);
    match parts.encryption.key_placement {
        KeyPlacement::InKeyInfo => keys.drain(..).for_each(|(_, key)| key_info.push(key)),
        KeyPlacement::Sibling => key_info.push(retrieval(own.as_deref(), pen)),
    }
    data.push(key_info);
    data.push(cipher_data(pen, "EncryptedData", &parts.ciphertext));
    pen.space(&mut data, "");
    outer.push(data);
    for (_, mut key) in keys {
        let list = child_of(&key, pen, "ReferenceList", &[]);
        let uri = format!("#{}", data_id.as_deref().unwrap_or_default());
        let reference = child_of(&list, pen, "DataReference", &[("URI", Some(&uri))]);
        key.push(list.holding(reference));
        declare_missing(&mut key, &around.inside(&outer));
        outer.push(key);
    }
    outer
}

/// Declares at the top what an element uses and nothing around it declares.
fn declare_missing(element: &mut Element, around: &Scope) {
    let mut missing = BTreeSet::new();
    undeclared(element, &around.inside(element), &mut missing);
    for prefix in missing {
        if let Some(uri) = namespace_of(&prefix) {
            element.set(&format!("xmlns:{prefix}"), uri);
        }
    }
}

fn undeclared(element: &Element, scope: &Scope, missing: &mut BTreeSet<String>) {
    if !element.prefix().is_empty() && scope.uri(element.prefix()).is_none() {
        missing.insert(element.prefix().to_owned());
    }
    element.elements().for_each(|child| undeclared(child, &scope.inside(child), missing));
}

fn retrieval(key_id: Option<&str>, pen: &Pen<'_>) -> Element {
    let uri = format!("#{}", key_id.unwrap_or_default());
    pen.element(Family::Ds, "KeyInfo", "RetrievalMethod", &[("Type", Some(ENCRYPTED_KEY)), ("URI", Some(&uri))])
}

fn encrypted_key(parts: &Parts<'_>, wrapped: &[u8], id: Option<&str>, ours: bool, pen: &Pen<'_>) -> Element {
    // Where there are several, each says whose it is.
    let recipient = if ours { "urn:this-sp" } else { "urn:another-sp" };
    let recipient = (!parts.strangers.is_empty()).then_some(recipient);
    let mut key = pen
        .element(Family::Xenc, "KeyInfo", "EncryptedKey", &[("Id", id), ("Recipient", recipient)])
        .holding(transport_method(parts.encryption.transport, pen));
    if let Some(hint) = hint(parts, ours, pen) {
        key.push(pen.element(Family::Ds, "EncryptedKey", "KeyInfo", &[]).holding(hint));
    }
    key.holding(cipher_data(pen, "EncryptedKey", wrapped))
}

/// EncryptionMethod with what OAEP needs to be named (xmlenc 5.5.2): what goes without saying is left out where the vendor
/// leaves it out.
fn transport_method(transport: KeyTransport, pen: &Pen<'_>) -> Element {
    let mut element = method(pen, "EncryptedKey", transport.scheme.uri());
    let usual = transport.digest == DigestAlgorithm::Sha1 && !pen.shape().encryption.digest_method.value;
    if transport.scheme != Scheme::Pkcs1 && !usual {
        let digest = [("Algorithm", Some(transport.digest.uri()))];
        element.push(pen.element(Family::Ds, "EncryptionMethod", "DigestMethod", &digest));
    }
    if transport.scheme == Scheme::Oaep && transport.mask != DigestAlgorithm::Sha1 {
        let mask = Element::new("xenc11:MGF").with("xmlns:xenc11", XENC11).with("Algorithm", transport.mask.mgf_uri());
        element.push(mask);
    }
    element
}

/// What the EncryptedKey says about its recipient.
fn hint(parts: &Parts<'_>, ours: bool, pen: &Pen<'_>) -> Option<Element> {
    let data = pen.element(Family::Ds, "KeyInfo", "X509Data", &[]);
    match pen.shape().encryption.recipient.value {
        _ if !ours => None,
        RecipientHint::None => None,
        RecipientHint::Certificate => {
            let lines = base64::wrapped(parts.certificate, pen.shape().wire.certificate_wrap.value);
            Some(data.holding(pen.element(Family::Ds, "X509Data", "X509Certificate", &[]).saying(lines)))
        }
        RecipientHint::IssuerSerial => {
            let issuer = x509::name(&certificate_part(parts.certificate, 3)?)?;
            let serial = x509::decimal(&certificate_part(parts.certificate, 1)?)?;
            let pair = pen
                .element(Family::Ds, "X509Data", "X509IssuerSerial", &[])
                .holding(pen.element(Family::Ds, "X509IssuerSerial", "X509IssuerName", &[]).saying(issuer))
                .holding(pen.element(Family::Ds, "X509IssuerSerial", "X509SerialNumber", &[]).saying(serial));
            Some(data.holding(pair))
        }
    }
}

fn method(pen: &Pen<'_>, parent: &str, uri: &str) -> Element {
    pen.element(Family::Xenc, parent, "EncryptionMethod", &[("Algorithm", Some(uri))])
}

fn cipher_data(pen: &Pen<'_>, parent: &str, octets: &[u8]) -> Element {
    let data = pen.element(Family::Xenc, parent, "CipherData", &[]);
    let value = child_of(&data, pen, "CipherValue", &[]).saying(base64::encode(octets));
    data.holding(value)
}

/// An element in its parent's prefix: a vendor may use one prefix for the data and another for the key.
fn child_of(parent: &Element, pen: &Pen<'_>, local: &str, given: &[(&str, Option<&str>)]) -> Element {
    let mut child = pen.element(Family::Xenc, parent.local(), local, given);
    child.name = match parent.prefix() {
        "" => local.to_owned(),
        prefix => format!("{prefix}:{local}"),
    };
    child
}
