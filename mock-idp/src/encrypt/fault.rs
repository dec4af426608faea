//! Faults of encryption: one name each; all of them keep an SP from decrypting, or should.

use super::{Encryption, KeyTransport, Scheme};
use crate::algorithm::DigestAlgorithm;
use crate::compose::Pen;
use crate::idp;
use crate::key;
use crate::random::Random;
use crate::recipe::RecipeError;
use serde::Deserialize;

/// What is wrong with the encryption. The healthy twin is the same without it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum EncryptionFault {
    /// The content key is encrypted for someone else, while KeyInfo names the SP.
    WrongRecipient,
    /// The ciphertext lacks its last nine octets.
    Truncated,
    /// The last octet of the ciphertext is another one.
    Changed,
    /// CBC mode: the padding says that it has no octets at all.
    BadPadding,
    /// The content key is too short for the cipher that is named.
    ShortKey,
    /// EncryptionMethod names another cipher of the same mode.
    DeclaredCipher,
    /// EncryptionMethod names another key transport.
    DeclaredTransport,
    /// EncryptionMethod names another digest of OAEP.
    DeclaredDigest,
}

impl EncryptionFault {
    /// Every fault, for tests and lists.
    pub const ALL: &'static [Self] = &[
        Self::WrongRecipient,
        Self::Truncated,
        Self::Changed,
        Self::BadPadding,
        Self::ShortKey,
        Self::DeclaredCipher,
        Self::DeclaredTransport,
        Self::DeclaredDigest,
    ];

    /// Whether this encryption can have the fault.
    pub fn applies(self, encryption: Encryption) -> bool {
        match self {
            Self::BadPadding => !encryption.cipher.is_authenticated(),
            Self::DeclaredDigest => encryption.transport.scheme != Scheme::Pkcs1,
            _ => true,
        }
    }
}

/// A certificate that is not the SP's.
pub(super) fn another_certificate(pen: &Pen<'_>) -> Vec<u8> {
    idp::issue(&pen.shape().certificate, &key::attacker())
}

/// The content key on its way to the SP, and the encryption as the message declares it.
pub(super) fn transported(
    encryption: Encryption,
    key: &[u8],
    certificate: &[u8],
    pen: &Pen<'_>,
    random: &mut Random,
) -> Result<(Encryption, Vec<u8>), RecipeError> {
    let mut declared = encryption;
    let wrapped = match encryption.fault {
        Some(EncryptionFault::WrongRecipient) => encryption.transport.wrap(key, &another_certificate(pen), random),
        Some(EncryptionFault::ShortKey) => {
            let short: Vec<u8> = key.iter().take(key.len() / 2).copied().collect();
            encryption.transport.wrap(&short, certificate, random)
        }
        _ => encryption.transport.wrap(key, certificate, random),
    };
    match encryption.fault {
        Some(EncryptionFault::DeclaredCipher) => declared.cipher = encryption.cipher.other(),
        Some(EncryptionFault::DeclaredTransport) => declared.transport = another_transport(encryption.transport),
        Some(EncryptionFault::DeclaredDigest) => {
            declared.transport.digest = another_digest(encryption.transport.digest)
        }
        _ => {}
    }
    Ok((declared, wrapped?))
}

fn another_transport(transport: KeyTransport) -> KeyTransport {
    match transport.scheme {
        Scheme::Pkcs1 => KeyTransport::default(),
        _ => KeyTransport { scheme: Scheme::Pkcs1, ..transport },
    }
}

fn another_digest(digest: DigestAlgorithm) -> DigestAlgorithm {
    match digest {
        DigestAlgorithm::Sha256 => DigestAlgorithm::Sha1,
        _ => DigestAlgorithm::Sha256,
    }
}
