//! A message in a query: the query as received in, XML octets and what its signature is over out (bindings 3.4.4.1).
//!
//! The signature is over the query's own octets, with the sender's escapes: they are cut out and never written again.
//! So SAMLRequest or SAMLResponse, RelayState, SigAlg and Signature must stand in this order, side by side, once each
//! and with plain names: whatever differs is read differently by somebody, and is refused. Other fields may stand
//! before and behind, as an endpoint may have a query of its own.

use super::inflate;
use crate::decoded::{Decoded, Field, RelayState, base64, post};
use crate::limits::Limits;
use crate::reject::{Reason, Rejection};
use std::borrow::Cow;

/// The only encoding of the binding; a query may name it.
const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";

/// A message that came in a query.
#[derive(Debug)]
pub(crate) struct Carried {
    pub(crate) field: Field,
    pub(crate) decoded: Decoded,
    pub(crate) signature: Option<RawSignature>,
}

/// What the query says of its signature, and the octets that it is over.
#[derive(Debug)]
pub(crate) struct RawSignature {
    pub(crate) octets: Vec<u8>,
    pub(crate) algorithm: String,
    pub(crate) value: Vec<u8>,
}

/// One `name=value` of the query.
struct Part<'q> {
    name: &'q str,
    value: &'q str,
    /// Where it ends in the query.
    end: usize,
    start: usize,
}

/// Reads the query, without its question mark.
pub(crate) fn read(query: &str, limits: &Limits) -> Result<Carried, Rejection> {
    // Base64 takes 4 octets for 3, and each at most 3 in the query; what inflates beyond the limit is refused later.
    post::check_size(query.len() / 4, limits)?;
    let parts = parts(query)?;
    let mut parts = parts.iter().skip_while(|part| !is_ours(part.name)).peekable();
    let Some(message) = parts.next() else {
        return Err(Rejection::new(Reason::FieldMissing, "a SAMLRequest or SAMLResponse field", "none"));
    };
    let field = match message.name {
        "SAMLRequest" => Field::Request,
        "SAMLResponse" => Field::Response,
        other => return Err(malformed("the message first", other)),
    };
    let relay_state = parts.next_if(|part| part.name == "RelayState");
    let algorithm = parts.next_if(|part| part.name == "SigAlg");
    let signature = algorithm.and_then(|_| parts.next_if(|part| part.name == "Signature"));
    if let Some(more) = parts.find(|part| is_ours(part.name)) {
        return Err(malformed("message, RelayState, SigAlg, Signature in this order, once each", more.name));
    }
    let signature = match (algorithm, signature) {
        (Some(algorithm), Some(signature)) => Some(raw_signature(query, message, algorithm, signature)?),
        (Some(_), None) => return Err(malformed("a Signature behind SigAlg", "none")),
        (None, _) => None,
    };
    let octets = base64::decode(unescaped(message.value)?.as_bytes())
        .ok_or_else(|| Rejection::new(Reason::Base64Invalid, "strict base64", "something else"))?;
    let relay_state = relay_state.map(|part| RelayState::new(unescaped(part.value)?, limits)).transpose()?;
    Ok(Carried { field, decoded: Decoded { xml: inflate(&octets, limits)?, relay_state }, signature })
}

fn raw_signature(query: &str, first: &Part<'_>, last: &Part<'_>, value: &Part<'_>) -> Result<RawSignature, Rejection> {
    let octets = query.get(first.start..last.end).unwrap_or_default().as_bytes().to_vec();
    let value = base64::decode(unescaped(value.value)?.as_bytes())
        .ok_or_else(|| Rejection::new(Reason::Base64Invalid, "strict base64 in Signature", "something else"))?;
    Ok(RawSignature { octets, algorithm: unescaped(last.value)?.into_owned(), value })
}

/// The parts in order. Names of ours that are spelled with escapes are refused, and so are semicolons: some readers
/// split there.
fn parts(query: &str) -> Result<Vec<Part<'_>>, Rejection> {
    if query.contains(';') {
        return Err(malformed("fields divided by &", "a semicolon"));
    }
    let mut start = 0;
    let mut parts = Vec::new();
    for text in query.split('&') {
        let end = start + text.len();
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let plain = unescaped(name)?;
        let plain = plain.strip_suffix("[]").unwrap_or(&plain);
        if is_ours(plain) && plain != name {
            return Err(malformed("plain names of fields", name));
        }
        if plain == "SAMLEncoding" && unescaped(value)? != DEFLATE {
            return Err(malformed(DEFLATE, value));
        }
        parts.push(Part { name, value, start, end });
        start = end + 1;
    }
    Ok(parts)
}

