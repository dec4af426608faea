//! Attacks: messages that an SP must refuse, whatever else is right about them.
//!
//! One short function each, all of them in [`ALL`]; tests run over the list. An attack that forges or swaps an identity
//! names the attacker, in NameID and attributes, so that an acceptance shows as whom.

use crate::recipe::Recipe;
use crate::step::Step;

mod algorithms;
mod encryption;
mod protocol;
mod signature;
mod text;
mod wrapping;
mod wrapping_response;

/// Something an SP must refuse.
#[derive(Debug)]
pub struct Attack {
    /// The name in scenarios, user names and the console.
    pub id: &'static str,
    /// What is wrong, in one sentence.
    pub about: &'static str,
    /// A CVE, a paper, or the class of the taxonomy.
    pub source: &'static str,
    /// Whether the message names the attacker.
    pub forges: bool,
    /// Whether a genuine signature in the message still verifies over what the IdP signed.
    pub live: bool,
    /// How often the message is presented: 2 for a replay, of which the first is healthy.
    pub presentations: u8,
    /// What a recipe needs for it.
    pub needs: &'static str,
    /// Whether a recipe has what it needs.
    pub applies: fn(&Recipe) -> bool,
    /// What it changes, and when.
    pub steps: &'static [Step],
}

/// Every attack.
pub static ALL: &[Attack] = &[
    signature::UNSIGNED,
    signature::TAMPERED,
    signature::TAMPERED_ATTRIBUTE,
    signature::OTHER_KEY,
    signature::OWN_CERTIFICATE,
    signature::MIXED_SIGNATURES,
    signature::DECOY_SIGNATURE,
    signature::SIGNATURE_MISPLACED,
    signature::DIGEST_COMMENT,
    signature::TWO_REFERENCES,
    signature::NO_REFERENCE,
    signature::DOCUMENT_REFERENCE,
    algorithms::HMAC_WITH_CERTIFICATE,
    algorithms::UNKNOWN_ALGORITHM,
    algorithms::SHA1_SIGNATURE,
    algorithms::SHA1_DIGEST,
    algorithms::XPATH_TRANSFORM,
    algorithms::XSLT_TRANSFORM,
    wrapping::XSW_BEFORE,
    wrapping::XSW_AFTER,
    wrapping::XSW_AROUND,
    wrapping::XSW_SIGNATURE_MOVED,
    wrapping::XSW_INSIDE_SIGNATURE,
    wrapping::XSW_IN_OBJECT,
    wrapping::XSW_IN_ADVICE,
    wrapping::XSW_IN_EXTENSIONS,
    wrapping::XSW_PARKED_IN_EXTENSIONS,
    wrapping::XSW_PARKED_IN_STATUS_DETAIL,
    wrapping::XSW_LIFTED_SIGNATURE,
    wrapping::XSW_DUPLICATE_ID_BEFORE,
    wrapping::XSW_DUPLICATE_ID_AFTER,
    wrapping::TWO_ASSERTIONS,
    wrapping_response::XSW_RESPONSE_AROUND,
    wrapping_response::XSW_RESPONSE_IN_OBJECT,
    wrapping_response::XSW_RESPONSE_DETACHED,
    wrapping_response::OTHER_ROOT,
    encryption::ENCRYPTED_FORGERY,
    encryption::ENCRYPTED_BESIDE,
    text::COMMENT_IN_NAME_ID,
    text::COMMENT_IN_AUDIENCE,
    text::DOCTYPE,
    protocol::SECOND_AUDIENCE,
    protocol::WRONG_AUDIENCE,
    protocol::EXPIRED,
    protocol::EXPIRED_LONG_AGO,
    protocol::NOT_YET_VALID,
    protocol::STALE,
    protocol::REPLAY,
    protocol::STATUS_FAILURE,
    protocol::WRONG_DESTINATION,
    protocol::WRONG_RECIPIENT,
    protocol::WRONG_ISSUER,
    protocol::WRONG_IN_RESPONSE_TO,
    protocol::HOLDER_OF_KEY,
    protocol::SENDER_VOUCHES,
    protocol::CONFIRMATION_NOT_BEFORE,
    protocol::UNKNOWN_CONDITION,
    protocol::NO_AUTHN_STATEMENT,
    protocol::SESSION_OVER,
];

/// The attack of this id.
pub fn named(id: &str) -> Option<&'static Attack> {
    ALL.iter().find(|attack| attack.id == id)
}

/// What most attacks have in common; each row below changes what differs.
const ORDINARY: Attack = Attack {
    id: "",
    about: "",
    source: "",
    forges: false,
    live: true,
    presentations: 1,
    needs: "a signed message",
    applies: is_signed,
    steps: &[],
};

/// A forgery inside a message that can be looked into.
const FORGERY: Attack = Attack {
    forges: true,
    live: false,
    needs: "a signed message that is not encrypted",
    applies: is_signed_plain,
    ..ORDINARY
};

/// A forgery beside a genuine Assertion whose own signature stays live.
const WRAPPING: Attack = Attack {
    forges: true,
    needs: "a signed Assertion that is not encrypted",
    applies: has_signed_assertion,
    ..ORDINARY
};

fn is_signed(recipe: &Recipe) -> bool {
    recipe.sign.assertion() || recipe.sign.response()
}

fn is_signed_plain(recipe: &Recipe) -> bool {
    is_signed(recipe) && recipe.encrypt.is_none()
}

fn has_signed_assertion(recipe: &Recipe) -> bool {
    recipe.sign.assertion() && recipe.encrypt.is_none()
}
