//! XML Encryption of an element: the element and the SP's certificate in, an EncryptedAssertion, EncryptedID or
//! EncryptedAttribute out.
//!
//! Every cipher and key transport that SAML products are known to use, in every combination, and on request one fault that
//! keeps the SP from decrypting. Refuses: an SP without a certificate, or with one whose key is not RSA.

mod cipher;
mod envelope;
mod fault;
mod transport;

pub use cipher::{Cipher, Padding};
pub use fault::EncryptionFault;
pub(crate) use transport::certificate_part;
pub use transport::{KeyTransport, Scheme};

use crate::canonical::{Method, Scope, canonical};
use crate::compose::Pen;
use crate::random::Random;
use crate::recipe::RecipeError;
use crate::tree::Element;
use serde::Deserialize;

/// How an element gets encrypted.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// The cipher of the content.
    pub cipher: Cipher,
    /// Where the encrypted key stands.
    pub key_placement: KeyPlacement,
    /// How the content key gets to the SP.
    #[serde(default)]
    pub transport: KeyTransport,
    /// How many EncryptedKeys for others stand before the SP's own, at most 255.
    #[serde(default)]
    pub strangers: u8,
    /// Something that keeps the SP from decrypting.
    #[serde(default)]
    pub fault: Option<EncryptionFault>,
}

/// Where the EncryptedKey stands.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlacement {
    /// Inside the KeyInfo of the EncryptedData.
    InKeyInfo,
    /// Beside the EncryptedData, found through a RetrievalMethod.
    Sibling,
}

impl Encryption {
    /// This cipher and place, the usual key transport, one recipient.
    pub fn new(cipher: Cipher, key_placement: KeyPlacement) -> Self {
        Self { cipher, key_placement, transport: KeyTransport::default(), strangers: 0, fault: None }
    }
}

/// The element that takes the other one's place, `EncryptedAssertion` for instance.
///
/// The plaintext is Canonical XML 1.0, as Okta's is: it carries every namespace around it, so it can be read on its own.
pub(crate) fn encrypt(
    element: &Element,
    around: &Scope,
    outer: &str,
    encryption: Encryption,
    certificate: Option<&[u8]>,
    pen: &Pen<'_>,
    random: &mut Random,
) -> Result<Element, RecipeError> {
    let plaintext = canonical(element, around, &Method::inclusive());
    seal(&plaintext, around, outer, encryption, certificate, pen, random)
}

/// The same around any text, an element or not.
pub(crate) fn seal(
    plaintext: &str,
    around: &Scope,
    outer: &str,
    encryption: Encryption,
    certificate: Option<&[u8]>,
    pen: &Pen<'_>,
    random: &mut Random,
) -> Result<Element, RecipeError> {
    let certificate = certificate.ok_or(RecipeError::Encryption("the SP has no encryption certificate"))?;
    let padding = pen.shape().encryption.padding.value;
    let (key, ciphertext) = encryption.cipher.encrypt(plaintext.as_bytes(), padding, encryption.fault, random)?;
    let strangers = (0..encryption.strangers)
        .map(|_| encryption.transport.wrap(&key, &fault::another_certificate(pen), random))
        .collect::<Result<_, _>>()?;
    let (declared, transported) = fault::transported(encryption, &key, certificate, pen, random)?;
    let parts = envelope::Parts { encryption: declared, certificate, ciphertext, transported, strangers };
    Ok(envelope::envelope(outer, around, &parts, pen, random))
}

#[cfg(test)]
mod tests;
