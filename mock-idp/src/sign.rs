//! Enveloped signatures: an element of our tree and a plan in, the same element with a Signature in it out.
//!
//! The plan is data, so that an attack changes one field of it: another key, another algorithm, a second Reference.

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::base64;
use crate::canonical::{Method, Scope, canonical};
use crate::compose::{Family, Pen};
use crate::facts::KeyInfo;
use crate::idp::Idp;
use crate::key::SigningKey;
use crate::names::{ENVELOPED, EXCLUSIVE};
use crate::recipe::RecipeError;
use crate::tree::{Element, Node};
use crate::vendor::Vendor;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How one Signature is made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What makes the SignatureValue.
    pub signer: Signer,
    /// The signature algorithm.
    pub algorithm: SignatureAlgorithm,
    /// What SignatureMethod says, where that is not the algorithm's own URI.
    pub method_uri: Option<String>,
    /// The digest of the References.
    pub digest: DigestAlgorithm,
    /// How SignedInfo is canonicalized.
    pub canonicalization: Method,
    /// The transforms, in order; the last canonicalization among them decides the digested octets.
    pub transforms: Vec<Transform>,
    /// The References, usually one.
    pub references: Vec<Target>,
    /// The certificates in KeyInfo, usually one; none leaves KeyInfo out.
    pub certificates: Vec<Vec<u8>>,
    /// The certificate's subject in KeyInfo.
    pub subject: Option<String>,
    /// The name of the key in KeyInfo.
    pub key_name: Option<String>,
    /// Modulus and exponent in KeyInfo instead of certificates.
    pub key_value: Option<(Vec<u8>, Vec<u8>)>,
    /// Line length and line end of SignatureValue and DigestValue, where they are not the vendor's.
    pub wrap: Option<(usize, &'static str)>,
    /// What KeyInfo holds instead of the certificates, where an attack brings its own.
    pub key_info: Option<Vec<Element>>,
    /// What DigestValue is made of.
    pub digested_octets: Digested,
    /// What DigestMethod says, where that is not the digest's own URI.
    pub digest_uri: Option<String>,
    /// What stands inside SignatureMethod, where anything does.
    pub method_holds: Option<Element>,
    /// The length of RSA-PSS's salt in octets, where it is not the digest's.
    pub salt: Option<usize>,
    /// A comment in SignedInfo, in front of everything else there.
    pub remark: Option<&'static str>,
}

/// What DigestValue is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Digested {
    /// The element that is signed.
    Target,
    /// These octets instead.
    Octets(Vec<u8>),
    /// The element, but only so many octets of its digest are written.
    Cut(usize),
    /// The element, but in the first Reference these octets.
    FirstOctets(Vec<u8>),
}

/// What makes the SignatureValue.
#[derive(Clone, Debug)]
pub enum Signer {
    /// A private key.
    Key(SigningKey),
    /// HMAC-SHA256 with these octets as its key, what a key confusion attack does.
    Hmac(Vec<u8>),
    /// Nothing: SignatureValue is these octets.
    Value(Vec<u8>),
}

/// One Transform.
#[derive(Clone, Debug)]
pub enum Transform {
    /// Leaves the Signature out.
    Enveloped,
    /// Canonicalizes.
    Canonical(Method),
    /// Anything else: its algorithm, and what it holds. It must keep the octets as they are.
    Other(&'static str, Option<Element>),
}

/// What a Reference says it refers to. The digest is always that of the element being signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The element's own ID.
    Own,
    /// `URI=""`, the whole document.
    Document,
    /// No URI at all.
    Absent,
    /// This URI.
    Uri(String),
}

impl Plan {
    /// The healthy signature of this IdP in this vendor's shape.
    pub fn of(idp: &Idp, vendor: Vendor, algorithm: SignatureAlgorithm, attributes: bool) -> Self {
        let signing = &vendor.shape().signing;
        let key_info = signing.key_info.value;
        let mut method = Method::exclusive();
        if attributes {
            method.prefix_list.clone_from(&signing.prefix_list.value);
        }
        Self {
            signer: Signer::Key(idp.key().clone()),
            algorithm,
            method_uri: None,
            digest: algorithm.digest(),
            canonicalization: Method::exclusive(),
            transforms: vec![Transform::Enveloped, Transform::Canonical(method)],
            references: vec![Target::Own],
            certificates: if key_info == KeyInfo::None { Vec::new() } else { vec![idp.certificate_der().to_vec()] },
            subject: (key_info == KeyInfo::SubjectThenCertificate).then(|| idp.subject().to_owned()),
            key_name: (key_info == KeyInfo::NameThenCertificate).then(|| idp.key_name()),
            key_value: None,
            wrap: None,
            key_info: None,
            digested_octets: Digested::Target,
            digest_uri: None,
            method_holds: None,
            salt: None,
            remark: None,
        }
    }

