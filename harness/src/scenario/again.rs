//! How a replay presents its message again: a word in, the way out.

use serde::Deserialize;

/// How often a message is presented at once.
pub const AT_ONCE: usize = 8;

/// How a message is presented again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// After the first time, in another browser.
    #[default]
    InAnotherBrowser,
    /// The same Assertion in a Response with an ID of its own, in another browser.
    InAnotherResponse,
    /// In [`AT_ONCE`] browsers at the same time, of which one may be logged in.
    AtOnce,
}
