//! EncryptedID and EncryptedAttribute: [`Verified`] with ciphertext in it in, the same with the NameIDs and Attributes
//! beside it out (core 2.2.4, 2.7.3.2).
//!
//! Refuses what does not decrypt, and a plaintext that is not the one element that its place demands: an EncryptedID
//! that turns out to be a SubjectConfirmation has been taken for a name. Only octets that are vouched for get here, so
//! nothing of a stranger's is decrypted.

use super::Verified;
use super::decrypt::{Context, Opener};
use crate::names::Namespace;
use crate::parsed::{Document, Landmark, NodeId};
use crate::reject::{Reason, Rejection};

/// Where ciphertext is read, and what it must turn out to be.
const PLACES: &[(Landmark, (Namespace, &str), &str)] = &[
    (Landmark::EncryptedId, (Namespace::Saml, "Subject"), "NameID"),
    (Landmark::EncryptedId, (Namespace::Samlp, "LogoutRequest"), "NameID"),
    (Landmark::EncryptedAttribute, (Namespace::Saml, "AttributeStatement"), "Attribute"),
];

/// One element that was encrypted.
#[derive(Debug)]
pub(super) struct Opened {
    /// The ciphertext, in the document that is vouched for.
    element: NodeId,
    plaintext: Document,
}

impl Verified {
    /// Whether there is anything to open.
    pub(crate) fn has_encrypted_parts(&self) -> bool {
        encrypted_parts(&self.document).next().is_some()
    }

    /// Decrypts every EncryptedID and EncryptedAttribute whose place we read, see [`Self::opened`].
    pub(crate) fn open_parts(&mut self, opener: &Opener<'_>) -> Result<(), Rejection> {
        let parts: Vec<_> = encrypted_parts(&self.document).collect();
        for (element, expected) in parts {
            let context = Context::of(&self.document, element);
            let plaintext = opener.open(&self.document, element, |octets| {
                let plaintext = opener.read_octets(octets, &context).map_err(|_| not_a(expected))?;
                only_element(plaintext, expected)
            })?;
            self.opened.push(Opened { element, plaintext });
        }
        Ok(())
    }

    /// What an encrypted element of [`Self::document`] holds: a document with the one element, and that element.
    pub(crate) fn opened(&self, element: NodeId) -> Result<(&Document, NodeId), Rejection> {
        let opened = self.opened.iter().find(|opened| opened.element == element);
        let plaintext = opened.map(|opened| &opened.plaintext);
        let only = plaintext.and_then(|plaintext| Some((plaintext, plaintext.elements(plaintext.root()).next()?)));
        let unread = || Rejection::new(Reason::DecryptionFailed, "a part that was decrypted", "one that was not");
        only.ok_or_else(unread)
    }
}

fn encrypted_parts(document: &Document) -> impl Iterator<Item = (NodeId, &'static str)> + '_ {
    document.landmarks().filter_map(|(landmark, element)| {
        let parent = document.parent(element);
        let stands = |(encrypted, (namespace, around), _): &&(Landmark, (Namespace, &str), &str)| {
            landmark == *encrypted && document.is(parent, *namespace, around)
        };
        PLACES.iter().find(stands).map(|(.., expected)| (element, *expected))
    })
}

fn only_element(plaintext: Document, expected: &'static str) -> Result<Document, Rejection> {
    let is_it = |id: &NodeId| plaintext.is(*id, Namespace::Saml, expected);
    let elements: Vec<_> = plaintext.elements(plaintext.root()).take(2).collect();
    match elements.as_slice() {
        [only] if is_it(only) => Ok(plaintext),
        _ => Err(not_a(expected)),
    }
}

fn not_a(expected: &str) -> Rejection {
    Rejection::new(Reason::DecryptedOther, format!("one saml:{expected}"), "something else")
}
