//! The elements that decide what is signed and what is secret: a name in, its meaning or none out.
//!
//! The reader writes down where they stand, so that each look for them need not be one at every element.

use super::chars::is_same;
use crate::names::Namespace;

/// One of these elements, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Landmark {
    Assertion,
    EncryptedAssertion,
    EncryptedId,
    EncryptedAttribute,
    Signature,
}

impl Landmark {
    #[inline(always)]
    pub(super) fn of(namespace: Namespace, local: &[u8]) -> Option<Self> {
        let is = |name: &str| is_same(local, name.as_bytes());
        match namespace {
            Namespace::Saml if is("Assertion") => Some(Self::Assertion),
            Namespace::Saml if is("EncryptedAssertion") => Some(Self::EncryptedAssertion),
            Namespace::Saml if is("EncryptedID") => Some(Self::EncryptedId),
            Namespace::Saml if is("EncryptedAttribute") => Some(Self::EncryptedAttribute),
            Namespace::Dsig if is("Signature") => Some(Self::Signature),
            _ => None,
        }
    }
}
