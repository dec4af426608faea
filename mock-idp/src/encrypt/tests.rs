//! What the SP does with an encrypted element, done here by RustCrypto, so that every combination is known to be right.

use super::*;
use crate::algorithm::DigestAlgorithm;
use crate::base64;
use crate::vendor::Vendor;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use aes_gcm::aead::{Aead, KeyInit};
use rsa::pkcs8::DecodePrivateKey;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

const CERTIFICATE: &str = include_str!("../../../fixtures/keys/sp.crt.pem");
const KEY: &str = include_str!("../../../fixtures/keys/sp.key.pem");
const PLAIN: &str = r#"<a:b xmlns:a="urn:a">Größe &lt;1&gt;</a:b>"#;

fn element() -> Element {
    Element::new("a:b").with("xmlns:a", "urn:a").saying("Größe <1>")
}

fn encrypted(vendor: Vendor, encryption: Encryption) -> Element {
    let certificate = crate::key::pem_body(CERTIFICATE);
    let pen = Pen::of(vendor, true);
    let scope = Scope::default();
    encrypt(&element(), &scope, "EncryptedAssertion", encryption, certificate.as_deref(), &pen, &mut Random::seeded(3))
        .unwrap()
}

fn value(encrypted: &Element, holder: &str) -> Vec<u8> {
    let found = encrypted.walk().into_iter().rfind(|element| element.local() == holder).unwrap().clone();
    let text: String = found.at(&["CipherData", "CipherValue"]).unwrap().text().split_whitespace().collect();
    base64::decode(&text).unwrap()
}

/// The content key with the SP's key, then the content; `None` where an SP cannot do either.
fn decrypted(encrypted: &Element, cipher: Cipher, transport: KeyTransport) -> Option<Vec<u8>> {
    let key = unwrapped(&value(encrypted, "EncryptedKey"), transport)?;
    let content = value(encrypted, "EncryptedData");
    match cipher {
        Cipher::Aes128Cbc => opened_cbc::<cbc::Decryptor<aes::Aes128>>(&key, &content, 16),
        Cipher::Aes192Cbc => opened_cbc::<cbc::Decryptor<aes::Aes192>>(&key, &content, 16),
        Cipher::Aes256Cbc => opened_cbc::<cbc::Decryptor<aes::Aes256>>(&key, &content, 16),
        Cipher::TripleDesCbc => opened_cbc::<cbc::Decryptor<des::TdesEde3>>(&key, &content, 8),
        Cipher::Aes128Gcm => opened_gcm::<aes_gcm::Aes128Gcm>(&key, &content),
        Cipher::Aes192Gcm => {
            opened_gcm::<aes_gcm::AesGcm<aes::Aes192, aes_gcm::aes::cipher::consts::U12>>(&key, &content)
        }
        Cipher::Aes256Gcm => opened_gcm::<aes_gcm::Aes256Gcm>(&key, &content),
    }
}

fn unwrapped(wrapped: &[u8], transport: KeyTransport) -> Option<Vec<u8>> {
    let private = rsa::PrivateKey::from_pkcs8_der(&crate::key::pem_body(KEY).unwrap()).unwrap();
    if transport.scheme == Scheme::Pkcs1 {
        return private.decrypt(rsa::Pkcs1v15Encrypt, wrapped).ok();
    }
    macro_rules! oaep {
        (mask $digest:ident) => { match transport.mask {
            DigestAlgorithm::Sha1 => private.decrypt(rsa::Oaep::<$digest, Sha1>::new_with_mgf_hash(), wrapped).ok(),
            DigestAlgorithm::Sha224 => private.decrypt(rsa::Oaep::<$digest, Sha224>::new_with_mgf_hash(), wrapped).ok(),
            DigestAlgorithm::Sha256 => private.decrypt(rsa::Oaep::<$digest, Sha256>::new_with_mgf_hash(), wrapped).ok(),
            DigestAlgorithm::Sha384 => private.decrypt(rsa::Oaep::<$digest, Sha384>::new_with_mgf_hash(), wrapped).ok(),
            DigestAlgorithm::Sha512 => private.decrypt(rsa::Oaep::<$digest, Sha512>::new_with_mgf_hash(), wrapped).ok(),
        } };
        ($($digest:ident)*) => { match transport.digest { $(DigestAlgorithm::$digest => oaep!(mask $digest),)* } };
    }
    oaep!(Sha1 Sha224 Sha256 Sha384 Sha512)
}

fn opened_cbc<Mode: KeyIvInit + BlockModeDecrypt>(key: &[u8], content: &[u8], block: usize) -> Option<Vec<u8>> {
    let (vector, ciphertext) = content.split_at_checked(block)?;
    let mut buffer = ciphertext.to_vec();
    let padded = Mode::new_from_slices(key, vector).ok()?.decrypt_padded::<NoPadding>(&mut buffer).ok()?;
    let padding = usize::from(*padded.last()?);
    (1..=block).contains(&padding).then(|| padded[..padded.len() - padding].to_vec())
}

