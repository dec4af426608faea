//! The floor under one message: base64, digests, signatures and decryption, on octets that were cut out beforehand.

use crate::{Case, Error, SP_KEY};
use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{self, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::digest::{self, digest};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use bergshamra::c14n::{C14nMode, canonicalize_doc};
use bergshamra::xml::{NodeSet, uppsala};
use mock_idp::{Cipher, Recipe, SignatureAlgorithm};
use uppsala::{Document, NodeId};

/// The inevitable work of verifying one message.
#[derive(Debug)]
pub struct Floor {
    field: String,
    key: ParsedPublicKey,
    digest: &'static digest::Algorithm,
    signed: Vec<Signed>,
    sealed: Option<Sealed>,
}

/// What one signature needs: the octets it covers, its SignedInfo, its value.
#[derive(Debug)]
struct Signed {
    octets: Vec<u8>,
    digest: Vec<u8>,
    signed_info: Vec<u8>,
    value: Vec<u8>,
}

/// What decryption needs: the key inside its wrapping, and the content.
#[derive(Debug)]
struct Sealed {
    ours: OaepPrivateDecryptingKey,
    wrapped: Vec<u8>,
    cipher: Cipher,
    content: Vec<u8>,
}

impl Floor {
    /// Cuts out what is signed, and sees that it verifies: a floor over wrong octets would be none.
    ///
    /// What is signed inside of ciphertext is cut out of the same message without the encryption.
    pub fn of(case: &Case) -> Result<Self, Error> {
        let sealed = case.recipe.encrypt.map(|encryption| Sealed::cut(&case.xml, encryption.cipher)).transpose()?;
        let clear = match sealed {
            Some(_) => Recipe { encrypt: None, ..case.recipe.clone() }.build()?.xml,
            None => case.xml.clone(),
        };
        let document = uppsala::parse(&clear).map_err(|error| error.to_string())?;
        let signatures = elements(&document, "Signature");
        let signed =
            signatures.iter().map(|signature| Signed::cut(&document, *signature)).collect::<Result<Vec<_>, _>>()?;
        let (verifies, digest) = algorithms(case.recipe.signature)?;
        let floor = Self { field: case.field.clone(), key: key(case, verifies)?, digest, signed, sealed };
        floor.run()?;
        Ok(floor)
    }

    /// How many signatures it has.
    pub fn signatures(&self) -> usize {
        self.signed.len()
    }

    /// Does the work once.
    pub fn run(&self) -> Result<(), Error> {
        self.base64()?;
        if let Some(sealed) = &self.sealed {
            sealed.open()?;
        }
        self.digests()?;
        self.signature_values()
    }

    /// The first part of the work: the form field out of its base64.
    pub fn base64(&self) -> Result<(), Error> {
        std::hint::black_box(base64_simd::STANDARD.decode_to_vec(&self.field)?);
        Ok(())
    }

    /// The digests of what is signed.
    pub fn digests(&self) -> Result<(), Error> {
        for signed in &self.signed {
            if digest(self.digest, &signed.octets).as_ref() != signed.digest {
                return Err("the digest differs".into());
            }
        }
        Ok(())
    }

    /// The public-key operations, with the digest of each SignedInfo.
    pub fn signature_values(&self) -> Result<(), Error> {
        for signed in &self.signed {
            self.key.verify_sig(&signed.signed_info, &signed.value)?;
        }
        Ok(())
    }
}

impl Sealed {
    fn cut(xml: &str, cipher: Cipher) -> Result<Self, Error> {
        let document = uppsala::parse(xml).map_err(|error| error.to_string())?;
        let value_in = |holder: &str| -> Result<Vec<u8>, Error> {
            let holder = elements(&document, holder).into_iter().next().ok_or("no ciphertext")?;
            let data = child(&document, holder, "CipherData")?;
            value(&document, child(&document, data, "CipherValue")?)
        };
        let pem: String = SP_KEY.lines().filter(|line| !line.starts_with("-----")).collect();
        let key = PrivateDecryptingKey::from_pkcs8(&base64_simd::STANDARD.decode_to_vec(pem)?)?;
        Ok(Self {
            ours: OaepPrivateDecryptingKey::new(key)?,
            wrapped: value_in("EncryptedKey")?,
            cipher,
            content: value_in("EncryptedData")?,
        })
    }

    /// The private operation and the content cipher.
    fn open(&self) -> Result<(), Error> {
        let mut room = vec![0; self.ours.min_output_size()];
        let key = self.ours.decrypt(&OAEP_SHA1_MGF1SHA1, &self.wrapped, &mut room, None)?;
        let wrong = || Error::from("the ciphertext is too short");
        match self.cipher {
            Cipher::Aes128Gcm | Cipher::Aes256Gcm => {
                let algorithm = if key.len() == 16 { &aead::AES_128_GCM } else { &aead::AES_256_GCM };
                let (nonce, sealed) = self.content.split_at_checked(aead::NONCE_LEN).ok_or_else(wrong)?;
                let mut octets = sealed.to_vec();
                let nonce = Nonce::try_assume_unique_for_key(nonce)?;
                LessSafeKey::new(UnboundKey::new(algorithm, key)?).open_in_place(nonce, Aad::empty(), &mut octets)?;
            }
            _ => {
                let algorithm = if key.len() == 16 { &cipher::AES_128 } else { &cipher::AES_256 };
                let (iv, blocks) = self.content.split_at_checked(16).ok_or_else(wrong)?;
                let mut octets = blocks.to_vec();
                let iv = DecryptionContext::Iv128(FixedLength::try_from(iv)?);
                DecryptingKey::cbc(UnboundCipherKey::new(algorithm, key)?)?.decrypt(&mut octets, iv)?;
            }
        }
        Ok(())
    }
}

impl Signed {
    fn cut(document: &Document<'_>, signature: NodeId) -> Result<Self, Error> {
        let parent = document.parent(signature).ok_or("a Signature without a parent")?;
        let whole = NodeSet::tree_without_comments(parent, document);
        let rest = whole.subtract(&NodeSet::tree_without_comments(signature, document));
        let signed_info = child(document, signature, "SignedInfo")?;
        let value_in = |local: &str| -> Result<Vec<u8>, Error> {
            let within = |id: &NodeId| is_within(document, *id, signature);
            value(document, elements(document, local).into_iter().find(within).ok_or("a value")?)
        };
        let prefixes = prefix_list(document, signature);
        Ok(Self {
            octets: canonicalize_doc(document, C14nMode::Exclusive, Some(&rest), &prefixes)?,
            digest: value_in("DigestValue")?,
            signed_info: canonicalize_doc(
                document,
                C14nMode::Exclusive,
                Some(&NodeSet::tree_without_comments(signed_info, document)),
                &[] as &[&str],
            )?,
            value: value_in("SignatureValue")?,
        })
    }
}

/// The prefixes of the transform's InclusiveNamespaces, if the vendor writes one.
fn prefix_list(document: &Document<'_>, signature: NodeId) -> Vec<String> {
    let list = elements(document, "InclusiveNamespaces").into_iter().find(|id| is_within(document, *id, signature));
    let value = list.and_then(|id| document.element(id)).and_then(|element| element.get_attribute("PrefixList"));
    value.unwrap_or_default().split_ascii_whitespace().map(str::to_owned).collect()
}

fn elements(document: &Document<'_>, local: &str) -> Vec<NodeId> {
    let is_named = |id: &NodeId| document.element(*id).is_some_and(|element| element.name.local_name == local);
    document.descendants(document.root()).into_iter().filter(is_named).collect()
}

fn child(document: &Document<'_>, parent: NodeId, local: &str) -> Result<NodeId, Error> {
    elements(document, local)
        .into_iter()
        .find(|id| document.parent(*id) == Some(parent))
        .ok_or_else(|| format!("no {local}").into())
}

fn is_within(document: &Document<'_>, id: NodeId, ancestor: NodeId) -> bool {
    std::iter::successors(Some(id), |at| document.parent(*at)).any(|at| at == ancestor)
}

/// The octets of an element that holds base64.
fn value(document: &Document<'_>, element: NodeId) -> Result<Vec<u8>, Error> {
    let text: String = document.text_content_deep(element).split_ascii_whitespace().collect();
    Ok(base64_simd::STANDARD.decode_to_vec(text)?)
}

fn algorithms(
    signature: SignatureAlgorithm,
) -> Result<(&'static dyn VerificationAlgorithm, &'static digest::Algorithm), Error> {
    Ok(match signature {
        SignatureAlgorithm::RsaSha256 => (&signature::RSA_PKCS1_2048_8192_SHA256, &digest::SHA256),
        SignatureAlgorithm::RsaSha384 => (&signature::RSA_PKCS1_2048_8192_SHA384, &digest::SHA384),
        SignatureAlgorithm::RsaSha512 => (&signature::RSA_PKCS1_2048_8192_SHA512, &digest::SHA512),
        SignatureAlgorithm::RsaPssSha256 => (&signature::RSA_PSS_2048_8192_SHA256, &digest::SHA256),
        SignatureAlgorithm::RsaPssSha384 => (&signature::RSA_PSS_2048_8192_SHA384, &digest::SHA384),
        SignatureAlgorithm::RsaPssSha512 => (&signature::RSA_PSS_2048_8192_SHA512, &digest::SHA512),
        SignatureAlgorithm::EcdsaSha256 => (&signature::ECDSA_P256_SHA256_FIXED, &digest::SHA256),
        SignatureAlgorithm::EcdsaSha384 => (&signature::ECDSA_P384_SHA384_FIXED, &digest::SHA384),
        SignatureAlgorithm::EcdsaSha512 => (&signature::ECDSA_P521_SHA512_FIXED, &digest::SHA512),
        SignatureAlgorithm::Ed25519 => (&signature::ED25519, &digest::SHA256),
        other => return Err(format!("no floor for {other:?}").into()),
    })
}

/// The IdP's key, from the certificate in its metadata.
fn key(case: &Case, algorithm: &'static dyn VerificationAlgorithm) -> Result<ParsedPublicKey, Error> {
    let metadata = uppsala::parse(&case.idp_metadata).map_err(|error| error.to_string())?;
    let certificate = elements(&metadata, "X509Certificate").into_iter().next().ok_or("no certificate")?;
    let der = value(&metadata, certificate)?;
    let spki = spki(&der).ok_or("no public key in the certificate")?;
    Ok(ParsedPublicKey::new(algorithm, spki)?)
}

/// The SubjectPublicKeyInfo of a certificate over a key of the mocks: each kind has a fixed start and length.
fn spki(der: &[u8]) -> Option<&[u8]> {
    const RSA: &[u8] =
        &[0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    const P256: &[u8] = &[0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const P384: &[u8] = &[0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const P521: &[u8] = &[0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const ED25519: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
    [(RSA, 294), (P256, 91), (P384, 120), (P521, 158), (ED25519, 44)].into_iter().find_map(|(start, length)| {
        let at = der.windows(start.len()).position(|window| window == start)?;
        der.get(at..at + length)
    })
}
