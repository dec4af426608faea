//! The cipher of the content: a key and octets in, what was encrypted out (xmlenc 5.2, xmlenc11 5.2.4).
//!
//! Refuses ciphers that are not on the list, CBC mode where the IdP is set to do without, Triple DES unless allowed.

use super::not_allowed;
use crate::config::Idp;
use crate::reject::Rejection;
use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{self, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

/// How the content is encrypted.
#[derive(Debug, Clone, Copy)]
pub(super) struct ContentCipher {
    mode: Mode,
    /// Octets of its key.
    pub(super) key_octets: usize,
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    Cbc(&'static cipher::Algorithm),
    Gcm(&'static aead::Algorithm),
    #[cfg(feature = "openssl")]
    TripleDes,
}

const TRIPLE_DES: &str = "http://www.w3.org/2001/04/xmlenc#tripledes-cbc";

const CIPHERS: &[(&str, Mode, usize)] = &[
    ("http://www.w3.org/2009/xmlenc11#aes128-gcm", Mode::Gcm(&aead::AES_128_GCM), 16),
    ("http://www.w3.org/2009/xmlenc11#aes192-gcm", Mode::Gcm(&aead::AES_192_GCM), 24),
    ("http://www.w3.org/2009/xmlenc11#aes256-gcm", Mode::Gcm(&aead::AES_256_GCM), 32),
    ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", Mode::Cbc(&cipher::AES_128), 16),
    ("http://www.w3.org/2001/04/xmlenc#aes192-cbc", Mode::Cbc(&cipher::AES_192), 24),
    ("http://www.w3.org/2001/04/xmlenc#aes256-cbc", Mode::Cbc(&cipher::AES_256), 32),
];

impl ContentCipher {
    /// The cipher a message names, if this IdP may use it.
    pub(super) fn of(uri: &str, idp: &Idp) -> Result<Self, Rejection> {
        if uri == TRIPLE_DES && idp.allow().tripledes {
            return Self::triple_des();
        }
        let known = CIPHERS.iter().find(|(known, ..)| *known == uri);
        let (_, mode, key_octets) = *known.ok_or_else(|| not_allowed("AES in CBC or GCM mode", uri))?;
        match mode {
            Mode::Cbc(_) if !idp.takes_cbc() => Err(not_allowed("AES in GCM mode, as this IdP is set", uri)),
            _ => Ok(Self { mode, key_octets }),
        }
    }

    #[cfg(feature = "openssl")]
    fn triple_des() -> Result<Self, Rejection> {
        Ok(Self { mode: Mode::TripleDes, key_octets: 24 })
    }

    #[cfg(not(feature = "openssl"))]
    fn triple_des() -> Result<Self, Rejection> {
        Err(not_allowed("AES, because Triple DES takes the cargo feature `openssl`", TRIPLE_DES))
    }

    /// The octets, if they were encrypted with this key.
    pub(super) fn open(self, key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
        match self.mode {
            Mode::Cbc(algorithm) => open_cbc(algorithm, key, content),
            Mode::Gcm(algorithm) => open_gcm(algorithm, key, content),
            #[cfg(feature = "openssl")]
            Mode::TripleDes => open_triple_des(key, content),
        }
    }
}

fn open_cbc(algorithm: &'static cipher::Algorithm, key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    const BLOCK: usize = 16;
    let (iv, blocks) = content.split_at_checked(BLOCK)?;
    if blocks.is_empty() || blocks.len() % BLOCK != 0 {
        return None;
    }
    let key = DecryptingKey::cbc(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
    let mut octets = blocks.to_vec();
    key.decrypt(&mut octets, DecryptionContext::Iv128(FixedLength::try_from(iv).ok()?)).ok()?;
    without_padding(octets, BLOCK)
}

#[cfg(feature = "openssl")]
fn open_triple_des(key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    use openssl::symm::{Cipher, Crypter, Mode};
    const BLOCK: usize = 8;
    let (iv, blocks) = content.split_at_checked(BLOCK)?;
    if blocks.is_empty() || blocks.len() % BLOCK != 0 {
        return None;
    }
    let mut crypter = Crypter::new(Cipher::des_ede3_cbc(), Mode::Decrypt, key, Some(iv)).ok()?;
    crypter.pad(false);
    let mut octets = vec![0; blocks.len() + BLOCK];
    let length = crypter.update(blocks, &mut octets).ok()?;
    octets.truncate(length);
    without_padding(octets, BLOCK)
}

/// The last octet says how many octets are padding; the others are anything (xmlenc 5.2), unlike PKCS#7.
fn without_padding(mut octets: Vec<u8>, block: usize) -> Option<Vec<u8>> {
    let padding = usize::from(*octets.last()?);
    if !(1..=block).contains(&padding) {
        return None;
    }
    octets.truncate(octets.len() - padding);
    Some(octets)
}

/// Nonce of 12 octets, then the ciphertext, then the tag of 16: never shorter (xmlenc11 5.2.4).
fn open_gcm(algorithm: &'static aead::Algorithm, key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = content.split_at_checked(aead::NONCE_LEN)?;
    fault!(try crate::fault::text::untagged(key, nonce, sealed));
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
    let mut octets = sealed.to_vec();
    let length =
        key.open_in_place(Nonce::try_assume_unique_for_key(nonce).ok()?, Aad::empty(), &mut octets).ok()?.len();
    octets.truncate(length);
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_what_the_last_octet_says() {
        // Each row: the decrypted blocks of 4 octets, and how many octets stay.
        for (octets, expected) in [
            ([1, 2, 3, 1].as_slice(), Some(3)),
            (&[1, 9, 9, 3], Some(1)),
            (&[9, 9, 9, 4], Some(0)),
            (&[1, 2, 3, 0], None),
            (&[1, 2, 3, 5], None),
            (&[1, 2, 3, 255], None),
            (&[], None),
        ] {
            assert_eq!(without_padding(octets.to_vec(), 4).map(|octets| octets.len()), expected, "{octets:?}");
        }
    }
}
