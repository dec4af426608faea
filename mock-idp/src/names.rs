//! The names the mock writes: namespaces and the constants of the SAML standards.
//!
//! Written out again here on purpose: the verifier has its own list, so that a slip in one shows against the other.

/// SAML assertions (core 1.2).
pub const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// SAML protocol messages (core 1.2).
pub const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// SAML metadata (metadata 1.1).
pub const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// XML Signature.
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// XML Encryption 1.0.
pub const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// XML Encryption 1.1.
pub const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
/// XML Schema datatypes.
pub const XS: &str = "http://www.w3.org/2001/XMLSchema";
/// XML Schema instance attributes.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Exclusive canonicalization, both as an algorithm and as a namespace.
pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// Exclusive canonicalization that keeps comments.
pub const EXCLUSIVE_WITH_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
/// Canonical XML 1.0.
pub const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
/// Canonical XML 1.0 that keeps comments.
pub const INCLUSIVE_WITH_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
/// The transform that leaves the Signature itself out.
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// `EncryptedData` that stands for a whole element.
pub const ENCRYPTED_ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";
/// The kind of thing a `RetrievalMethod` points at.
pub const ENCRYPTED_KEY: &str = "http://www.w3.org/2001/04/xmlenc#EncryptedKey";
/// RSA-OAEP whose mask is fixed to SHA-1.
pub const OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";

/// RSA-OAEP whose mask is named.
pub const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";
/// RSA PKCS#1 v1.5 for keys.
pub const RSA_PKCS1: &str = "http://www.w3.org/2001/04/xmlenc#rsa-1_5";

/// Attribute names that are URIs (core 8.2.2).
pub const ATTRNAME_URI: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
/// The status of a login that worked (core 3.2.2.2).
pub const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
/// The status of a login the IdP could not do (core 3.2.2.2).
pub const RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
/// The second-level status of a logout that did not reach everyone (core 3.2.2.2).
pub const PARTIAL_LOGOUT: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
/// The bearer method (profiles 3.3).
pub const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// The holder-of-key method (profiles 3.1).
pub const HOLDER_OF_KEY: &str = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key";
/// The sender-vouches method (profiles 3.2).
pub const SENDER_VOUCHES: &str = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches";
/// HTTP-POST (bindings 3.5).
pub const HTTP_POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// HTTP-Redirect (bindings 3.4).
pub const HTTP_REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/// The namespace a prefix stands for in a vendor file, whatever the vendor calls it on the wire.
pub(crate) fn namespace_of(prefix: &str) -> Option<&'static str> {
    Some(match prefix {
        "saml" | "saml2" => SAML,
        "samlp" | "saml2p" => SAMLP,
        "md" => MD,
        "ds" | "dsig" => DS,
        "xenc" | "e" => XENC,
        "xenc11" => XENC11,
        "xs" => XS,
        "xsi" => XSI,
        "ec" => EXCLUSIVE,
        _ => return None,
    })
}
