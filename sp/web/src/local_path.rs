//! Where a browser goes after its login: untrusted text in, a path of this very origin out.
//!
//! Refuses everything a browser might read as another origin (`//evil`, `/\evil`, `https:`), characters that have no
//! place in a path, more than [`LocalPath::MOST_BYTES`], and the login endpoint itself, which would never end.

use std::fmt;

/// A path, with its query, on our own origin. Safe to put into a `Location` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// The longest path that is taken.
    pub const MOST_BYTES: usize = 1024;

    /// `/`, where everyone goes whose wish was not safe.
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// Takes a path that starts with one slash. Browsers read a backslash as a slash and drop tabs and line ends.
    pub fn new(text: &str) -> Option<Self> {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let one_slash = text.starts_with('/') && !text.starts_with("//");
        let path = text.split(['?', '#']).next().unwrap_or_default();
        let ends = path != crate::router::LOGIN;
        (printable && one_slash && ends && text.len() <= Self::MOST_BYTES).then(|| Self(text.to_owned()))
    }

    /// The path, or `/`.
    pub fn or_root(text: Option<&str>) -> Self {
        text.and_then(Self::new).unwrap_or_else(Self::root)
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_to() {
        let longest = format!("/{}", "x".repeat(LocalPath::MOST_BYTES - 1));
        for good in ["/", "/a", "/a/b?c=d&e=https://x#f", "/a//b", "/%2F%2Fevil", "/:80/", "/@evil", &longest] {
            assert_eq!(LocalPath::or_root(Some(good)).as_str(), good);
        }
        let too_long = format!("{longest}x");
        let bad = [
            "",
            " ",
            "a",
            "//evil.test",
            "///evil.test",
            "/\\evil.test",
            "\\/evil.test",
            "\\\\evil.test",
            "/a\\b",
            "https://evil.test",
            "https:/evil.test",
            "https:evil.test",
            "javascript:alert(1)",
            "data:text/html,x",
            " /a",
            "/a b",
            "\t//evil.test",
            "/\t/evil.test",
            "/\n/evil.test",
            "/a\r\nSet-Cookie: x=y",
            "/a\u{0}",
            "/m\u{fc}ll",
            "/\u{2028}",
            "/saml/login",
            "/saml/login?return_to=/",
            "/saml/login#",
            ".",
            "../a",
            "?a",
            "#a",
            &too_long,
        ];
        for text in bad {
            assert_eq!(LocalPath::new(text), None, "{text:?}");
            assert_eq!(LocalPath::or_root(Some(text)).as_str(), "/");
        }
        assert_eq!(LocalPath::or_root(None).as_str(), "/");
    }
}
