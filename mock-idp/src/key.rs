//! The committed signing keys: octets and an algorithm in, a signature out, always the same one.
//!
//! RSA PKCS#1 v1.5 and Ed25519 have no randomness, ECDSA takes its nonce from the message (RFC 6979), and RSA-PSS gets a salt
//! that the message decides. Refuses: an algorithm that does not fit the key's type.

use crate::algorithm::SignatureAlgorithm;
use crate::base64;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::{RandomizedSigner, SignatureEncoding, Signer};
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use std::fmt;
use std::sync::{Arc, LazyLock};

/// A private key the mock signs with.
#[derive(Clone)]
pub struct SigningKey(Arc<Kind>);

enum Kind {
    Rsa { fast: Box<ring::signature::RsaKeyPair>, pkcs8: Vec<u8> },
    P256(Box<p256::ecdsa::SigningKey>, Vec<u8>),
    P384(Box<p384::ecdsa::SigningKey>, Vec<u8>),
    P521(Box<p521::ecdsa::SigningKey>, Vec<u8>),
    Ed25519(Box<ring::signature::Ed25519KeyPair>),
}

/// A key that cannot be read, or cannot sign in this way.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// The text is not an unencrypted PKCS#8 private key of a kind the mock knows.
    #[error("not an RSA, P-256, P-384, P-521 or Ed25519 private key in PKCS#8 PEM")]
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
        } else if let Ok(key) = p384::ecdsa::SigningKey::from_pkcs8_der(&der) {
            let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
            Kind::P384(Box::new(key), point)
        } else if let Ok(key) = p521::ecdsa::SigningKey::from_pkcs8_der(&der) {
            let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
            Kind::P521(Box::new(key), point)
        } else {
            let key = ring::signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der);
            Kind::Ed25519(Box::new(key.map_err(|_| KeyError::Unreadable)?))
        };
        Ok(Self(Arc::new(kind)))
    }

    /// The algorithm a recipe uses with this key when it names none.
    pub fn usual_algorithm(&self) -> SignatureAlgorithm {
        match *self.0 {
            Kind::Rsa { .. } => SignatureAlgorithm::RsaSha256,
            Kind::P256(..) => SignatureAlgorithm::EcdsaSha256,
            Kind::P384(..) => SignatureAlgorithm::EcdsaSha384,
            Kind::P521(..) => SignatureAlgorithm::EcdsaSha512,
            Kind::Ed25519(_) => SignatureAlgorithm::Ed25519,
        }
    }

    /// Modulus and exponent of an RSA key.
    pub fn rsa_numbers(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let Kind::Rsa { fast, .. } = &*self.0 else { return None };
        let public: ring::rsa::PublicKeyComponents<Vec<u8>> = fast.public().into();
        Some((public.n, public.e))
    }

    /// Whether this key can sign in this way.
    pub fn fits(&self, algorithm: SignatureAlgorithm) -> bool {
        use SignatureAlgorithm as Of;
        match *self.0 {
            Kind::Rsa { .. } => !matches!(algorithm, Of::EcdsaSha256 | Of::EcdsaSha384 | Of::EcdsaSha512 | Of::Ed25519),
            _ => algorithm == self.usual_algorithm(),
        }
    }

    /// The certificate on file for a key over which none is issued at run time, DER.
    pub(crate) fn certificate_on_file(&self) -> Option<Vec<u8>> {
        match *self.0 {
            // rcgen signs with P-521 only by a library that the mock does not have.
            Kind::P521(..) => pem_body(include_str!("../../fixtures/keys/idp-p521.crt.pem")),
            _ => None,
        }
    }

    /// The content of a `SignatureValue`: for ECDSA the two numbers side by side (xmldsig 1.1, 6.4.3).
    pub fn sign(&self, algorithm: SignatureAlgorithm, octets: &[u8]) -> Result<Vec<u8>, KeyError> {
        let digest = algorithm.digest().digest(octets);
        match (&*self.0, algorithm) {
            (Kind::Rsa { pkcs8, .. }, SignatureAlgorithm::RsaSha1) => rsa_slowly::<sha1::Sha1>(pkcs8, octets),
            (Kind::Rsa { pkcs8, .. }, SignatureAlgorithm::RsaSha224) => rsa_slowly::<Sha224>(pkcs8, octets),
            (
                Kind::Rsa { .. },
                SignatureAlgorithm::RsaPssSha256 | SignatureAlgorithm::RsaPssSha384 | SignatureAlgorithm::RsaPssSha512,
            ) => self.sign_salted(algorithm, digest.len(), octets),
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
            (Kind::P521(key, _), SignatureAlgorithm::EcdsaSha512) => {
                let signature: p521::ecdsa::Signature = key.sign_prehash(&digest).map_err(|_| KeyError::Failed)?;
                Ok(signature.to_bytes().to_vec())
            }
            (Kind::Ed25519(key), SignatureAlgorithm::Ed25519) => Ok(key.sign(octets).as_ref().to_vec()),
            _ => Err(KeyError::Mismatch { algorithm, kind: self.kind() }),
        }
    }

    /// The same by RSA-PSS, with a salt of so many octets; usual is one as long as the digest (RFC 9231, 2.3.10).
    pub fn sign_salted(&self, algorithm: SignatureAlgorithm, salt: usize, octets: &[u8]) -> Result<Vec<u8>, KeyError> {
        match (&*self.0, algorithm) {
            (Kind::Rsa { pkcs8, .. }, SignatureAlgorithm::RsaPssSha256) => rsa_pss::<Sha256>(pkcs8, salt, octets),
            (Kind::Rsa { pkcs8, .. }, SignatureAlgorithm::RsaPssSha384) => rsa_pss::<Sha384>(pkcs8, salt, octets),
            (Kind::Rsa { pkcs8, .. }, SignatureAlgorithm::RsaPssSha512) => rsa_pss::<Sha512>(pkcs8, salt, octets),
            _ => Err(KeyError::Mismatch { algorithm, kind: self.kind() }),
        }
    }

    fn kind(&self) -> &'static str {
        match *self.0 {
            Kind::Rsa { .. } => "RSA",
            Kind::P256(..) => "P-256",
            Kind::P384(..) => "P-384",
            Kind::P521(..) => "P-521",
            Kind::Ed25519(_) => "Ed25519",
        }
    }
}

