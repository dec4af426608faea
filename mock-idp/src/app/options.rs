//! The options of a vendor's admin page: `options.toml` in, each option with its label, default and allowed values out.
//!
//! Refuses: a field nobody knows, an option without a source.

use super::values::OptionValue;
use crate::facts::Confidence;
use serde::Deserialize;
use std::collections::BTreeMap;

/// All options of one vendor.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The vendor's words for what an attribute can be taken from, each with a template such as `${EMAIL}`.
    #[serde(default)]
    pub sources: BTreeMap<String, String>,
    /// The options, in the order of the page.
    #[serde(default)]
    pub option: Vec<OptionFact>,
}

/// One option of an admin page.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionFact {
    /// Its label, in the vendor's words.
    pub label: String,
    /// The part of the page it stands in.
    #[serde(default)]
    pub section: String,
    /// What it decides.
    pub sets: Knob,
    /// What it is when left alone; nothing leaves the vendor's wire shape as its captures show it.
    pub default: Option<OptionValue>,
    /// The words it can take, each with what it stands for; none means free text, a number, a list or a switch.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// How many seconds its unit has, for a number that is a time; 60 for minutes.
    #[serde(default = "one")]
    pub unit_seconds: u32,
    /// Where that was seen.
    pub source: String,
    /// When.
    pub date: String,
    /// How far to trust it.
    pub confidence: Confidence,
}

fn one() -> u32 {
    1
}

/// What an option can decide. The comment says which kind of value it takes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Knob {
    /// List of texts: the SP's names; the first is the default.
    EntityIds,
    /// List of URLs: where Responses may go; the first is the default.
    AcsUrls,
    /// Text: the SP's logout endpoint.
    LogoutUrl,
    /// Text: where a login that starts at the IdP is sent instead.
    StartUrl,
    /// Text: RelayState of a login that starts at the IdP.
    RelayState,
    /// Text: the IdP's own name in messages.
    Issuer,
    /// Text: the Audience, where it is not the SP's name.
    Audience,
    /// Text: Recipient, where it is not the ACS URL.
    Recipient,
    /// Text: Destination, where it is not the ACS URL.
    Destination,
    /// Word: the NameID's Format, as a URN.
    NameIdFormat,
    /// Word from the sources: what the NameID says.
    NameId,
    /// Word: `response`, `assertion` or `both`.
    Sign,
    /// Switch: Response signed; the Assertion stays as it is.
    SignResponse,
    /// Switch: Assertion signed; the Response stays as it is.
    SignAssertion,
    /// Switch: on, the Response alone is signed; off, the Assertion alone.
    ResponseInstead,
    /// Word: a signature algorithm.
    Signature,
    /// Word: a digest algorithm.
    Digest,
    /// Switch, or a word for `true` or `false`: whether Assertions get encrypted.
    Encrypt,
    /// Word: the cipher.
    Cipher,
    /// Word: the key transport.
    Transport,
    /// Text: the SP's certificate for encryption, PEM.
    EncryptionCertificate,
    /// Switch: whether a request must be signed.
    WantsSigned,
    /// List of texts: the SP's certificates for signed requests, PEM.
    RequestCertificates,
    /// Table from an attribute's Name to a source, or a list of them.
    Attributes,
    /// Table from a source to an attribute's Name.
    AttributesBySource,
    /// Table from an attribute's Name to texts that are always the same.
    FixedAttributes,
    /// Table from an attribute's Name to a filter such as `Starts with: eng` or `Matches regex: .*`.
    GroupStatements,
    /// Table from an attribute's Name to the groups that may appear in it.
    GroupMembership,
    /// Table from an attribute's Name to `role=group` pairs.
    Roles,
    /// Word: `none`, `names` or `ids`: which groups appear.
    Groups,
    /// Text: the Name of the attribute with the groups.
    GroupName,
    /// Word: NameFormat of every attribute; empty for none.
    NameFormat,
    /// Switch: whether attributes carry a NameFormat, `uri`.
    WithNameFormat,
    /// Number, in the option's unit: how long until the Assertion ends.
    Lifetime,
    /// Number, in the option's unit: how long before the clock it starts.
    NotBeforeSkew,
    /// Number, in the option's unit: how long until the IdP's session ends; 0 says nothing about it.
    SessionLifetime,
    /// Text: the AuthnContextClassRef.
    AuthnContext,
    /// Switch: whether ForceAuthn of a request counts.
    HonorForceAuthn,
    /// Switch: whether there is a OneTimeUse condition.
    OneTimeUse,
    /// Switch: whether there is an AuthnStatement.
    AuthnStatement,
    /// List of the words `current` and `next`: the certificates in the metadata; the first signs.
    Certificates,
}
