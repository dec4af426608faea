//! The account of one message, for people: a message in whatever form it was found, every check with its outcome out.
//!
//! The same path as a login: what is shown is what would have happened. Nothing here logs anyone in, and the identity
//! it shows was not redeemed.

use crate::accept::Received;
use crate::account::{Account, Check, Outcome};
use crate::config::{EndpointUrl, EntityId, Idp, Sp};
use crate::decoded::redirect::query::{self, RawSignature};
use crate::decoded::{self, Decoded, Fields};
use crate::reject::{self, Reason, Rejection};
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
    /// The IdP that the message names as its Issuer. Nobody vouches for it either.
    pub named: Option<String>,
}

/// Inspects a message: XML, base64 of it, a form body, or the query (or whole URL) of a redirect.
///
/// With several IdPs, the message's own Issuer chooses, as at a login.
pub fn inspect(input: &[u8], sp: &Sp, idps: &[Idp], endpoint: &EndpointUrl, asked: &Asked, now: Instant) -> Report {
    let mut account = Account::new();
    let mut signature = None;
    let decoded = decode(input, sp, &mut signature);
    let xml = decoded.as_ref().ok().map(|decoded| String::from_utf8_lossy(&decoded.xml).into_owned());
    let mut named = None;
    let (validated, account) = match Received::read(decoded, sp, &mut account) {
        Ok(mut received) => {
            named = received.issuer_hint();
            match choose(named.as_deref(), idps).and_then(|idp| queried(&mut received, signature, idp)) {
                Ok(idp) => {
                    let expectation = expectation(asked, idp);
                    received.accept_with_account(sp, idp, Delivery { endpoint, expectation: &expectation, now })
                }
                Err(rejection) => (Err(rejection), received.into_account()),
            }
        }
        Err(rejection) => (Err(rejection), account),
    };
    let checks = Check::ALL.iter().map(|check| (*check, account.outcome(*check))).collect();
    Report { verdict: validated.map(Shown::of), checks, xml, named }
}

/// A value of a message as one line of text, on which no terminal and no log acts.
pub fn one_line(value: &str) -> String {
    reject::printable(value, usize::MAX)
}

fn expectation(asked: &Asked, idp: &Idp) -> Expectation {
    match asked {
        Asked::Unknown => Expectation::not_checked(),
        Asked::Request(id) => Expectation::answer_to(PendingRequest { id: id.clone(), idp: idp.entity_id().clone() }),
        Asked::Nothing => Expectation::unsolicited(),
    }
}

fn choose<'a>(named: Option<&str>, idps: &'a [Idp]) -> Result<&'a Idp, Rejection> {
    let any = match idps {
        [only] => Some(only),
        // A message that names nobody has other faults, which are worth more than that.
        [first, ..] if named.is_none() => Some(first),
        _ => None,
    };
    let of_name = || idps.iter().find(|idp| named == Some(idp.entity_id().as_str()));
    any.or_else(of_name).ok_or_else(|| {
        let known = idps.iter().map(|idp| idp.entity_id().as_str()).collect::<Vec<_>>().join(", ");
        Rejection::new(Reason::IssuerMismatch, format!("one of {known}"), named.unwrap_or_default())
    })
}

/// Holds the signature of the query that the message came in, if it has one. That it is good proves nothing here: a
/// Response is signed inside (profiles 4.1.2). But one that is there must be good.
fn queried<'a>(received: &mut Received, signature: Option<RawSignature>, idp: &'a Idp) -> Result<&'a Idp, Rejection> {
    signature.map_or(Ok(idp), |signature| received.hold_query_signature(&signature, idp).map(|()| idp))
}

/// Finds out in which form the message was copied. What is none of the others is taken for XML, and refused as such.
fn decode(input: &[u8], sp: &Sp, signature: &mut Option<RawSignature>) -> Result<Decoded, Rejection> {
    let input = input.trim_ascii();
    if input.is_empty() {
        return Err(Rejection::new(Reason::MessageEmpty, "a message", "nothing"));
    }
    let limits = sp.limits();
    if let Some(fields) = form(input) {
        // As at a login, before anything is copied.
        decoded::post::check_size(fields.len() / 4, limits)?;
        let (response, relay_state) = Fields::read(fields)?.message(limits)?;
        let octets = decoded::post::read_value(&response, limits)?;
        if !looks_like_xml(&octets) && has_signature(fields) {
            let query = std::str::from_utf8(fields);
            let query =
                query.map_err(|_| Rejection::new(Reason::QueryMalformed, "a query in ASCII", "other octets"))?;
            let query::Carried { decoded, signature: found, .. } = query::read(query, limits)?;
            *signature = found;
            return Ok(decoded);
        }
        return Ok(Decoded { xml: inflated(octets, sp)?, relay_state });
    }
    // With what becomes of it when it is escaped, unescaped once too often, or in the alphabet for URLs: no XML starts so.
    let like_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r\n\t -_%".contains(byte);
    match std::str::from_utf8(input) {
        Ok(text) if input.iter().all(like_base64) => Ok(Decoded { xml: from_base64(text, sp)?, relay_state: None }),
        _ => Ok(Decoded { xml: input.to_vec(), relay_state: None }),
    }
}

