//! Reads an SP's AuthnRequest: a Redirect query, a POST form or plain XML in, the fields an IdP looks at out.
//!
//! Refuses, naming the field: missing or repeated parameters, base64 or DEFLATE that is none, more than
//! [`INFLATED_BYTES`], XML that is none (DTDs included), another root element, a missing ID, Issuer or ACS URL that is empty.

use crate::base64;
use crate::names::{SAML, SAMLP};
use roxmltree::Node;

/// The most that a request may inflate to.
pub const INFLATED_BYTES: usize = 64 * 1024;

/// What an AuthnRequest asks for (core 3.4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthnRequest {
    /// The request's ID, what a Response answers.
    pub id: String,
    /// The SP's entityID.
    pub issuer: String,
    /// Where the Response should go, where the request says so.
    pub acs_url: Option<String>,
    /// Which of the SP's endpoints the Response should go to, by number.
    pub acs_index: Option<String>,
    /// The binding the Response should come by.
    pub protocol_binding: Option<String>,
    /// The URL the request was sent to.
    pub destination: Option<String>,
    /// When it was made, as written.
    pub issue_instant: Option<String>,
    /// The Format of the NameIDPolicy.
    pub name_id_policy: Option<String>,
    /// Whether the person must authenticate again.
    pub force_authn: bool,
    /// Whether the IdP may not take over the screen.
    pub is_passive: bool,
    /// The AuthnContextClassRefs of the RequestedAuthnContext.
    pub authn_contexts: Vec<String>,
    /// Whether a signature came along, in the query or in the XML.
    pub signed: bool,
    /// The RelayState that goes back with the answer.
    pub relay_state: Option<String>,
}

