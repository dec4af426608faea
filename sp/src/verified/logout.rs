//! The signature of a logout message: a tree and how it travelled in, [`Verified`] out (profiles 4.4.4.1, 4.4.4.2).
//!
//! Refuses one that nobody signed, by either binding; a Signature inside that is not directly behind the Issuer of the
//! message; and a Signature inside of a message that came in a query, which the binding forbids (bindings 3.4.4.1).

use super::decrypt::Opener;
use super::query::{self, QuerySignature};
use super::{Origin, Verified, enveloped, structure};
use crate::config::{Idp, Sp};
use crate::decoded::redirect::query::RawSignature;
use crate::parsed::{Document, Landmark};
use crate::reject::{Reason, Rejection};

/// A message that came by HTTP-POST: its own Signature covers it.
pub(crate) fn posted(document: &Document, sp: &Sp, idp: &Idp) -> Result<Verified, Rejection> {
    let message = structure::of_message(document)?;
    let signature = message.signature.ok_or_else(|| unsigned("no Signature"))?;
    let document = enveloped::signed_element(document, message.element, signature, idp, sp.limits())?;
    opened(Verified::new(document, Origin::EnvelopedSignature), sp, idp)
}

/// A message that came by HTTP-Redirect: the signature is over the query it was read from.
pub(crate) fn queried(
    document: Document,
    signature: Option<&RawSignature>,
    sp: &Sp,
    idp: &Idp,
) -> Result<Verified, Rejection> {
    structure::of_message(&document)?;
    if document.landmarks().any(|(landmark, _)| landmark == Landmark::Signature) {
        let expected = "the signature in the query only";
        return Err(Rejection::new(Reason::SignatureMisplaced, expected, "a Signature in the message"));
    }
    let RawSignature { octets, algorithm, value } = signature.ok_or_else(|| unsigned("a query without Signature"))?;
    opened(query::verify(document, QuerySignature { octets, algorithm, value }, idp)?, sp, idp)
}

/// The same with its EncryptedID decrypted: the signature is good already.
fn opened(mut verified: Verified, sp: &Sp, idp: &Idp) -> Result<Verified, Rejection> {
    if verified.has_encrypted_parts() {
        verified.open_parts(&Opener::new(sp, idp))?;
    }
    Ok(verified)
}

fn unsigned(found: &str) -> Rejection {
    Rejection::new(Reason::LogoutNotSigned, "a logout message signed by its IdP", found)
}

impl Verified {
    /// Refuses octets that are believed for another reason than a logout message's must be.
    pub(crate) fn of_logout(&self) -> Result<&Document, Rejection> {
        match self.origin {
            Origin::EnvelopedSignature | Origin::QuerySignature => Ok(&self.document),
            Origin::SignedArtifactResponse => Err(unsigned("an ArtifactResponse")),
            Origin::TrustedFile | Origin::SignedMetadata => Err(unsigned("metadata")),
        }
    }
}