/// The encoded fields of a form body, a query or a URL. A question mark behind a field's name is a part of its value:
/// taken for the start of a query, it would hide the fields before it.
fn form(input: &[u8]) -> Option<&[u8]> {
    const NAMES: [&[u8]; 4] = [b"SAMLResponse=", b"SAMLRequest=", b"SAMLart=", b"RelayState="];
    if input.strip_prefix("\u{feff}".as_bytes()).unwrap_or(input).starts_with(b"<") {
        return None;
    }
    let before_query = |at: usize| input.get(..at).filter(|start| is_url(start) || !start.contains(&b'='));
    let query = memchr::memchr(b'?', input).filter(|at| before_query(*at).is_some());
    let fields = query.and_then(|at| input.get(at + 1..)).unwrap_or(input);
    NAMES.iter().any(|name| memchr::memmem::find(fields, name).is_some()).then_some(fields)
}

fn is_url(start: &[u8]) -> bool {
    start.starts_with(b"https://") || start.starts_with(b"http://") || start.starts_with(b"/")
}

/// Whether fields of the HTTP-Redirect binding are there that say how the query is signed or encoded.
fn has_signature(fields: &[u8]) -> bool {
    form_urlencoded::parse(fields).any(|(name, _)| matches!(name.as_ref(), "SigAlg" | "Signature" | "SAMLEncoding"))
}

/// Base64 of XML, or of deflated XML.
fn from_base64(text: &str, sp: &Sp) -> Result<Vec<u8>, Rejection> {
    inflated(decoded::post::read_value(text, sp.limits())?, sp)
}

/// The two bindings differ by that: what is not XML is deflated.
fn inflated(octets: Vec<u8>, sp: &Sp) -> Result<Vec<u8>, Rejection> {
    if looks_like_xml(&octets) { Ok(octets) } else { decoded::redirect::inflate(&octets, sp.limits()) }
}

fn looks_like_xml(octets: &[u8]) -> bool {
    octets.trim_ascii_start().first().is_some_and(|byte| matches!(byte, b'<' | 0xef))
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
            format!("RelayState=a?b&SAMLResponse={}", escaped(&plain)),
            format!("sp.test/acs?SAMLResponse={}", escaped(&plain)),
            format!("https://sp.test/a=b?RelayState=?&SAMLResponse={}", escaped(&plain)),
            format!("SAMLResponse={}&RelayState=x", escaped(&deflated)),
            format!("https://sp.test/acs?SAMLResponse={}", escaped(&deflated)),
            deflated,
        ];
        for form in forms {
            assert_eq!(decode(form.as_bytes(), &sp, &mut None).unwrap().xml, b"<a/>", "{form}");
        }
        for (input, reason) in [
            ("", "message_empty"),
            ("  \n", "message_empty"),
            ("SAMLResponse=", "message_empty"),
            ("AAAA", "deflate_invalid"),
            ("SAMLRequest=PGEvPg%3D%3D&RelayState=x", "field_missing"),
            ("RelayState=x", "field_missing"),
            ("https://sp.test/acs?SAMLart=AAQA", "field_missing"),
            ("PGE vPg==", "base64_invalid"),
            ("PGE-Pg==", "base64_invalid"),
            ("PGEvPg%3D%3D", "base64_invalid"),
            ("SAMLResponse=AAAA&RelayState=?&SAMLResponse=PGEvPg%3D%3D", "field_repeated"),
            ("SAMLRequest=?&SAMLResponse=PGEvPg%3D%3D", "field_repeated"),
            ("RelayState=?&RelayState=x&SAMLResponse=PGEvPg%3D%3D", "field_repeated"),
        ] {
            assert_eq!(decode(input.as_bytes(), &sp, &mut None).unwrap_err().reason().name(), reason, "{input}");
        }
        for xml in ["hello, world", "\u{feff}<!-- SAMLResponse= --><a/>", "<!-- SAMLResponse= --><a/>"] {
            assert_eq!(decode(xml.as_bytes(), &sp, &mut None).unwrap().xml, xml.as_bytes(), "{xml}");
        }
    }
}
