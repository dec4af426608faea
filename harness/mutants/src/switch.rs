//! The faults that can be planted, one switch each, and which of them are planted in this thread.
//!
//! What a fault does stands where it is asked for, by `fault!` in the Service Provider's sources; whose history it
//! repeats, in `harness/mutants/mutants.toml`.

use std::cell::{Cell, RefCell};

macro_rules! switches {
    ($($name:ident)*) => {
        /// One fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "`harness/mutants/mutants.toml` says what each does")]
        pub enum Switch { $($name,)* }

        impl Switch {
            /// Every fault.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The fault of this name.
            pub fn named(name: &str) -> Option<Self> {
                match name { $(stringify!($name) => Some(Self::$name),)* _ => None }
            }
        }
    };
}

switches! {
    // The binding.
    FieldsRepeated RelayStateAnyLength SizeUnlimited Base64Lax XmlUnencoded PostInflated
    // The XML.
    Utf16Read Utf8Lossy DoctypeIgnored EntitiesExpanded InstructionsIgnored TrailingIgnored Recovered
    AttributesRepeated IdsRepeated IdsUnchecked DeclarationIgnored NamespacesUnchecked RootsWrapped NulIgnored
    // Reading values and structure.
    SchemaIgnored AttributesOptional InstantsUnread CommentsAllowed FirstTextOnly LastTextOnly NestedTextJoined
    TextTrimmed
    // Verifying, rule by rule.
    ReferenceNotCompared DigestNotCompared SignatureNotChecked
    // Verifying as history has it: any of these replaces the whole stage.
    Historic Unsigned UnsignedResponseChecked AnySignature FirstSignature KeyFromMessage HmacWithCertificate
    AlgorithmIgnored TransformsIgnored EmptyReference AnyAttributeIsId FirstIdWins LastIdWins NoReferenceNeeded
    FirstReferenceOnly LastReferenceOnly DigestInComment SignaturesCutOut RootIgnored DigestOfNothing
    ReadsFirst ReadsLast ReadsFirstChild ReadsLastChild ReadsByLocalName EncryptionTrusted ErrorsSwallowed
    EmptySignaturePasses DigestElsewhere SignedInfoSplit TagUnchecked KeysUnlimited
    // The rules.
    VersionIgnored StatusIgnored IssuerIgnored IssuerOptional IssuerFormatIgnored ResponseIssuerIgnored
    AssertionIssuerIgnored DestinationIgnored DestinationPrefix DestinationOptional IssuedInFutureAllowed AgeIgnored
    InResponseToIgnored InResponseToOptional UnsolicitedNamesRequest RequestOfAnyIdp ConditionsIgnored
    UnknownConditionIgnored AudienceIgnored AudienceAnyRestriction AudiencePrefix AudienceAbsent AudienceCaseIgnored
    WindowIgnored WindowMayBeEmpty NotBeforeIgnored EndIgnored EndIncluded SkewGenerous NameIdOptional
    ConfirmationIgnored MethodIgnored RecipientIgnored RecipientPrefix RecipientOptional ConfirmationDataOptional
    ConfirmationEndOptional ConfirmationNotBeforeIgnored ConfirmationAnswersAny SessionEndIgnored
    AuthnInstantIgnored AuthnStatementOptional
    // Around the core: endpoint, stores, settings. Asked for by the player of the table.
    AnyMethod BodiesInflated ReplaysAllowed ReplayKeyIsResponse AnyPendingRequest UnsolicitedAlways Sha1Allowed
    Rsa15Allowed KeysPooled ReplayCheckedFirst RelayStateFollowed RelayStateLooksLocal RelayStateLooksOurs
}

thread_local! {
    static PLANTED: Cell<u128> = const { Cell::new(0) };
    static SECRETS: RefCell<Vec<(String, Vec<u8>)>> = const { RefCell::new(Vec::new()) };
}

/// What an HMAC mutant takes for a secret: the public certificate of each IdP, in one spelling or several.
pub fn take_for_secrets(certificates: Vec<(String, Vec<u8>)>) {
    SECRETS.set(certificates);
}

pub(crate) fn secrets(idp: &str) -> Vec<Vec<u8>> {
    SECRETS.with_borrow(|all| all.iter().filter(|(of, _)| of == idp).map(|(_, octets)| octets.clone()).collect())
}

/// Plants these faults in this thread, instead of those that were planted before.
pub fn plant(switches: &[Switch]) {
    PLANTED.set(switches.iter().fold(0, |all, switch| all | bit(*switch)));
}

pub(crate) fn is_planted(switch: Switch) -> bool {
    PLANTED.get() & bit(switch) != 0
}

const fn bit(switch: Switch) -> u128 {
    1 << switch as u8
}

// A switch beyond the last bit would be planted by another's name.
const _: () = assert!(Switch::ALL.len() <= 128);