fn is_ours(name: &str) -> bool {
    matches!(name, "SAMLRequest" | "SAMLResponse" | "RelayState" | "SigAlg" | "Signature")
}

/// The text without its escapes. Not a second decoder: the one for forms, on one value.
fn unescaped(value: &str) -> Result<Cow<'_, str>, Rejection> {
    if value.contains(['%', '+']) {
        let field = format!("x={value}");
        let (_, plain) = form_urlencoded::parse(field.as_bytes()).next().ok_or_else(|| malformed("a value", value))?;
        return Ok(Cow::Owned(plain.into_owned()));
    }
    Ok(Cow::Borrowed(value))
}

fn malformed(expected: &str, found: &str) -> Rejection {
    Rejection::new(Reason::QueryMalformed, expected, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `<a/>`, deflated, in base64 and escaped.
    fn message() -> String {
        form_urlencoded::byte_serialize(super::super::encode("<a/>").as_bytes()).collect()
    }

    fn check(template: &str, expected: Result<Option<&str>, &str>) {
        let query = template.replace("MSG", &message());
        let read = read(&query, &Limits::default()).map_err(|r| r.reason().name());
        let read = read.map(|carried| {
            assert_eq!(carried.decoded.xml, b"<a/>", "{template}");
            carried.signature.map(|signature| String::from_utf8(signature.octets).unwrap())
        });
        let expected = expected.map(|octets| octets.map(|octets| octets.replace("MSG", &message())));
        assert_eq!(read, expected, "{template}");
    }

    #[test]
    fn the_octets_are_cut_out_as_they_came() {
        check("SAMLRequest=MSG", Ok(None));
        check("SAMLResponse=MSG&RelayState=a", Ok(None));
        check("SAMLRequest=MSG&SigAlg=a%3ab&Signature=YWI%3d", Ok(Some("SAMLRequest=MSG&SigAlg=a%3ab")));
        check(
            "SAMLRequest=MSG&RelayState=%2f&SigAlg=a&Signature=YWI=",
            Ok(Some("SAMLRequest=MSG&RelayState=%2f&SigAlg=a")),
        );
        check("SAMLRequest=MSG&RelayState=&SigAlg=a&Signature=YWI=", Ok(Some("SAMLRequest=MSG&RelayState=&SigAlg=a")));
        check("tenant=1&SAMLRequest=MSG&SigAlg=a&Signature=YWI=&x=1", Ok(Some("SAMLRequest=MSG&SigAlg=a")));
        let encoding = "urn%3Aoasis%3Anames%3Atc%3ASAML%3A2.0%3Abindings%3AURL-Encoding%3ADEFLATE";
        check(&format!("SAMLEncoding={encoding}&SAMLRequest=MSG"), Ok(None));
    }

    #[test]
    fn what_two_readers_would_read_differently() {
        let malformed = Err("query_malformed");
        check("", Err("field_missing"));
        check("x=1", Err("field_missing"));
        check("SAMLRequest=MSG&SAMLRequest=MSG", malformed);
        check("SAMLRequest=MSG&SAMLResponse=MSG", malformed);
        check("SAMLRequest=MSG&SigAlg=a&Signature=YWI=&SAMLRequest=MSG", malformed);
        check("RelayState=a&SAMLRequest=MSG", malformed);
        check("SAMLRequest=MSG&SigAlg=a&RelayState=a&Signature=YWI=", malformed);
        check("SAMLRequest=MSG&SigAlg=a&Signature=YWI=&RelayState=a", malformed);
        check("SAMLRequest=MSG&Signature=YWI=&SigAlg=a", malformed);
        check("SAMLRequest=MSG&SigAlg=a&SigAlg=a&Signature=YWI=", malformed);
        check("SAMLRequest=MSG&x=1&SigAlg=a&Signature=YWI=", malformed);
        check("SAMLRequest=MSG&SigAlg=a", malformed);
        check("SAMLRequest=MSG&Signature=YWI=", malformed);
        check("SAML%52equest=MSG", malformed);
        check("SAMLRequest[]=MSG", malformed);
        check("SAMLRequest=MSG&Relay%53tate=a", malformed);
        check("RelayState=a;SAMLRequest=MSG", malformed);
        check("SAMLEncoding=none&SAMLRequest=MSG", malformed);
        check("SAMLRequest=PGEvPg==", Err("deflate_invalid"));
        check("SAMLRequest=a b", Err("base64_invalid"));
        check("SAMLRequest=MSG&SigAlg=a&Signature=@", Err("base64_invalid"));
        check(&format!("SAMLRequest=MSG&RelayState={}", "x".repeat(81)), Err("relay_state_too_long"));
    }
}
