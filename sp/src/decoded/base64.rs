//! Strict base64 (RFC 4648 4): text in, octets out.
//!
//! Line ends and tabs are skipped, as IdPs wrap lines. Refuses blanks (a blank is what becomes of an unescaped `+` in
//! a form), other alphabets, missing or surplus padding, and trailing bits that are not zero.

use base64_simd::STANDARD;

/// The octets, or none if it is not strict base64.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    // Most senders do not wrap lines, so first as if this one did not.
    STANDARD.decode_to_vec(text).ok().or_else(|| {
        let is_skipped = |byte: &u8| matches!(byte, b'\r' | b'\n' | b'\t');
        let packed: Vec<u8> = text.iter().copied().filter(|byte| !is_skipped(byte)).collect();
        STANDARD.decode_to_vec(packed).ok()
    })
}

/// The octets of an xs:base64Binary inside XML, where blanks too are only layout (XML Schema 2, 3.2.16).
pub(crate) fn decode_in_xml(text: &str) -> Option<Vec<u8>> {
    if !text.contains(' ') {
        return decode(text.as_bytes());
    }
    decode(text.replace(' ', "").as_bytes())
}

/// The text without line breaks.
pub(crate) fn encode(octets: &[u8]) -> String {
    STANDARD.encode_to_string(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict() {
        for (text, octets) in
            [("YWI=", Some("ab")), ("YW\r\nI=\n", Some("ab")), ("\tYWJj", Some("abc")), ("", Some(""))]
        {
            assert_eq!(decode(text.as_bytes()).as_deref(), octets.map(str::as_bytes), "{text}");
        }
        for text in ["YWI", "YWI==", "YWJ=", "YW I=", "YW-_", "YWI=YWI=", "=", "YW\0I=", "YWI=x", "Y"] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }
}
