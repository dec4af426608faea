//! The keys of an IdP that we pinned: a certificate in, a key that verifies out. A message never adds one.
//!
//! Refuses keys that are too short to trust, too long to afford (one verification would cost seconds), of an unknown
//! kind, or with an exponent that makes forging easy.

use super::algorithm::DigestAlgorithm::{Sha1, Sha256, Sha384, Sha512};
use super::algorithm::SignatureAlgorithm;
use super::curve::Curve;
use crate::config::{Allow, ConfigError};
use crate::reject::{Reason, Rejection};
use crate::time::Instant;
use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use std::fmt;
use x509_parser::oid_registry::OID_SIG_ED25519;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

/// RSA moduli shorter than this are refused unless `rsa1024` or `rsa512` is allowed.
const RSA_BITS: usize = 2048;
/// The shortest that `rsa1024` allows.
const WEAK_RSA_BITS: usize = 1024;
/// The shortest that `rsa512` allows.
const BROKEN_RSA_BITS: usize = 512;
/// Longer ones cost too much per signature.
const MOST_RSA_BITS: usize = 8192;

/// A public key of an IdP, taken from a certificate that the operator pinned.
pub struct TrustedKey {
    verifiers: Vec<(SignatureAlgorithm, Verifier)>,
    not_before: Option<Instant>,
    not_after: Option<Instant>,
}

/// A key, ready to verify the signatures of one algorithm.
enum Verifier {
    Library(ParsedPublicKey),
    /// ECDSA with another hash than the curve's usual one: the library wants r and s in ASN.1, where XML Signature
    /// writes them side by side (dsig 6.4.3).
    Asn1(ParsedPublicKey, Curve),
    #[cfg(feature = "openssl")]
    Legacy(super::legacy::LegacyRsa),
}

impl Verifier {
    fn made(&self, octets: &[u8], value: &[u8]) -> bool {
        match self {
            Self::Library(key) => key.verify_sig(octets, value).is_ok(),
            Self::Asn1(key, curve) => curve.to_asn1(value).is_some_and(|value| key.verify_sig(octets, &value).is_ok()),
            #[cfg(feature = "openssl")]
            Self::Legacy(key) => key.made(octets, value),
        }
    }
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
        let (rest, certificate) = X509Certificate::from_der(&der)
            .map_err(|_| invalid("it is not an X.509 certificate; export it again as PEM"))?;
        if !rest.is_empty() {
            return Err(invalid("there are octets behind the certificate; export it again"));
        }
        let instant = |time: x509_parser::time::ASN1Time| Instant::from_unix_seconds(time.timestamp());
        let (not_before, not_after) =
            (instant(certificate.validity().not_before), instant(certificate.validity().not_after));
        let spki = certificate.public_key();
        let verifiers = match spki.parsed().map_err(|_| invalid("its public key is of an unknown kind"))? {
            PublicKey::RSA(rsa) => rsa_verifiers(spki.raw, rsa.key_size(), rsa.exponent, allow)?,
            PublicKey::EC(point) => ec_verifiers(spki.raw, point.key_size())?,
            _ if spki.algorithm.algorithm == OID_SIG_ED25519 => {
                parsed(spki.raw, &[(SignatureAlgorithm::Ed25519, &signature::ED25519)])?
            }
            _ => {
                return Err(invalid(
                    "its public key is neither RSA nor ECDSA nor Ed25519; ask the IdP for one that is",
                ));
            }
        };
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
    fn verifier(&self, algorithm: SignatureAlgorithm) -> Option<&Verifier> {
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
        if verifier.made(octets, value) {
            return Ok(());
        }
        tried += 1;
    }
    if tried == 0 {
        let expected = format!("a pinned key for {algorithm}");
        return Err(Rejection::new(Reason::AlgorithmKeyMismatch, expected, "none"));
    }
    Err(Rejection::new(
        Reason::SignatureInvalid,
        "a signature by a pinned key of this IdP",
        format!("{tried} that did not make it"),
    ))
}

