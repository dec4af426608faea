//! The account of one message, for people: a message in whatever form it was found, every check with its outcome out.
//!
//! The same path as a login: what is shown is what would have happened. Nothing here logs anyone in, and the identity
//! it shows was not redeemed.

use crate::accept::Received;
use crate::account::{Account, Check, Outcome};
use crate::config::{EndpointUrl, EntityId, Idp, Sp};
use crate::decoded::{self, Decoded, Fields};
use crate::reject::{Reason, Rejection};
use crate::saml::{Attribute, NameId};
use crate::time::Instant;
use crate::validated::{Delivery, Expectation, PendingRequest, Validated};

/// What is known of the request that the message answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nothing: InResponseTo is not checked.
    Unknown,
    /// Its ID.
    Request(String),
    /// There was none; the IdP started the login.
    Nothing,
}

/// What an accepted message says. For reading only: nobody was logged in, nothing was redeemed, and nothing makes an
/// [`Identity`](crate::Identity) of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shown {
    /// The IdP.
    pub issuer: EntityId,
    /// The Subject's name.
    pub name_id: NameId,
    /// Facts about the Subject, in document order.
    pub attributes: Vec<Attribute>,
    /// The IdP's name for its session.
    pub session_index: Option<String>,
    /// The Assertion's ID.
    pub assertion_id: String,
}

impl Shown {
    fn of(validated: Validated) -> Self {
        let (assertion, issuer, statement, name_id) = validated.into_parts();
        let (session_index, assertion_id) = (statement.session_index, assertion.id);
        Self { issuer, name_id, attributes: assertion.attributes, session_index, assertion_id }
    }
}

/// What became of the message, check by check.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// Who would have logged in, or why nobody would.
    pub verdict: Result<Shown, Rejection>,
    /// Every check there is, in order.
    pub checks: Vec<(Check, Outcome)>,
    /// The message as text, as far as it could be decoded. Nobody vouches for it.
    pub xml: Option<String>,
}

/// Inspects a message: XML, base64 of it, a form body, or the query (or whole URL) of a redirect.
///
/// With several IdPs, the message's own Issuer chooses, as at a login.
pub fn inspect(input: &[u8], sp: &Sp, idps: &[Idp], endpoint: &EndpointUrl, asked: &Asked, now: Instant) -> Report {
    let mut account = Account::new();
    let decoded = decode(input, sp);
    let xml = decoded.as_ref().ok().map(|decoded| String::from_utf8_lossy(&decoded.xml).into_owned());
    let (validated, account) = match Received::read(decoded, sp, &mut account) {
        Ok(received) => match choose(&received, idps) {
            Ok(idp) => {
                let expectation = expectation(asked, idp);
                received.accept_with_account(sp, idp, Delivery { endpoint, expectation: &expectation, now })
            }
            Err(rejection) => (Err(rejection), received.into_account()),
        },
        Err(rejection) => (Err(rejection), account),
    };
    let checks = Check::ALL.iter().map(|check| (*check, account.outcome(*check))).collect();
    Report { verdict: validated.map(Shown::of), checks, xml }
}

fn expectation(asked: &Asked, idp: &Idp) -> Expectation {
    match asked {
        Asked::Unknown => Expectation::not_checked(),
        Asked::Request(id) => Expectation::answer_to(PendingRequest { id: id.clone(), idp: idp.entity_id().clone() }),
        Asked::Nothing => Expectation::unsolicited(),
    }
}

fn choose<'a>(received: &Received, idps: &'a [Idp]) -> Result<&'a Idp, Rejection> {
    if let [only] = idps {
        return Ok(only);
    }
    let named = received.issuer_hint();
    idps.iter().find(|idp| named.as_deref() == Some(idp.entity_id().as_str())).ok_or_else(|| {
        let known = idps.iter().map(|idp| idp.entity_id().as_str()).collect::<Vec<_>>().join(", ");
        Rejection::new(
            Reason::IssuerMismatch,
            format!("one of {known}"),
            named.unwrap_or_else(|| "no Issuer".to_owned()),
        )
    })
}

/// Finds out in which form the message was copied. What is none of the others is taken for XML, and refused as such.
fn decode(input: &[u8], sp: &Sp) -> Result<Decoded, Rejection> {
    let input = input.trim_ascii();
    if input.is_empty() {
        return Err(Rejection::new(Reason::MessageEmpty, "a message", "nothing"));
    }
    let limits = sp.limits();
    if let Some(fields) = form(input) {
        let (response, relay_state) = Fields::read(fields)?.message(limits)?;
        return Ok(Decoded { xml: from_base64(&response, sp)?, relay_state });
    }
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r\n\t".contains(byte);
    match std::str::from_utf8(input) {
        Ok(text) if input.iter().all(is_base64) => Ok(Decoded { xml: from_base64(text, sp)?, relay_state: None }),
        _ => Ok(Decoded { xml: input.to_vec(), relay_state: None }),
    }
}

/// The encoded fields of a form body, a query or a URL.
fn form(input: &[u8]) -> Option<&[u8]> {
    if input.starts_with(b"<") {
        return None;
    }
    let query = memchr::memchr(b'?', input).and_then(|at| input.get(at + 1..)).unwrap_or(input);
    memchr::memmem::find(query, b"SAMLResponse=").map(|_| query)
}

/// Base64 of XML, or of deflated XML: the two bindings differ by that.
fn from_base64(text: &str, sp: &Sp) -> Result<Vec<u8>, Rejection> {
    let octets = decoded::post::read_value(text, sp.limits())?;
    let looks_like_xml = octets.trim_ascii_start().first().is_some_and(|byte| matches!(byte, b'<' | 0xef));
    if looks_like_xml { Ok(octets) } else { decoded::redirect::inflate(&octets, sp.limits()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decoded::base64;

    #[test]
    fn every_form_is_recognised() {
        let sp =
            Sp::builder(crate::EntityId::new("sp").unwrap(), EndpointUrl::new("https://sp.test/").unwrap()).build();
        let (plain, deflated) = (base64::encode(b"<a/>"), decoded::redirect::encode("<a/>"));
        let escaped = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let forms = [
            "<a/>".to_owned(),
            plain.clone(),
            format!("{plain}\n"),
            format!("RelayState=x&SAMLResponse={}", escaped(&plain)),
            format!("SAMLResponse={}&RelayState=x", escaped(&deflated)),
            format!("https://sp.test/acs?SAMLResponse={}", escaped(&deflated)),
            deflated,
        ];
        for form in forms {
            assert_eq!(decode(form.as_bytes(), &sp).unwrap().xml, b"<a/>", "{form}");
        }
        for (input, reason) in [
            ("", "message_empty"),
            ("  \n", "message_empty"),
            ("SAMLResponse=", "message_empty"),
            ("AAAA", "deflate_invalid"),
        ] {
            assert_eq!(decode(input.as_bytes(), &sp).unwrap_err().reason().name(), reason, "{input}");
        }
        assert_eq!(decode(b"hello, world", &sp).unwrap().xml, b"hello, world");
    }
}
