//! The committed signing keys: octets and an algorithm in, a signature out, always the same one.
//!
//! RSA PKCS#1 v1.5 has no randomness and ECDSA takes its nonce from the message (RFC 6979). Refuses: an algorithm that
//! does not fit the key's type.

use crate::algorithm::SignatureAlgorithm;
use crate::base64;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::{SignatureEncoding, Signer};
use std::fmt;
use std::sync::{Arc, LazyLock};

/// A private key the mock signs with.
#[derive(Clone)]
pub struct SigningKey(Arc<Kind>);

enum Kind {
    Rsa { fast: Box<ring::signature::RsaKeyPair>, pkcs8: Vec<u8> },
    P256(Box<p256::ecdsa::SigningKey>, Vec<u8>),
    P384(Box<p384::ecdsa::SigningKey>, Vec<u8>),
}

/// A key that cannot be read, or cannot sign in this way.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// The text is not an unencrypted PKCS#8 private key of a kind the mock knows.
    #[error("not an RSA, P-256 or P-384 private key in PKCS#8 PEM")]
    Unreadable,
    /// An RSA algorithm with an ECDSA key, or the reverse.
    #[error("{algorithm:?} does not fit this {kind} key")]
    Mismatch {
        /// What was asked for.
        algorithm: SignatureAlgorithm,
        /// What kind of key it is.
        kind: &'static str,
    },
    /// The crypto library gave up.
    #[error("signing failed")]
    Failed,
}

impl SigningKey {
    /// Reads a PKCS#8 PEM key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let der = pem_body(pem).ok_or(KeyError::Unreadable)?;
        let kind = if let Ok(fast) = ring::signature::RsaKeyPair::from_pkcs8(&der) {
            Kind::Rsa { fast: Box::new(fast), pkcs8: der }
        } else if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_der(&der) {
            let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
            Kind::P256(Box::new(key), point)
        } else {
            let key = p384::ecdsa::SigningKey::from_pkcs8_der(&der).map_err(|_| KeyError::Unreadable)?;
            let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
            Kind::P384(Box::new(key), point)
        };
        Ok(Self(Arc::new(kind)))
    }

    /// The algorithm a recipe uses with this key when it names none.
    pub fn usual_algorithm(&self) -> SignatureAlgorithm {
        match *self.0 {
            Kind::Rsa { .. } => SignatureAlgorithm::RsaSha256,
            Kind::P256(..) => SignatureAlgorithm::EcdsaSha256,
            Kind::P384(..) => SignatureAlgorithm::EcdsaSha384,
        }
    }

    /// The content of a `SignatureValue`: for ECDSA the two numbers side by side (xmldsig 1.1, 6.4.3).
    pub fn sign(&self, algorithm: SignatureAlgorithm, octets: &[u8]) -> Result<Vec<u8>, KeyError> {
        let digest = algorithm.digest().digest(octets);
        match (&*self.0, algorithm) {
            (Kind::Rsa { pkcs8, .. }, SignatureAlgorithm::RsaSha1) => rsa_sha1(pkcs8, octets),
            (Kind::Rsa { fast, .. }, SignatureAlgorithm::RsaSha256) => {
                rsa_sha2(fast, &ring::signature::RSA_PKCS1_SHA256, octets)
            }
            (Kind::Rsa { fast, .. }, SignatureAlgorithm::RsaSha384) => {
                rsa_sha2(fast, &ring::signature::RSA_PKCS1_SHA384, octets)
            }
            (Kind::Rsa { fast, .. }, SignatureAlgorithm::RsaSha512) => {
                rsa_sha2(fast, &ring::signature::RSA_PKCS1_SHA512, octets)
            }
            (Kind::P256(key, _), SignatureAlgorithm::EcdsaSha256) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).map_err(|_| KeyError::Failed)?;
                Ok(signature.to_bytes().to_vec())
            }
            (Kind::P384(key, _), SignatureAlgorithm::EcdsaSha384) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(&digest).map_err(|_| KeyError::Failed)?;
                Ok(signature.to_bytes().to_vec())
            }
            _ => Err(KeyError::Mismatch { algorithm, kind: self.kind() }),
        }
    }

    fn kind(&self) -> &'static str {
        match *self.0 {
            Kind::Rsa { .. } => "RSA",
            Kind::P256(..) => "P-256",
            Kind::P384(..) => "P-384",
        }
    }
}

