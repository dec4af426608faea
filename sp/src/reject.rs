//! Every reason for which a message is refused, in one list: a fault in, a [`Rejection`] with rule, expected and found out.
//!
//! A rejection is for the log, the administrator and the harness. The public sees [`PUBLIC_SENTENCE`], always the same
//! (or [`UNENCRYPTED_SENTENCE`], which is decided before anything is decrypted and so tells an attacker nothing).

use std::fmt;
use std::sync::Arc;

/// What a browser is told about any refusal but one.
pub const PUBLIC_SENTENCE: &str = "The sign-in could not be completed.";

/// What a browser is told when only encrypted Assertions are taken and this one was not.
pub const UNENCRYPTED_SENTENCE: &str = "Unencrypted assertions are not allowed";

/// How many characters of a message's own text a rejection repeats.
const SHOWN_CHARS: usize = 200;
/// How many characters of what a rule demands: mostly our own words and names, but an ID or a name of the message too.
const DEMANDED_CHARS: usize = 2000;

/// Why a message was refused: the reason with its rule, and both sides of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection(Arc<Parts>); // one word, so that handing on a success costs nothing

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    reason: Reason,
    expected: String,
    found: String,
}

impl Rejection {
    /// A rejection that shows both sides. Either may repeat the message's text; it is cut and made printable.
    #[cold]
    pub(crate) fn new(reason: Reason, expected: impl Into<String>, found: impl AsRef<str>) -> Self {
        let expected = printable(&expected.into(), DEMANDED_CHARS);
        Self(Arc::new(Parts { reason, expected, found: printable(found.as_ref(), SHOWN_CHARS) }))
    }

    /// The reason, one of [`Reason::ALL`].
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// The rule that was broken, for example `core-2.5.1.4-b`.
    pub fn rule(&self) -> &'static str {
        self.reason().rule()
    }

    /// What the rule demands.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What the message had instead.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// The one sentence that may be shown to whoever sent the message.
    pub fn public_sentence(&self) -> &'static str {
        match self.reason() {
            Reason::AssertionNotEncrypted => UNENCRYPTED_SENTENCE,
            _ => PUBLIC_SENTENCE,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { reason, expected, found } = &*self.0;
        write!(f, "{} ({}): expected {expected}, found {found}", reason.name(), reason.rule())
    }
}

impl std::error::Error for Rejection {}

/// Cuts text of a message to a bounded length and escapes what a terminal or a log would act on.
pub(crate) fn printable(text: &str, most_chars: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(most_chars));
    for (place, c) in text.chars().enumerate() {
        match c {
            _ if place == most_chars => {
                shown.push_str("...");
                break;
            }
            _ if acts_on_readers(c) => shown.extend(c.escape_default()),
            _ => shown.push(c),
        }
    }
    shown
}

/// Declares the reasons: variant, public name, rule, and one sentence that is both its documentation and its text.
macro_rules! reasons {
    ($($variant:ident $name:literal $rule:literal $about:literal)*) => {
        /// One fault, and so one reason to refuse.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason { $(#[doc = concat!($about, " (", $rule, ").")] $variant,)* }

        impl Reason {
            /// Every reason there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in reports and in JSON, for example `audience_mismatch`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The rule that is broken, for example `core-2.5.1.4-b`.
            pub fn rule(self) -> &'static str {
                match self { $(Self::$variant => $rule,)* }
            }

            /// The fault in one plain sentence.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }
        }
    };
}

