//! One IdP as an SP sees it: a vendor and a public URL in, entityID, endpoints, key, certificate and metadata out.

use crate::canonical::Scope;
use crate::compose::Pen;
use crate::facts::CertificateFacts;
use crate::key::{self, SigningKey};
use crate::recipe::RecipeError;
use crate::sign::{self, Plan};
use crate::vendor::Vendor;
use crate::wire::{escaped, spell};
use crate::{base64, read};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An identity provider: its names, its addresses, its key.
#[derive(Clone, Debug)]
pub struct Idp {
    /// The name SPs know it by.
    pub entity_id: String,
    /// Where AuthnRequests go.
    pub sso_url: String,
    /// Where logout messages go, where the vendor has such an endpoint.
    pub slo_url: Option<String>,
    /// Where its metadata is published.
    pub metadata_url: String,
    key: SigningKey,
    certificate: Vec<u8>,
    /// What its metadata lists beside the certificate that signs.
    further: Vec<Vec<u8>>,
    subject: String,
    not_after: String,
}

impl Idp {
    /// The mock of this vendor under a public URL such as `http://127.0.0.1:7500`.
    pub fn of(vendor: Vendor, public_url: &str) -> Self {
        let service = &vendor.shape().service;
        let base = public_url.trim_end_matches('/');
        let facts = &vendor.shape().certificate;
        let key = vendor.key();
        Self {
            entity_id: service.entity_id.value.clone(),
            sso_url: format!("{base}{}", service.sso_path.value),
            slo_url: service.slo_path.as_ref().map(|path| format!("{base}{}", path.value)),
            metadata_url: format!("{base}{}", service.metadata_path.value),
            certificate: issue(facts, &key),
            further: Vec::new(),
            key,
            subject: subject_text(facts),
            not_after: facts.validity.value.1.clone(),
        }
    }

    /// The same IdP with another key, [`crate::key::p256`] for instance; its certificate follows.
    #[must_use]
    pub fn with_key(mut self, key: SigningKey, vendor: Vendor) -> Self {
        self.certificate = issue(&vendor.shape().certificate, &key);
        self.key = key;
        self
    }

    /// The same IdP in a roll-over: the first certificate signs, the metadata lists all of them. No list changes nothing.
    #[must_use]
    pub fn with_certificates(mut self, certificates: &[Certificate], vendor: Vendor) -> Self {
        let Some((first, rest)) = certificates.split_first() else { return self };
        let facts = &vendor.shape().certificate;
        self.further = rest.iter().map(|certificate| issue(facts, &certificate.key(vendor))).collect();
        self.with_key(first.key(vendor), vendor)
    }

    /// The name of its key, where a vendor writes one: the digest of the certificate, as a JSON web key has it.
    pub fn key_name(&self) -> String {
        let text = base64::encode(&Sha256::digest(&self.certificate));
        text.trim_end_matches('=').replace('+', "-").replace('/', "_")
    }

    /// The key it signs with.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Its signing certificate, DER.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// Its signing certificate, PEM.
    pub fn certificate_pem(&self) -> String {
        let body = base64::wrapped(&self.certificate, 64);
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    }

    /// The certificate's subject as text, last part first.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// This IdP's metadata, written as `shape` writes it: a target that trusts one IdP may take it from any vendor.
    pub fn metadata(&self, shape: Vendor) -> String {
        let filled = self.fill(shape.metadata_template());
        if shape.shape().metadata.signed.value {
            // A template of ours always parses and takes a signature; a test looks at every vendor's.
            self.signed_metadata(shape, &filled).unwrap_or(filled)
        } else {
            filled
        }
    }