type Verifiers = Vec<(SignatureAlgorithm, Verifier)>;
type InLibrary = (SignatureAlgorithm, &'static dyn VerificationAlgorithm);

fn rsa_verifiers(spki: &[u8], bits: usize, exponent: &[u8], allow: &Allow) -> Result<Verifiers, ConfigError> {
    // Small or even exponents invite forgery; those of more than 33 bits only cost time.
    let exponent = exponent.iter().try_fold(0u64, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)));
    if !exponent.is_some_and(|e| (65537..1 << 33).contains(&e) && e % 2 == 1) {
        return Err(invalid(
            "its RSA exponent must be odd, at least 65537 and at most 33 bits long; ask for a new key",
        ));
    }
    let mut algorithms: Vec<InLibrary> = match bits {
        RSA_BITS..=MOST_RSA_BITS => vec![
            (SignatureAlgorithm::Rsa(Sha256), &signature::RSA_PKCS1_2048_8192_SHA256),
            (SignatureAlgorithm::Rsa(Sha384), &signature::RSA_PKCS1_2048_8192_SHA384),
            (SignatureAlgorithm::Rsa(Sha512), &signature::RSA_PKCS1_2048_8192_SHA512),
            (SignatureAlgorithm::RsaPss(Sha256), &signature::RSA_PSS_2048_8192_SHA256),
            (SignatureAlgorithm::RsaPss(Sha384), &signature::RSA_PSS_2048_8192_SHA384),
            (SignatureAlgorithm::RsaPss(Sha512), &signature::RSA_PSS_2048_8192_SHA512),
        ],
        WEAK_RSA_BITS..RSA_BITS if allow.rsa1024 || allow.rsa512 => vec![
            (SignatureAlgorithm::Rsa(Sha256), &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
            (SignatureAlgorithm::Rsa(Sha512), &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
        ],
        BROKEN_RSA_BITS..WEAK_RSA_BITS if allow.rsa512 => return legacy_rsa(spki, bits, allow),
        _ => {
            let why = format!(
                "its RSA key has {bits} bits; {RSA_BITS} to {MOST_RSA_BITS} are taken, so ask the IdP for a new key"
            );
            return Err(invalid(&why));
        }
    };
    if allow.sha1 {
        algorithms.push((SignatureAlgorithm::Rsa(Sha1), &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY));
    }
    let mut verifiers = parsed(spki, &algorithms)?;
    // What OpenSSL adds, if it is there.
    verifiers.extend(legacy_rsa(spki, bits, allow).unwrap_or_default());
    Ok(verifiers)
}

/// The algorithms that aws-lc-rs does not have for such a key.
#[cfg(feature = "openssl")]
fn legacy_rsa(spki: &[u8], bits: usize, allow: &Allow) -> Result<Verifiers, ConfigError> {
    use super::algorithm::DigestAlgorithm::Sha224;
    let hashes: &[_] = match bits {
        BROKEN_RSA_BITS..WEAK_RSA_BITS if allow.sha1 => &[Sha1, Sha224, Sha256, Sha384, Sha512],
        BROKEN_RSA_BITS..WEAK_RSA_BITS => &[Sha256, Sha384, Sha512],
        WEAK_RSA_BITS..RSA_BITS if allow.sha1 => &[Sha224, Sha384],
        WEAK_RSA_BITS..RSA_BITS => &[Sha384],
        _ if allow.sha1 => &[Sha224],
        _ => &[],
    };
    let verifier = |digest| {
        let key = super::legacy::LegacyRsa::new(spki, digest).ok_or_else(unusable)?;
        Ok((SignatureAlgorithm::Rsa(digest), Verifier::Legacy(key)))
    };
    hashes.iter().copied().map(verifier).collect()
}

/// The algorithms that aws-lc-rs does not have for such a key: none without OpenSSL.
#[cfg(not(feature = "openssl"))]
fn legacy_rsa(_spki: &[u8], bits: usize, _allow: &Allow) -> Result<Verifiers, ConfigError> {
    let why = format!("its RSA key has {bits} bits; less than {WEAK_RSA_BITS} take the cargo feature `openssl`");
    Err(invalid(&why))
}

fn ec_verifiers(spki: &[u8], bits: usize) -> Result<Verifiers, ConfigError> {
    let curve = Curve::of(bits)
        .ok_or_else(|| invalid("its elliptic curve is none of P-256, P-384 and P-521; ask the IdP for another key"))?;
    let (usual, others): (&[InLibrary], &[InLibrary]) = match curve {
        Curve::P256 => (
            &[(SignatureAlgorithm::Ecdsa(Sha256), &signature::ECDSA_P256_SHA256_FIXED)],
            &[
                (SignatureAlgorithm::Ecdsa(Sha384), &signature::ECDSA_P256_SHA384_ASN1),
                (SignatureAlgorithm::Ecdsa(Sha512), &signature::ECDSA_P256_SHA512_ASN1),
            ],
        ),
        Curve::P384 => (
            &[(SignatureAlgorithm::Ecdsa(Sha384), &signature::ECDSA_P384_SHA384_FIXED)],
            &[
                (SignatureAlgorithm::Ecdsa(Sha256), &signature::ECDSA_P384_SHA256_ASN1),
                (SignatureAlgorithm::Ecdsa(Sha512), &signature::ECDSA_P384_SHA512_ASN1),
            ],
        ),
        Curve::P521 => (
            &[
                (SignatureAlgorithm::Ecdsa(Sha256), &signature::ECDSA_P521_SHA256_FIXED),
                (SignatureAlgorithm::Ecdsa(Sha384), &signature::ECDSA_P521_SHA384_FIXED),
                (SignatureAlgorithm::Ecdsa(Sha512), &signature::ECDSA_P521_SHA512_FIXED),
            ],
            &[],
        ),
    };
    let mut verifiers = parsed(spki, usual)?;
    for (algorithm, verifier) in others {
        let key = ParsedPublicKey::new(*verifier, spki).map_err(|_| unusable())?;
        verifiers.push((*algorithm, Verifier::Asn1(key, curve)));
    }
    Ok(verifiers)
}

fn parsed(spki: &[u8], algorithms: &[InLibrary]) -> Result<Verifiers, ConfigError> {
    let parsed = |(algorithm, verifier): &InLibrary| {
        let key = ParsedPublicKey::new(*verifier, spki).map_err(|_| unusable())?;
        Ok((*algorithm, Verifier::Library(key)))
    };
    algorithms.iter().map(parsed).collect()
}

fn unusable() -> ConfigError {
    invalid("the library cannot use its public key; ask the IdP for another one")
}

fn invalid(why: &str) -> ConfigError {
    ConfigError::Certificate { why: why.to_owned() }
}

#[cfg(test)]
mod tests;
