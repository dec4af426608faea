//! The key we sign with: an RSA private key in, signatures over requests, logout messages and metadata out.
//!
//! Refuses a key that is not RSA of 2048 to 8192 bits, and methods that this build has no code for. SHA-256 is what is
//! used unless set otherwise; SHA-1 and SHA-224 digests can be chosen for an IdP that takes nothing else.

use super::{ConfigError, pem};
use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, KeyPair, RsaKeyPair, RsaSignatureEncoding};
use std::fmt;

/// How what we send is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignatureMethod {
    /// RSA with SHA-1, for IdPs that take nothing better. Takes the cargo feature `openssl`.
    RsaSha1,
    /// RSA with SHA-224. Takes the cargo feature `openssl`.
    RsaSha224,
    /// RSA with SHA-256.
    #[default]
    RsaSha256,
    /// RSA with SHA-384.
    RsaSha384,
    /// RSA with SHA-512.
    RsaSha512,
}

/// How what we send is digested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DigestMethod {
    /// SHA-1, for IdPs that take nothing better.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl SignatureMethod {
    /// The URI that names it in a message (RFC 6931).
    pub fn uri(self) -> &'static str {
        match self {
            Self::RsaSha1 => "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            Self::RsaSha224 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224",
            Self::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Self::RsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            Self::RsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        }
    }

    /// The library's own; it signs with nothing older than SHA-256.
    fn encoding(self) -> Option<&'static RsaSignatureEncoding> {
        match self {
            Self::RsaSha1 | Self::RsaSha224 => None,
            Self::RsaSha256 => Some(&signature::RSA_PKCS1_SHA256),
            Self::RsaSha384 => Some(&signature::RSA_PKCS1_SHA384),
            Self::RsaSha512 => Some(&signature::RSA_PKCS1_SHA512),
        }
    }
}

impl DigestMethod {
    /// The URI that names it in a message (RFC 6931).
    pub fn uri(self) -> &'static str {
        match self {
            Self::Sha1 => "http://www.w3.org/2000/09/xmldsig#sha1",
            Self::Sha224 => "http://www.w3.org/2001/04/xmldsig-more#sha224",
            Self::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
            Self::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
            Self::Sha512 => "http://www.w3.org/2001/04/xmlenc#sha512",
        }
    }

    pub(crate) fn digest(self, octets: &[u8]) -> digest::Digest {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha224 => &digest::SHA224,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, octets)
    }
}

/// An RSA private key of ours, how it signs, and the certificate that our metadata shows for it.
pub struct SigningKey {
    pair: RsaKeyPair,
    #[cfg(feature = "openssl")]
    der: zeroize::Zeroizing<Vec<u8>>,
    #[cfg(feature = "openssl")]
    is_pkcs8: bool,
    method: SignatureMethod,
    digest: DigestMethod,
    certificate: Option<Vec<u8>>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} bits, {:?}, {:?})", self.pair.public_modulus_len() * 8, self.method, self.digest)
    }
}

impl SigningKey {
    /// Reads an RSA key in PEM or DER, PKCS#8 or PKCS#1, of 2048 to 8192 bits.
    pub fn from_file(file: &[u8]) -> Result<Self, ConfigError> {
        let (der, is_pkcs8) = pem::private_key(file)?;
        let pair = if is_pkcs8 { RsaKeyPair::from_pkcs8(&der) } else { RsaKeyPair::from_der(&der) };
        let (method, digest) = (SignatureMethod::default(), DigestMethod::default());
        Ok(Self {
            pair: pair.map_err(|_| pem::unusable_private_key(&der))?,
            #[cfg(feature = "openssl")]
            der,
            #[cfg(feature = "openssl")]
            is_pkcs8,
            method,
            digest,
            certificate: None,
        })
    }

    /// Signs by this method.
    ///
    /// # Errors
    /// [`SignatureMethod::RsaSha1`] and [`SignatureMethod::RsaSha224`] without the cargo feature `openssl`: the library
    /// that is used otherwise signs by neither.
    pub fn signature_method(mut self, method: SignatureMethod) -> Result<Self, ConfigError> {
        if method.encoding().is_none() && cfg!(not(feature = "openssl")) {
            let why = format!("{method:?} takes the cargo feature `openssl`; every vendor takes RsaSha256 or stronger");
            return Err(ConfigError::PrivateKey { why });
        }
        self.method = method;
        Ok(self)
    }

