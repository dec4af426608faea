//! Content encryption: octets in, a fresh key and the ciphertext as the standard strings it together out (xmlenc 5.2).

use super::EncryptionFault;
use crate::random::Random;
use crate::recipe::RecipeError;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use aes_gcm::aead::{Aead, KeyInit};
use serde::Deserialize;

/// The cipher of the content.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Cipher {
    /// AES-128 in CBC mode.
    Aes128Cbc,
    /// AES-192 in CBC mode.
    Aes192Cbc,
    /// AES-256 in CBC mode.
    Aes256Cbc,
    /// AES-128 in GCM mode.
    Aes128Gcm,
    /// AES-192 in GCM mode.
    Aes192Gcm,
    /// AES-256 in GCM mode.
    Aes256Gcm,
    /// Triple DES in CBC mode: what an SP refuses today.
    TripleDesCbc,
}

/// What fills up the last block in CBC mode. The last octet says how many there are (xmlenc 5.2.1).
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// Anything before the last octet.
    Random,
    /// The same octet throughout, which PKCS#7 demands and XML Encryption does not.
    Pkcs7,
}

impl Cipher {
    /// Every cipher that an SP accepts, for tests and lists.
    pub const ALL: &'static [Self] =
        &[Self::Aes128Cbc, Self::Aes192Cbc, Self::Aes256Cbc, Self::Aes128Gcm, Self::Aes192Gcm, Self::Aes256Gcm];

    /// The `Algorithm` of the EncryptionMethod.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Aes128Cbc => "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
            Self::Aes192Cbc => "http://www.w3.org/2001/04/xmlenc#aes192-cbc",
            Self::Aes256Cbc => "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
            Self::Aes128Gcm => "http://www.w3.org/2009/xmlenc11#aes128-gcm",
            Self::Aes192Gcm => "http://www.w3.org/2009/xmlenc11#aes192-gcm",
            Self::Aes256Gcm => "http://www.w3.org/2009/xmlenc11#aes256-gcm",
            Self::TripleDesCbc => "http://www.w3.org/2001/04/xmlenc#tripledes-cbc",
        }
    }

    /// Octets of the key.
    pub fn key_bytes(self) -> usize {
        match self {
            Self::Aes128Cbc | Self::Aes128Gcm => 16,
            Self::Aes192Cbc | Self::Aes192Gcm | Self::TripleDesCbc => 24,
            Self::Aes256Cbc | Self::Aes256Gcm => 32,
        }
    }

    /// Whether the mode proves that nothing was changed.
    pub fn is_authenticated(self) -> bool {
        matches!(self, Self::Aes128Gcm | Self::Aes192Gcm | Self::Aes256Gcm)
    }

    /// Another cipher, for a message that names the wrong one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Aes256Cbc => Self::Aes128Cbc,
            Self::Aes256Gcm => Self::Aes128Gcm,
            _ if self.is_authenticated() => Self::Aes256Gcm,
            _ => Self::Aes256Cbc,
        }
    }

    /// A fresh key, and initialization vector, ciphertext and tag in one.
    pub(super) fn encrypt(
        self,
        plaintext: &[u8],
        padding: Padding,
        fault: Option<EncryptionFault>,
        random: &mut Random,
    ) -> Result<(Vec<u8>, Vec<u8>), RecipeError> {
        let key: [u8; 32] = random.octets();
        let key: Vec<u8> = key.iter().take(self.key_bytes()).copied().collect();
        let mut fill = |block| padded(plaintext, block, padding, fault, random);
        let octets = match self {
            Self::Aes128Cbc => cbc::<cbc::Encryptor<aes::Aes128>, 16>(&key, &fill(16), random),
            Self::Aes192Cbc => cbc::<cbc::Encryptor<aes::Aes192>, 16>(&key, &fill(16), random),
            Self::Aes256Cbc => cbc::<cbc::Encryptor<aes::Aes256>, 16>(&key, &fill(16), random),
            Self::TripleDesCbc => cbc::<cbc::Encryptor<des::TdesEde3>, 8>(&key, &fill(8), random),
            Self::Aes128Gcm => gcm::<aes_gcm::Aes128Gcm>(&key, plaintext, random),
            Self::Aes192Gcm => {
                gcm::<aes_gcm::AesGcm<aes::Aes192, aes_gcm::aes::cipher::consts::U12>>(&key, plaintext, random)
            }
            Self::Aes256Gcm => gcm::<aes_gcm::Aes256Gcm>(&key, plaintext, random),
        };
        let mut octets = octets.ok_or(RecipeError::Encryption("the cipher gave up"))?;
        match fault {
            Some(EncryptionFault::Truncated) => octets.truncate(octets.len() - 9),
            Some(EncryptionFault::Changed) => octets.iter_mut().rev().take(1).for_each(|last| *last ^= 1),
            _ => {}
        }
        Ok((key, octets))
    }
}

fn cbc<Mode: KeyIvInit + BlockModeEncrypt, const BLOCK: usize>(
    key: &[u8],
    padded: &[u8],
    random: &mut Random,
) -> Option<Vec<u8>> {
    let vector: [u8; BLOCK] = random.octets();
    let mut buffer = padded.to_vec();
    let mode = Mode::new_from_slices(key, &vector).ok()?;
    let ciphertext = mode.encrypt_padded::<NoPadding>(&mut buffer, padded.len()).ok()?;
    Some([vector.as_slice(), ciphertext].concat())
}

/// Fills up to whole blocks; the last octet says by how many.
fn padded(
    plaintext: &[u8],
    block: usize,
    padding: Padding,
    fault: Option<EncryptionFault>,
    random: &mut Random,
) -> Vec<u8> {
    let missing = block - plaintext.len() % block;
    let last = u8::try_from(missing).unwrap_or_default();
    let filling: [u8; 16] = match padding {
        Padding::Random => random.octets(),
        Padding::Pkcs7 => [last; 16],
    };
    let mut padded = plaintext.to_vec();
    padded.extend(filling.iter().take(missing - 1));
    padded.push(if fault == Some(EncryptionFault::BadPadding) { 0 } else { last });
    padded
}

fn gcm<Mode: KeyInit + Aead>(key: &[u8], plaintext: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let nonce: [u8; 12] = random.octets();
    let nonce_ref = <&aes_gcm::aead::Nonce<Mode>>::try_from(nonce.as_slice()).ok()?;
    let ciphertext = Mode::new_from_slice(key).ok()?.encrypt(nonce_ref, plaintext).ok()?;
    Some([nonce.as_slice(), &ciphertext].concat())
}
