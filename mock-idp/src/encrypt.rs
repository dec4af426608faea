//! XML Encryption of an Assertion: an element and the SP's certificate in, an EncryptedAssertion out.
//!
//! AES in CBC or GCM mode, the key transported by RSA-OAEP with SHA-1 (`rsa-oaep-mgf1p`). Refuses: an SP without a
//! certificate, or with one whose key is not RSA.

use crate::base64;
use crate::canonical::{Method, Scope, canonical};
use crate::compose::{Family, Pen};
use crate::names::{ENCRYPTED_ELEMENT, ENCRYPTED_KEY, OAEP_MGF1P};
use crate::random::Random;
use crate::recipe::RecipeError;
use crate::tree::Element;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use aes_gcm::aead::{Aead, KeyInit};
use rsa::pkcs8::DecodePublicKey;
use rsa::pkcs8::der::{AnyRef, Encode, Reader, SliceReader};
use serde::Deserialize;
use sha1::Sha1;

/// How an Assertion gets encrypted.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// The cipher of the content.
    pub cipher: Cipher,
    /// Where the encrypted key stands.
    pub key_placement: KeyPlacement,
}

/// The cipher of the content.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Cipher {
    /// AES-128 in CBC mode.
    Aes128Cbc,
    /// AES-256 in CBC mode.
    Aes256Cbc,
    /// AES-128 in GCM mode.
    Aes128Gcm,
    /// AES-256 in GCM mode.
    Aes256Gcm,
}

/// Where the EncryptedKey stands.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlacement {
    /// Inside the KeyInfo of the EncryptedData.
    InKeyInfo,
    /// Beside the EncryptedData, found through a RetrievalMethod.
    Sibling,
}

impl Cipher {
    /// Every cipher, for tests and lists.
    pub const ALL: &'static [Self] = &[Self::Aes128Cbc, Self::Aes256Cbc, Self::Aes128Gcm, Self::Aes256Gcm];

    /// The `Algorithm` of the EncryptionMethod.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Aes128Cbc => "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
            Self::Aes256Cbc => "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
            Self::Aes128Gcm => "http://www.w3.org/2009/xmlenc11#aes128-gcm",
            Self::Aes256Gcm => "http://www.w3.org/2009/xmlenc11#aes256-gcm",
        }
    }

    /// A fresh key, and initialization vector, ciphertext and tag as the standard strings them together (xmlenc 5.2).
    fn encrypt(self, plaintext: &[u8], random: &mut Random) -> Result<(Vec<u8>, Vec<u8>), RecipeError> {
        let key: [u8; 32] = random.octets();
        let key = match self {
            Self::Aes128Cbc | Self::Aes128Gcm => key.iter().take(16).copied().collect(),
            Self::Aes256Cbc | Self::Aes256Gcm => key.to_vec(),
        };
        let octets = match self {
            Self::Aes128Cbc => cbc::<cbc::Encryptor<aes::Aes128>>(&key, plaintext, random),
            Self::Aes256Cbc => cbc::<cbc::Encryptor<aes::Aes256>>(&key, plaintext, random),
            Self::Aes128Gcm => gcm::<aes_gcm::Aes128Gcm>(&key, plaintext, random),
            Self::Aes256Gcm => gcm::<aes_gcm::Aes256Gcm>(&key, plaintext, random),
        };
        Ok((key, octets.ok_or(RecipeError::Encryption("the cipher gave up"))?))
    }
}

fn cbc<Mode: KeyIvInit + BlockModeEncrypt>(key: &[u8], plaintext: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let vector: [u8; 16] = random.octets();
    let padded = padded(plaintext, random);
    let mut buffer = padded.clone();
    let mode = Mode::new_from_slices(key, &vector).ok()?;
    let ciphertext = mode.encrypt_padded::<NoPadding>(&mut buffer, padded.len()).ok()?;
    Some([vector.as_slice(), ciphertext].concat())
}

/// Fills up to whole blocks with random octets, the last of which says how many (xmlenc 5.2.1).
fn padded(plaintext: &[u8], random: &mut Random) -> Vec<u8> {
    let missing = 16 - plaintext.len() % 16;
    let filling: [u8; 16] = random.octets();
    let mut padded = plaintext.to_vec();
    padded.extend(filling.iter().take(missing - 1));
    padded.extend(u8::try_from(missing));
    padded
}

fn gcm<Mode: KeyInit + Aead>(key: &[u8], plaintext: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let nonce: [u8; 12] = random.octets();
    let nonce_ref = <&aes_gcm::aead::Nonce<Mode>>::try_from(nonce.as_slice()).ok()?;
    let ciphertext = Mode::new_from_slice(key).ok()?.encrypt(nonce_ref, plaintext).ok()?;
    Some([nonce.as_slice(), &ciphertext].concat())
}

