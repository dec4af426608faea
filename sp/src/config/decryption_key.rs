//! A private key of ours that decrypts what was encrypted to our certificate: a file in, a key ready for use out.
//!
//! Refuses what is no RSA private key of 2048 to 8192 bits in PKCS#8 or PKCS#1, and says what it is instead.

use super::{ConfigError, pem};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::{digest, hmac};
use std::fmt;
use zeroize::Zeroizing;

/// An RSA private key of ours that decrypts what was encrypted to our certificate.
pub struct DecryptionKey {
    oaep: OaepPrivateDecryptingKey,
    pkcs1: Pkcs1PrivateDecryptingKey,
    /// Makes the keys that take the place of what does not decrypt.
    implicit: hmac::Key,
    #[cfg(feature = "openssl")]
    pairs: openssl::pkey::PKey<openssl::pkey::Private>,
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecryptionKey({} bits)", self.oaep.key_size_bits())
    }
}

impl DecryptionKey {
    /// Reads an RSA key of 2048 to 8192 bits in PEM or DER, PKCS#8 or PKCS#1.
    pub fn from_file(file: &[u8]) -> Result<Self, ConfigError> {
        let wrong = |why: &str| ConfigError::PrivateKey { why: why.to_owned() };
        let (der, is_pkcs8) = pem::private_key(file)?;
        let pkcs8 = if is_pkcs8 { der } else { to_pkcs8(&der).ok_or_else(|| pem::unusable_private_key(&der))? };
        let key = PrivateDecryptingKey::from_pkcs8(&pkcs8).map_err(|_| pem::unusable_private_key(&pkcs8))?;
        let unusable = |_| wrong("the library cannot decrypt with it; make a new one");
        Ok(Self {
            oaep: OaepPrivateDecryptingKey::new(key.clone()).map_err(unusable)?,
            pkcs1: Pkcs1PrivateDecryptingKey::new(key).map_err(unusable)?,
            implicit: hmac::Key::new(hmac::HMAC_SHA256, digest::digest(&digest::SHA256, &pkcs8).as_ref()),
            #[cfg(feature = "openssl")]
            pairs: openssl::pkey::PKey::private_key_from_pkcs8(&pkcs8)
                .map_err(|_| pem::unusable_private_key(&pkcs8))?,
        })
    }

    pub(crate) fn oaep(&self) -> &OaepPrivateDecryptingKey {
        &self.oaep
    }

    pub(crate) fn pkcs1(&self) -> &Pkcs1PrivateDecryptingKey {
        &self.pkcs1
    }

    /// Octets of the modulus: no plaintext is longer.
    pub(crate) fn modulus_octets(&self) -> usize {
        self.oaep.key_size_bytes()
    }

    /// A key of so many octets, at most 32, that nobody can tell from the outside, always the same for these octets.
    ///
    /// Derived from our secret instead of drawn, so that nothing here is random, and sending the same octets twice
    /// tells nothing either.
    pub(crate) fn implicit_key(&self, encrypted: &[u8], octets: usize) -> Zeroizing<Vec<u8>> {
        let tag = hmac::sign(&self.implicit, encrypted);
        Zeroizing::new(tag.as_ref().iter().copied().take(octets).collect())
    }

    /// RSA-OAEP with different hashes for digest and mask: how many octets of `room` are the plaintext.
    #[cfg(feature = "openssl")]
    pub(crate) fn oaep_pair(
        &self,
        encrypted: &[u8],
        digest: openssl::hash::MessageDigest,
        mask: openssl::hash::MessageDigest,
        room: &mut [u8],
    ) -> Option<usize> {
        let mut decrypter = openssl::encrypt::Decrypter::new(&self.pairs).ok()?;
        decrypter.set_rsa_padding(openssl::rsa::Padding::PKCS1_OAEP).ok()?;
        decrypter.set_rsa_oaep_md(digest).ok()?;
        decrypter.set_rsa_mgf1_md(mask).ok()?;
        decrypter.decrypt(encrypted, room).ok()
    }
}

/// PKCS#1 to PKCS#8, by way of the library's own reader and writer.
fn to_pkcs8(pkcs1: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let pair = KeyPair::from_der(pkcs1).ok()?;
    let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    Some(Zeroizing::new(der.as_ref().to_vec()))
}
