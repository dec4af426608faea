//! The mock's own table of digest and signature algorithms: a name in a recipe in, URI and octets out.
//!
//! Weak ones stand here too: a mock must be able to send what an SP has to refuse.

use serde::Deserialize;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// A digest algorithm.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum DigestAlgorithm {
    /// Broken for collisions since 2017; some IdPs still send it.
    Sha1,
    /// SHA-224.
    Sha224,
    /// What nearly everyone uses.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// Every algorithm, for tests and lists.
    pub const ALL: &'static [Self] = &[Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The `Algorithm` of a `DigestMethod`.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
            Self::Sha224 => "http://www.w3.org/2001/04/xmldsig-more#sha224",
            Self::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
            Self::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
            Self::Sha512 => "http://www.w3.org/2001/04/xmlenc#sha512",
        }
    }

    /// The `Algorithm` of an `MGF`, the mask of OAEP (xmlenc 1.1, 5.5.2).
    pub fn mgf_uri(self) -> &'static str {
        match self {
            Self::Sha1 => "http://www.w3.org/2009/xmlenc11#mgf1sha1",
            Self::Sha224 => "http://www.w3.org/2009/xmlenc11#mgf1sha224",
            Self::Sha256 => "http://www.w3.org/2009/xmlenc11#mgf1sha256",
            Self::Sha384 => "http://www.w3.org/2009/xmlenc11#mgf1sha384",
            Self::Sha512 => "http://www.w3.org/2009/xmlenc11#mgf1sha512",
        }
    }

    /// The digest of some octets.
    pub fn digest(self, octets: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(octets).to_vec(),
            Self::Sha224 => Sha224::digest(octets).to_vec(),
            Self::Sha256 => Sha256::digest(octets).to_vec(),
            Self::Sha384 => Sha384::digest(octets).to_vec(),
            Self::Sha512 => Sha512::digest(octets).to_vec(),
        }
    }
}

/// A signature algorithm, with the key type it needs.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SignatureAlgorithm {
    /// RSA PKCS#1 v1.5 with SHA-1: legacy.
    RsaSha1,
    /// RSA PKCS#1 v1.5 with SHA-224.
    RsaSha224,
    /// RSA PKCS#1 v1.5 with SHA-256: every vendor's default today.
    RsaSha256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    RsaSha384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    RsaSha512,
    /// RSA-PSS with SHA-256 and MGF1-SHA-256.
    RsaPssSha256,
    /// RSA-PSS with SHA-384 and MGF1-SHA-384.
    RsaPssSha384,
    /// RSA-PSS with SHA-512 and MGF1-SHA-512.
    RsaPssSha512,
    /// ECDSA with SHA-256, for a P-256 key.
    EcdsaSha256,
    /// ECDSA with SHA-384, for a P-384 key.
    EcdsaSha384,
    /// ECDSA with SHA-512, for a P-521 key.
    EcdsaSha512,
    /// Ed25519, which digests on its own; References take SHA-256.
    Ed25519,
}

impl SignatureAlgorithm {
    /// Every algorithm, for tests and lists.
    pub const ALL: &'static [Self] = &[
        Self::RsaSha1,
        Self::RsaSha224,
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
        Self::RsaPssSha256,
        Self::RsaPssSha384,
        Self::RsaPssSha512,
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::Ed25519,
    ];

    /// The `Algorithm` of a `SignatureMethod`.
    pub fn uri(self) -> &'static str {
        match self {
            Self::RsaSha1 => "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            Self::RsaSha224 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224",
            Self::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Self::RsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            Self::RsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            Self::RsaPssSha256 => "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
            Self::RsaPssSha384 => "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
            Self::RsaPssSha512 => "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
            Self::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            Self::EcdsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            Self::EcdsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
            Self::Ed25519 => "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
        }
    }

    /// The digest it signs, used for the Reference too unless a recipe says otherwise.
    pub fn digest(self) -> DigestAlgorithm {
        match self {
            Self::RsaSha1 => DigestAlgorithm::Sha1,
            Self::RsaSha224 => DigestAlgorithm::Sha224,
            Self::RsaSha256 | Self::RsaPssSha256 | Self::EcdsaSha256 | Self::Ed25519 => DigestAlgorithm::Sha256,
            Self::RsaSha384 | Self::RsaPssSha384 | Self::EcdsaSha384 => DigestAlgorithm::Sha384,
            Self::RsaSha512 | Self::RsaPssSha512 | Self::EcdsaSha512 => DigestAlgorithm::Sha512,
        }
    }
}