fn opened_gcm<Mode: KeyInit + Aead>(key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let (nonce, ciphertext) = content.split_at_checked(12)?;
    let nonce = <&aes_gcm::aead::Nonce<Mode>>::try_from(nonce).unwrap();
    Mode::new_from_slice(key).ok()?.decrypt(nonce, ciphertext).ok()
}

#[test]
fn the_sp_gets_back_what_was_encrypted() {
    let ciphers = Cipher::ALL.iter().copied().chain([Cipher::TripleDesCbc]);
    for (vendor, cipher) in Vendor::all().flat_map(|vendor| ciphers.clone().map(move |cipher| (vendor, cipher))) {
        for key_placement in [KeyPlacement::InKeyInfo, KeyPlacement::Sibling] {
            let plain = Encryption::new(cipher, key_placement);
            for encryption in [plain, Encryption { strangers: 2, ..plain }] {
                let made = encrypted(vendor, encryption);
                let expected = Some(PLAIN.as_bytes().to_vec());
                assert_eq!(decrypted(&made, cipher, encryption.transport), expected, "{vendor:?} {encryption:?}");
                let keys = made.walk().into_iter().filter(|element| element.local() == "EncryptedKey").count();
                assert_eq!(keys, 1 + usize::from(encryption.strangers), "{vendor:?}");
            }
        }
    }
}

#[test]
fn every_key_transport_is_declared_as_it_is() {
    let okta = Vendor::named("okta").unwrap();
    for transport in KeyTransport::all() {
        let encryption = Encryption { transport, ..Encryption::new(Cipher::Aes128Gcm, KeyPlacement::InKeyInfo) };
        let made = encrypted(okta, encryption);
        assert_eq!(decrypted(&made, Cipher::Aes128Gcm, transport), Some(PLAIN.as_bytes().to_vec()), "{transport:?}");
        let text = crate::wire::spell(&made);
        assert!(text.contains(&format!("{}\"", transport.scheme.uri())), "{transport:?}");
        let oaep = transport.scheme != Scheme::Pkcs1;
        assert_eq!(text.contains(&format!("DigestMethod Algorithm=\"{}\"", transport.digest.uri())), oaep);
        let masked = transport.scheme == Scheme::Oaep && transport.mask != DigestAlgorithm::Sha1;
        assert_eq!(text.contains(transport.mask.mgf_uri()), masked, "{transport:?}");
    }
}

#[test]
fn a_fault_keeps_the_sp_from_decrypting_what_is_declared() {
    let okta = Vendor::named("okta").unwrap();
    for &cipher in Cipher::ALL {
        for &fault in EncryptionFault::ALL {
            let healthy = Encryption::new(cipher, KeyPlacement::Sibling);
            let broken = Encryption { fault: Some(fault), ..healthy };
            if !fault.applies(broken) {
                continue;
            }
            let made = encrypted(okta, broken);
            assert_ne!(made, encrypted(okta, healthy), "{fault:?} {cipher:?}");
            let text = crate::wire::spell(&made);
            let (cipher, transport) = match fault {
                EncryptionFault::DeclaredCipher => (cipher.other(), healthy.transport),
                EncryptionFault::DeclaredTransport => (cipher, KeyTransport::try_from("pkcs1".to_owned()).unwrap()),
                EncryptionFault::DeclaredDigest => {
                    (cipher, KeyTransport::try_from("oaep-mgf1p:sha256".to_owned()).unwrap())
                }
                _ => (cipher, healthy.transport),
            };
            assert!(text.contains(cipher.uri()) && text.contains(transport.scheme.uri()), "{fault:?}");
            let opened = decrypted(&made, cipher, transport);
            assert_ne!(opened, Some(PLAIN.as_bytes().to_vec()), "{fault:?} {cipher:?}");
        }
    }
}

#[test]
fn words_for_key_transports() {
    let named = |text: &str| KeyTransport::try_from(text.to_owned());
    assert_eq!(named("oaep-mgf1p"), Ok(KeyTransport::default()));
    let keycloak = named("oaep:sha256").unwrap();
    assert_eq!((keycloak.scheme, keycloak.mask), (Scheme::Oaep, DigestAlgorithm::Sha256));
    assert_eq!(named("oaep:sha256:sha1").unwrap().mask, DigestAlgorithm::Sha1);
    for wrong in ["", "rsa", "pkcs1:sha1", "oaep-mgf1p:sha1:sha1", "oaep:md5", "oaep:sha1:sha1:sha1"] {
        assert!(named(wrong).is_err(), "{wrong}");
    }
}
