//! The keys of an IdP that we pinned: a certificate in, a key that verifies out. A message never adds one.
//!
//! Refuses keys that are too short to trust, too long to afford (one verification would cost seconds), of an unknown
//! kind, or with an exponent that makes forging easy.

use super::algorithm::SignatureAlgorithm;
use crate::config::{Allow, ConfigError};
use crate::reject::{Reason, Rejection};
use crate::time::Instant;
use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use std::fmt;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// RSA moduli shorter than this are refused unless `rsa1024` is allowed.
const RSA_BITS: usize = 2048;
/// The shortest that `rsa1024` allows.
const WEAK_RSA_BITS: usize = 1024;
/// Longer ones cost too much per signature.
const MOST_RSA_BITS: usize = 8192;

/// A public key of an IdP, taken from a certificate that the operator pinned.
pub struct TrustedKey {
    verifiers: Vec<(SignatureAlgorithm, ParsedPublicKey)>,
    not_before: Option<Instant>,
    not_after: Option<Instant>,
}

impl fmt::Debug for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithms: Vec<_> = self.verifiers.iter().map(|(algorithm, _)| algorithm).collect();
        f.debug_struct("TrustedKey").field("algorithms", &algorithms).field("not_after", &self.not_after).finish()
    }
}

impl TrustedKey {
    /// The key of a certificate in PEM or DER, as an IdP hands it out.
    ///
    /// Only the first certificate of a PEM file is taken: a CA further down a chain must not become a key that signs
    /// logins. Dates are kept, see [`Self::not_after`], but do not decide: a pinned key is valid while it is pinned.
    pub fn from_certificate(file: &[u8], allow: &Allow) -> Result<Self, ConfigError> {
        let der = crate::config::pem::certificate(file)?;
        let (rest, certificate) =
            X509Certificate::from_der(&der).map_err(|_| invalid("it is not an X.509 certificate"))?;
        if !rest.is_empty() {
            return Err(invalid("there are octets behind the certificate"));
        }
        let instant = |time: x509_parser::time::ASN1Time| Instant::from_unix_seconds(time.timestamp());
        let (not_before, not_after) =
            (instant(certificate.validity().not_before), instant(certificate.validity().not_after));
        let spki = certificate.public_key();
        let algorithms = match spki.parsed().map_err(|_| invalid("its public key is of an unknown kind"))? {
            PublicKey::RSA(rsa) => rsa_algorithms(rsa.key_size(), rsa.exponent, allow)?,
            PublicKey::EC(point) => ec_algorithms(point.key_size())?,
            _ => return Err(invalid("its public key is neither RSA nor ECDSA")),
        };
        let verifiers = algorithms
            .into_iter()
            .map(|(algorithm, verifier)| {
                let key =
                    ParsedPublicKey::new(verifier, spki.raw).map_err(|_| invalid("its public key cannot be used"))?;
                Ok((algorithm, key))
            })
            .collect::<Result<_, ConfigError>>()?;
        Ok(Self { verifiers, not_before, not_after })
    }

    /// When the certificate starts to be valid, if it says so in a form we read.
    pub fn not_before(&self) -> Option<Instant> {
        self.not_before
    }

    /// When the certificate ends, if it says so in a form we read.
    pub fn not_after(&self) -> Option<Instant> {
        self.not_after
    }

    /// What verifies this algorithm's signatures with this key, if the key is of its kind.
    fn verifier(&self, algorithm: SignatureAlgorithm) -> Option<&ParsedPublicKey> {
        self.verifiers.iter().find(|(known, _)| *known == algorithm).map(|(_, key)| key)
    }
}

/// One of an IdP's keys made this signature over these octets.
pub(super) fn one_made(
    keys: &[TrustedKey],
    algorithm: SignatureAlgorithm,
    octets: &[u8],
    value: &[u8],
) -> Result<(), Rejection> {
    let mut tried = 0;
    for verifier in keys.iter().filter_map(|key| key.verifier(algorithm)) {
        if verifier.verify_sig(octets, value).is_ok() {
            return Ok(());
        }
        tried += 1;
    }
    if tried == 0 {
        let expected = format!("a pinned key for {algorithm:?}");
        return Err(Rejection::new(Reason::AlgorithmKeyMismatch, expected, "none"));
    }
    Err(Rejection::new(
        Reason::SignatureInvalid,
        "a signature by a pinned key of this IdP",
        format!("{tried} keys that did not make it"),
    ))
}

type Verifiers = Vec<(SignatureAlgorithm, &'static dyn VerificationAlgorithm)>;

fn rsa_algorithms(bits: usize, exponent: &[u8], allow: &Allow) -> Result<Verifiers, ConfigError> {
    // Small or even exponents invite forgery; those of more than 33 bits only cost time.
    let exponent = exponent.iter().try_fold(0u64, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)));
    if !exponent.is_some_and(|e| (65537..1 << 33).contains(&e) && e % 2 == 1) {
        return Err(invalid("its RSA exponent must be odd, at least 65537 and at most 33 bits long"));
    }
    let mut algorithms: Verifiers = match bits {
        RSA_BITS..=MOST_RSA_BITS => vec![
            (SignatureAlgorithm::RsaSha256, &signature::RSA_PKCS1_2048_8192_SHA256),
            (SignatureAlgorithm::RsaSha384, &signature::RSA_PKCS1_2048_8192_SHA384),
            (SignatureAlgorithm::RsaSha512, &signature::RSA_PKCS1_2048_8192_SHA512),
        ],
        WEAK_RSA_BITS..RSA_BITS if allow.rsa1024 => vec![
            (SignatureAlgorithm::RsaSha256, &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
            (SignatureAlgorithm::RsaSha512, &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
        ],
        _ => return Err(invalid(&format!("its RSA key has {bits} bits; {RSA_BITS} to {MOST_RSA_BITS} are taken"))),
    };
    if allow.sha1 {
        algorithms.push((SignatureAlgorithm::RsaSha1, &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY));
    }
    Ok(algorithms)
}

fn ec_algorithms(bits: usize) -> Result<Verifiers, ConfigError> {
    // XML Signature writes r and s side by side (dsig 6.4.3), which the library calls fixed.
    match bits {
        256 => Ok(vec![(SignatureAlgorithm::EcdsaSha256, &signature::ECDSA_P256_SHA256_FIXED)]),
        384 => Ok(vec![(SignatureAlgorithm::EcdsaSha384, &signature::ECDSA_P384_SHA384_FIXED)]),
        _ => Err(invalid("its elliptic curve is neither P-256 nor P-384")),
    }
}

fn invalid(why: &str) -> ConfigError {
    ConfigError::Certificate { why: why.to_owned() }
}
