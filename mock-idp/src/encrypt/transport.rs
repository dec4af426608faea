//! Key transport: a content key and the SP's certificate in, the key encrypted for the SP out.
//!
//! Written as one word: `oaep-mgf1p`, `oaep-mgf1p:sha256`, `oaep:sha256:sha256` (digest, then mask) or `pkcs1`.
//! Refuses: any other word, a certificate whose key is not RSA.

use crate::algorithm::DigestAlgorithm;
use crate::names::{OAEP, OAEP_MGF1P, RSA_PKCS1};
use crate::random::Random;
use crate::recipe::RecipeError;
use rsa::pkcs8::DecodePublicKey;
use rsa::pkcs8::der::{AnyRef, Encode, Reader, SliceReader};
use serde::Deserialize;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

/// How the content key gets to the SP.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub struct KeyTransport {
    /// The scheme.
    pub scheme: Scheme,
    /// OAEP's digest.
    pub digest: DigestAlgorithm,
    /// The digest of OAEP's mask; `oaep-mgf1p` knows only SHA-1 here.
    pub mask: DigestAlgorithm,
}

/// The scheme of a key transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `xmlenc#rsa-oaep-mgf1p`: the mask is fixed to SHA-1.
    OaepMgf1p,
    /// `xmlenc11#rsa-oaep`: the mask is named.
    Oaep,
    /// `xmlenc#rsa-1_5`: open to Bleichenbacher's attack, and refused by careful SPs.
    Pkcs1,
}

impl Scheme {
    /// The `Algorithm` of the EncryptionMethod.
    pub fn uri(self) -> &'static str {
        match self {
            Self::OaepMgf1p => OAEP_MGF1P,
            Self::Oaep => OAEP,
            Self::Pkcs1 => RSA_PKCS1,
        }
    }
}

impl Default for KeyTransport {
    /// `oaep-mgf1p`, what most products use.
    fn default() -> Self {
        Self { scheme: Scheme::OaepMgf1p, digest: DigestAlgorithm::Sha1, mask: DigestAlgorithm::Sha1 }
    }
}

impl TryFrom<String> for KeyTransport {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut words = text.split(':');
        let scheme = words.next().unwrap_or_default();
        let mut digest = || words.next().map(digest_named).transpose();
        let (first, second) = (digest()?, digest()?);
        let sha1 = DigestAlgorithm::Sha1;
        let made = match (scheme, first, second) {
            ("oaep-mgf1p", digest, None) => Self { digest: digest.unwrap_or(sha1), ..Self::default() },
            ("oaep", digest, mask) => {
                Self { scheme: Scheme::Oaep, digest: digest.unwrap_or(sha1), mask: mask.or(digest).unwrap_or(sha1) }
            }
            ("pkcs1", None, None) => Self { scheme: Scheme::Pkcs1, ..Self::default() },
            _ => return Err(format!("`{text}` is no key transport: expected `oaep-mgf1p`, `oaep` or `pkcs1`")),
        };
        if words.next().is_some() { Err(format!("`{text}` has too many digests")) } else { Ok(made) }
    }
}

fn digest_named(name: &str) -> Result<DigestAlgorithm, String> {
    Ok(match name {
        "sha1" => DigestAlgorithm::Sha1,
        "sha224" => DigestAlgorithm::Sha224,
        "sha256" => DigestAlgorithm::Sha256,
        "sha384" => DigestAlgorithm::Sha384,
        "sha512" => DigestAlgorithm::Sha512,
        _ => return Err(format!("`{name}` is no digest: expected `sha1`, `sha224`, `sha256`, `sha384` or `sha512`")),
    })
}

impl KeyTransport {
    /// Every transport: both OAEP schemes with all their digests, then RSA PKCS#1 v1.5.
    pub fn all() -> Vec<Self> {
        let digests = DigestAlgorithm::ALL;
        let fixed = digests.iter().map(|&digest| Self { digest, ..Self::default() });
        let named = digests
            .iter()
            .flat_map(|&digest| digests.iter().map(move |&mask| Self { scheme: Scheme::Oaep, digest, mask }));
        fixed.chain(named).chain([Self { scheme: Scheme::Pkcs1, ..Self::default() }]).collect()
    }

    /// The content key, encrypted for the owner of this certificate.
    pub(super) fn wrap(self, key: &[u8], certificate: &[u8], random: &mut Random) -> Result<Vec<u8>, RecipeError> {
        let public = public_key(certificate).ok_or(RecipeError::Encryption("the SP's certificate has no RSA key"))?;
        let wrapped = match (self.scheme, self.digest) {
            (Scheme::Pkcs1, _) => public.encrypt(random.generator(), rsa::Pkcs1v15Encrypt, key).ok(),
            (_, DigestAlgorithm::Sha1) => oaep::<Sha1>(&public, self.mask, key, random),
            (_, DigestAlgorithm::Sha224) => oaep::<Sha224>(&public, self.mask, key, random),
            (_, DigestAlgorithm::Sha256) => oaep::<Sha256>(&public, self.mask, key, random),
            (_, DigestAlgorithm::Sha384) => oaep::<Sha384>(&public, self.mask, key, random),
            (_, DigestAlgorithm::Sha512) => oaep::<Sha512>(&public, self.mask, key, random),
        };
        wrapped.ok_or(RecipeError::Encryption("the key transport gave up"))
    }
}

/// The bounds that the `rsa` crate puts on a digest.
trait OaepDigest: sha2::Digest + sha2::digest::FixedOutputReset {}
impl<D: sha2::Digest + sha2::digest::FixedOutputReset> OaepDigest for D {}

fn oaep<D: OaepDigest>(
    public: &rsa::PublicKey,
    mask: DigestAlgorithm,
    key: &[u8],
    random: &mut Random,
) -> Option<Vec<u8>> {
    match mask {
        DigestAlgorithm::Sha1 => oaep_masked::<D, Sha1>(public, key, random),
        DigestAlgorithm::Sha224 => oaep_masked::<D, Sha224>(public, key, random),
        DigestAlgorithm::Sha256 => oaep_masked::<D, Sha256>(public, key, random),
        DigestAlgorithm::Sha384 => oaep_masked::<D, Sha384>(public, key, random),
        DigestAlgorithm::Sha512 => oaep_masked::<D, Sha512>(public, key, random),
    }
}

fn oaep_masked<D: OaepDigest, M: OaepDigest>(
    public: &rsa::PublicKey,
    key: &[u8],
    random: &mut Random,
) -> Option<Vec<u8>> {
    public.encrypt(random.generator(), rsa::Oaep::<D, M>::new_with_mgf_hash(), key).ok()
}

fn public_key(certificate: &[u8]) -> Option<rsa::PublicKey> {
    rsa::PublicKey::from_public_key_der(&certificate_part(certificate, 6)?).ok()
}

/// A part of a certificate's body by number: version, serial, algorithm, issuer, validity, subject, key (RFC 5280, 4.1).
pub(crate) fn certificate_part(certificate: &[u8], number: usize) -> Option<Vec<u8>> {
    let certificate: AnyRef<'_> = SliceReader::new(certificate).ok()?.decode().ok()?;
    let body: AnyRef<'_> = SliceReader::new(certificate.value()).ok()?.decode().ok()?;
    let mut parts = SliceReader::new(body.value()).ok()?;
    for _ in 0..number {
        parts.decode::<AnyRef<'_>>().ok()?;
    }
    parts.decode::<AnyRef<'_>>().ok()?.to_der().ok()
}