/// The EncryptedAssertion that takes an Assertion's place.
///
/// The plaintext is Canonical XML 1.0, as Okta's is: it carries every namespace around it, so it can be read on its own.
pub(crate) fn encrypt(
    assertion: &Element,
    around: &Scope,
    encryption: Encryption,
    certificate: Option<&[u8]>,
    pen: &Pen<'_>,
    random: &mut Random,
) -> Result<Element, RecipeError> {
    let certificate = certificate.ok_or(RecipeError::Encryption("the SP has no encryption certificate"))?;
    let plaintext = canonical(assertion, around, &Method::inclusive());
    let (key, ciphertext) = encryption.cipher.encrypt(plaintext.as_bytes(), random)?;
    let transported = transport(&key, certificate, random)?;
    Ok(envelope(&Parts { encryption, certificate, ciphertext, transported }, pen, random))
}

/// The content key, encrypted for the SP.
fn transport(key: &[u8], certificate: &[u8], random: &mut Random) -> Result<Vec<u8>, RecipeError> {
    let public = subject_public_key_info(certificate).and_then(|info| rsa::PublicKey::from_public_key_der(&info).ok());
    let public = public.ok_or(RecipeError::Encryption("the SP's certificate has no RSA key"))?;
    public
        .encrypt(random.generator(), rsa::Oaep::<Sha1>::new(), key)
        .map_err(|_| RecipeError::Encryption("the key transport gave up"))
}

/// The seventh part of a certificate's body: version, serial, algorithm, issuer, validity and subject come first (RFC 5280).
fn subject_public_key_info(certificate: &[u8]) -> Option<Vec<u8>> {
    let certificate: AnyRef<'_> = SliceReader::new(certificate).ok()?.decode().ok()?;
    let body: AnyRef<'_> = SliceReader::new(certificate.value()).ok()?.decode().ok()?;
    let mut parts = SliceReader::new(body.value()).ok()?;
    for _ in 0..6 {
        parts.decode::<AnyRef<'_>>().ok()?;
    }
    parts.decode::<AnyRef<'_>>().ok()?.to_der().ok()
}

struct Parts<'a> {
    encryption: Encryption,
    certificate: &'a [u8],
    ciphertext: Vec<u8>,
    transported: Vec<u8>,
}

fn envelope(parts: &Parts<'_>, pen: &Pen<'_>, random: &mut Random) -> Element {
    let pattern = match (parts.encryption.key_placement, pen.shape().encryption.id.value.as_str()) {
        // A RetrievalMethod needs something to point at, even where the vendor writes no Ids.
        (KeyPlacement::Sibling, "") => "_{hex:32}",
        (_, pattern) => pattern,
    };
    let mut id = || (!pattern.is_empty()).then(|| random.id(pattern));
    let (data_id, key_id) = (id(), id());
    let mut data = pen.element(
        Family::Xenc,
        "EncryptedAssertion",
        "EncryptedData",
        &[("Id", data_id.as_deref()), ("Type", Some(ENCRYPTED_ELEMENT))],
    );
    data.push(method(pen, "EncryptedData", parts.encryption.cipher.uri()));
    let mut key_info = pen.element(Family::Ds, "EncryptedData", "KeyInfo", &[]);
    let mut key = encrypted_key(parts, key_id.as_deref(), pen);
    let mut outer = pen.element(Family::Saml, "Response", "EncryptedAssertion", &[]);
    match parts.encryption.key_placement {
        KeyPlacement::InKeyInfo => {
            data.push(key_info.holding(key));
            data.push(cipher_data(pen, "EncryptedData", &parts.ciphertext));
            outer.holding(data)
        }
        KeyPlacement::Sibling => {
            let uri = |id: &Option<String>| format!("#{}", id.as_deref().unwrap_or_default());
            let (key_uri, data_uri) = (uri(&key_id), uri(&data_id));
            let retrieval = [("Type", Some(ENCRYPTED_KEY)), ("URI", Some(key_uri.as_str()))];
            key_info.push(pen.element(Family::Ds, "KeyInfo", "RetrievalMethod", &retrieval));
            data.push(key_info);
            data.push(cipher_data(pen, "EncryptedData", &parts.ciphertext));
            let list = child_of(&key, pen, "ReferenceList", &[]);
            let reference = child_of(&list, pen, "DataReference", &[("URI", Some(&data_uri))]);
            key.push(list.holding(reference));
            outer.push(data);
            outer.holding(key)
        }
    }
}

