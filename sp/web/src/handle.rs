//! Names nobody can guess: 256 random bits, for sessions, for a browser's pending logins, and for RelayState.
//!
//! Refuses, when read back: anything but 64 lower-case hexadecimal digits.

use aws_lc_rs::{digest, rand};
use std::fmt;

/// Octets of randomness in a handle.
const OCTETS: usize = 32;

/// A secret name. As text it has 64 characters, so that it fits into a RelayState (80, bindings 3.5.3).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(String);

impl Handle {
    /// A new name from the cryptographic random generator.
    ///
    /// # Panics
    /// When the operating system has no randomness: a guessable session would be worse.
    pub fn random() -> Self {
        Self(hex(&random_octets::<OCTETS>()))
    }

    /// Reads what a browser sent back.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 2 * OCTETS && text.bytes().all(is_hex)).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a store keeps in its place: who reads the store cannot take over a session.
    pub fn fingerprint(&self) -> String {
        hex(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref())
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle(..)")
    }
}

/// Octets from the cryptographic random generator.
#[expect(clippy::expect_used, reason = "without randomness nothing can be kept apart; callers document the panic")]
pub(crate) fn random_octets<const COUNT: usize>() -> [u8; COUNT] {
    let mut octets = [0_u8; COUNT];
    rand::fill(&mut octets).expect("the operating system has randomness");
    octets
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles() {
        let handle = Handle::random();
        assert_ne!(handle, Handle::random());
        assert_eq!(Handle::parse(handle.as_str()), Some(handle.clone()));
        assert_ne!(handle.fingerprint(), handle.as_str());
        assert!(!format!("{handle:?}").contains(handle.as_str()));
        let upper = "A".repeat(64);
        for bad in ["", "1", &"g".repeat(64), &upper, &"a".repeat(63), &"a".repeat(65), &format!("{} ", "a".repeat(63))]
        {
            assert_eq!(Handle::parse(bad), None, "{bad}");
        }
    }
}