    fn fill(&self, template: &str) -> String {
        self.fill_keys(template)
            .replace("${ENTITY_ID}", &escaped(&self.entity_id))
            .replace("${SSO}", &escaped(&self.sso_url))
            .replace("${WSFED}", &escaped(&self.wsfed_url()))
            .replace("${SLO}", &escaped(self.slo_url.as_deref().unwrap_or(&self.sso_url)))
            .replace("${KEY_NAME}", &self.key_name())
            .replace("${NOT_AFTER_MILLIS}", &self.not_after.replace('Z', ".000Z"))
    }

    /// Every KeyDescriptor once per certificate, with the white space before it.
    fn fill_keys(&self, template: &str) -> String {
        let (mut out, mut rest) = (String::new(), template);
        while let Some((before, block, after)) = key_descriptor(rest) {
            out.push_str(before);
            for certificate in std::iter::once(&self.certificate).chain(&self.further) {
                let lines = block
                    .replace("${CERTIFICATE_LINES}", &base64::wrapped(certificate, 76))
                    .replace("${CERTIFICATE_LINES_64}", &base64::wrapped(certificate, 64));
                out.push_str(&lines.replace("${CERTIFICATE}", &base64::encode(certificate)));
            }
            rest = after;
        }
        out + rest
    }

    /// The WS-Federation endpoint that Azure lists beside its SAML one; the mock does not answer there.
    fn wsfed_url(&self) -> String {
        let parent = self.sso_url.rsplit_once('/').map_or("", |(parent, _)| parent);
        format!("{parent}/wsfed")
    }

    fn signed_metadata(&self, shape: Vendor, text: &str) -> Result<String, RecipeError> {
        let declaration = text.split_once("?>").map_or(String::new(), |(declaration, _)| format!("{declaration}?>"));
        let mut root = read::element(text).ok_or(RecipeError::Missing("EntityDescriptor"))?;
        let plan = Plan::of(self, shape, self.key.usual_algorithm(), false);
        sign::sign(&mut root, &Scope::default(), &plan, &Pen::of(shape, false), 0)?;
        Ok(declaration + &spell(&root))
    }
}

/// One of the certificates of a roll-over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// The one over the vendor's own key.
    Current,
    /// The one over the key it rolls over to.
    Next,
}

impl Certificate {
    /// The certificate of this name; the error says which names there are.
    pub fn named(name: &str) -> Result<Self, String> {
        match name {
            "current" => Ok(Self::Current),
            "next" => Ok(Self::Next),
            _ => Err("`current`, `next`, or both in a list".to_owned()),
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Next => "next",
        }
    }

    fn key(self, vendor: Vendor) -> SigningKey {
        match self {
            Self::Current => vendor.key(),
            Self::Next => key::next(),
        }
    }
}

/// The text around the first KeyDescriptor of a template, which counts together with the white space before it.
fn key_descriptor(template: &str) -> Option<(&str, &str, &str)> {
    let prefix = if template.contains("<md:KeyDescriptor") { "md:" } else { "" };
    let tag = template.find(&format!("<{prefix}KeyDescriptor"))?;
    let start = template.get(..tag)?.trim_end().len();
    let end_tag = format!("</{prefix}KeyDescriptor>");
    let end = tag + template.get(tag..)?.find(&end_tag)? + end_tag.len();
    Some((template.get(..start)?, template.get(start..end)?, template.get(end..)?))
}

/// A self-signed certificate over the key: same facts, same octets.
#[expect(clippy::expect_used, reason = "the facts are compiled in, and a test issues every vendor's certificate")]
pub(crate) fn issue(facts: &CertificateFacts, key: &SigningKey) -> Vec<u8> {
    if let Some(certificate) = key.certificate_on_file() {
        return certificate;
    }
    parameters(facts)
        .and_then(|parameters| parameters.self_signed(key).ok())
        .expect("certificate facts are usable")
        .der()
        .to_vec()
}

