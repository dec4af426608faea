//! The XML declaration: version 1.0, and UTF-8 if it names an encoding (XML 2.8).

use super::malformed;
use crate::parsed::chars::is_space;
use crate::reject::{Reason, Rejection};

/// How many octets the XML declaration has; 0 if there is none.
pub(super) fn length(source: &str) -> Result<usize, Rejection> {
    let Some(rest) = source.strip_prefix("<?xml").filter(|rest| rest.bytes().next().is_some_and(is_space)) else {
        return Ok(0);
    };
    let wrong = |found: &str| malformed("an XML declaration of version 1.0", format!("<?xml{found}"));
    let end = rest.find("?>").ok_or_else(|| wrong("..."))?;
    let body = rest.get(..end).unwrap_or_default();
    let mut expected = ["version", "encoding", "standalone"].into_iter();
    let mut left = body;
    while !left.trim_start_matches(space).is_empty() {
        let (name, value, after) = pseudo_attribute(left).ok_or_else(|| wrong(body))?;
        // In this order, each at most once, version always.
        if !expected.any(|known| known == name) || (name != "version" && left.len() == body.len()) {
            return Err(wrong(body));
        }
        check_value(name, value)?;
        left = after;
    }
    if left.len() == body.len() || body.trim_matches(space).is_empty() {
        return Err(wrong(body));
    }
    Ok("<?xml".len() + end + "?>".len())
}

fn check_value(name: &str, value: &str) -> Result<(), Rejection> {
    match name {
        "version" if value == "1.0" => Ok(()),
        "encoding" if value.eq_ignore_ascii_case("UTF-8") => Ok(()),
        "encoding" => Err(Rejection::new(Reason::NotUtf8, "UTF-8", format!("a document that declares {value}"))),
        "standalone" if matches!(value, "yes" | "no") => Ok(()),
        _ => Err(malformed("an XML declaration of version 1.0", format!("{name}=\"{value}\""))),
    }
}

/// ` name="value"` at the start of the text: name, value and what follows.
fn pseudo_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let trimmed = text.trim_start_matches(space);
    if trimmed.len() == text.len() {
        return None;
    }
    let (name, rest) = trimmed.split_once('=')?;
    let rest = rest.trim_start_matches(space);
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, after) = rest.strip_prefix(quote)?.split_once(quote)?;
    Some((name.trim_end_matches(space), value, after))
}

fn space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations() {
        let good = [
            ("<a/>", 0),
            ("<?xml version=\"1.0\"?><a/>", 21),
            ("<?xml version='1.0' encoding='utf-8' standalone='no' ?>", 55),
            ("<?xml version = \"1.0\"\n standalone=\"yes\"?>", 41),
            ("<?xmlx?>", 0),
        ];
        for (text, expected) in good {
            assert_eq!(length(text).ok(), Some(expected), "{text}");
        }
        let bad = [
            ("<?xml version=\"1.1\"?>", "xml_malformed"),
            ("<?xml version=\"1.0\" encoding=\"UTF-16\"?>", "not_utf8"),
            ("<?xml ?>", "xml_malformed"),
            ("<?xml encoding=\"UTF-8\"?>", "xml_malformed"),
            ("<?xml version=\"1.0\" version=\"1.0\"?>", "xml_malformed"),
            ("<?xml version=\"1.0\" standalone=\"no\" encoding=\"UTF-8\"?>", "xml_malformed"),
            ("<?xml version=\"1.0\"encoding=\"UTF-8\"?>", "xml_malformed"),
            ("<?xml version=\"1.0\"", "xml_malformed"),
            ("<?xml version=\"1.0\" a=\"b\"?>", "xml_malformed"),
            ("<?xml version=\"1.0\" x?>", "xml_malformed"),
        ];
        for (text, reason) in bad {
            assert_eq!(length(text).map_err(|r| r.reason().name()), Err(reason), "{text}");
        }
    }
}