    /// The canonical form that gets digested; Canonical XML 1.0 where no transform names one (xmldsig 4.3.3.2).
    ///
    /// Never with comments, whatever the transform's name says: a URI that is empty or an ID alone stands for nodes without
    /// their comments, before the transforms (xmldsig 4.3.3.3).
    pub fn digested(&self) -> Method {
        let named = self.transforms.iter().rev().find_map(|transform| match transform {
            Transform::Canonical(method) => Some(method.clone()),
            _ => None,
        });
        Method { comments: false, ..named.unwrap_or_else(Method::inclusive) }
    }

    fn method_uri(&self) -> &str {
        self.method_uri.as_deref().unwrap_or(match self.signer {
            Signer::Key(_) | Signer::Value(_) => self.algorithm.uri(),
            Signer::Hmac(_) => "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        })
    }

    fn value(&self, octets: &[u8]) -> Result<Vec<u8>, RecipeError> {
        match &self.signer {
            Signer::Key(key) => Ok(match self.salt {
                Some(length) => key.sign_salted(self.algorithm, length, octets)?,
                None => key.sign(self.algorithm, octets)?,
            }),
            Signer::Hmac(secret) => {
                let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| RecipeError::Missing("HMAC key"))?;
                mac.update(octets);
                Ok(mac.finalize().into_bytes().to_vec())
            }
            Signer::Value(octets) => Ok(octets.clone()),
        }
    }

    /// What the Reference at this place says of the target.
    fn digest_value(&self, target: &[u8], place: usize) -> Vec<u8> {
        match &self.digested_octets {
            Digested::FirstOctets(octets) if place == 0 => self.digest.digest(octets),
            Digested::FirstOctets(_) => self.digest.digest(target),
            Digested::Target => self.digest.digest(target),
            Digested::Octets(octets) => self.digest.digest(octets),
            Digested::Cut(length) => self.digest.digest(target).into_iter().take(*length).collect(),
        }
    }
}

/// Signs an element that stands inside `around`, and puts the Signature at this position among its children.
pub(crate) fn sign(
    target: &mut Element,
    around: &Scope,
    plan: &Plan,
    pen: &Pen<'_>,
    position: usize,
) -> Result<(), RecipeError> {
    // Signing writes the element again, and stray spaces of a template go.
    target.attributes.retain(|attribute| !attribute.name.is_empty());
    let octets = canonical(target, around, &plan.digested());
    let mut info = signed_info(target.get("ID"), octets.as_bytes(), plan, pen);
    pen.space(&mut info, "Signature");
    let mut signature = pen.element(Family::Ds, target.local(), "Signature", &[]);
    let inside = around.inside(target).inside(&signature);
    let value = plan.value(canonical(&info, &inside, &plan.canonicalization).as_bytes())?;
    signature.push(info);
    signature
        .push(pen.element(Family::Ds, "Signature", "SignatureValue", &[]).saying(signature_text(&value, plan, pen)));
    if !plan.certificates.is_empty() || plan.key_value.is_some() || plan.key_info.is_some() {
        let mut key_info = key_info(plan, pen);
        pen.space(&mut key_info, "Signature");
        signature.push(key_info);
    }
    pen.space_level(&mut signature, target.local());
    target.insert(position, signature);
    Ok(())
}

/// Base64 in the vendor's lines, with a line end before and after it where the vendor's library writes them.
fn signature_text(value: &[u8], plan: &Plan, pen: &Pen<'_>) -> String {
    let wire = &pen.shape().wire;
    if let Some((width, line_end)) = plan.wrap {
        return base64::wrapped(value, width).replace('\n', line_end);
    }
    let text = base64::wrapped(value, wire.signature_wrap.value);
    if wire.signature_edges.as_ref().is_some_and(|fact| fact.value) { format!("\n{text}\n") } else { text }
}

/// The place a Signature has in SAML: right after the Issuer, or first where there is none (core 2.3.3, 3.2.2).
pub(crate) fn usual_position(target: &Element) -> usize {
    target.position("Issuer").map_or(0, |issuer| issuer + 1)
}

fn signed_info(id: Option<&str>, octets: &[u8], plan: &Plan, pen: &Pen<'_>) -> Element {
    let canonicalization = algorithm(pen, "SignedInfo", "CanonicalizationMethod", plan.canonicalization.uri())
        .holding_list(pen, &plan.canonicalization);
    let mut info = pen.element(Family::Ds, "Signature", "SignedInfo", &[]);
    info.children.extend(plan.remark.map(|remark| Node::Comment(remark.to_owned())));
    info.push(canonicalization);
    info.push(signature_method(plan, pen));
    for (place, target) in plan.references.iter().enumerate() {
        info.push(reference(target, id, &plan.digest_value(octets, place), plan, pen));
    }
    info
}

fn signature_method(plan: &Plan, pen: &Pen<'_>) -> Element {
    let mut method = algorithm(pen, "SignedInfo", "SignatureMethod", plan.method_uri());
    plan.method_holds.iter().for_each(|inside| method.push(inside.clone()));
    method
}

fn reference(target: &Target, id: Option<&str>, digest: &[u8], plan: &Plan, pen: &Pen<'_>) -> Element {
    let uri = match target {
        Target::Own => Some(format!("#{}", id.unwrap_or_default())),
        Target::Document => Some(String::new()),
        Target::Absent => None,
        Target::Uri(uri) => Some(uri.clone()),
    };
    let mut transforms = pen.element(Family::Ds, "Reference", "Transforms", &[]);
    plan.transforms.iter().for_each(|one| transforms.push(transform(one, pen)));
    let wrap = pen.shape().wire.signature_wrap.value;
    let value = pen.element(Family::Ds, "Reference", "DigestValue", &[]).saying(base64::wrapped(digest, wrap));
    let mut reference = pen.element(Family::Ds, "SignedInfo", "Reference", &[("URI", uri.as_deref())]);
    if !plan.transforms.is_empty() {
        reference.push(transforms);
    }
    let digest_uri = plan.digest_uri.as_deref().unwrap_or(plan.digest.uri());
    reference.holding(algorithm(pen, "Reference", "DigestMethod", digest_uri)).holding(value)
}

fn transform(transform: &Transform, pen: &Pen<'_>) -> Element {
    match transform {
        Transform::Enveloped => algorithm(pen, "Transforms", "Transform", ENVELOPED),
        Transform::Canonical(method) => {
            algorithm(pen, "Transforms", "Transform", method.uri()).holding_list(pen, method)
        }
        Transform::Other(uri, inside) => {
            let mut element = algorithm(pen, "Transforms", "Transform", uri);
            inside.iter().for_each(|inside| element.push(inside.clone()));
            element
        }
    }
}

fn algorithm(pen: &Pen<'_>, parent: &str, local: &str, uri: &str) -> Element {
    pen.element(Family::Ds, parent, local, &[("Algorithm", Some(uri))])
}

impl Element {
    /// With the PrefixList of a canonicalization, where it has one.
    fn holding_list(self, pen: &Pen<'_>, method: &Method) -> Self {
        if method.prefix_list.is_empty() {
            return self;
        }
        let list = method.prefix_list.join(" ");
        let mut listed = pen.element(Family::Ds, "Transform", "InclusiveNamespaces", &[("PrefixList", Some(&list))]);
        if listed.prefix() != "ec" {
            // The vendor's file does not say how it writes one, because the vendor never does.
            listed = Self::new("ec:InclusiveNamespaces").with("xmlns:ec", EXCLUSIVE).with("PrefixList", list);
        }
        self.holding(listed)
    }
}

fn key_info(plan: &Plan, pen: &Pen<'_>) -> Element {
    let mut key_info = pen.element(Family::Ds, "Signature", "KeyInfo", &[]);
    if let Some(clues) = &plan.key_info {
        return clues.iter().cloned().fold(key_info, Element::holding);
    }
    if let Some((modulus, exponent)) = &plan.key_value {
        let part = |local: &str, octets: &[u8]| {
            pen.element(Family::Ds, "RSAKeyValue", local, &[]).saying(base64::encode(octets))
        };
        let rsa = pen.element(Family::Ds, "KeyValue", "RSAKeyValue", &[]);
        let value = pen.element(Family::Ds, "KeyInfo", "KeyValue", &[]);
        let rsa = rsa.holding(part("Modulus", modulus)).holding(part("Exponent", exponent));
        return key_info.holding(value.holding(rsa));
    }
    let mut data = pen.element(Family::Ds, "KeyInfo", "X509Data", &[]);
    if let Some(subject) = &plan.subject {
        data.push(pen.element(Family::Ds, "X509Data", "X509SubjectName", &[]).saying(subject));
    }
    for certificate in &plan.certificates {
        let lines = base64::wrapped(certificate, pen.shape().wire.certificate_wrap.value);
        data.push(pen.element(Family::Ds, "X509Data", "X509Certificate", &[]).saying(lines));
    }
    if let Some(name) = &plan.key_name {
        key_info.push(pen.element(Family::Ds, "KeyInfo", "KeyName", &[]).saying(name));
    }
    key_info.holding(data)
}