/// What ring does not sign with goes through the slower crate.
fn rsa_slowly<D>(pkcs8: &[u8], octets: &[u8]) -> Result<Vec<u8>, KeyError>
where
    D: Digest + rsa::pkcs8::AssociatedOid,
{
    let key = rsa::PrivateKey::from_pkcs8_der(pkcs8).map_err(|_| KeyError::Failed)?;
    let signer = rsa::pkcs1v15::SigningKey::<D>::new(key);
    Ok(signer.try_sign(octets).map_err(|_| KeyError::Failed)?.to_vec())
}

/// The salt is drawn by a generator that the octets seed: same octets, same signature.
fn rsa_pss<D>(pkcs8: &[u8], salt: usize, octets: &[u8]) -> Result<Vec<u8>, KeyError>
where
    D: Digest + sha2::digest::FixedOutputReset,
{
    let key = rsa::PrivateKey::from_pkcs8_der(pkcs8).map_err(|_| KeyError::Failed)?;
    let mut random = ChaCha20Rng::from_seed(Sha256::digest(octets).into());
    let signer = rsa::pss::SigningKey::<D>::new_with_salt_len(key, salt);
    Ok(signer.try_sign_with_rng(&mut random, octets).map_err(|_| KeyError::Failed)?.to_vec())
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
            Kind::P256(_, point) | Kind::P384(_, point) | Kind::P521(_, point) => point,
            Kind::Ed25519(key) => ring::signature::KeyPair::public_key(&**key).as_ref(),
        }
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        match *self.0 {
            Kind::Rsa { .. } => &rcgen::PKCS_RSA_SHA256,
            Kind::P256(..) => &rcgen::PKCS_ECDSA_P256_SHA256,
            Kind::P384(..) => &rcgen::PKCS_ECDSA_P384_SHA384,
            // Never issued: see `certificate_on_file`.
            Kind::P521(..) => &rcgen::PKCS_ECDSA_P384_SHA384,
            Kind::Ed25519(_) => &rcgen::PKCS_ED25519,
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
            Kind::Ed25519(_) => Self::sign(self, SignatureAlgorithm::Ed25519, message).map_err(failed),
            Kind::P521(..) => Err(rcgen::Error::RemoteKeyError),
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

/// An IdP key on the curve P-521.
pub fn p521() -> SigningKey {
    static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| committed(include_str!("../../fixtures/keys/idp-p521.key.pem")));
    KEY.clone()
}

/// An IdP key on the curve Ed25519.
pub fn ed25519() -> SigningKey {
    static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| committed(include_str!("../../fixtures/keys/idp-ed25519.key.pem")));
    KEY.clone()
}

/// The RSA key that an IdP rolls over to.
pub fn next() -> SigningKey {
    static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| committed(include_str!("../../fixtures/keys/idp-next.key.pem")));
    KEY.clone()
}

/// A key that fits this algorithm: one of the curves, or this RSA key.
pub fn fitting(algorithm: SignatureAlgorithm, rsa: SigningKey) -> SigningKey {
    match algorithm {
        SignatureAlgorithm::EcdsaSha256 => p256(),
        SignatureAlgorithm::EcdsaSha384 => p384(),
        SignatureAlgorithm::EcdsaSha512 => p521(),
        SignatureAlgorithm::Ed25519 => ed25519(),
        _ => rsa,
    }
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
        for &algorithm in SignatureAlgorithm::ALL {
            let key = fitting(algorithm, attacker());
            assert!(key.fits(algorithm), "{algorithm:?}");
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
