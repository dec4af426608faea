//! Reads the logout messages of an SP: a Redirect query, a POST form or plain XML in, the fields an IdP looks at out.
//!
//! Refuses, naming the field: the same as [`crate::request`], a LogoutRequest without a NameID, a LogoutResponse without a
//! Status, a query or form with both messages or neither. A signature is not verified; [`LogoutMessage::signed`] says that
//! there is one.

use crate::names::{DS, SAML, SAMLP};
use crate::request::{
    RequestError, child, document, issuer, octets_of_form, octets_of_query, optional, optional_field, required, version,
};
use roxmltree::Node;

/// A logout message from an SP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutMessage {
    /// The message's ID.
    pub id: String,
    /// The SP's entityID.
    pub issuer: String,
    /// The URL the message was sent to.
    pub destination: Option<String>,
    /// When it was made, as written.
    pub issue_instant: Option<String>,
    /// Whether a signature came along, in the query or in the XML.
    pub signed: bool,
    /// The RelayState that goes back with the answer.
    pub relay_state: Option<String>,
    /// What it asks or says.
    pub content: Content,
}

/// What a logout message asks or says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A LogoutRequest (core 3.7.1).
    Request {
        /// The NameID.
        name_id: String,
        /// Its Format.
        name_id_format: Option<String>,
        /// The sessions; none means every session of this person.
        session_indexes: Vec<String>,
        /// When the request stops to count, as written.
        not_on_or_after: Option<String>,
        /// Why the session ends.
        reason: Option<String>,
    },
    /// A LogoutResponse (core 3.7.2).
    Response {
        /// The request it answers.
        in_response_to: Option<String>,
        /// The top-level StatusCode.
        status: String,
        /// The second-level StatusCode.
        sub_status: Option<String>,
    },
}

/// Reads the query of an HTTP-Redirect message (bindings 3.4.4.1).
pub fn from_redirect_query(query: &str) -> Result<LogoutMessage, RequestError> {
    let mut message = read(&octets_of_query(query, parameter(query)?)?)?;
    message.relay_state = optional_field(query, "RelayState")?;
    message.signed |= optional_field(query, "Signature")?.is_some();
    Ok(message)
}

/// Reads the form of an HTTP-POST message (bindings 3.5.4).
pub fn from_form(form: &str) -> Result<LogoutMessage, RequestError> {
    let mut message = read(&octets_of_form(form, parameter(form)?)?)?;
    message.relay_state = optional_field(form, "RelayState")?;
    Ok(message)
}

/// Reads the XML of a logout message.
pub fn read(xml: &[u8]) -> Result<LogoutMessage, RequestError> {
    let document = document(xml)?;
    let root = document.root_element();
    let content = if root.has_tag_name((SAMLP, "LogoutRequest")) {
        request(root)?
    } else if root.has_tag_name((SAMLP, "LogoutResponse")) {
        response(root)?
    } else {
        let found = root.tag_name().name().to_owned();
        return Err(RequestError::OtherMessage { expected: "a LogoutRequest or LogoutResponse", found });
    };
    version(root)?;
    Ok(LogoutMessage {
        id: required(root, "ID")?,
        issuer: issuer(root)?,
        destination: optional(root, "Destination")?,
        issue_instant: optional(root, "IssueInstant")?,
        signed: child(root, DS, "Signature").is_some(),
        relay_state: None,
        content,
    })
}

/// Which of the two fields carries the message.
fn parameter(fields: &str) -> Result<&'static str, RequestError> {
    match (optional_field(fields, "SAMLRequest")?, optional_field(fields, "SAMLResponse")?) {
        (Some(_), None) => Ok("SAMLRequest"),
        (None, Some(_)) => Ok("SAMLResponse"),
        (None, None) => Err(RequestError::Missing("SAMLRequest or SAMLResponse")),
        (Some(_), Some(_)) => Err(RequestError::Repeated("SAMLRequest or SAMLResponse")),
    }
}

fn request(root: Node<'_, '_>) -> Result<Content, RequestError> {
    let name_id = child(root, SAML, "NameID").ok_or(RequestError::Missing("NameID"))?;
    let sessions = root.children().filter(|node| node.has_tag_name((SAMLP, "SessionIndex")));
    Ok(Content::Request {
        name_id: text(name_id).ok_or(RequestError::Missing("NameID"))?,
        name_id_format: name_id.attribute("Format").map(str::to_owned),
        session_indexes: sessions.filter_map(text).collect(),
        not_on_or_after: optional(root, "NotOnOrAfter")?,
        reason: optional(root, "Reason")?,
    })
}

fn response(root: Node<'_, '_>) -> Result<Content, RequestError> {
    let code = child(root, SAMLP, "Status").and_then(|status| child(status, SAMLP, "StatusCode"));
    let code = code.ok_or(RequestError::Missing("StatusCode"))?;
    let second = child(code, SAMLP, "StatusCode").and_then(|code| code.attribute("Value"));
    Ok(Content::Response {
        in_response_to: optional(root, "InResponseTo")?,
        status: required(code, "Value")?,
        sub_status: second.map(str::to_owned),
    })
}

fn text(node: Node<'_, '_>) -> Option<String> {
    let text = node.text().map(str::trim).unwrap_or_default();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64;

    const START: &str = r#"xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0"><a:Issuer xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">https://sp.test</a:Issuer>"#;

    fn request(inside: &str) -> String {
        format!("<p:LogoutRequest {START}{inside}</p:LogoutRequest>")
    }

    fn response(inside: &str) -> String {
        format!(r#"<p:LogoutResponse InResponseTo="_r" {START}{inside}</p:LogoutResponse>"#)
    }

    #[test]
    fn both_messages() {
        let name_id = r#"<a:NameID xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">ann</a:NameID>"#;
        let asked = read(request(&format!("{name_id}<p:SessionIndex>s</p:SessionIndex>")).as_bytes()).unwrap();
        assert_eq!((asked.id.as_str(), asked.issuer.as_str(), asked.signed), ("_1", "https://sp.test", false));
        let Content::Request { name_id, session_indexes, .. } = asked.content else { panic!("a response?") };
        assert_eq!((name_id.as_str(), session_indexes), ("ann", vec!["s".to_owned()]));

        let codes =
            r#"<p:Status><p:StatusCode Value="urn:ok"><p:StatusCode Value="urn:partly"/></p:StatusCode></p:Status>"#;
        let expected = Content::Response {
            in_response_to: Some("_r".to_owned()),
            status: "urn:ok".to_owned(),
            sub_status: Some("urn:partly".to_owned()),
        };
        assert_eq!(read(response(codes).as_bytes()).unwrap().content, expected);
    }

    #[test]
    fn what_is_missing_is_named() {
        let check = |xml: &str, expected: &str| assert_eq!(read(xml.as_bytes()).unwrap_err().to_string(), expected);
        check(&request(""), "`NameID` is missing or empty");
        check(&response(""), "`StatusCode` is missing or empty");
        check("<a/>", "the message is a `a`, not a LogoutRequest or LogoutResponse");
        assert_eq!(from_form("").unwrap_err().to_string(), "`SAMLRequest or SAMLResponse` is missing or empty");
        let both = format!("SAMLRequest={0}&SAMLResponse={0}", base64::encode(b"<a/>"));
        assert_eq!(
            from_form(&both).unwrap_err().to_string(),
            "`SAMLRequest or SAMLResponse` stands there more than once"
        );
        assert_eq!(from_form("SAMLResponse=!").unwrap_err().to_string(), "`SAMLResponse` is not base64");
    }
}
