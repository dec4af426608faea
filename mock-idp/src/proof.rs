//! Verifies the signature of what an SP sends: a query or XML and the SP's certificates in, the algorithm's URI out.
//!
//! An IdP that demands signed requests needs this, and nothing else in the mock does. Refuses: no signature, one over
//! something else, an algorithm the mock does not verify, a signature by none of the certificates, XML deeper than
//! [`DEPTH`].

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::base64;
use crate::canonical::{Method, Scope, canonical};
use crate::encrypt::certificate_part;
use crate::read;
use crate::request::RequestError;
use crate::tree::{Element, Node};
use ring::signature::{UnparsedPublicKey, VerificationAlgorithm};
use rsa::pkcs8::der::{AnyRef, Reader, SliceReader};

/// The most that elements may be nested.
pub const DEPTH: usize = 64;

/// Why a signature does not count.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProofError {
    /// There is none.
    #[error("there is no signature")]
    Unsigned,
    /// A part of it is missing or unreadable.
    #[error("the signature's `{0}` is missing or unreadable")]
    Unreadable(&'static str),
    /// An algorithm that the mock does not verify.
    #[error("`{0}` is no algorithm that is verified here")]
    Algorithm(String),
    /// The digest is another one.
    #[error("the digest is that of another message")]
    Digest,
    /// No certificate fits.
    #[error("the signature is by none of the certificates")]
    Untrusted,
    /// The message cannot be read.
    #[error(transparent)]
    Message(#[from] RequestError),
}

/// Verifies the signature of a Redirect query over its octets as they came (bindings 3.4.4.1).
pub fn of_query(query: &str, certificates: &[Vec<u8>]) -> Result<String, ProofError> {
    let raw = |name: &str| query.split('&').find(|pair| pair.split('=').next() == Some(name));
    let decoded = |pair: &str| form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value.into_owned()).collect();
    let signature: String = raw("Signature").map(decoded).ok_or(ProofError::Unsigned)?;
    let named = raw("SigAlg").ok_or(ProofError::Unreadable("SigAlg"))?;
    let message = raw("SAMLRequest").or_else(|| raw("SAMLResponse")).ok_or(ProofError::Unsigned)?;
    let signed: Vec<&str> = [Some(message), raw("RelayState"), Some(named)].into_iter().flatten().collect();
    let value = base64::decode(&signature).ok_or(ProofError::Unreadable("Signature"))?;
    let algorithm: String = decoded(named);
    verify(&algorithm, signed.join("&").as_bytes(), &value, certificates)?;
    Ok(algorithm)
}

/// Verifies the enveloped signature over the root element (core 5.4).
pub fn of_xml(xml: &[u8], certificates: &[Vec<u8>]) -> Result<String, ProofError> {
    let document = crate::request::document(xml)?;
    if depth(&document) > DEPTH {
        return Err(ProofError::Message(RequestError::NotXml(format!("nested deeper than {DEPTH}"))));
    }
    let root = read::element(document.input_text()).ok_or(ProofError::Unreadable("message"))?;
    let signature = root.child("Signature").ok_or(ProofError::Unsigned)?;
    let info = signature.child("SignedInfo").ok_or(ProofError::Unreadable("SignedInfo"))?;
    check_digest(&root, info)?;
    let around = Scope::default().inside(&root).inside(signature);
    let octets = canonical(info, &around, &method(info.child("CanonicalizationMethod"))?);
    let value: String = signature.child("SignatureValue").map(Element::text).unwrap_or_default();
    let value = base64::decode(&clean(&value)).ok_or(ProofError::Unreadable("SignatureValue"))?;
    let algorithm = info.child("SignatureMethod").and_then(|method| method.get("Algorithm"));
    let algorithm = algorithm.ok_or(ProofError::Unreadable("SignatureMethod"))?;
    verify(algorithm, octets.as_bytes(), &value, certificates)?;
    Ok(algorithm.to_owned())
}

