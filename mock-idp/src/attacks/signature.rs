//! Attacks on whether there is a signature, and by whom.

use super::Attack;
use crate::recipe::{Recipe, RecipeError};
use crate::step::Step;
use crate::workshop::Workshop;

fn plain(recipe: &Recipe) -> bool {
    recipe.encrypt.is_none()
}

pub(super) const UNSIGNED: Attack = Attack {
    id: "unsigned",
    about: "Every signature is stripped and the message names the attacker.",
    source: "SIG-01; Somorovsky et al., On Breaking SAML, 2012; CVE-2015-5372",
    forges: true,
    presentations: 1,
    needs: "a message that is not encrypted",
    applies: plain,
    steps: &[Step::Signed(unsigned)],
};

fn unsigned(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    workshop.response = workshop.forged_response()?;
    Ok(())
}

pub(super) const TAMPERED: Attack = Attack {
    id: "tampered",
    about: "After signing, NameID and attributes are changed to the attacker's; the signatures stay.",
    source: "SIG-12; xmldsig 3.2.1",
    forges: true,
    presentations: 1,
    needs: "a message that is not encrypted",
    applies: plain,
    steps: &[Step::Signed(|workshop| workshop.swap_identity())],
};