/// A request that cannot be answered.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RequestError {
    /// A field is not there, or is empty.
    #[error("`{0}` is missing or empty")]
    Missing(&'static str),
    /// A parameter stands there more than once.
    #[error("`{0}` stands there more than once")]
    Repeated(&'static str),
    /// The parameter is not base64.
    #[error("`{0}` is not base64")]
    NotBase64(&'static str),
    /// The octets are not a complete DEFLATE stream.
    #[error("`{0}` is not a complete DEFLATE stream")]
    NotDeflate(&'static str),
    /// More than the limit comes out.
    #[error("`{0}` inflates to more than {INFLATED_BYTES} bytes")]
    TooLarge(&'static str),
    /// The text is not XML, or has a DTD.
    #[error("the message is not acceptable XML: {0}")]
    NotXml(String),
    /// Some other message.
    #[error("the message is a `{found}`, not {expected}")]
    OtherMessage {
        /// The message or messages that can be answered here.
        expected: &'static str,
        /// The local name of the root element.
        found: String,
    },
    /// A field has a value that it cannot have.
    #[error("`{field}` is `{found}`, expected {expected}")]
    Value {
        /// The field.
        field: &'static str,
        /// What it can be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
}

/// Reads the query of an HTTP-Redirect request (bindings 3.4.4.1).
pub fn from_redirect_query(query: &str) -> Result<AuthnRequest, RequestError> {
    let mut request = read(&octets_of_query(query, "SAMLRequest")?)?;
    request.relay_state = optional_field(query, "RelayState")?;
    request.signed |= optional_field(query, "Signature")?.is_some();
    Ok(request)
}

/// Reads the form of an HTTP-POST request (bindings 3.5.4).
pub fn from_form(form: &str) -> Result<AuthnRequest, RequestError> {
    let mut request = read(&octets_of_form(form, "SAMLRequest")?)?;
    request.relay_state = optional_field(form, "RelayState")?;
    Ok(request)
}

/// Reads the XML of an AuthnRequest.
pub fn read(xml: &[u8]) -> Result<AuthnRequest, RequestError> {
    let document = document(xml)?;
    let root = document.root_element();
    if !root.has_tag_name((SAMLP, "AuthnRequest")) {
        let found = root.tag_name().name().to_owned();
        return Err(RequestError::OtherMessage { expected: "an AuthnRequest", found });
    }
    version(root)?;
    Ok(AuthnRequest {
        id: required(root, "ID")?,
        issuer: issuer(root)?,
        acs_url: optional(root, "AssertionConsumerServiceURL")?,
        acs_index: optional(root, "AssertionConsumerServiceIndex")?,
        protocol_binding: optional(root, "ProtocolBinding")?,
        destination: optional(root, "Destination")?,
        issue_instant: optional(root, "IssueInstant")?,
        name_id_policy: child(root, SAMLP, "NameIDPolicy").and_then(|node| node.attribute("Format")).map(str::to_owned),
        force_authn: boolean(root, "ForceAuthn")?,
        is_passive: boolean(root, "IsPassive")?,
        authn_contexts: authn_contexts(root),
        signed: child(root, crate::names::DS, "Signature").is_some(),
        relay_state: None,
    })
}

/// The octets of a message in a Redirect query.
pub fn octets_of_query(query: &str, name: &'static str) -> Result<Vec<u8>, RequestError> {
    inflate(&base64::decode(&field(query, name)?).ok_or(RequestError::NotBase64(name))?, name)
}

/// The octets of a message in a POST form.
pub fn octets_of_form(form: &str, name: &'static str) -> Result<Vec<u8>, RequestError> {
    let text: String = field(form, name)?.split_ascii_whitespace().collect();
    base64::decode(&text).ok_or(RequestError::NotBase64(name))
}

/// The octets as XML.
pub(crate) fn document(xml: &[u8]) -> Result<roxmltree::Document<'_>, RequestError> {
    let text = std::str::from_utf8(xml).map_err(|_| RequestError::NotXml("not UTF-8".to_owned()))?;
    roxmltree::Document::parse(text).map_err(|error| RequestError::NotXml(error.to_string()))
}

/// Inflates at most [`INFLATED_BYTES`]; Duo, for one, refuses a stream without its final block, and so does this.
fn inflate(octets: &[u8], name: &'static str) -> Result<Vec<u8>, RequestError> {
    use miniz_oxide::inflate::TINFLStatus;
    miniz_oxide::inflate::decompress_to_vec_with_limit(octets, INFLATED_BYTES).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => RequestError::TooLarge(name),
        _ => RequestError::NotDeflate(name),
    })
}

fn field(fields: &str, name: &'static str) -> Result<String, RequestError> {
    optional_field(fields, name)?.filter(|value| !value.is_empty()).ok_or(RequestError::Missing(name))
}

pub(crate) fn optional_field(fields: &str, name: &'static str) -> Result<Option<String>, RequestError> {
    let mut found = form_urlencoded::parse(fields.as_bytes()).filter(|(key, _)| key == name);
    let first = found.next().map(|(_, value)| value.into_owned());
    if found.next().is_some() { Err(RequestError::Repeated(name)) } else { Ok(first) }
}

pub(crate) fn version(root: Node<'_, '_>) -> Result<(), RequestError> {
    match root.attribute("Version") {
        Some("2.0") => Ok(()),
        Some(found) => Err(RequestError::Value { field: "Version", expected: "`2.0`", found: found.to_owned() }),
        None => Err(RequestError::Missing("Version")),
    }
}

pub(crate) fn required(root: Node<'_, '_>, name: &'static str) -> Result<String, RequestError> {
    optional(root, name)?.ok_or(RequestError::Missing(name))
}

/// An attribute that may be missing, but not empty.
pub(crate) fn optional(root: Node<'_, '_>, name: &'static str) -> Result<Option<String>, RequestError> {
    match root.attribute(name) {
        Some("") => Err(RequestError::Missing(name)),
        found => Ok(found.map(str::to_owned)),
    }
}

fn boolean(root: Node<'_, '_>, name: &'static str) -> Result<bool, RequestError> {
    match root.attribute(name) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(found) => Err(RequestError::Value { field: name, expected: "a boolean", found: found.to_owned() }),
    }
}

pub(crate) fn issuer(root: Node<'_, '_>) -> Result<String, RequestError> {
    let text = child(root, SAML, "Issuer").and_then(|node| node.text()).map(str::trim).unwrap_or_default();
    if text.is_empty() { Err(RequestError::Missing("Issuer")) } else { Ok(text.to_owned()) }
}

fn authn_contexts(root: Node<'_, '_>) -> Vec<String> {
    let Some(requested) = child(root, SAMLP, "RequestedAuthnContext") else { return Vec::new() };
    requested
        .children()
        .filter(|node| node.has_tag_name((SAML, "AuthnContextClassRef")))
        .filter_map(|node| node.text())
        .map(|text| text.trim().to_owned())
        .collect()
}

pub(crate) fn child<'a, 'input>(node: Node<'a, 'input>, namespace: &str, local: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.has_tag_name((namespace, local)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_1" Version="2.0" IssueInstant="2026-01-01T00:00:00Z" ForceAuthn="1" AssertionConsumerServiceURL="https://sp.test/acs" Destination="https://idp.test/sso"><saml:Issuer>https://sp.test</saml:Issuer><samlp:NameIDPolicy Format="urn:f"/></samlp:AuthnRequest>"#;

    fn query(xml: &str) -> String {
        let deflated = miniz_oxide::deflate::compress_to_vec(xml.as_bytes(), 6);
        form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLRequest", &base64::encode(&deflated))
            .append_pair("RelayState", "back here")
            .finish()
    }

    fn form(xml: &str) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLRequest", &base64::encode(xml.as_bytes()))
            .finish()
    }

    #[test]
    fn both_bindings_carry_the_same_request() {
        let by_form = from_form(&form(REQUEST)).unwrap();
        let by_query = from_redirect_query(&query(REQUEST)).unwrap();
        assert_eq!(
            (by_form.id.as_str(), by_form.issuer.as_str(), by_form.force_authn),
            ("_1", "https://sp.test", true)
        );
        assert_eq!(by_form.acs_url.as_deref(), Some("https://sp.test/acs"));
        assert_eq!(by_form.name_id_policy.as_deref(), Some("urn:f"));
        assert_eq!(by_query.relay_state.as_deref(), Some("back here"));
        assert_eq!(AuthnRequest { relay_state: None, ..by_query }, by_form);
    }

    #[test]
    fn a_bad_request_is_refused_by_field() {
        let check = |fields: &str, expected: &str| assert_eq!(from_form(fields).unwrap_err().to_string(), expected);
        check("", "`SAMLRequest` is missing or empty");
        check("SAMLRequest=a&SAMLRequest=b", "`SAMLRequest` stands there more than once");
        check("SAMLRequest=!", "`SAMLRequest` is not base64");
        check(&form("<a/>"), "the message is a `a`, not an AuthnRequest");
        check(&form(&REQUEST.replace("https://sp.test</", "</")), "`Issuer` is missing or empty");
        check(&form(&REQUEST.replace(r#"ID="_1""#, "")), "`ID` is missing or empty");
        check(&form(&REQUEST.replace(r#""2.0""#, r#""1.1""#)), "`Version` is `1.1`, expected `2.0`");
        check(
            &form(&REQUEST.replace(r#"ForceAuthn="1""#, r#"ForceAuthn="yes""#)),
            "`ForceAuthn` is `yes`, expected a boolean",
        );
        let acs = r#"AssertionConsumerServiceURL="https://sp.test/acs""#;
        check(
            &form(&REQUEST.replace(acs, r#"AssertionConsumerServiceURL="""#)),
            "`AssertionConsumerServiceURL` is missing or empty",
        );
        let with_dtd = format!("<!DOCTYPE a>{REQUEST}");
        assert!(matches!(from_form(&form(&with_dtd)), Err(RequestError::NotXml(_))));
    }

    #[test]
    fn inflation_is_bounded() {
        let bomb = query(&" ".repeat(INFLATED_BYTES + 1));
        assert_eq!(from_redirect_query(&bomb), Err(RequestError::TooLarge("SAMLRequest")));
        let mut cut = miniz_oxide::deflate::compress_to_vec(REQUEST.as_bytes(), 6);
        cut.truncate(cut.len() / 2);
        assert_eq!(inflate(&cut, "SAMLRequest"), Err(RequestError::NotDeflate("SAMLRequest")));
        assert_eq!(inflate(b"no stream", "SAMLRequest"), Err(RequestError::NotDeflate("SAMLRequest")));
    }
}