fn depth(document: &roxmltree::Document<'_>) -> usize {
    let mut depths = std::collections::HashMap::new();
    let mut deepest = 0;
    for node in document.descendants() {
        let own = node.parent().and_then(|parent| depths.get(&parent.id()).copied()).unwrap_or(0) + 1;
        depths.insert(node.id(), own);
        deepest = deepest.max(own);
    }
    deepest
}

/// One Reference, to the root itself, whose digest is that of the root without its Signature.
fn check_digest(root: &Element, info: &Element) -> Result<(), ProofError> {
    let reference = info.child("Reference").ok_or(ProofError::Unreadable("Reference"))?;
    let own = root.get("ID").map(|id| format!("#{id}"));
    if reference.get("URI").map(str::to_owned) != own
        || info.elements().filter(|one| one.local() == "Reference").count() != 1
    {
        return Err(ProofError::Digest);
    }
    let mut bare = root.clone();
    bare.children.retain(|node| !matches!(node, Node::Element(child) if child.local() == "Signature"));
    let transforms = reference.child("Transforms").ok_or(ProofError::Unreadable("Transforms"))?;
    let last = transforms.elements().filter(|one| one.get("Algorithm").is_some_and(|uri| uri.contains("c14n"))).last();
    let octets = canonical(&bare, &Scope::default(), &method(last)?);
    let uri = reference.child("DigestMethod").and_then(|method| method.get("Algorithm")).unwrap_or_default();
    let digest = DigestAlgorithm::ALL.iter().find(|digest| digest.uri() == uri);
    let digest = digest.ok_or_else(|| ProofError::Algorithm(uri.to_owned()))?;
    let value: String = reference.child("DigestValue").map(Element::text).unwrap_or_default();
    let value = base64::decode(&clean(&value)).ok_or(ProofError::Unreadable("DigestValue"))?;
    if digest.digest(octets.as_bytes()) == value { Ok(()) } else { Err(ProofError::Digest) }
}

fn method(element: Option<&Element>) -> Result<Method, ProofError> {
    let element = element.ok_or(ProofError::Unreadable("CanonicalizationMethod"))?;
    let uri = element.get("Algorithm").unwrap_or_default();
    let listed = element.child("InclusiveNamespaces").and_then(|list| list.get("PrefixList")).unwrap_or_default();
    let prefix_list: Vec<String> = listed.split_ascii_whitespace().map(str::to_owned).collect();
    [Method::exclusive(), Method::inclusive()]
        .into_iter()
        .find(|method| method.uri() == uri)
        .map(|method| Method { prefix_list, ..method })
        .ok_or_else(|| ProofError::Algorithm(uri.to_owned()))
}

fn verify(uri: &str, octets: &[u8], value: &[u8], certificates: &[Vec<u8>]) -> Result<(), ProofError> {
    let algorithm = verification(uri).ok_or_else(|| ProofError::Algorithm(uri.to_owned()))?;
    let holds = |certificate: &Vec<u8>| {
        public_key(certificate).is_some_and(|key| UnparsedPublicKey::new(algorithm, key).verify(octets, value).is_ok())
    };
    if certificates.iter().any(holds) { Ok(()) } else { Err(ProofError::Untrusted) }
}

fn verification(uri: &str) -> Option<&'static dyn VerificationAlgorithm> {
    let algorithm = SignatureAlgorithm::ALL.iter().find(|algorithm| algorithm.uri() == uri)?;
    Some(match algorithm {
        SignatureAlgorithm::RsaSha1 => &ring::signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        SignatureAlgorithm::RsaSha256 => &ring::signature::RSA_PKCS1_2048_8192_SHA256,
        SignatureAlgorithm::RsaSha384 => &ring::signature::RSA_PKCS1_2048_8192_SHA384,
        SignatureAlgorithm::RsaSha512 => &ring::signature::RSA_PKCS1_2048_8192_SHA512,
        SignatureAlgorithm::EcdsaSha256 => &ring::signature::ECDSA_P256_SHA256_FIXED,
        SignatureAlgorithm::EcdsaSha384 => &ring::signature::ECDSA_P384_SHA384_FIXED,
        SignatureAlgorithm::Ed25519 => &ring::signature::ED25519,
        _ => return None,
    })
}