// In the order in which a message meets them. `house-N` marks what we demand beyond the standard.
reasons! {
    // The binding.
    FieldMissing "field_missing" "bindings-3.5.4-a" "the form has no SAMLResponse field"
    FieldRepeated "field_repeated" "bindings-3.5.4-b" "a form field stands there twice, so two readers may read two messages"
    MessageEmpty "message_empty" "bindings-3.5.4-c" "the message has no octets"
    Base64Invalid "base64_invalid" "bindings-3.5.4-d" "the field is not strict base64"
    MessageTooLarge "message_too_large" "house-1" "the message is larger than the limit"
    RelayStateTooLong "relay_state_too_long" "bindings-3.5.3-a" "RelayState is longer than 80 bytes"
    DeflateInvalid "deflate_invalid" "bindings-3.4.4.1-a" "the query's message is not one DEFLATE stream"

    QueryMalformed "query_malformed" "bindings-3.4.4.1-b" "the query's fields are not those of the binding, once each and in the signed order"

    // The XML.
    NotUtf8 "not_utf8" "house-2" "the message is not UTF-8"
    XmlMalformed "xml_malformed" "xml-2.1-a" "the message is not well-formed XML 1.0 with namespaces"
    DoctypeForbidden "doctype_forbidden" "house-4" "a DOCTYPE can redefine what a document says"
    ProcessingInstructionForbidden "processing_instruction_forbidden" "house-5" "a processing instruction splits text that readers then join differently"
    XmlLimitExceeded "xml_limit_exceeded" "house-6" "the document is deeper or wider than the limits"
    DuplicateId "duplicate_id" "core-1.3.4-a" "two elements carry the same ID, so a reference has two targets"
    UnexpectedRoot "unexpected_root" "profiles-4.1.4.2-a" "the document is not a samlp:Response"
    UnexpectedElement "unexpected_element" "core-3.2.2-a" "an element stands where the schema has no place for it"
    ElementMissing "element_missing" "core-3.2.2-b" "an element that the schema demands is missing"
    AttributeMissing "attribute_missing" "core-3.2.2-c" "an attribute that the schema demands is missing"
    TextInvalid "text_invalid" "core-1.3.1-a" "a value has other content than plain text"
    CommentInText "comment_in_text" "house-7" "a comment stands inside a value, where readers cut it differently"
    TimestampInvalid "timestamp_invalid" "core-1.3.3-a" "an instant is not an xs:dateTime in UTC"
    IdInvalid "id_invalid" "core-1.3.4-b" "an ID is not an NCName"

    // The structure that signatures rely on.
    AssertionMissing "assertion_missing" "profiles-4.1.4.2-b" "a successful Response carries no Assertion"
    AssertionRepeated "assertion_repeated" "house-8" "there is more than one Assertion, so it is open whose is meant"
    AssertionMisplaced "assertion_misplaced" "house-9" "an Assertion stands elsewhere than directly in the Response"
    SignatureMisplaced "signature_misplaced" "core-5.4.1-a" "a Signature stands elsewhere than behind the Issuer of what it signs"
    SignatureRepeated "signature_repeated" "core-5.4.1-b" "an element carries more than one Signature"

    // The signature.
    SignatureMissing "signature_missing" "profiles-4.1.3.5-a" "no signature covers the Assertion"
    ResponseNotSigned "response_not_signed" "house-10" "the Response itself must be signed by this SP's settings"
    AssertionNotSigned "assertion_not_signed" "metadata-2.4.4-a" "the Assertion itself must be signed by this SP's settings"
    SignatureMalformed "signature_malformed" "dsig-4-a" "the Signature's content is not what the schema allows for SAML"
    CanonicalizationNotAllowed "canonicalization_not_allowed" "core-5.4.3-a" "the canonicalization is not on the list"
    SignatureAlgorithmNotAllowed "signature_algorithm_not_allowed" "house-11" "the signature algorithm is not on the list"
    DigestAlgorithmNotAllowed "digest_algorithm_not_allowed" "house-12" "the digest algorithm is not on the list"
    ReferenceCount "reference_count" "core-5.4.2-a" "SignedInfo must hold exactly one Reference"
    ReferenceMismatch "reference_mismatch" "core-5.4.2-b" "the Reference does not point at the element that carries the Signature"
    TransformNotAllowed "transform_not_allowed" "core-5.4.4-a" "a transform is not on the list, or the list is in another order"
    DigestMismatch "digest_mismatch" "dsig-3.2.1-a" "the signed element was changed after signing"
    AlgorithmKeyMismatch "algorithm_key_mismatch" "dsig-6.4-a" "no pinned key of this IdP is of the kind the algorithm needs"
    SignatureInvalid "signature_invalid" "dsig-3.2.2-a" "no pinned key of this IdP made this signature"

    // The encryption.
    AssertionNotEncrypted "assertion_not_encrypted" "house-13" "the Assertion must be encrypted by this SP's settings"
    EncryptionMalformed "encryption_malformed" "enc-3-a" "the encrypted element's content is not what the schema allows"
    EncryptionAlgorithmNotAllowed "encryption_algorithm_not_allowed" "house-14" "the encryption algorithm is not on the list"
    DecryptionFailed "decryption_failed" "enc-4.4-a" "no key of this SP decrypts it"
    DecryptedNotAssertion "decrypted_not_assertion" "core-2.3.4-a" "what was encrypted is not one Assertion"
    DecryptedOther "decrypted_other" "core-2.2.4-a" "what was encrypted is not the one element that its place demands"

    // The Response.
    VersionMismatch "version_mismatch" "core-4.1.3.2-a" "the Version is not 2.0"
    StatusNotSuccess "status_not_success" "core-3.2.2.2-a" "the IdP reports a failure"
    IssuerMissing "issuer_missing" "profiles-4.1.4.2-c" "an Issuer that must be there is missing"
    IssuerMismatch "issuer_mismatch" "profiles-4.1.4.2-d" "the Issuer is not the IdP that is expected here"
    MetadataExpired "metadata_expired" "metadata-2.3.2-a" "the metadata that describes the IdP is past its validUntil, so its keys do not count"
    MetadataNotSigned "metadata_not_signed" "metadata-3-a" "metadata that must be signed is not"
    EndpointNotOurs "endpoint_not_ours" "house-18" "it was received at an endpoint that this SP does not have"
    DestinationMissing "destination_missing" "bindings-3.5.5.2-a" "a signed Response must say where it was sent"
    DestinationMismatch "destination_mismatch" "bindings-3.5.5.2-b" "the Response was sent to another endpoint"
    IssuedInFuture "issued_in_future" "core-2.3.3-a" "it claims to be made in the future"
    IssuedTooLongAgo "issued_too_long_ago" "house-3" "it was made longer ago than the limit"
    InResponseToMismatch "in_response_to_mismatch" "profiles-4.1.4.2-e" "it answers another request than ours"
    InResponseToMissing "in_response_to_missing" "profiles-4.1.4.2-f" "it does not answer our request"
    UnsolicitedNotAllowed "unsolicited_not_allowed" "profiles-4.1.5-a" "no login was started here, and this SP takes no others"
    UnsolicitedNamesRequest "unsolicited_names_request" "profiles-4.1.5-b" "it answers a request that this browser did not make"
    RequestOfOtherIdp "request_of_other_idp" "house-15" "the request was sent to another IdP"

    // The Assertion.
    ConditionsMissing "conditions_missing" "profiles-4.1.4.2-g" "there are no Conditions, so no audience either"
    ConditionUnknown "condition_unknown" "core-2.5.1.1-a" "a condition that we do not know cannot be met"
    AudienceMissing "audience_missing" "profiles-4.1.4.2-h" "no AudienceRestriction says whom the Assertion is for"
    AudienceMismatch "audience_mismatch" "core-2.5.1.4-b" "an AudienceRestriction does not name us"
    NotYetValid "not_yet_valid" "core-2.5.1.2-a" "NotBefore is in the future"
    Expired "expired" "core-2.5.1.2-b" "NotOnOrAfter has been reached"
    WindowEmpty "window_empty" "core-2.5.1.2-c" "NotBefore is not before NotOnOrAfter"
    SubjectMissing "subject_missing" "profiles-4.1.4.2-i" "the Assertion has no Subject"
    NameIdMissing "name_id_missing" "profiles-4.1.4.2-j" "the Subject has no NameID, or an empty one"
    BearerMissing "bearer_missing" "profiles-4.1.4.2-k" "no SubjectConfirmation uses the bearer method"
    ConfirmationDataMissing "confirmation_data_missing" "profiles-4.1.4.2-l" "the bearer SubjectConfirmation has no data"
    RecipientMissing "recipient_missing" "profiles-4.1.4.2-m" "the confirmation does not say to which endpoint it was addressed"
    RecipientMismatch "recipient_mismatch" "profiles-4.1.4.3-a" "the confirmation is addressed to another endpoint"
    ConfirmationEndMissing "confirmation_end_missing" "profiles-4.1.4.2-n" "the confirmation never ends"
    ConfirmationExpired "confirmation_expired" "profiles-4.1.4.3-b" "the confirmation's NotOnOrAfter has been reached"
    ConfirmationNotBefore "confirmation_not_before" "profiles-4.1.4.2-o" "a bearer confirmation must not contain NotBefore"
    AuthnStatementMissing "authn_statement_missing" "profiles-4.1.4.2-p" "no AuthnStatement says that the principal authenticated"
    SessionExpired "session_expired" "core-2.7.2-a" "the IdP's session is over"
    AuthenticatedInFuture "authenticated_in_future" "core-2.7.2-b" "it claims an authentication in the future"

    // Artifacts.
    ArtifactInvalid "artifact_invalid" "bindings-3.6.4-a" "the artifact is not one of type 4"
    ArtifactOfOtherIdp "artifact_of_other_idp" "bindings-3.6.4-b" "the artifact's SourceID is not that of the IdP that was asked"
    ArtifactEndpointUnknown "artifact_endpoint_unknown" "bindings-3.6.4-c" "the artifact names an endpoint that the IdP's metadata does not have"
    SoapMalformed "soap_malformed" "bindings-3.2.2-a" "the answer is not a SOAP envelope with one ArtifactResponse"
    ArtifactAnswerMismatch "artifact_answer_mismatch" "core-3.5.2-a" "the ArtifactResponse answers another request than ours"
    ArtifactUnknown "artifact_unknown" "core-3.5.3-a" "the IdP has no message for the artifact, or had given it out before"

    // What was asked for.
    NameIdMismatch "name_id_mismatch" "core-3.3.4-a" "another person logged in than the one who was asked for"
    NameQualifierMismatch "name_qualifier_mismatch" "core-3.4.1.1-b" "the NameID is for another SP or affiliation than the one that was asked for"
    NameIdFormatMismatch "name_id_format_mismatch" "core-3.4.1.1-a" "the NameID is of another kind than the one that was asked for"
    AuthnContextMismatch "authn_context_mismatch" "core-3.3.2.2.1-a" "the principal authenticated in another way than was asked for"
    AuthenticationNotFresh "authentication_not_fresh" "core-3.4.1-a" "a fresh authentication was asked for, and it is older than the request"

    // Logout.
    LogoutUnexpectedRoot "logout_unexpected_root" "profiles-4.4.3-a" "the document is not the logout message that its field says it is"
    LogoutNotSigned "logout_not_signed" "profiles-4.4.4.1-a" "nobody signed the logout message"
    LogoutExpired "logout_expired" "core-3.7.1-a" "the LogoutRequest's NotOnOrAfter has been reached"
    LogoutNameMissing "logout_name_missing" "core-3.7.1-b" "the LogoutRequest does not say whose sessions end"
    LogoutUnexpected "logout_unexpected" "profiles-4.4.3.5-a" "no logout of this browser waits for an answer"
    LogoutAnswerMismatch "logout_answer_mismatch" "core-3.2.2-d" "the LogoutResponse answers another request than ours"
    LogoutReplayed "logout_replayed" "house-19" "the LogoutRequest was carried out before"

    // Once only.
    RequestAlreadyAnswered "request_already_answered" "profiles-4.1.4.5-a" "the request was answered before"
    AssertionReplayed "assertion_replayed" "profiles-4.1.4.5-b" "the Assertion was used before"
    RedeemedTooLate "redeemed_too_late" "house-17" "it was accepted longer ago than its use is sure to be remembered"
    StoreUnavailable "store_unavailable" "house-16" "it cannot be known whether the Assertion was used before"
}

