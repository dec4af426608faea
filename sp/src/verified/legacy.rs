//! What only OpenSSL verifies (cargo feature `openssl`): RSA keys of 512 to 2047 bits and RSA with SHA-224.
//!
//! Refuses what OpenSSL refuses. Nothing gets here that the settings of an IdP did not allow.

use super::algorithm::DigestAlgorithm;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Public};
use openssl::sign::Verifier;

/// An RSA key and the hash of one algorithm.
pub(super) struct LegacyRsa {
    key: PKey<Public>,
    digest: MessageDigest,
}

impl LegacyRsa {
    /// The key of a SubjectPublicKeyInfo in DER.
    pub(super) fn new(spki: &[u8], digest: DigestAlgorithm) -> Option<Self> {
        let digest = match digest {
            DigestAlgorithm::Sha1 => MessageDigest::sha1(),
            DigestAlgorithm::Sha224 => MessageDigest::sha224(),
            DigestAlgorithm::Sha256 => MessageDigest::sha256(),
            DigestAlgorithm::Sha384 => MessageDigest::sha384(),
            DigestAlgorithm::Sha512 => MessageDigest::sha512(),
        };
        Some(Self { key: PKey::public_key_from_der(spki).ok()?, digest })
    }

    /// It made this signature over these octets.
    pub(super) fn made(&self, octets: &[u8], value: &[u8]) -> bool {
        let verifier = Verifier::new(self.digest, &self.key);
        verifier.is_ok_and(|mut verifier| verifier.verify_oneshot(value, octets).unwrap_or(false))
    }
}