fn encrypted_key(parts: &Parts<'_>, id: Option<&str>, pen: &Pen<'_>) -> Element {
    let digest = crate::algorithm::DigestAlgorithm::Sha1.uri();
    let digest = pen.element(Family::Ds, "EncryptionMethod", "DigestMethod", &[("Algorithm", Some(digest))]);
    let lines = base64::wrapped(parts.certificate, pen.shape().wire.certificate_wrap.value);
    let certificate = pen.element(Family::Ds, "X509Data", "X509Certificate", &[]).saying(lines);
    let data = pen.element(Family::Ds, "KeyInfo", "X509Data", &[]).holding(certificate);
    pen.element(Family::Xenc, "KeyInfo", "EncryptedKey", &[("Id", id)])
        .holding(method(pen, "EncryptedKey", OAEP_MGF1P).holding(digest))
        .holding(pen.element(Family::Ds, "EncryptedKey", "KeyInfo", &[]).holding(data))
        .holding(cipher_data(pen, "EncryptedKey", &parts.transported))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::Vendor;
    use aes::cipher::BlockModeDecrypt;
    use rsa::pkcs8::DecodePrivateKey;

    const CERTIFICATE: &str = include_str!("../../fixtures/keys/sp.crt.pem");
    const KEY: &str = include_str!("../../fixtures/keys/sp.key.pem");

    /// What the SP does: the content key with its own key, then the content.
    fn decrypted(encrypted: &Element, cipher: Cipher) -> Vec<u8> {
        let value = |holder: &str| {
            let found = encrypted.walk().into_iter().find(|element| element.local() == holder).cloned().unwrap();
            base64::decode(&found.at(&["CipherData", "CipherValue"]).unwrap().text()).unwrap()
        };
        let private = rsa::PrivateKey::from_pkcs8_der(&crate::key::pem_body(KEY).unwrap()).unwrap();
        let key = private.decrypt(rsa::Oaep::<Sha1>::new(), &value("EncryptedKey")).unwrap();
        let content = value("EncryptedData");
        match cipher {
            Cipher::Aes128Cbc => opened_cbc::<cbc::Decryptor<aes::Aes128>>(&key, &content),
            Cipher::Aes256Cbc => opened_cbc::<cbc::Decryptor<aes::Aes256>>(&key, &content),
            Cipher::Aes128Gcm => opened_gcm::<aes_gcm::Aes128Gcm>(&key, &content),
            Cipher::Aes256Gcm => opened_gcm::<aes_gcm::Aes256Gcm>(&key, &content),
        }
    }

    fn opened_cbc<Mode: KeyIvInit + BlockModeDecrypt>(key: &[u8], content: &[u8]) -> Vec<u8> {
        let (vector, ciphertext) = content.split_at(16);
        let mut buffer = ciphertext.to_vec();
        let mode = Mode::new_from_slices(key, vector).unwrap();
        let padded = mode.decrypt_padded::<NoPadding>(&mut buffer).unwrap();
        let padding = usize::from(*padded.last().unwrap());
        padded[..padded.len() - padding].to_vec()
    }

    fn opened_gcm<Mode: KeyInit + Aead>(key: &[u8], content: &[u8]) -> Vec<u8> {
        let (nonce, ciphertext) = content.split_at(12);
        let nonce = <&aes_gcm::aead::Nonce<Mode>>::try_from(nonce).unwrap();
        Mode::new_from_slice(key).unwrap().decrypt(nonce, ciphertext).unwrap()
    }

    #[test]
    fn the_sp_gets_back_what_was_encrypted() {
        let assertion = Element::new("a:b").with("xmlns:a", "urn:a").saying("Größe <1>");
        let certificate = crate::key::pem_body(CERTIFICATE);
        for vendor in Vendor::all() {
            for &cipher in Cipher::ALL {
                for key_placement in [KeyPlacement::InKeyInfo, KeyPlacement::Sibling] {
                    let encrypted = encrypt(
                        &assertion,
                        &Scope::default(),
                        Encryption { cipher, key_placement },
                        certificate.as_deref(),
                        &Pen::of(vendor, true),
                        &mut Random::seeded(3),
                    );
                    let plaintext = decrypted(&encrypted.unwrap(), cipher);
                    let expected = r#"<a:b xmlns:a="urn:a">Größe &lt;1&gt;</a:b>"#;
                    assert_eq!(plaintext, expected.as_bytes(), "{vendor:?} {cipher:?}");
                }
            }
        }
    }
}
