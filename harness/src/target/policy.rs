//! What a target's configuration promises. It decides which scenarios apply and how healthy messages are laid out.

use serde::Deserialize;

/// What the SP's configuration promises. Every default is the strict reading.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Which signatures it accepts.
    pub signed: SignedPolicy,
    /// It takes Responses that nobody asked for.
    pub unsolicited: bool,
    /// Whether InResponseTo is compared with the pending request.
    pub in_response_to: InResponseToPolicy,
    /// How a second presentation is noticed.
    pub replay: ReplayPolicy,
    /// It compares Recipient.
    pub recipient: bool,
    /// It compares Destination.
    pub destination: bool,
    /// It compares Issuer.
    pub issuer: bool,
    /// It refuses an Assertion without AudienceRestriction.
    pub audience_required: bool,
    /// It refuses messages whose IssueInstant is hours old.
    pub max_age: bool,
    /// The tolerance of its clock.
    pub clock_skew_s: u32,
    /// Whether it takes encrypted Assertions.
    pub encryption: EncryptionPolicy,
    /// It accepts RSA-SHA1 and SHA-1.
    pub sha1: bool,
    /// It decrypts what came with a content key by RSA PKCS#1 v1.5.
    pub rsa15: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            signed: SignedPolicy::Either,
            unsolicited: true,
            in_response_to: InResponseToPolicy::Enforced,
            replay: ReplayPolicy::Cache,
            recipient: true,
            destination: true,
            issuer: true,
            audience_required: true,
            max_age: true,
            clock_skew_s: 0,
            encryption: EncryptionPolicy::Optional,
            sha1: false,
            rsa15: false,
        }
    }
}

/// Which signatures an SP accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignedPolicy {
    /// The Assertion must be signed.
    Assertion,
    /// The Response must be signed.
    Response,
    /// Both must be signed.
    Both,
    /// One of the two suffices.
    Either,
}

/// Whether InResponseTo is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InResponseToPolicy {
    /// Not at all.
    Ignored,
    /// With the pending request.
    Enforced,
}

/// How a second presentation is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplayPolicy {
    /// Not at all.
    None,
    /// Only because the request was answered already.
    RequestId,
    /// Assertions are remembered.
    Cache,
}

/// Whether an SP takes encrypted Assertions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EncryptionPolicy {
    /// It does not.
    None,
    /// It takes both.
    Optional,
    /// It takes both, but decrypts nothing outside of a signed Response.
    #[serde(rename = "in-signed-response")]
    InSignedResponse,
    /// It takes nothing else.
    Required,
}
