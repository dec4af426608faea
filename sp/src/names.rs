//! The namespaces and URIs of the standards that the Service Provider reads and writes.

/// A namespace of the standards we read, or none, or some other.
///
/// The reader turns each URI into one of these once, so that comparing names is comparing numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// No namespace: an unprefixed attribute, or an element without a default namespace.
    None,
    /// `xml:`, bound by the XML standard itself.
    Xml,
    Saml,
    Samlp,
    Metadata,
    Dsig,
    /// Additions to XML Signature (RFC 9231).
    DsigMore,
    ExcC14n,
    Xenc,
    Xenc11,
    Xsi,
    /// Any other URI.
    Foreign,
}

pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";
pub(crate) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
pub(crate) const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
pub(crate) const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const DSIG_MORE: &str = "http://www.w3.org/2007/05/xmldsig-more#";
pub(crate) const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(crate) const INCLUSIVE_C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
pub(crate) const EXC_C14N_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
pub(crate) const INCLUSIVE_C14N_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub(crate) const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
pub(crate) const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

pub(crate) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

pub(crate) const STATUS_SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
pub(crate) const STATUS_RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
pub(crate) const STATUS_PARTIAL_LOGOUT: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
pub(crate) const REASON_USER: &str = "urn:oasis:names:tc:SAML:2.0:logout:user";
pub(crate) const METHOD_BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
pub(crate) const FORMAT_ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
pub(crate) const FORMAT_ENCRYPTED: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted";
/// What a NameID without a Format means (core 8.3.1).
pub(crate) const FORMAT_UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
pub(crate) const BINDING_POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
pub(crate) const BINDING_ARTIFACT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact";
pub(crate) const BINDING_SOAP: &str = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP";
pub(crate) const BINDING_REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/// The namespaces we know, by their URIs.
const KNOWN: &[(&str, Namespace)] = &[
    ("", Namespace::None),
    (SAML, Namespace::Saml),
    (SAMLP, Namespace::Samlp),
    (DSIG, Namespace::Dsig),
    (DSIG_MORE, Namespace::DsigMore),
    (EXC_C14N, Namespace::ExcC14n),
    (XSI, Namespace::Xsi),
    (XENC, Namespace::Xenc),
    (XENC11, Namespace::Xenc11),
    (METADATA, Namespace::Metadata),
    (XML, Namespace::Xml),
];

impl Namespace {
    /// Which of the known namespaces a URI names; an empty one is none.
    pub(crate) fn of(uri: &str) -> Self {
        KNOWN.iter().find(|(known, _)| *known == uri).map_or(Self::Foreign, |(_, namespace)| *namespace)
    }

    /// The URI of a namespace we know.
    pub(crate) fn uri(self) -> Option<&'static str> {
        KNOWN.iter().find(|(_, namespace)| *namespace == self).map(|(uri, _)| *uri)
    }
}
