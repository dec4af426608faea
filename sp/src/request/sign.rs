//! Signs what we send: XML that we wrote ourselves in, the same with an enveloped Signature out (core 5.4).
//!
//! The octets that are digested come from the same canonicalization that verifies. Refuses nothing but a key that does
//! not sign.

use crate::config::{ConfigError, SigningKey};
use crate::decoded::base64;
use crate::limits::Limits;
use crate::names::{DSIG, ENVELOPED, EXC_C14N};
use crate::parsed;
use crate::verified::c14n::{Canonicalization, Comments, canonicalize};

/// XML in two halves, between which the Signature goes.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The ID of the root, which the Signature names.
    pub(crate) id: String,
    /// Up to where the schema puts the Signature.
    pub(crate) head: String,
    /// From there on.
    pub(crate) tail: String,
}

impl Draft {
    /// The XML without a Signature.
    pub(crate) fn unsigned(&self) -> String {
        format!("{}{}", self.head, self.tail)
    }

    /// The XML with a Signature over it.
    pub(crate) fn signed(&self, key: &SigningKey) -> Result<String, ConfigError> {
        let Self { id, head, tail } = self;
        let digest = key.digest().digest(canonical(&self.unsigned())?.as_bytes());
        let info = signed_info(id, key, &base64::encode(digest.as_ref()));
        let value = base64::encode(&key.sign(info.as_bytes())?);
        let key_info = key.certificate_der().map(key_info).unwrap_or_default();
        Ok(format!(
            "{head}<ds:Signature xmlns:ds=\"{DSIG}\">{info}<ds:SignatureValue>{value}</ds:SignatureValue>{key_info}\
             </ds:Signature>{tail}"
        ))
    }
}

/// SignedInfo as canonical XML spells it, so that these very octets are what is signed.
fn signed_info(id: &str, key: &SigningKey, digest: &str) -> String {
    format!(
        "<ds:SignedInfo xmlns:ds=\"{DSIG}\"><ds:CanonicalizationMethod Algorithm=\"{EXC_C14N}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{method}\"></ds:SignatureMethod><ds:Reference URI=\"#{id}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform><ds:Transform Algorithm=\"{EXC_C14N}\"></ds:Transform>\
         </ds:Transforms><ds:DigestMethod Algorithm=\"{digest_method}\"></ds:DigestMethod>\
         <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>",
        method = key.method().uri(),
        digest_method = key.digest().uri(),
    )
}

fn key_info(der: &[u8]) -> String {
    let certificate = base64::encode(der);
    format!(
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    )
}

fn canonical(xml: &str) -> Result<String, ConfigError> {
    let limits = Limits::default();
    // We wrote it; what it repeats of the settings is escaped. A setting with a control character shows here.
    let wrong = |rejection: crate::Rejection| ConfigError::Name { what: "a setting", why: rejection.to_string() };
    let document = parsed::read(xml.as_bytes().to_vec(), &limits).map_err(wrong)?;
    let how = Canonicalization::Exclusive { prefixes: Vec::new(), comments: Comments::Dropped };
    canonicalize(&document, document.root(), None, &how, limits.canonical_bytes).map_err(wrong)
}
