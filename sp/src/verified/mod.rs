//! Stage 3: a tree nobody vouches for in, the octets that a pinned key of the IdP signed out.
//!
//! Refuses: Assertions and Signatures out of place, a Signature that is there but not good (even if another one would
//! do), an Assertion that no signature covers, and encryption that is demanded and missing or cannot be undone.
//!
//! [`Verified`] can only be made here. It is the tree of the octets that were digested; what was not digested cannot be
//! reached from it.

pub(crate) mod algorithm;
pub(crate) mod artifact;
pub(crate) mod c14n;
mod curve;
pub(crate) mod decrypt;
mod encrypted_assertion;
mod enveloped;
mod failure;
mod key;
#[cfg(samlspec_mutants)]
#[path = "../../../harness/mutants/src/verify.rs"]
mod lax;
#[cfg(feature = "openssl")]
mod legacy;
pub(crate) mod logout;
mod metadata;
mod opened;
mod pss;
pub(crate) mod query;
mod signature;
mod structure;

pub use key::TrustedKey;

pub(crate) use artifact::Voucher;
pub(crate) use metadata::signed_metadata;

use crate::account::{Account, Check};
use crate::config::{Idp, Sp};
use crate::limits::Limits;
use crate::parsed::hint::EnvelopeHint;
use crate::parsed::{self, Document};
use crate::reject::{Reason, Rejection};
use decrypt::Opener;
use opened::Opened;
use structure::{Carried, Signable};

/// Why the octets may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// An enveloped signature by a pinned key covers them.
    EnvelopedSignature,
    /// They are a part of an ArtifactResponse that an enveloped signature by a pinned key covers.
    SignedArtifactResponse,
    /// A signature by a pinned key covers the query that it came in.
    QuerySignature,
    /// The operator gave the file.
    TrustedFile,
    /// An enveloped signature by the key that was pinned for metadata covers them.
    SignedMetadata,
}

/// Octets that somebody we trust vouches for, as a tree. SAML objects are read from this and from nothing else.
///
/// There is no way to make one but to verify; the tree in it cannot be reached from outside this crate.
#[derive(Debug)]
pub struct Verified {
    document: Document,
    origin: Origin,
    /// What was encrypted inside of `document`, which vouches for it: the ciphertext was signed.
    opened: Vec<Opened>,
}

impl Verified {
    fn new(document: Document, origin: Origin) -> Self {
        Self { document, origin, opened: Vec::new() }
    }

    /// The tree over the octets that are vouched for.
    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    /// Refuses octets that are believed for another reason than a message's must be.
    pub(crate) fn of_message(&self) -> Result<&Document, Rejection> {
        match self.origin {
            Origin::EnvelopedSignature | Origin::SignedArtifactResponse => Ok(&self.document),
            // A Response does not travel by HTTP-Redirect (profiles 4.1.2).
            Origin::QuerySignature => Err(not_of_message("the signature of a query")),
            Origin::TrustedFile | Origin::SignedMetadata => Err(not_of_message("metadata")),
        }
    }

    /// Why they may be believed.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// A file that the operator chose to trust, such as an IdP's metadata he has downloaded himself.
    pub(crate) fn trusted_file(octets: Vec<u8>, limits: &Limits) -> Result<Self, Rejection> {
        Ok(Self::new(parsed::read(octets, limits)?, Origin::TrustedFile))
    }
}

fn not_of_message(found: &str) -> Rejection {
    Rejection::new(Reason::SignatureMissing, "a message with its IdP's Signature in it", found)
}

/// The Response around the Assertion: signed itself, or just a hint.
#[derive(Debug)]
pub(crate) enum Envelope {
    Signed(Verified),
    Unsigned(EnvelopeHint),
}

/// A Response whose signatures have been settled.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) envelope: Envelope,
    /// Where the Assertion is, unless it is a part of the signed Response.
    own: Option<Verified>,
    is_encrypted: bool,
}

impl Message {
    /// The Assertion came encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    /// The octets that hold the Assertion: signed themselves, or inside the signed Response.
    pub(crate) fn assertion(&self) -> Option<&Verified> {
        match (&self.own, &self.envelope) {
            (Some(own), _) => Some(own),
            (None, Envelope::Signed(response)) => Some(response),
            (None, Envelope::Unsigned(_)) => None,
        }
    }
}

