//! What may be looked at before anything is trusted, and can only lead to a refusal or to a choice of keys to try.
//!
//! Most vendors sign only the Assertion, so the Response around it stays unsigned: [`EnvelopeHint`]. Its values are
//! checked like signed ones, but that they fit proves nothing; the signed Assertion says the same again.

use super::walk::{self, Children};
use super::{Document, NodeId};
use crate::names::{self, Namespace};
use crate::reject::{Reason, Rejection};
use crate::time::Instant;

/// The values of a Response itself, without what it carries (core 3.2.2).
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) issue_instant: Instant,
    pub(crate) destination: Option<String>,
    pub(crate) in_response_to: Option<String>,
    pub(crate) issuer: Option<Issuer>,
    pub(crate) status: Status,
}

/// Who made a message (core 2.2.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issuer {
    pub(crate) name: String,
    pub(crate) format: Option<String>,
}

/// What the IdP says of the request's fate (core 3.2.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) code: String,
    pub(crate) second_code: Option<String>,
    pub(crate) message: Option<String>,
}

/// The envelope of a Response whose own octets nobody signed.
#[derive(Debug, Clone)]
pub(crate) struct EnvelopeHint(Envelope);

impl EnvelopeHint {
    pub(crate) fn read(document: &Document) -> Result<Self, Rejection> {
        Envelope::read(document, document.root()).map(Self)
    }

    /// The values, to be refused or not.
    pub(crate) fn values(&self) -> &Envelope {
        &self.0
    }
}

impl Envelope {
    /// Reads the Response's own values. What it carries besides must be in schema order.
    pub(crate) fn read(document: &Document, response: NodeId) -> Result<Self, Rejection> {
        let mut children = Children::of(document, response)?;
        let issuer =
            children.take(Namespace::Saml, "Issuer").map(|issuer| Issuer::read(document, issuer)).transpose()?;
        children.take(Namespace::Dsig, "Signature");
        children.take(Namespace::Samlp, "Extensions");
        let status = children.demand(Namespace::Samlp, "Status")?;
        // The structure check has counted these.
        while children
            .take(Namespace::Saml, "Assertion")
            .or_else(|| children.take(Namespace::Saml, "EncryptedAssertion"))
            .is_some()
        {}
        children.finish()?;
        let instant = walk::instant(document, response, "IssueInstant")?;
        Ok(Self {
            id: walk::id(document, response)?,
            version: walk::attribute(document, response, "Version")?,
            issue_instant: instant
                .ok_or_else(|| Rejection::new(Reason::AttributeMissing, "the attribute IssueInstant", "none"))?,
            destination: document.attribute(response, "Destination").map(Into::into),
            in_response_to: document.attribute(response, "InResponseTo").map(Into::into),
            issuer,
            status: Status::read(document, status)?,
        })
    }
}

impl Issuer {
    pub(crate) fn read(document: &Document, issuer: NodeId) -> Result<Self, Rejection> {
        Ok(Self { name: walk::text(document, issuer)?, format: document.attribute(issuer, "Format").map(Into::into) })
    }
}

impl Status {
    /// The top-level code is Success (core 3.2.2.2); a second code does not count.
    pub(crate) fn is_success(&self) -> Result<(), Rejection> {
        if self.code == names::STATUS_SUCCESS {
            return Ok(());
        }
        let second = self.second_code.as_deref().map(|code| format!(", {code}"));
        let message = self.message.as_deref().map(|message| format!(": {message}"));
        let found = format!("{}{}{}", self.code, second.unwrap_or_default(), message.unwrap_or_default());
        Err(Rejection::new(Reason::StatusNotSuccess, names::STATUS_SUCCESS, found))
    }

    pub(crate) fn read(document: &Document, status: NodeId) -> Result<Self, Rejection> {
        fault!(try crate::fault::text::ignored_status());
        let mut children = Children::of(document, status)?;
        let code = children.demand(Namespace::Samlp, "StatusCode")?;
        let message = children.take(Namespace::Samlp, "StatusMessage");
        children.take(Namespace::Samlp, "StatusDetail");
        children.finish()?;
        let mut inner = Children::of(document, code)?;
        let second = inner.take(Namespace::Samlp, "StatusCode");
        inner.finish()?;
        Ok(Self {
            code: walk::attribute(document, code, "Value")?,
            second_code: second.map(|second| walk::attribute(document, second, "Value")).transpose()?,
            message: message.map(|message| walk::text(document, message)).transpose()?,
        })
    }
}

/// The Issuer an unverified Response names: which of several IdPs to try. The verified Issuer must be the same.
pub(crate) fn issuer(document: &Document) -> Option<String> {
    let issuer =
        document.elements(document.root()).next().filter(|first| document.is(*first, Namespace::Saml, "Issuer"))?;
    walk::text(document, issuer).ok()
}