fn rsa_sha1(pkcs8: &[u8], octets: &[u8]) -> Result<Vec<u8>, KeyError> {
    // ring does not sign with SHA-1, so the slower crate does.
    let key = rsa::PrivateKey::from_pkcs8_der(pkcs8).map_err(|_| KeyError::Failed)?;
    let signer = rsa::pkcs1v15::SigningKey::<sha1::Sha1>::new(key);
    Ok(signer.try_sign(octets).map_err(|_| KeyError::Failed)?.to_vec())
}

fn rsa_sha2(
    key: &ring::signature::RsaKeyPair,
    encoding: &'static dyn ring::signature::RsaEncoding,
    octets: &[u8],
) -> Result<Vec<u8>, KeyError> {
    let mut signature = vec![0; key.public().modulus_len()];
    // The randomness only blinds the computation; the result does not depend on it.
    let random = ring::rand::SystemRandom::new();
    key.sign(encoding, &random, octets, &mut signature).map_err(|_| KeyError::Failed)?;
    Ok(signature)
}

/// Lets rcgen issue certificates over the same key, with the same determinism.
impl rcgen::PublicKeyData for SigningKey {
    fn der_bytes(&self) -> &[u8] {
        match &*self.0 {
            Kind::Rsa { fast, .. } => fast.public().as_ref(),
            Kind::P256(_, point) | Kind::P384(_, point) => point,
        }
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        match *self.0 {
            Kind::Rsa { .. } => &rcgen::PKCS_RSA_SHA256,
            Kind::P256(..) => &rcgen::PKCS_ECDSA_P256_SHA256,
            Kind::P384(..) => &rcgen::PKCS_ECDSA_P384_SHA384,
        }
    }
}

impl rcgen::SigningKey for SigningKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let failed = |_| rcgen::Error::RemoteKeyError;
        match &*self.0 {
            Kind::Rsa { .. } => Self::sign(self, SignatureAlgorithm::RsaSha256, message).map_err(failed),
            Kind::P256(key, _) => {
                let digest = SignatureAlgorithm::EcdsaSha256.digest().digest(message);
                let signature: p256::ecdsa::Signature =
                    key.sign_prehash(&digest).map_err(|_| rcgen::Error::RemoteKeyError)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            Kind::P384(key, _) => {
                let digest = SignatureAlgorithm::EcdsaSha384.digest().digest(message);
                let signature: p384::ecdsa::Signature =
                    key.sign_prehash(&digest).map_err(|_| rcgen::Error::RemoteKeyError)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.kind())
    }
}

/// The octets inside the first PEM block.
pub(crate) fn pem_body(pem: &str) -> Option<Vec<u8>> {
    let after_begin = pem.split_once("-----BEGIN ")?.1.split_once("-----")?.1;
    let body: String = after_begin.split_once("-----END ")?.0.split_whitespace().collect();
    base64::decode(&body)
}

/// The key that nobody trusts: what an attacker signs with.
pub fn attacker() -> SigningKey {
    static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| committed(include_str!("../../fixtures/keys/attacker.key.pem")));
    KEY.clone()
}

/// An IdP key on the curve P-256.
pub fn p256() -> SigningKey {
    static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| committed(include_str!("../../fixtures/keys/idp-p256.key.pem")));
    KEY.clone()
}

/// An IdP key on the curve P-384.
pub fn p384() -> SigningKey {
    static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| committed(include_str!("../../fixtures/keys/idp-p384.key.pem")));
    KEY.clone()
}

/// A key that is part of this package.
#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads every one of them")]
pub(crate) fn committed(pem: &str) -> SigningKey {
    SigningKey::from_pem(pem).expect("a committed key is readable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_octets_get_the_same_signature() {
        for (key, algorithm) in [
            (attacker(), SignatureAlgorithm::RsaSha1),
            (attacker(), SignatureAlgorithm::RsaSha256),
            (attacker(), SignatureAlgorithm::RsaSha384),
            (attacker(), SignatureAlgorithm::RsaSha512),
            (p256(), SignatureAlgorithm::EcdsaSha256),
            (p384(), SignatureAlgorithm::EcdsaSha384),
        ] {
            let first = key.sign(algorithm, b"octets").unwrap();
            assert_eq!(first, key.sign(algorithm, b"octets").unwrap(), "{algorithm:?}");
            assert_ne!(first, key.sign(algorithm, b"other").unwrap(), "{algorithm:?}");
        }
    }

    #[test]
    fn an_algorithm_must_fit_the_key() {
        let mismatch = KeyError::Mismatch { algorithm: SignatureAlgorithm::RsaSha256, kind: "P-256" };
        assert_eq!(p256().sign(SignatureAlgorithm::RsaSha256, b"octets"), Err(mismatch));
        assert_eq!(SigningKey::from_pem("no key").unwrap_err(), KeyError::Unreadable);
    }
}
