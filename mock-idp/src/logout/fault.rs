//! Faults of logout messages that an SP must refuse: one name each, for both bindings.

use serde::Deserialize;

/// One fault. The healthy twin is the same recipe without it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LogoutFault {
    /// No signature at all (profiles 4.4.3.1 and 4.4.4.1 demand one).
    Unsigned,
    /// Signed by a key that nobody trusts; by form, the genuine certificate stands in KeyInfo.
    AttackerKey,
    /// Changed after signing: another NameID in a request, another Status in a response.
    Tampered,
    /// Signed with RSA-SHA1.
    WeakAlgorithm,
    /// The signature algorithm is named wrongly.
    WrongAlgorithm,
    /// The signature is there and empty.
    EmptySignature,
}

impl LogoutFault {
    /// Every fault, for tests and lists.
    pub const ALL: &'static [Self] = &[
        Self::Unsigned,
        Self::AttackerKey,
        Self::Tampered,
        Self::WeakAlgorithm,
        Self::WrongAlgorithm,
        Self::EmptySignature,
    ];
}