fn parameters(facts: &CertificateFacts) -> Option<rcgen::CertificateParams> {
    let mut parameters = rcgen::CertificateParams::default();
    let (not_before, not_after) = &facts.validity.value;
    parameters.not_before = OffsetDateTime::parse(not_before, &Rfc3339).ok()?;
    parameters.not_after = OffsetDateTime::parse(not_after, &Rfc3339).ok()?;
    parameters.serial_number = Some(rcgen::SerialNumber::from(unhex(&facts.serial.value)?));
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    for (kind, value) in &facts.subject.value {
        parameters.distinguished_name.push(name_type(kind)?, name_value(kind, value)?);
    }
    if facts.basic_constraints.value {
        parameters.is_ca = rcgen::IsCa::ExplicitNoCa;
    }
    Some(parameters)
}

fn name_type(kind: &str) -> Option<rcgen::DnType> {
    Some(match kind {
        "CN" => rcgen::DnType::CommonName,
        "O" => rcgen::DnType::OrganizationName,
        "OU" => rcgen::DnType::OrganizationalUnitName,
        "C" => rcgen::DnType::CountryName,
        "ST" => rcgen::DnType::StateOrProvinceName,
        "L" => rcgen::DnType::LocalityName,
        "E" => rcgen::DnType::CustomDnType(vec![1, 2, 840, 113_549, 1, 9, 1]),
        _ => return None,
    })
}

/// A country is a PrintableString and an e-mail address an IA5String (RFC 5280, appendix A).
fn name_value(kind: &str, value: &str) -> Option<rcgen::DnValue> {
    Some(match kind {
        "C" => rcgen::DnValue::PrintableString(value.try_into().ok()?),
        "E" => rcgen::DnValue::Ia5String(value.try_into().ok()?),
        _ => rcgen::DnValue::Utf8String(value.to_owned()),
    })
}

fn subject_text(facts: &CertificateFacts) -> String {
    let parts = facts.subject.value.iter().rev().map(|(kind, value)| format!("{kind}={value}"));
    parts.collect::<Vec<_>>().join(",")
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    digits?.chunks(2).map(|pair| u8::try_from(pair.iter().fold(0, |high, low| high * 16 + low)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_vendor_shaped_under_the_public_url() {
        let idp = Idp::of(Vendor::named("okta").unwrap(), "http://127.0.0.1:7500/");
        assert_eq!(idp.sso_url, "http://127.0.0.1:7500/app/samlspec_1/exk5amlspec0kta0mock/sso/saml");
        assert_eq!(idp.entity_id, "http://www.okta.com/exk5amlspec0kta0mock");
    }

    #[test]
    fn a_roll_over_lists_both_certificates_and_signs_with_the_first() {
        for vendor in Vendor::all() {
            let plain = Idp::of(vendor, "http://a.test");
            let rolled = plain.clone().with_certificates(&[Certificate::Next, Certificate::Current], vendor);
            assert_ne!(plain.certificate_der(), rolled.certificate_der(), "{vendor:?}");
            let text: String = rolled.metadata(vendor).split_whitespace().collect();
            let listed = |idp: &Idp| text.matches(&base64::encode(idp.certificate_der())).count();
            // A signed document has the certificate that signs once more, in its own Signature.
            let signed = usize::from(vendor.shape().metadata.signed.value);
            assert!(listed(&plain) >= 1 && listed(&rolled) == listed(&plain) + signed, "{vendor:?}");
        }
    }

    #[test]
    fn the_same_facts_make_the_same_certificate() {
        for vendor in Vendor::all() {
            let (first, second) = (Idp::of(vendor, "http://a.test"), Idp::of(vendor, "http://b.test"));
            assert_eq!(first.certificate_der(), second.certificate_der(), "{vendor:?}");
            let curve = first.clone().with_key(crate::key::p256(), vendor);
            let again = first.clone().with_key(crate::key::p256(), vendor);
            assert_eq!(curve.certificate_der(), again.certificate_der(), "{vendor:?}");
            assert_ne!(curve.certificate_der(), first.certificate_der(), "{vendor:?}");
        }
    }
}
