//! The algorithms that may sign: a URI of the message in, an entry of our list out.
//!
//! Refuses everything that is not on the list, and what is on it but weak unless the IdP's settings allow it.

use crate::config::Allow;
use crate::reject::{Reason, Rejection};
use aws_lc_rs::digest;

/// What makes the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureAlgorithm {
    RsaSha1,
    RsaSha256,
    RsaSha384,
    RsaSha512,
    EcdsaSha256,
    EcdsaSha384,
}

/// What makes the digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigestAlgorithm {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

const SIGNATURE_ALGORITHMS: &[(&str, SignatureAlgorithm)] = &[
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", SignatureAlgorithm::RsaSha256),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", SignatureAlgorithm::RsaSha384),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", SignatureAlgorithm::RsaSha512),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", SignatureAlgorithm::EcdsaSha256),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", SignatureAlgorithm::EcdsaSha384),
    ("http://www.w3.org/2000/09/xmldsig#rsa-sha1", SignatureAlgorithm::RsaSha1),
];

const DIGEST_ALGORITHMS: &[(&str, DigestAlgorithm)] = &[
    ("http://www.w3.org/2001/04/xmlenc#sha256", DigestAlgorithm::Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", DigestAlgorithm::Sha384),
    ("http://www.w3.org/2001/04/xmlenc#sha512", DigestAlgorithm::Sha512),
    ("http://www.w3.org/2000/09/xmldsig#sha1", DigestAlgorithm::Sha1),
];

impl SignatureAlgorithm {
    /// The algorithm a message names, if it may be used.
    pub(crate) fn of(uri: &str, allow: &Allow) -> Result<Self, Rejection> {
        let known = SIGNATURE_ALGORITHMS.iter().find(|(known, _)| *known == uri).map(|(_, algorithm)| *algorithm);
        known.filter(|algorithm| *algorithm != Self::RsaSha1 || allow.sha1).ok_or_else(|| {
            Rejection::new(Reason::SignatureAlgorithmNotAllowed, "RSA or ECDSA with SHA-256 or stronger", uri)
        })
    }
}

impl DigestAlgorithm {
    /// The algorithm a message names, if it may be used.
    pub(crate) fn of(uri: &str, allow: &Allow) -> Result<Self, Rejection> {
        let known = DIGEST_ALGORITHMS.iter().find(|(known, _)| *known == uri).map(|(_, algorithm)| *algorithm);
        known
            .filter(|algorithm| *algorithm != Self::Sha1 || allow.sha1)
            .ok_or_else(|| Rejection::new(Reason::DigestAlgorithmNotAllowed, "SHA-256 or stronger", uri))
    }

    /// The digest of these octets.
    pub(crate) fn digest(self, octets: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, octets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_list_is_taken_and_sha1_only_when_allowed() {
        let (strict, lax) = (Allow::default(), Allow { sha1: true, ..Allow::default() });
        for (uri, algorithm) in SIGNATURE_ALGORITHMS {
            assert_eq!(SignatureAlgorithm::of(uri, &lax).ok(), Some(*algorithm));
            assert_eq!(SignatureAlgorithm::of(uri, &strict).is_ok(), *algorithm != SignatureAlgorithm::RsaSha1);
        }
        for (uri, algorithm) in DIGEST_ALGORITHMS {
            assert_eq!(DigestAlgorithm::of(uri, &lax).ok(), Some(*algorithm));
            assert_eq!(DigestAlgorithm::of(uri, &strict).is_ok(), *algorithm != DigestAlgorithm::Sha1);
        }
        for uri in
            ["", "http://www.w3.org/2000/09/xmldsig#hmac-sha1", "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256"]
        {
            assert!(SignatureAlgorithm::of(uri, &lax).is_err());
            assert!(DigestAlgorithm::of(uri, &lax).is_err());
        }
    }
}
