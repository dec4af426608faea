//! References and line ends: `&lt;`, `&#13;`, CR LF in; the characters they stand for out (XML 2.11, 3.3.3, 4.1).
//!
//! Refuses every entity but the five that XML itself defines: without a DOCTYPE there are no others.

use super::malformed;
use crate::parsed::chars::is_xml_char;
use crate::reject::Rejection;
use std::borrow::Cow;

/// The longest reference: `&#x10FFFF;`, or with a few leading zeros.
const LONGEST: usize = 16;

/// How many octets the reference at `at` has.
pub(super) fn length(source: &str, at: usize) -> Result<usize, Rejection> {
    let rest = source.as_bytes().get(at..).unwrap_or_default();
    let window = rest.get(..LONGEST).unwrap_or(rest);
    let found = memchr::memchr(b';', window).and_then(|end| source.get(at + 1..at + end));
    match found.filter(|name| character(name).is_some()) {
        Some(name) => Ok(name.len() + "&;".len()),
        None => {
            let shown = String::from_utf8_lossy(window);
            Err(malformed("one of XML's own references", format!("`{shown}` at octet {at}")))
        }
    }
}

/// The character that a reference's name stands for.
fn character(name: &str) -> Option<char> {
    let number = match name {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => name.strip_prefix('#')?,
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
    // `from_str_radix` would take a sign.
    let code = u32::from_str_radix(digits, radix).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_alphanumeric()))?;
    char::from_u32(code).filter(|c| is_xml_char(*c))
}

/// The characters of a text node.
pub(in crate::parsed) fn resolve_text(raw: &str) -> Cow<'_, str> {
    resolve(raw, |c| c)
}

/// The characters of an attribute value: literal white space becomes a blank, references do not.
pub(in crate::parsed) fn resolve_attribute(raw: &str) -> Cow<'_, str> {
    resolve(raw, |c| if matches!(c, '\t' | '\n') { ' ' } else { c })
}

/// The characters of a CDATA section, where references mean nothing.
pub(in crate::parsed) fn normalize_line_ends(raw: &str) -> Cow<'_, str> {
    if raw.contains('\r') { Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(raw) }
}

fn resolve(raw: &str, literal: impl Fn(char) -> char) -> Cow<'_, str> {
    if !raw.bytes().any(|b| matches!(b, b'&' | b'\r' | b'\n' | b'\t')) {
        return Cow::Borrowed(raw);
    }
    let lines = normalize_line_ends(raw);
    let mut resolved = String::with_capacity(lines.len());
    let mut rest = lines.as_ref();
    while let Some(at) = rest.find('&') {
        let (before, reference) = rest.split_at(at);
        resolved.extend(before.chars().map(&literal));
        // The reader has checked each reference, so it ends and stands for a character.
        let (name, after) = reference.get(1..).and_then(|text| text.split_once(';')).unwrap_or_default();
        resolved.extend(character(name));
        rest = after;
    }
    resolved.extend(rest.chars().map(&literal));
    Cow::Owned(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stand_for_characters() {
        assert_eq!(resolve_text("a&lt;&#x41;&#66;\r\nx\ry&#13;"), "a<AB\nx\ny\r");
        assert_eq!(resolve_attribute("a\tb\r\nc&#9;&#10;d"), "a b c\t\nd");
        assert_eq!(normalize_line_ends("&lt;\r\n"), "&lt;\n");
    }

    #[test]
    fn other_references_are_refused() {
        for text in [
            "&;",
            "&nbsp;",
            "&#0;",
            "&#x0;",
            "&#xD800;",
            "&#x110000;",
            "&#+65;",
            "&#x;",
            "&#;",
            "&lt",
            "&#-1;",
            "&LT;",
            "& ",
            "&#xfffe;",
        ] {
            assert!(length(text, 0).is_err(), "{text}");
        }
        for text in ["&lt;", "&#9;", "&#x10FFFF;", "&apos;"] {
            assert_eq!(length(text, 0).ok(), Some(text.len()), "{text}");
        }
    }
}
