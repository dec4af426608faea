//! Quirks: messages that are legal or common though unusual, and that an SP should accept.
//!
//! One short function each, all of them in [`ALL`]; tests run over the list. The NameID always stays the person's.

use crate::recipe::Recipe;
use crate::step::Step;

mod content;
mod signing;
mod spelling;
mod statements;
mod times;

/// Something legal but unusual.
#[derive(Debug)]
pub struct Quirk {
    /// The name in scenarios, user names and the console.
    pub id: &'static str,
    /// What is unusual, in one sentence.
    pub about: &'static str,
    /// Who does that, or which section allows it.
    pub source: &'static str,
    /// The vendors and products that are known to do it, as their documentation spells them; none where only a standard
    /// allows it.
    pub seen_at: &'static [&'static str],
    /// What a recipe needs for it.
    pub needs: &'static str,
    /// Whether a recipe has what it needs.
    pub applies: fn(&Recipe) -> bool,
    /// What it changes, and when.
    pub steps: &'static [Step],
}

/// Every quirk.
pub static ALL: &[Quirk] = &[
    spelling::CDATA_NAME_ID,
    spelling::CHARACTER_REFERENCES,
    spelling::PRETTY_PRINTED,
    spelling::DECLARATION_AND_LINE_ENDS,
    spelling::CARRIAGE_RETURN,
    spelling::SINGLE_QUOTES,
    spelling::OPENED_EMPTY_ELEMENTS,
    spelling::SPACED_TAGS,
    spelling::DECIMAL_REFERENCES,
    spelling::UNUSED_NAMESPACES,
    spelling::REDECLARED_NAMESPACES,
    content::NON_ASCII,
    content::SEVERAL_AUDIENCES,
    content::TWO_RESTRICTIONS,
    content::TWO_CONFIRMATIONS,
    content::EMPTY_ATTRIBUTE,
    content::EMPTY_VALUE,
    content::REPEATED_ATTRIBUTE,
    content::MANY_GROUPS,
    content::NO_ATTRIBUTES,
    content::CONSENT,
    content::SESSION_END,
    content::ONE_TIME_USE,
    content::PROXY_RESTRICTION,
    content::OLD_AUTHN_INSTANT,
    content::SP_NAME_QUALIFIER,
    signing::INCLUSIVE_C14N,
    signing::PREFIX_LIST,
    signing::ROLL_OVER,
    signing::NO_KEY_INFO,
    signing::RSA_SHA384,
    signing::RSA_SHA512,
    signing::KEY_VALUE,
    signing::LINES_OF_64,
    signing::CARRIAGE_RETURNS_IN_BASE64,
    signing::MIXED_DIGEST,
    statements::UNTYPED_VALUES,
    statements::TYPED_VALUES,
    statements::NIL_VALUE,
    statements::FRIENDLY_NAMES,
    statements::SAME_VALUE_TWICE,
    statements::PHOTO,
    statements::AUTHENTICATING_AUTHORITY,
    statements::CONTEXT_DECLARATION,
    statements::SUBJECT_LOCALITY,
    statements::NO_SESSION_INDEX,
    statements::STATUS_MESSAGE,
    statements::NO_DESTINATION,
    statements::PERSISTENT_FORMAT,
    statements::TRANSIENT_FORMAT,
    statements::NO_FORMAT,
    times::SEVEN_DIGITS,
    times::WHOLE_SECONDS,
    times::NO_NOT_BEFORE,
];

/// The quirk of this id.
pub fn named(id: &str) -> Option<&'static Quirk> {
    ALL.iter().find(|quirk| quirk.id == id)
}

/// What most quirks have in common; each row changes what differs.
const ORDINARY: Quirk =
    Quirk { id: "", about: "", source: "", seen_at: &[], needs: "nothing", applies: |_| true, steps: &[] };
