//! Base64 as vendors write it: octets in, text out, on one line or broken every 76 characters.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Standard base64 on one line.
pub fn encode(octets: &[u8]) -> String {
    STANDARD.encode(octets)
}

/// Standard base64, padding required; nothing when the text is anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Base64 with a line feed after every `width` characters but the last; 0 keeps one line.
pub fn wrapped(octets: &[u8], width: usize) -> String {
    let text = encode(octets);
    if width == 0 {
        return text;
    }
    let mut out = String::with_capacity(text.len() + text.len() / width);
    for (index, character) in text.chars().enumerate() {
        if index > 0 && index % width == 0 {
            out.push('\n');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        assert_eq!(wrapped(b"abcdef", 0), "YWJjZGVm");
        assert_eq!(wrapped(b"abcdef", 4), "YWJj\nZGVm");
        assert_eq!(wrapped(b"abcdefghi", 8), "YWJjZGVm\nZ2hp");
    }
}
