//! Attacks: messages that an SP must refuse, whatever else is right about them.
//!
//! One short function each, all of them in [`ALL`]; tests run over the list. An attack that forges or swaps an identity
//! names the attacker, in NameID and attributes, so that an acceptance shows as whom.

use crate::recipe::Recipe;
use crate::step::Step;

mod algorithms;
mod canonicalization;
mod ciphertext;
mod encryption;
mod keys;
mod markup;
mod protocol;
mod references;
mod reuse;
mod signature;
mod signature_parts;
mod structure;
mod text;
mod tools;
mod wrapping;
mod wrapping_places;
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
    signature::TWO_DIGESTS,
    signature::NO_REFERENCE,
    signature::DOCUMENT_REFERENCE,
    signature_parts::EMPTY_SIGNATURE,
    signature_parts::SIGNATURE_IN_OTHER_NAMESPACE,
    signature_parts::SIGNATURE_VALUE_CHANGED,
    signature_parts::SIGNED_INFO_BEFORE,
    signature_parts::SIGNED_INFO_AFTER,
    signature_parts::TWO_SIGNATURE_VALUES,
    signature_parts::TWO_KEY_INFOS,
    signature_parts::SIGNATURE_VALUE_COMMENT,
    signature_parts::CERTIFICATE_COMMENT,
    signature_parts::SIGNATURE_BEFORE_ISSUER,
    signature_parts::DIGEST_IN_STATUS_DETAIL,
    signature_parts::SIGNATURE_IN_EXTENSIONS,
    signature_parts::MIXED_SIGNATURES_INSIDE,
    signature_parts::DECOY_ON_ERROR,
    references::NO_REFERENCE_URI,
    references::EMPTY_FRAGMENT,
    references::XPOINTER_REFERENCE,
    references::EXTERNAL_REFERENCE,
    references::THOUSAND_REFERENCES,
    references::MANIFEST_REFERENCE,
    references::REFERENCE_TO_ISSUER,
    references::LIFTED_SIGNATURE,
    references::DIGEST_OF_NOTHING,
    references::RELATIVE_NAMESPACE,
    references::EMPTY_DIGEST,
    references::CUT_DIGEST,
    keys::KEY_VALUE,
    keys::DER_ENCODED_KEY_VALUE,
    keys::KEY_NAME,
    keys::KEY_VALUE_BEFORE_CERTIFICATE,
    keys::KEY_VALUE_BEHIND_CERTIFICATE,
    keys::CERTIFICATE_BEFORE_GENUINE,
    keys::RETRIEVAL_METHOD,
    keys::RETRIEVAL_LOOP,
    keys::OTHER_KEY_WITHOUT_CLUE,
    keys::OTHER_IDP_KEY,
    keys::HMAC_WITH_CERTIFICATE,
    keys::HMAC_WITH_PUBLIC_KEY,
    keys::HMAC_WITH_EMPTY_KEY,
    keys::HMAC_CUT_SHORT,
    algorithms::UNKNOWN_ALGORITHM,
    algorithms::SHA1_SIGNATURE,
    algorithms::SHA1_DIGEST,
    algorithms::RSA_MD5,
    algorithms::DSA_SHA1,
    algorithms::MD5_DIGEST,
    algorithms::OTHER_KIND_OF_KEY,
    algorithms::ECDSA_ZEROS,
    algorithms::EMPTY_SIGNATURE_VALUE,
    canonicalization::XPATH_TRANSFORM,
    canonicalization::XSLT_TRANSFORM,
    canonicalization::XPATH_FILTER_TRANSFORM,
    canonicalization::BASE64_TRANSFORM,
    canonicalization::HUNDRED_TRANSFORMS,
    canonicalization::TRANSFORMS_SWAPPED,
    canonicalization::ENVELOPED_TWICE,
    canonicalization::XSLT_CANONICALIZATION,
    canonicalization::UNKNOWN_CANONICALIZATION,
    canonicalization::LONG_PREFIX_LIST,
    wrapping::XSW_BEFORE,
    wrapping::XSW_AFTER,
    wrapping::XSW_AROUND,
    wrapping::XSW_SIGNATURE_MOVED,
    wrapping::XSW_INSIDE_SIGNATURE,
    wrapping::XSW_IN_OBJECT,
    wrapping::XSW_IN_ADVICE,
    wrapping::XSW_MOVED_IN_ADVICE,
    wrapping::XSW_IN_EXTENSIONS,
    wrapping::XSW_PARKED_IN_EXTENSIONS,
    wrapping::XSW_PARKED_IN_STATUS_DETAIL,
    wrapping::XSW_LIFTED_SIGNATURE,
    wrapping::XSW_DUPLICATE_ID_BEFORE,
    wrapping::XSW_DUPLICATE_ID_AFTER,
    wrapping::TWO_ASSERTIONS,
    wrapping_places::XSW_IN_ATTRIBUTE_VALUE,
    wrapping_places::XSW_IN_CONFIRMATION_DATA,
    wrapping_places::XSW_IN_KEY_INFO,
    wrapping_places::XSW_IN_UNKNOWN_ELEMENT,
    wrapping_places::FORGED_IN_OBJECT,
    wrapping_places::FORGED_IN_KEY_INFO,
    wrapping_places::XSW_IN_STATUS_DETAIL,
    wrapping_places::FORGED_IN_OTHER_NAMESPACE,
    wrapping_places::DECOY_LOWER_CASE_ID,
    wrapping_places::DECOY_XML_ID,
    wrapping_places::DECOY_PREFIXED_ID,
    wrapping_response::XSW_RESPONSE_AROUND,
    wrapping_response::XSW_RESPONSE_IN_OBJECT,
    wrapping_response::XSW_RESPONSE_DETACHED,
    wrapping_response::OTHER_ROOT,
    wrapping_response::ASSERTION_ALONE,
    wrapping_response::XSW_RESPONSE_IN_STATUS_DETAIL,
    wrapping_response::XSW_RESPONSE_IN_ADVICE,
    wrapping_response::FORGED_IN_RESPONSE_OBJECT,
    wrapping_response::METADATA_AROUND,
    wrapping_response::RESPONSE_IN_OTHER_NAMESPACE,
    reuse::SIGNED_METADATA_IN_EXTENSIONS,
    reuse::SIGNED_LOGOUT_IN_EXTENSIONS,
    reuse::LOGOUT_RESPONSE,
    reuse::ARTIFACT_RESPONSE,
    encryption::ENCRYPTED_FORGERY,
    encryption::ENCRYPTED_OTHER_KEY,
    encryption::ENCRYPTED_RESPONSE,
    encryption::ENCRYPTED_TWO_ASSERTIONS,
    encryption::ENCRYPTED_DOCTYPE,
    encryption::ENCRYPTED_BESIDE,
    encryption::ENCRYPTED_BEHIND,
    encryption::SIGNED_IN_ENCRYPTED_FORGERY,
    encryption::TWO_ENCRYPTED_ASSERTIONS,
    encryption::ENCRYPTED_FOR_ANOTHER,
    encryption::ENCRYPTED_ID_HOLDS_ANOTHER,
    ciphertext::CIPHERTEXT_CHANGED,
    ciphertext::CIPHERTEXT_CUT,
    ciphertext::CIPHERTEXT_IV_ONLY,
    ciphertext::CIPHERTEXT_EMPTY,
    ciphertext::WRAPPED_KEY_CHANGED,
    ciphertext::GCM_SHORT_TAG,
    ciphertext::GCM_NAMED_CBC,
    ciphertext::UNKNOWN_CIPHER,
    ciphertext::RSA_1_5,
    ciphertext::CIPHER_REFERENCE,
    ciphertext::THOUSAND_ENCRYPTED_KEYS,
    text::COMMENT_IN_NAME_ID,
    text::COMMENT_IN_AUDIENCE,
    text::COMMENT_IN_ISSUER,
    text::INSTRUCTION_IN_NAME_ID,
    text::NUL_IN_NAME_ID,
    text::BLANK_NAME_ID,
    text::MARKUP_IN_NAME_ID,
    text::MARKUP_IN_ATTRIBUTE_VALUE,
    markup::DOCTYPE,
    markup::EXTERNAL_ENTITY,
    markup::PARAMETER_ENTITY,
    markup::ATTRIBUTE_BY_DOCTYPE,
    markup::ENTITY_BOMB,
    markup::XML_1_1,
    markup::UTF_7,
    markup::LATIN_1,
    markup::ATTRIBUTE_TWICE,
    markup::ATTRIBUTE_TWICE_BY_NAMESPACE,
    markup::UNDECLARED_PREFIX,
    markup::COLON_ATTRIBUTE,
    markup::NAMESPACE_UNDONE,
    markup::FORGED_DOCUMENT_BEHIND,
    markup::FORGED_DOCUMENT_BEFORE,
    markup::FORGED_BEHIND_ERROR,
    structure::TWO_NAME_IDS,
    structure::TWO_SUBJECTS,
    structure::TWO_CONDITIONS,
    structure::TWO_ISSUERS,
    structure::TWO_STATUSES,
    structure::UNKNOWN_STATEMENT,
    structure::HALVES_OF_CONFIRMATIONS,
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
    protocol::REFERENCE_ELSEWHERE,
    protocol::ISSUER_FORMAT,
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

fn has_signed_response(recipe: &Recipe) -> bool {
    recipe.sign.response() && recipe.encrypt.is_none()
}

fn has_encrypted_signed_assertion(recipe: &Recipe) -> bool {
    recipe.sign.assertion() && recipe.encrypt.is_some()
}
