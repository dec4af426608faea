//! EncryptedAssertion: an element and our private keys in, the octets that were encrypted out (core 2.3.4, XML Encryption).
//!
//! Refuses algorithms that are not on the list, references to anything outside the element, and more EncryptedKeys
//! than the limit. Whatever goes wrong behind the choice of algorithm, the reason is the same: anyone can encrypt to
//! our certificate, so telling bad padding from a bad key would let him decrypt step by step.

use super::signature::base64;
use crate::config::DecryptionKey;
use crate::limits::Limits;
use crate::names::Namespace;
use crate::parsed::walk::Children;
use crate::parsed::{Document, NodeId};
use crate::reject::{Reason, Rejection};
use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{self, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{self, OaepAlgorithm};
use zeroize::Zeroizing;

/// How the content is encrypted.
#[derive(Clone, Copy)]
enum ContentAlgorithm {
    Cbc(&'static cipher::Algorithm, usize),
    Gcm(&'static aead::Algorithm, usize),
}

const CONTENT_ALGORITHMS: &[(&str, ContentAlgorithm)] = &[
    ("http://www.w3.org/2009/xmlenc11#aes128-gcm", ContentAlgorithm::Gcm(&aead::AES_128_GCM, 16)),
    ("http://www.w3.org/2009/xmlenc11#aes192-gcm", ContentAlgorithm::Gcm(&aead::AES_192_GCM, 24)),
    ("http://www.w3.org/2009/xmlenc11#aes256-gcm", ContentAlgorithm::Gcm(&aead::AES_256_GCM, 32)),
    ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", ContentAlgorithm::Cbc(&cipher::AES_128, 16)),
    ("http://www.w3.org/2001/04/xmlenc#aes192-cbc", ContentAlgorithm::Cbc(&cipher::AES_192, 24)),
    ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", ContentAlgorithm::Cbc(&cipher::AES_256, 32)),
];

const OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
const MGF1_SHA1: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha1";

/// OAEP's digest and mask function, as the message names them. The library has the pairs of one hash only.
const OAEP_PAIRS: &[(&str, &str, &OaepAlgorithm)] = &[
    (SHA1, MGF1_SHA1, &rsa::OAEP_SHA1_MGF1SHA1),
    (
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2009/xmlenc11#mgf1sha256",
        &rsa::OAEP_SHA256_MGF1SHA256,
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2009/xmlenc11#mgf1sha384",
        &rsa::OAEP_SHA384_MGF1SHA384,
    ),
    (
        "http://www.w3.org/2001/04/xmlenc#sha512",
        "http://www.w3.org/2009/xmlenc11#mgf1sha512",
        &rsa::OAEP_SHA512_MGF1SHA512,
    ),
];

/// One EncryptedKey: how and what.
struct WrappedKey {
    algorithm: &'static OaepAlgorithm,
    octets: Vec<u8>,
}

/// The octets that were encrypted.
pub(super) fn decrypt(
    document: &Document,
    encrypted: NodeId,
    keys: &[DecryptionKey],
    limits: &Limits,
) -> Result<Vec<u8>, Rejection> {
    let mut children = children(document, encrypted)?;
    let data = demand(&mut children, "EncryptedData")?;
    let mut wrapped = Vec::new();
    let mut parts = self::children(document, data)?;
    let method = demand(&mut parts, "EncryptionMethod")?;
    let algorithm = content_algorithm(document, method)?;
    if let Some(key_info) = parts.take(Namespace::Dsig, "KeyInfo") {
        // RetrievalMethod is not followed: the key it points at stands beside the data.
        wrapped.extend(document.elements(key_info).filter(|id| document.is(*id, Namespace::Xenc, "EncryptedKey")));
    }
    let content = cipher_value(document, &mut parts)?;
    while let Some(key) = children.take(Namespace::Xenc, "EncryptedKey") {
        wrapped.push(key);
    }
    finish(children)?;
    if wrapped.is_empty() || wrapped.len() > limits.encrypted_keys {
        return Err(malformed(&format!("1 to {} EncryptedKeys", limits.encrypted_keys), wrapped.len().to_string()));
    }
    let mut unusable = None;
    for key in wrapped {
        // Another recipient's key may be wrapped in a way we do not take.
        let key = match WrappedKey::read(document, key) {
            Ok(key) => key,
            Err(rejection) => {
                unusable = unusable.or(Some(rejection));
                continue;
            }
        };
        if let Some(octets) = keys.iter().find_map(|ours| algorithm.open(&key.unwrap(ours)?, &content)) {
            return Ok(octets);
        }
    }
    if let Some(rejection) = unusable {
        return Err(rejection);
    }
    Err(Rejection::new(
        Reason::DecryptionFailed,
        "an Assertion encrypted to a certificate of this SP",
        "nothing that decrypts",
    ))
}

impl WrappedKey {
    fn read(document: &Document, key: NodeId) -> Result<Self, Rejection> {
        let mut parts = children(document, key)?;
        let method = demand(&mut parts, "EncryptionMethod")?;
        let algorithm = key_algorithm(document, method)?;
        // Names a recipient; which of our keys fits is found by trying.
        parts.take(Namespace::Dsig, "KeyInfo");
        let octets = cipher_value(document, &mut parts)?;
        Ok(Self { algorithm, octets })
    }

    fn unwrap(&self, ours: &DecryptionKey) -> Option<Zeroizing<Vec<u8>>> {
        let mut room = Zeroizing::new(vec![0; ours.oaep().min_output_size()]);
        let unwrapped = ours.oaep().decrypt(self.algorithm, &self.octets, &mut room, None).ok()?;
        Some(Zeroizing::new(unwrapped.to_vec()))
    }
}

impl ContentAlgorithm {
    /// The octets, if the key is of the right length and they were encrypted with it.
    fn open(self, key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Cbc(algorithm, length) if key.len() == length => open_cbc(algorithm, key, content),
            Self::Gcm(algorithm, length) if key.len() == length => open_gcm(algorithm, key, content),
            Self::Cbc(..) | Self::Gcm(..) => None,
        }
    }
}

/// The last octet says how many octets are padding; the others are anything (xmlenc 5.2), unlike PKCS#7.
fn open_cbc(algorithm: &'static cipher::Algorithm, key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    const BLOCK: usize = 16;
    let (iv, blocks) = content.split_at_checked(BLOCK)?;
    if blocks.is_empty() || blocks.len() % BLOCK != 0 {
        return None;
    }
    let key = DecryptingKey::cbc(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
    let mut octets = blocks.to_vec();
    key.decrypt(&mut octets, DecryptionContext::Iv128(FixedLength::try_from(iv).ok()?)).ok()?;
    let padding = usize::from(*octets.last()?);
    if !(1..=BLOCK).contains(&padding) {
        return None;
    }
    octets.truncate(octets.len() - padding);
    Some(octets)
}

/// Nonce of 12 octets, then the ciphertext, then the tag of 16: never shorter (xmlenc11 5.2.4).
fn open_gcm(algorithm: &'static aead::Algorithm, key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = content.split_at_checked(aead::NONCE_LEN)?;
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
    let mut octets = sealed.to_vec();
    let length =
        key.open_in_place(Nonce::try_assume_unique_for_key(nonce).ok()?, Aad::empty(), &mut octets).ok()?.len();
    octets.truncate(length);
    Some(octets)
}

fn content_algorithm(document: &Document, method: NodeId) -> Result<ContentAlgorithm, Rejection> {
    let uri = document.attribute(method, "Algorithm").unwrap_or_default();
    let known = CONTENT_ALGORITHMS.iter().find(|(known, _)| *known == uri);
    known.map(|(_, algorithm)| *algorithm).ok_or_else(|| not_allowed("AES in CBC or GCM mode", uri))
}

fn key_algorithm(document: &Document, method: NodeId) -> Result<&'static OaepAlgorithm, Rejection> {
    let uri = document.attribute(method, "Algorithm").unwrap_or_default();
    if uri != OAEP_MGF1P && uri != OAEP {
        return Err(not_allowed("RSA-OAEP", uri));
    }
    let algorithm_of = |namespace, local| {
        let element = document.elements(method).find(|id| document.is(*id, namespace, local))?;
        Some(document.attribute(element, "Algorithm").unwrap_or_default().into_owned())
    };
    if document.elements(method).any(|id| document.is(id, Namespace::Xenc, "OAEPparams")) {
        return Err(not_allowed("RSA-OAEP without a label", "OAEPparams"));
    }
    let digest = algorithm_of(Namespace::Dsig, "DigestMethod").unwrap_or_else(|| SHA1.to_owned());
    // The older name fixes the mask function's hash (xmlenc11 5.5.2).
    let mask = if uri == OAEP_MGF1P { None } else { algorithm_of(Namespace::Xenc11, "MGF") };
    let mask = mask.unwrap_or_else(|| MGF1_SHA1.to_owned());
    let known = OAEP_PAIRS.iter().find(|(known_digest, known_mask, _)| *known_digest == digest && *known_mask == mask);
    known
        .map(|(.., algorithm)| *algorithm)
        .ok_or_else(|| not_allowed("RSA-OAEP with one hash for digest and mask", format!("{digest} with {mask}")))
}

fn cipher_value(document: &Document, parts: &mut Children<'_>) -> Result<Vec<u8>, Rejection> {
    let data = demand(parts, "CipherData")?;
    let mut inner = children(document, data)?;
    // CipherReference would fetch the octets from elsewhere.
    let value = demand(&mut inner, "CipherValue")?;
    finish(inner)?;
    base64(document, value).map_err(as_malformed)
}

fn not_allowed(expected: &str, found: impl AsRef<str>) -> Rejection {
    Rejection::new(Reason::EncryptionAlgorithmNotAllowed, expected, found)
}

fn malformed(expected: &str, found: impl AsRef<str>) -> Rejection {
    Rejection::new(Reason::EncryptionMalformed, expected, found)
}

fn as_malformed(rejection: Rejection) -> Rejection {
    Rejection::new(Reason::EncryptionMalformed, rejection.expected(), rejection.found())
}

fn children<'d>(document: &'d Document, element: NodeId) -> Result<Children<'d>, Rejection> {
    Children::of(document, element).map_err(as_malformed)
}

fn demand(children: &mut Children<'_>, local: &str) -> Result<NodeId, Rejection> {
    children.demand(Namespace::Xenc, local).map_err(as_malformed)
}

fn finish(children: Children<'_>) -> Result<(), Rejection> {
    children.finish().map_err(as_malformed)
}
