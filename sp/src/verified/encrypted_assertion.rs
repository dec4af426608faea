//! EncryptedAssertion: its place in a message whose outer signature has been settled in, the Assertion out (core 2.3.4).
//!
//! Refuses what does not decrypt, what is not one Assertion and nothing beside it then, and a Signature inside that is
//! not good. Where the
//! Response is signed, its ciphertext is covered, and so is what it decrypts to. Otherwise only a signature inside
//! counts: anyone can encrypt to our certificate.

use super::decrypt::{Context, Opener};
use super::structure::{self, Signable};
use super::{Verified, note_signature, signed};
use crate::account::{Account, Check};
use crate::names::Namespace;
use crate::parsed::{Document, NodeId};
use crate::reject::{Reason, Rejection};

/// An Assertion that was encrypted, before its own Signature is looked at.
struct Inner {
    document: Document,
    place: Signable,
    /// Some of its prefixes are explained only by octets that nobody signed.
    needs_own_signature: bool,
}

/// The Assertion out of its encryption, and whether it is signed itself.
pub(super) fn open(
    document: &Document,
    encrypted: NodeId,
    response: Option<&Verified>,
    opener: &Opener<'_>,
    account: &mut Account,
) -> Result<(Option<Verified>, bool), Rejection> {
    let inner = account.note(Check::Decryption, decrypted(document, encrypted, response, opener))?;
    let own = signed(&inner.document, inner.place, opener.idp(), opener.limits());
    let own = note_signature(account, Check::AssertionSignature, own)?;
    match (own, response) {
        (Some(own), _) => Ok((Some(own), true)),
        (None, Some(_)) if inner.needs_own_signature => Err(not_an_assertion()),
        (None, Some(response)) => Ok((Some(Verified::new(inner.document, response.origin())), false)),
        (None, None) => Ok((None, false)),
    }
}

fn decrypted(
    source: &Document,
    encrypted: NodeId,
    response: Option<&Verified>,
    opener: &Opener<'_>,
) -> Result<Inner, Rejection> {
    let read = |octets, context: &Context, needs_own_signature| {
        let document = opener.read_octets(octets, context).map_err(|_| not_an_assertion())?;
        structure::of_decrypted(&document).map(|place| Inner { document, place, needs_own_signature })
    };
    let around = Context::of(source, encrypted);
    let Some(response) = response else {
        return opener.open(source, encrypted, |octets| read(octets, &around, false));
    };
    // The outer signature is good already: from here on, the octets it covers are what is read.
    let signed = response.document();
    let at = encrypted_in(signed)?;
    let vouched = Context::of(signed, at).or_foreign(&around);
    opener.open(signed, at, |octets| {
        // A prefix of one of our standards may be explained by the source alone. Its word counts if the Assertion's
        // own Signature covers it.
        read(octets.clone(), &vouched, false).or_else(|first| read(octets, &around, true).map_err(|_| first))
    })
}

/// The EncryptedAssertion in the signed Response; the structure check has found exactly one.
fn encrypted_in(document: &Document) -> Result<NodeId, Rejection> {
    let is_encrypted = |id: &NodeId| document.is(*id, Namespace::Saml, "EncryptedAssertion");
    let missing = || Rejection::new(Reason::AssertionMissing, "an EncryptedAssertion", "none in the signed octets");
    document.elements(document.root()).find(is_encrypted).ok_or_else(missing)
}

fn not_an_assertion() -> Rejection {
    Rejection::new(Reason::DecryptedNotAssertion, "one saml:Assertion", "something else")
}