/// The octets of the certificate's key: the content of the BIT STRING in SubjectPublicKeyInfo (RFC 5280, 4.1).
fn public_key(certificate: &[u8]) -> Option<Vec<u8>> {
    let info = certificate_part(certificate, 6)?;
    let info: AnyRef<'_> = SliceReader::new(&info).ok()?.decode().ok()?;
    let mut parts = SliceReader::new(info.value()).ok()?;
    parts.decode::<AnyRef<'_>>().ok()?;
    let bits: AnyRef<'_> = parts.decode().ok()?;
    bits.value().get(1..).map(<[u8]>::to_vec)
}

fn clean(text: &str) -> String {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logout::{LogoutFault, LogoutRecipe, Subject};
    use crate::{Idp, Vendor, people};
    use time::macros::datetime;

    fn recipe(signature: SignatureAlgorithm) -> LogoutRecipe {
        let okta = Vendor::named("okta").unwrap();
        let idp = Idp::of(okta, "http://a.test").with_key(crate::key::fitting(signature, okta.key()), okta);
        let subject = Subject::of(okta, &people::ann(), ["s"]);
        let clock = datetime!(2026-01-01 12:00 UTC);
        let recipe = LogoutRecipe::request(okta, idp, "https://sp.test/slo", subject, clock);
        LogoutRecipe { signature, relay_state: Some("x/y".to_owned()), ..recipe }
    }

    #[test]
    fn genuine_signatures_hold_and_faults_do_not() {
        for &signature in SignatureAlgorithm::ALL.iter().filter(|one| verification(one.uri()).is_some()) {
            let healthy = recipe(signature);
            let trusted = [healthy.idp.certificate_der().to_vec()];
            let query = |recipe: &LogoutRecipe| of_query(&recipe.redirect().unwrap().query, &trusted);
            let xml = |recipe: &LogoutRecipe| of_xml(recipe.post().unwrap().xml.as_bytes(), &trusted);
            assert_eq!(
                (query(&healthy).as_deref(), xml(&healthy).as_deref()),
                (Ok(signature.uri()), Ok(signature.uri()))
            );
            let broken = |fault| LogoutRecipe { fault: Some(fault), ..recipe(signature) };
            assert_eq!(query(&broken(LogoutFault::Unsigned)), Err(ProofError::Unsigned));
            assert_eq!(xml(&broken(LogoutFault::Unsigned)), Err(ProofError::Unsigned));
            assert_eq!(query(&broken(LogoutFault::AttackerKey)), Err(ProofError::Untrusted));
            assert_eq!(query(&broken(LogoutFault::Tampered)), Err(ProofError::Untrusted));
            assert_eq!(xml(&broken(LogoutFault::Tampered)), Err(ProofError::Digest));
        }
    }

    #[test]
    fn what_is_no_signature() {
        assert_eq!(of_query("SAMLRequest=a&Signature=b", &[]), Err(ProofError::Unreadable("SigAlg")));
        assert!(matches!(of_query("SAMLRequest=a&SigAlg=md5&Signature=Yg%3d%3d", &[]), Err(ProofError::Algorithm(_))));
        assert_eq!(of_xml(b"<a/>", &[]), Err(ProofError::Unsigned));
        let deep = "<a>".repeat(DEPTH + 1) + &"</a>".repeat(DEPTH + 1);
        assert!(matches!(of_xml(deep.as_bytes(), &[]), Err(ProofError::Message(_))));
    }
}
