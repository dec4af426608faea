//! Which characters XML 1.0 allows: in a document, in a name, as white space (XML 2.2, 2.3).

/// A set of octets. Asking it is one step, whatever is in it.
struct OctetSet([bool; 256]);

impl OctetSet {
    #[expect(clippy::indexing_slicing, reason = "runs at compile time, where a wrong index does not compile")]
    const fn of(members: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut i = 0;
        while i < members.len() {
            set[members[i] as usize] = true;
            i += 1;
        }
        Self(set)
    }

    #[expect(clippy::indexing_slicing, reason = "the table has an entry for each octet")]
    fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }
}

/// Octets that may stand in an ASCII name behind its first character.
static NAME: OctetSet = OctetSet::of(b"-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

/// Those among them that may not stand first.
static NOT_FIRST: OctetSet = OctetSet::of(b"-.0123456789");

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The length of the NCName at the start of an ASCII text, 0 if none starts there; none if it does not end in ASCII.
///
/// Looks no further than the name's end: a document is asked this at each of its names.
pub(super) fn ascii_name_length(bytes: &[u8]) -> Option<usize> {
    if bytes.first().is_some_and(|first| NOT_FIRST.has(*first)) {
        return Some(0);
    }
    let mut length = 0;
    // By eights, so that the loop is counted once in eight octets.
    let (eights, _) = bytes.as_chunks::<8>();
    for eight in eights {
        let inside = eight.iter().take_while(|byte| NAME.has(**byte)).count();
        length += inside;
        if inside < eight.len() {
            return bytes.get(length).filter(|byte| byte.is_ascii()).map(|_| length);
        }
    }
    while bytes.get(length).is_some_and(|byte| NAME.has(*byte)) {
        length += 1;
    }
    bytes.get(length).is_none_or(u8::is_ascii).then_some(length)
}

/// The length of the NCName at the start of `text`, or 0 if none starts there. Colons end it.
pub(super) fn ncname_length(text: &str) -> usize {
    if let Some(length) = ascii_name_length(text.as_bytes()) {
        return length;
    }
    let length = text.find(|c: char| !is_name_char(c)).unwrap_or(text.len());
    if text.starts_with(is_name_start) { length } else { 0 }
}

/// Whether two texts are the same. For names, which are so short that a call would cost more than comparing them.
#[inline(always)]
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && match one.len() {
            0..4 => one.iter().zip(other).all(|(one, other)| one == other),
            // Two words that may overlap.
            4..8 => one.first_chunk::<4>() == other.first_chunk() && one.last_chunk::<4>() == other.last_chunk(),
            8..=16 => one.first_chunk::<8>() == other.first_chunk() && one.last_chunk::<8>() == other.last_chunk(),
            _ => one == other,
        }
}

/// Whether the whole text is one NCName, as an ID must be (core 1.3.4).
pub(crate) fn is_ncname(text: &str) -> bool {
    !text.is_empty() && ncname_length(text) == text.len()
}

fn is_name_char(c: char) -> bool {
    if c.is_ascii() {
        return u8::try_from(c).is_ok_and(|byte| NAME.has(byte));
    }
    is_name_start(c) || matches!(c, '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

fn is_name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// Whether XML 1.0 allows the character at all.
pub(super) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether there are octets below the blank: tabs, line ends, or what XML forbids. One quick pass over the whole document,
/// so that the reader need not look at each character again.
pub(super) fn has_controls(text: &str) -> bool {
    // A comparison per octet without a branch: the compiler makes it a vector loop.
    text.bytes().fold(false, |found, octet| found | (octet < b' '))
}

/// Where the first character stands that XML 1.0 forbids, if one does.
pub(super) fn find_forbidden(text: &str, has_controls: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_forbidden = |octet: u8| (octet < b' ') & (octet != b'\t') & (octet != b'\n') & (octet != b'\r');
    if has_controls && bytes.iter().fold(false, |found, octet| found | is_forbidden(*octet)) {
        return bytes.iter().position(|octet| is_forbidden(*octet));
    }
    // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
    memchr::memchr_iter(0xef, bytes).find(|at| matches!(bytes.get(at + 1..at + 3), Some([0xbf, 0xbe | 0xbf])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_where_xml_says() {
        for (text, length) in [
            ("a b", 1),
            ("saml:Assertion", 4),
            ("_x-1.2>", 6),
            ("1a", 0),
            ("-a", 0),
            (".a", 0),
            ("", 0),
            (":a", 0),
            ("é=", 2),
            ("aé·z ", 6),
            ("·a", 0),
            ("a×b", 1),
            ("×", 0),
        ] {
            assert_eq!(ncname_length(text), length, "{text}");
        }
    }

    /// Each octet counts, at every length.
    #[test]
    fn the_same_and_nothing_else() {
        for length in 0..40 {
            let text = vec![b'a'; length];
            assert!(is_same(&text, &text.clone()));
            assert!(!is_same(&text, &vec![b'a'; length + 1]));
            for place in 0..length {
                let mut other = text.clone();
                other[place] = b'b';
                assert!(!is_same(&text, &other), "{place} of {length}");
            }
        }
    }

    #[test]
    fn forbidden_characters_are_found() {
        assert_eq!(find_forbidden("a\tb\r\n é \u{fffd}", true), None);
        for (text, at) in [("a\0", 1), ("\u{1b}[", 0), ("ab\u{fffe}", 2), ("\u{ffff}", 0)] {
            assert_eq!(find_forbidden(text, has_controls(text)), Some(at));
        }
    }
}