/// Settles the signatures of a message by the keys of one IdP. With a voucher, a Response that is not signed itself counts
/// as signed: it is a part of what was.
pub(crate) fn verify(
    document: &Document,
    voucher: Option<&Voucher>,
    sp: &Sp,
    idp: &Idp,
    account: &mut Account,
) -> Result<Message, Rejection> {
    fault!(try lax::verify(document, sp, idp, account));
    let limits = sp.limits();
    let structure = account.note(Check::Structure, structure::of_response(document))?;
    let response = signed(document, structure.response, idp, limits);
    let response = note_signature(account, Check::ResponseSignature, response)?;
    let vouched = || Verified::new(document.clone(), Origin::SignedArtifactResponse);
    let response = response.or_else(|| voucher.filter(|voucher| voucher.is_of(idp)).map(|_| vouched()));
    let Some(carried) = structure.carried else {
        return Err(failure::reason(document, response.as_ref(), account));
    };
    demand_encryption(sp, &carried, account)?;
    let opener = Opener::new(sp, idp);
    let (own, assertion_is_signed) = match carried {
        Carried::Clear(assertion) => {
            let signed = note_signature(account, Check::AssertionSignature, signed(document, assertion, idp, limits))?;
            let is_signed = signed.is_some();
            (signed, is_signed)
        }
        Carried::Encrypted(encrypted) => {
            encrypted_assertion::open(document, encrypted, response.as_ref(), &opener, account)?
        }
    };
    account.note(Check::Coverage, covered(sp, response.is_some(), assertion_is_signed))?;
    let (mut own, mut response) = (own, response);
    if let Some(assertion) = own.as_mut().or(response.as_mut()) {
        open_parts(assertion, &opener, account)?;
    }
    let envelope = match response {
        Some(response) => Envelope::Signed(response),
        None => Envelope::Unsigned(account.note(Check::Objects, EnvelopeHint::read(document))?),
    };
    Ok(Message { envelope, own, is_encrypted: matches!(carried, Carried::Encrypted(_)) })
}

/// An element that carries a Signature, cut out of its document; none if it carries none.
fn signed(document: &Document, place: Signable, idp: &Idp, limits: &Limits) -> Result<Option<Verified>, Rejection> {
    let Some(signature) = place.signature else { return Ok(None) };
    let document = enveloped::signed_element(document, place.element, signature, idp, limits)?;
    Ok(Some(Verified::new(document, Origin::EnvelopedSignature)))
}

fn note_signature(
    account: &mut Account,
    check: Check,
    result: Result<Option<Verified>, Rejection>,
) -> Result<Option<Verified>, Rejection> {
    if let Ok(None) = result {
        account.not_required(check, "there is none; the check named coverage decides");
        return Ok(None);
    }
    account.note(check, result)
}

/// Decided before anything is decrypted, so that the answer tells nothing about our keys.
fn demand_encryption(sp: &Sp, carried: &Carried, account: &mut Account) -> Result<(), Rejection> {
    match carried {
        Carried::Encrypted(_) => account.note(Check::Encryption, Ok(())),
        Carried::Clear(_) if sp.want_encrypted() => account.note(
            Check::Encryption,
            Err(Rejection::new(Reason::AssertionNotEncrypted, "an EncryptedAssertion", "an Assertion in clear")),
        ),
        Carried::Clear(_) => {
            account.not_required(Check::Encryption, "this SP takes Assertions in clear");
            Ok(())
        }
    }
}

/// The names and attributes that are encrypted in an Assertion somebody vouches for.
fn open_parts(assertion: &mut Verified, opener: &Opener<'_>, account: &mut Account) -> Result<(), Rejection> {
    if assertion.has_encrypted_parts() {
        return account.note(Check::Decryption, assertion.open_parts(opener));
    }
    // Where the Assertion itself was encrypted, that has been written down before this.
    account.not_required(Check::Decryption, "nothing in the Assertion is encrypted");
    Ok(())
}

/// Some signature covers the Assertion, and the settings' wishes are met (profiles 4.1.3.5).
fn covered(sp: &Sp, response_is_signed: bool, assertion_is_signed: bool) -> Result<(), Rejection> {
    if !response_is_signed && !assertion_is_signed {
        return Err(Rejection::new(
            Reason::SignatureMissing,
            "a signature by the IdP that covers the Assertion",
            "none",
        ));
    }
    if sp.want_response_signed() && !response_is_signed {
        return Err(Rejection::new(
            Reason::ResponseNotSigned,
            "a signed Response",
            "a signature on the Assertion only",
        ));
    }
    if sp.want_assertion_signed() && !assertion_is_signed {
        return Err(Rejection::new(
            Reason::AssertionNotSigned,
            "a signed Assertion",
            "a signature on the Response only",
        ));
    }
    Ok(())
}