/// Control characters, and those that turn or break the line a reader sees.
fn acts_on_readers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_reason_has_a_name_and_a_rule_of_its_own() {
        let names: HashSet<_> = Reason::ALL.iter().map(|r| r.name()).collect();
        let rules: HashSet<_> = Reason::ALL.iter().map(|r| r.rule()).collect();
        assert_eq!(names.len(), Reason::ALL.len());
        assert_eq!(rules.len(), Reason::ALL.len());
    }

    #[test]
    fn text_of_a_message_is_cut_and_made_printable() {
        let shown = Rejection::new(Reason::IssuerMismatch, "us", format!("\u{1b}[31m{}", "x".repeat(1000)));
        assert!(shown.found().starts_with("\\u{1b}[31m"));
        assert!(shown.found().ends_with("..."));
        assert!(shown.found().len() < 300);
        // What is expected may be the message's own text too: the ID that a Reference should name.
        let shown = Rejection::new(Reason::ReferenceMismatch, format!("#\n\u{202e}{}", "x".repeat(9000)), "#a");
        assert!(shown.expected().starts_with("#\\n\\u{202e}x"));
        assert!(shown.expected().ends_with("...") && shown.expected().len() < 2100);
    }

    #[test]
    fn only_the_missing_encryption_has_a_sentence_of_its_own() {
        let own: Vec<_> =
            Reason::ALL.iter().filter(|r| Rejection::new(**r, "", "").public_sentence() != PUBLIC_SENTENCE).collect();
        assert_eq!(own, [&Reason::AssertionNotEncrypted]);
    }
}
