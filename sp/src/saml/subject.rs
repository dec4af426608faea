//! Subject: whom an Assertion is about, and how its bearer proves to be entitled (core 2.4).
//!
//! An EncryptedID is read where it stands for the Subject's name. Refuses a BaseID: this SP knows no names of other kinds.

use crate::names::{self, Namespace};
use crate::parsed::walk::{self, Children};
use crate::parsed::{Document, NodeId};
use crate::reject::Rejection;
use crate::time::Instant;
use crate::verified::Verified;

/// Whom an Assertion is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its name.
    pub name_id: Option<NameId>,
    /// How the bearer proves to be entitled; one that holds is enough.
    pub confirmations: Vec<SubjectConfirmation>,
}

/// The Subject's name (core 2.2.3). Two are the same person only if all parts are the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NameId {
    /// The name, octet by octet: nothing is trimmed or folded.
    pub value: String,
    /// What kind of name; `None` means unspecified.
    pub format: Option<String>,
    /// Who gave it, if not the Issuer.
    pub name_qualifier: Option<String>,
    /// For whom it was made.
    pub sp_name_qualifier: Option<String>,
}

impl NameId {
    /// The Format, or what a missing one means (core 8.3.1).
    pub fn format_or_unspecified(&self) -> &str {
        self.format.as_deref().unwrap_or(names::FORMAT_UNSPECIFIED)
    }
}

/// One way in which the bearer may be entitled (core 2.4.1.1).
#[derive(Debug, Clone)]
pub struct SubjectConfirmation {
    /// The method's URI; only bearer logs anyone in here.
    pub method: String,
    /// Where and until when it holds.
    pub data: Option<SubjectConfirmationData>,
}

/// Where and until when a confirmation holds (core 2.4.1.2).
#[derive(Debug, Clone)]
pub struct SubjectConfirmationData {
    /// The endpoint it was addressed to.
    pub recipient: Option<String>,
    /// First instant at which it holds; forbidden for bearers.
    pub not_before: Option<Instant>,
    /// First instant at which it no longer holds.
    pub not_on_or_after: Option<Instant>,
    /// The request it answers.
    pub in_response_to: Option<String>,
}

pub(super) fn read(verified: &Verified, subject: NodeId) -> Result<Subject, Rejection> {
    let document = verified.document();
    let mut children = Children::of(document, subject)?;
    let name_id = read_name(verified, &mut children)?;
    let mut confirmations = Vec::new();
    while let Some(confirmation) = children.take(Namespace::Saml, "SubjectConfirmation") {
        confirmations.push(read_confirmation(document, confirmation)?);
    }
    children.finish()?;
    Ok(Subject { name_id, confirmations })
}

/// The NameID that comes next, in clear or encrypted, if there is one.
pub(super) fn read_name(verified: &Verified, children: &mut Children<'_>) -> Result<Option<NameId>, Rejection> {
    if let Some(name_id) = children.take(Namespace::Saml, "NameID") {
        return read_name_id(verified.document(), name_id).map(Some);
    }
    let Some(encrypted) = children.take(Namespace::Saml, "EncryptedID") else { return Ok(None) };
    let (document, name_id) = verified.opened(encrypted)?;
    read_name_id(document, name_id).map(Some)
}

fn read_name_id(document: &Document, name_id: NodeId) -> Result<NameId, Rejection> {
    let attribute = |name| document.attribute(name_id, name).map(Into::into);
    Ok(NameId {
        value: walk::text(document, name_id)?,
        format: attribute("Format"),
        name_qualifier: attribute("NameQualifier"),
        sp_name_qualifier: attribute("SPNameQualifier"),
    })
}

fn read_confirmation(document: &Document, confirmation: NodeId) -> Result<SubjectConfirmation, Rejection> {
    let mut children = Children::of(document, confirmation)?;
    // Names who may confirm; a bearer is whoever bears.
    children.take(Namespace::Saml, "NameID");
    let data = children.take(Namespace::Saml, "SubjectConfirmationData");
    children.finish()?;
    let data = data.map(|data| {
        Ok(SubjectConfirmationData {
            recipient: document.attribute(data, "Recipient").map(Into::into),
            not_before: walk::instant(document, data, "NotBefore")?,
            not_on_or_after: walk::instant(document, data, "NotOnOrAfter")?,
            in_response_to: document.attribute(data, "InResponseTo").map(Into::into),
        })
    });
    Ok(SubjectConfirmation { method: walk::attribute(document, confirmation, "Method")?, data: data.transpose()? })
}