    /// Digests by this method where the signature is in the XML.
    #[must_use]
    pub fn digest_method(mut self, digest: DigestMethod) -> Self {
        self.digest = digest;
        self
    }

    /// The certificate, in PEM, DER or base64, that our metadata shows and that must be of this very key.
    pub fn certificate(mut self, file: &[u8]) -> Result<Self, ConfigError> {
        use x509_parser::prelude::{FromDer, X509Certificate};
        let wrong = |why: &str| ConfigError::Certificate { why: why.to_owned() };
        let der = pem::certificate(file)?;
        let (_, parsed) = X509Certificate::from_der(&der).map_err(|_| wrong("it is not an X.509 certificate"))?;
        let ours: &[u8] = self.pair.public_key().as_ref();
        if parsed.public_key().subject_public_key.data.as_ref() != ours {
            return Err(wrong("it is of another key than the one that signs"));
        }
        self.certificate = Some(der);
        Ok(self)
    }

    /// The certificate in DER, if one was given.
    pub fn certificate_der(&self) -> Option<&[u8]> {
        self.certificate.as_deref()
    }

    pub(crate) fn method(&self) -> SignatureMethod {
        self.method
    }

    pub(crate) fn digest(&self) -> DigestMethod {
        self.digest
    }

    /// The signature over these octets.
    pub(crate) fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, ConfigError> {
        let failed = || ConfigError::PrivateKey { why: "it does not sign".to_owned() };
        let Some(encoding) = self.method.encoding() else { return self.sign_as_of_old(octets).ok_or_else(failed) };
        let mut value = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(encoding, &SystemRandom::new(), octets, &mut value).map_err(|_| failed())?;
        Ok(value)
    }

    #[cfg(feature = "openssl")]
    fn sign_as_of_old(&self, octets: &[u8]) -> Option<Vec<u8>> {
        use openssl::{hash::MessageDigest, pkey::PKey, rsa::Rsa, sign::Signer};
        let key = match self.is_pkcs8 {
            true => PKey::private_key_from_pkcs8(&self.der),
            false => Rsa::private_key_from_der(&self.der).and_then(PKey::from_rsa),
        };
        let key = key.ok()?;
        let digest = match self.method {
            SignatureMethod::RsaSha1 => MessageDigest::sha1(),
            _ => MessageDigest::sha224(),
        };
        Signer::new(digest, &key).ok()?.sign_oneshot_to_vec(octets).ok()
    }

    #[cfg(not(feature = "openssl"))]
    #[expect(clippy::unused_self, reason = "the method of the other build")]
    fn sign_as_of_old(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = include_bytes!("../../../fixtures/keys/sp.key.pem");
    const CERTIFICATE: &[u8] = include_bytes!("../../../fixtures/keys/sp.crt.pem");
    const RECORDED_CERTIFICATE: &[u8] = include_bytes!("../../../fixtures/recorded/sp.crt");

    #[test]
    fn a_key_and_its_certificate() {
        let key = || SigningKey::from_file(KEY).unwrap();
        assert!(key().certificate(CERTIFICATE).unwrap().certificate_der().is_some());
        let error = key().certificate(RECORDED_CERTIFICATE).unwrap_err().to_string();
        assert!(error.contains("another key"), "{error}");
        assert!(key().certificate(KEY).unwrap_err().to_string().contains("private key"));
        assert!(SigningKey::from_file(CERTIFICATE).is_err());
        assert!(SigningKey::from_file(include_bytes!("../../../fixtures/keys/idp-p256.key.pem")).is_err());
    }

    #[test]
    fn methods() {
        for method in [SignatureMethod::RsaSha256, SignatureMethod::RsaSha384, SignatureMethod::RsaSha512] {
            let key = SigningKey::from_file(KEY).unwrap().signature_method(method).unwrap();
            assert_eq!(key.sign(b"x").unwrap().len(), 256);
        }
        for method in [SignatureMethod::RsaSha1, SignatureMethod::RsaSha224] {
            let key = SigningKey::from_file(KEY).unwrap().signature_method(method);
            match cfg!(feature = "openssl") {
                true => assert_eq!(key.unwrap().sign(b"x").unwrap().len(), 256),
                false => assert!(key.unwrap_err().to_string().contains("feature `openssl`")),
            }
        }
    }
}
