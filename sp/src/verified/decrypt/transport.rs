//! The transport of the content's key: an EncryptedKey and our private key in, a key of the right length out, always.
//!
//! Refuses transports that are not on the list, RSA-1_5 unless the IdP may use it, and pairs of hashes that no library
//! of this build has.
//!
//! There is no failure behind the choice of algorithm. Where our private key does not fit, another key comes out: of
//! the same length, and always the same for the same octets. It opens nothing, and so all faults behind it end at the
//! same place. That is the countermeasure to Bleichenbacher's attack on RSA-1_5 (RFC 3218), and keeps the other
//! transports equally silent.

use super::{malformed, not_allowed};
use crate::config::{DecryptionKey, Idp};
use crate::names::Namespace;
use crate::parsed::{Document, NodeId};
use crate::reject::Rejection;
use aws_lc_rs::rsa::{self, OaepAlgorithm};
use zeroize::Zeroizing;

const OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
const RSA_1_5: &str = "http://www.w3.org/2001/04/xmlenc#rsa-1_5";

/// How the content's key is encrypted to ours.
#[derive(Debug, Clone, Copy)]
pub(super) enum KeyTransport {
    /// RSA-OAEP with one hash for both parts.
    Oaep(&'static OaepAlgorithm),
    /// RSA-OAEP with different hashes for digest and mask.
    #[cfg(feature = "openssl")]
    OaepPair { digest: OaepHash, mask: OaepHash },
    /// RSAES-PKCS1-v1_5.
    Rsa15,
}

/// A hash as RSA-OAEP uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OaepHash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

const DIGESTS: &[(&str, OaepHash)] = &[
    ("http://www.w3.org/2000/09/xmldsig#sha1", OaepHash::Sha1),
    ("http://www.w3.org/2001/04/xmldsig-more#sha224", OaepHash::Sha224),
    ("http://www.w3.org/2001/04/xmlenc#sha256", OaepHash::Sha256),
    ("http://www.w3.org/2001/04/xmldsig-more#sha384", OaepHash::Sha384),
    // XML Encryption 1.1 has a name of its own for it.
    ("http://www.w3.org/2001/04/xmlenc#sha384", OaepHash::Sha384),
    ("http://www.w3.org/2001/04/xmlenc#sha512", OaepHash::Sha512),
];

const MASKS: &[(&str, OaepHash)] = &[
    ("http://www.w3.org/2009/xmlenc11#mgf1sha1", OaepHash::Sha1),
    ("http://www.w3.org/2009/xmlenc11#mgf1sha224", OaepHash::Sha224),
    ("http://www.w3.org/2009/xmlenc11#mgf1sha256", OaepHash::Sha256),
    ("http://www.w3.org/2009/xmlenc11#mgf1sha384", OaepHash::Sha384),
    ("http://www.w3.org/2009/xmlenc11#mgf1sha512", OaepHash::Sha512),
];

/// A key for the content.
pub(super) struct Unwrapped {
    pub(super) key: Zeroizing<Vec<u8>>,
    /// It came out of the EncryptedKey.
    pub(super) is_genuine: bool,
}

impl KeyTransport {
    /// The transport an EncryptionMethod names, if this IdP may use it.
    pub(super) fn read(document: &Document, method: NodeId, idp: &Idp) -> Result<Self, Rejection> {
        let uri = document.attribute(method, "Algorithm").unwrap_or_default();
        match uri.as_ref() {
            OAEP_MGF1P | OAEP => {}
            RSA_1_5 if idp.allow().rsa15 => return Ok(Self::Rsa15),
            _ => return Err(not_allowed("RSA-OAEP", uri)),
        }
        if document.elements(method).any(|id| document.is(id, Namespace::Xenc, "OAEPparams")) {
            return Err(not_allowed("RSA-OAEP without a label", "OAEPparams"));
        }
        let digest = hash(document, method, Namespace::Dsig, "DigestMethod", DIGESTS)?;
        // The older name fixes the mask function's hash (xmlenc11 5.5.2).
        let mask = if uri == OAEP { hash(document, method, Namespace::Xenc11, "MGF", MASKS)? } else { OaepHash::Sha1 };
        Self::oaep(digest, mask)
    }

    fn oaep(digest: OaepHash, mask: OaepHash) -> Result<Self, Rejection> {
        match (digest, mask) {
            (OaepHash::Sha1, OaepHash::Sha1) => Ok(Self::Oaep(&rsa::OAEP_SHA1_MGF1SHA1)),
            (OaepHash::Sha256, OaepHash::Sha256) => Ok(Self::Oaep(&rsa::OAEP_SHA256_MGF1SHA256)),
            (OaepHash::Sha384, OaepHash::Sha384) => Ok(Self::Oaep(&rsa::OAEP_SHA384_MGF1SHA384)),
            (OaepHash::Sha512, OaepHash::Sha512) => Ok(Self::Oaep(&rsa::OAEP_SHA512_MGF1SHA512)),
            #[cfg(feature = "openssl")]
            _ => Ok(Self::OaepPair { digest, mask }),
            #[cfg(not(feature = "openssl"))]
            _ => Err(not_allowed(
                "RSA-OAEP with one hash for digest and mask (other pairs take the cargo feature `openssl`)",
                format!("{digest:?} with MGF1 and {mask:?}"),
            )),
        }
    }

    /// What the EncryptedKey holds for this key of ours; if nothing, a key that opens nothing.
    pub(super) fn unwrap(self, octets: &[u8], ours: &DecryptionKey, key_octets: usize) -> Unwrapped {
        // Made in any case: what is known only now must not show in the time it takes.
        let other = ours.implicit_key(octets, key_octets);
        match self.decrypt(octets, ours) {
            Some(key) if key.len() == key_octets => Unwrapped { key, is_genuine: true },
            _ => Unwrapped { key: other, is_genuine: false },
        }
    }

    fn decrypt(self, octets: &[u8], ours: &DecryptionKey) -> Option<Zeroizing<Vec<u8>>> {
        let mut room = Zeroizing::new(vec![0; ours.modulus_octets()]);
        let length = match self {
            Self::Oaep(algorithm) => ours.oaep().decrypt(algorithm, octets, &mut room, None).ok()?.len(),
            Self::Rsa15 => ours.pkcs1().decrypt(octets, &mut room).ok()?.len(),
            #[cfg(feature = "openssl")]
            Self::OaepPair { digest, mask } => ours.oaep_pair(octets, digest.openssl(), mask.openssl(), &mut room)?,
        };
        room.truncate(length);
        Some(room)
    }
}

#[cfg(feature = "openssl")]
impl OaepHash {
    fn openssl(self) -> openssl::hash::MessageDigest {
        use openssl::hash::MessageDigest;
        match self {
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha224 => MessageDigest::sha224(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }
}

/// The hash that a child of EncryptionMethod names; SHA-1 where there is none (xmlenc11 5.5.2).
fn hash(
    document: &Document,
    method: NodeId,
    namespace: Namespace,
    local: &str,
    known: &[(&str, OaepHash)],
) -> Result<OaepHash, Rejection> {
    let mut elements = document.elements(method).filter(|id| document.is(*id, namespace, local));
    let Some(element) = elements.next() else { return Ok(OaepHash::Sha1) };
    if elements.next().is_some() {
        return Err(malformed(&format!("one {local}"), "two"));
    }
    let uri = document.attribute(element, "Algorithm").unwrap_or_default();
    let hash = known.iter().find(|(known, _)| *known == uri).map(|(_, hash)| *hash);
    hash.ok_or_else(|| not_allowed("RSA-OAEP with SHA-1 or SHA-2", uri))
}
