//! Attacks with encryption: everyone has the SP's public key, so an encrypted Assertion proves nothing about its sender.

use super::{Attack, ORDINARY, WRAPPING};
use crate::recipe::{Recipe, RecipeError};
use crate::step::Step;
use crate::workshop::Workshop;

pub(super) const ENCRYPTED_FORGERY: Attack = Attack {
    id: "encrypted_forgery",
    about: "An encrypted Assertion that names the attacker, without any signature, inside or outside.",
    source: "ENC-01; CVE-2024-9487",
    forges: true,
    live: false,
    needs: "encryption",
    applies: |recipe| recipe.encrypt.is_some(),
    steps: &[Step::Signed(encrypted_forgery)],
    ..ORDINARY
};

fn encrypted_forgery(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    workshop.encrypt_assertion()
}

pub(super) const ENCRYPTED_BESIDE: Attack = Attack {
    id: "encrypted_beside",
    about: "A forged, unsigned Assertion, encrypted for the SP, stands before the genuine, signed one.",
    source: "XSW-11; CVE-2024-9487; CVE-2026-2092",
    needs: "a signed Assertion that is not encrypted, and an SP with an encryption certificate",
    applies: can_stand_beside,
    steps: &[Step::Signed(encrypted_beside)],
    ..WRAPPING
};

fn can_stand_beside(recipe: &Recipe) -> bool {
    super::has_signed_assertion(recipe) && recipe.sp.encryption_certificate.is_some()
}

fn encrypted_beside(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.strip_response_signature();
    let forged = workshop.forged_assertion()?;
    let encrypted = workshop.encrypted(&forged)?;
    let place = workshop.response.position("Assertion").unwrap_or_default();
    workshop.response.insert(place, encrypted);
    Ok(())
}
