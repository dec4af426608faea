//! The floor under one message: base64, digest and signature, on octets that were cut out beforehand.

use crate::{Case, Error};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use bergshamra::c14n::{C14nMode, canonicalize_doc};
use bergshamra::xml::{NodeSet, uppsala};
use uppsala::{Document, NodeId};

/// The inevitable work of verifying one message.
#[derive(Debug)]
pub struct Floor {
    field: String,
    key: ParsedPublicKey,
    signed: Vec<Signed>,
}

/// What one signature needs: the octets it covers, its SignedInfo, its value.
#[derive(Debug)]
struct Signed {
    octets: Vec<u8>,
    digest: Vec<u8>,
    signed_info: Vec<u8>,
    value: Vec<u8>,
}

impl Floor {
    /// Cuts out what is signed, and sees that it verifies: a floor over wrong octets would be none.
    pub fn of(case: &Case) -> Result<Self, Error> {
        let document = uppsala::parse(&case.xml).map_err(|error| error.to_string())?;
        let named = |local: &str| elements(&document, local);
        let signatures = named("Signature");
        let signed =
            signatures.iter().map(|signature| Signed::cut(&document, *signature)).collect::<Result<Vec<_>, _>>()?;
        let floor = Self { field: case.field.clone(), key: key(case)?, signed };
        floor.run()?;
        Ok(floor)
    }

    /// How many signatures it has.
    pub fn signatures(&self) -> usize {
        self.signed.len()
    }

    /// Does the work once.
    pub fn run(&self) -> Result<(), Error> {
        std::hint::black_box(base64_simd::STANDARD.decode_to_vec(&self.field)?);
        for signed in &self.signed {
            if digest(&SHA256, &signed.octets).as_ref() != signed.digest {
                return Err("the digest differs".into());
            }
            self.key.verify_sig(&signed.signed_info, &signed.value)?;
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
        let value = |within: NodeId, local: &str| -> Result<Vec<u8>, Error> {
            let element =
                elements(document, local).into_iter().find(|id| is_within(document, *id, within)).ok_or("a value")?;
            let text: String = document.text_content_deep(element).split_ascii_whitespace().collect();
            Ok(base64_simd::STANDARD.decode_to_vec(text)?)
        };
        let prefixes = prefix_list(document, signature);
        Ok(Self {
            octets: canonicalize_doc(document, C14nMode::Exclusive, Some(&rest), &prefixes)?,
            digest: value(signature, "DigestValue")?,
            signed_info: canonicalize_doc(
                document,
                C14nMode::Exclusive,
                Some(&NodeSet::tree_without_comments(signed_info, document)),
                &[] as &[&str],
            )?,
            value: value(signature, "SignatureValue")?,
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

/// The IdP's key, from the certificate in its metadata.
fn key(case: &Case) -> Result<ParsedPublicKey, Error> {
    let metadata = uppsala::parse(&case.idp_metadata).map_err(|error| error.to_string())?;
    let certificate = elements(&metadata, "X509Certificate").into_iter().next().ok_or("no certificate")?;
    let text: String = metadata.text_content_deep(certificate).split_ascii_whitespace().collect();
    let der = base64_simd::STANDARD.decode_to_vec(text)?;
    let spki = spki(&der).ok_or("no public key in the certificate")?;
    Ok(ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki)?)
}

/// The SubjectPublicKeyInfo of a certificate over an RSA-2048 key: it has a fixed start and length.
fn spki(der: &[u8]) -> Option<&[u8]> {
    const START: &[u8] =
        &[0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    const LENGTH: usize = 294;
    let at = der.windows(START.len()).position(|window| window == START)?;
    der.get(at..at + LENGTH)
}
