//! Reads the HTTP-POST binding: a web form in, XML octets and RelayState out (bindings 3.5).
//!
//! Refuses: no `SAMLResponse` field, two of them, base64 that is not strict, more than `Limits::message_bytes`.
//! A body that is compressed as a whole has no such field and is refused; nothing is inflated here.

use super::{Decoded, Field, Fields, base64};
use crate::limits::Limits;
use crate::reject::{Reason, Rejection};

/// Reads the body of a form.
pub(crate) fn read(body: &[u8], limits: &Limits) -> Result<Decoded, Rejection> {
    // Base64 takes 4 for 3, and each octet at most 3 in the form; checked before anything is copied.
    check_size(body.len() / 4, limits)?;
    let (response, relay_state) = Fields::read(body)?.message(limits)?;
    Ok(Decoded { xml: read_value(&response, limits)?, relay_state })
}

/// Reads the body of a form that holds a logout message, a request or a response.
pub(crate) fn read_either(body: &[u8], limits: &Limits) -> Result<(Field, Decoded), Rejection> {
    check_size(body.len() / 4, limits)?;
    let (field, message, relay_state) = Fields::read_either(body)?.either(limits)?;
    Ok((field, Decoded { xml: read_value(&message, limits)?, relay_state }))
}

/// Reads the value of the field that holds a message.
pub(crate) fn read_value(response: &str, limits: &Limits) -> Result<Vec<u8>, Rejection> {
    fault!(try crate::fault::text::lax_base64(response));
    check_size(response.len() / 4 * 3, limits)?;
    let xml = base64::decode(response.as_bytes()).ok_or_else(|| {
        Rejection::new(Reason::Base64Invalid, "strict base64", format!("{} characters that are not", response.len()))
    })?;
    if xml.is_empty() {
        return Err(Rejection::new(Reason::MessageEmpty, "an XML document", "nothing"));
    }
    Ok(xml)
}

pub(crate) fn check_size(least_octets: usize, limits: &Limits) -> Result<(), Rejection> {
    if !fault!(SizeUnlimited) && least_octets > limits.message_bytes {
        let expected = format!("at most {} octets", limits.message_bytes);
        return Err(Rejection::new(Reason::MessageTooLarge, expected, format!("at least {least_octets}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Result<(&str, Option<&str>), &str>) {
        let limits = Limits::default();
        let read = read(body.as_bytes(), &limits).map_err(|r| r.reason().name());
        let read = read.map(|d| (String::from_utf8(d.xml).unwrap(), d.relay_state.map(|r| r.as_str().to_owned())));
        assert_eq!(read, expected.map(|(xml, state)| (xml.to_owned(), state.map(str::to_owned))), "{body:.80}");
    }

    #[test]
    fn forms() {
        check("SAMLResponse=PGEvPg%3D%3D", Ok(("<a/>", None)));
        check("RelayState=a+b%26&SAMLResponse=PGEvPg%3D%3D&other=1&other=2", Ok(("<a/>", Some("a b&"))));
        check("SAMLResponse=PGEv%0D%0APg%3D%3D", Ok(("<a/>", None)));
        check("", Err("field_missing"));
        check("samlresponse=PGEvPg%3D%3D", Err("field_missing"));
        check("SAMLRequest=PGEvPg%3D%3D", Err("field_missing"));
        check("SAMLResponse=", Err("message_empty"));
        check("SAMLResponse=PGEvPg%3D%3D&SAMLResponse=PGEvPg%3D%3D", Err("field_repeated"));
        check("SAMLResponse=PGEvPg%3D%3D&SAMLRequest=PGEvPg%3D%3D", Err("field_repeated"));
        check("SAMLResponse=PGEvPg%3D%3D&RelayState=a&RelayState=a", Err("field_repeated"));
        check("SAMLResponse=%3Ca%2F%3E", Err("base64_invalid"));
        check("SAMLResponse=PGEvPg", Err("base64_invalid"));
        check(&format!("SAMLResponse=PGEvPg%3D%3D&RelayState={}", "x".repeat(81)), Err("relay_state_too_long"));
        check(&format!("SAMLResponse={}", "A".repeat(12 << 20)), Err("message_too_large"));
        // The first octets of a gzip stream.
        check("\u{1f}\u{8b}\u{8}", Err("field_missing"));
    }
}
