//! The algorithms that may sign: a URI of the message in, an entry of our list out.
//!
//! Refuses everything that is not on the list, and what is on it but weak unless the IdP's settings allow it.

use crate::config::Allow;
use crate::reject::{Reason, Rejection};
use aws_lc_rs::digest;
use std::fmt;

/// What makes the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5, what nearly every IdP uses.
    Rsa(DigestAlgorithm),
    /// RSASSA-PSS with the same hash for digest and mask, and a salt of its length.
    RsaPss(DigestAlgorithm),
    /// ECDSA; the key says on which curve.
    Ecdsa(DigestAlgorithm),
    /// EdDSA on the curve 25519.
    Ed25519,
}

/// What makes the digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigestAlgorithm {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

use DigestAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};

/// RSASSA-PSS with parameters of its own, see [`super::pss`]; without any, all of them have their defaults.
pub(super) const RSA_PSS: &str = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";

const SIGNATURE_ALGORITHMS: &[(&str, SignatureAlgorithm)] = &[
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", SignatureAlgorithm::Rsa(Sha256)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", SignatureAlgorithm::Rsa(Sha384)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", SignatureAlgorithm::Rsa(Sha512)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", SignatureAlgorithm::Ecdsa(Sha256)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", SignatureAlgorithm::Ecdsa(Sha384)),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", SignatureAlgorithm::Ecdsa(Sha512)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", SignatureAlgorithm::RsaPss(Sha256)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", SignatureAlgorithm::RsaPss(Sha384)),
    ("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", SignatureAlgorithm::RsaPss(Sha512)),
    (RSA_PSS, SignatureAlgorithm::RsaPss(Sha256)),
    ("http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519", SignatureAlgorithm::Ed25519),
    ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", SignatureAlgorithm::Rsa(Sha1)),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha224", SignatureAlgorithm::Rsa(Sha224)),
];

const DIGEST_ALGORITHMS: &[(&str, DigestAlgorithm)] = &[
    ("http://www.w3.org/2001/04/xmlenc#sha256", Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", Sha384),
    ("http://www.w3.org/2001/04/xmlenc#sha512", Sha512),
    ("http://www.w3.org/2000/09/xmldsig#sha1", Sha1),
    ("http://www.w3.org/2001/04/xmldsig-more#sha224", Sha224),
];

impl SignatureAlgorithm {
    /// The algorithm a message names, if it may be used.
    pub(crate) fn of(uri: &str, allow: &Allow) -> Result<Self, Rejection> {
        let refused = |expected: &str| Rejection::new(Reason::SignatureAlgorithmNotAllowed, expected, uri);
        let strong = "RSA, ECDSA or Ed25519 with SHA-256 or stronger";
        let known = SIGNATURE_ALGORITHMS.iter().find(|(known, _)| *known == uri).map(|(_, algorithm)| *algorithm);
        let algorithm = known.ok_or_else(|| refused(strong))?;
        match algorithm.digest() {
            Some(digest) if digest.is_weak() && !allow.sha1 => Err(refused(strong)),
            Some(Sha224) if !cfg!(feature = "openssl") => {
                Err(refused("another hash than SHA-224, which takes the cargo feature `openssl`"))
            }
            _ => Ok(algorithm),
        }
    }

    fn digest(self) -> Option<DigestAlgorithm> {
        match self {
            Self::Rsa(digest) | Self::RsaPss(digest) | Self::Ecdsa(digest) => Some(digest),
            Self::Ed25519 => None,
        }
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(digest) => write!(f, "RSA with {digest:?}"),
            Self::RsaPss(digest) => write!(f, "RSA-PSS with {digest:?}"),
            Self::Ecdsa(digest) => write!(f, "ECDSA with {digest:?}"),
            Self::Ed25519 => f.write_str("Ed25519"),
        }
    }
}

impl DigestAlgorithm {
    /// The algorithm a message names, if it may be used.
    pub(crate) fn of(uri: &str, allow: &Allow) -> Result<Self, Rejection> {
        let known = DIGEST_ALGORITHMS.iter().find(|(known, _)| *known == uri).map(|(_, algorithm)| *algorithm);
        known
            .filter(|algorithm| !algorithm.is_weak() || allow.sha1)
            .ok_or_else(|| Rejection::new(Reason::DigestAlgorithmNotAllowed, "SHA-256 or stronger", uri))
    }

    /// The digest of these octets.
    pub(crate) fn digest(self, octets: &[u8]) -> digest::Digest {
        digest::digest(self.in_library(), octets)
    }

    /// How many octets a digest has.
    pub(super) fn octets(self) -> usize {
        self.in_library().output_len
    }

    fn in_library(self) -> &'static digest::Algorithm {
        match self {
            Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Sha224 => &digest::SHA224,
            Sha256 => &digest::SHA256,
            Sha384 => &digest::SHA384,
            Sha512 => &digest::SHA512,
        }
    }

    fn is_weak(self) -> bool {
        matches!(self, Sha1 | Sha224)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_list_is_taken_and_weak_hashes_only_when_allowed() {
        let (strict, lax) = (Allow::default(), Allow { sha1: true, ..Allow::default() });
        for (uri, algorithm) in SIGNATURE_ALGORITHMS {
            let is_weak = algorithm.digest().is_some_and(DigestAlgorithm::is_weak);
            assert_eq!(SignatureAlgorithm::of(uri, &strict).is_ok(), !is_weak);
            if *algorithm != SignatureAlgorithm::Rsa(Sha224) {
                assert_eq!(SignatureAlgorithm::of(uri, &lax).ok(), Some(*algorithm));
            }
        }
        for (uri, algorithm) in DIGEST_ALGORITHMS {
            assert_eq!(DigestAlgorithm::of(uri, &lax).ok(), Some(*algorithm));
            assert_eq!(DigestAlgorithm::of(uri, &strict).is_ok(), !algorithm.is_weak());
        }
        for uri in
            ["", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256"]
        {
            assert!(SignatureAlgorithm::of(uri, &lax).is_err());
            assert!(DigestAlgorithm::of(uri, &lax).is_err());
        }
    }

    #[test]
    fn sha224_names_the_feature_it_takes() {
        let uri = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224";
        match SignatureAlgorithm::of(uri, &Allow { sha1: true, ..Allow::default() }) {
            Ok(algorithm) => assert!(cfg!(feature = "openssl") && algorithm == SignatureAlgorithm::Rsa(Sha224)),
            Err(rejection) => assert!(rejection.expected().contains("feature `openssl`")),
        }
    }
}
