//! LogoutRequest and LogoutResponse, from signed octets (core 3.7.1, 3.7.2).
//!
//! The schema's order is Issuer, Signature, Extensions, then the name and SessionIndexes, or the Status. Refuses
//! another root, a BaseID, and elements out of place.

use super::subject::{self, NameId};
use crate::names::Namespace;
use crate::parsed::hint::{Issuer, Status};
use crate::parsed::walk::{self, Children};
use crate::parsed::{Document, NodeId};
use crate::reject::{Reason, Rejection};
use crate::time::Instant;
use crate::verified::Verified;

/// What both messages say of themselves (core 3.2.1, 3.2.2).
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) issue_instant: Instant,
    pub(crate) destination: Option<String>,
    pub(crate) issuer: Option<Issuer>,
}

/// "End this principal's sessions" (core 3.7.1).
#[derive(Debug, Clone)]
pub struct LogoutRequest {
    pub(crate) head: Head,
    pub(crate) not_on_or_after: Option<Instant>,
    pub(crate) name_id: NameId,
    pub(crate) session_indexes: Vec<String>,
}

/// "This is what became of your request" (core 3.7.2).
#[derive(Debug, Clone)]
pub struct LogoutResponse {
    pub(crate) head: Head,
    pub(crate) in_response_to: Option<String>,
    pub(crate) status: Status,
}

impl LogoutRequest {
    /// Reads the LogoutRequest that the verified octets are.
    pub fn read(verified: &Verified) -> Result<Self, Rejection> {
        let document = verified.of_logout()?;
        let root = root(document, "LogoutRequest")?;
        let mut children = Children::of(document, root)?;
        let head = Head::read(document, root, &mut children)?;
        let name_id = subject::read_name(verified, &mut children)?
            .ok_or_else(|| Rejection::new(Reason::LogoutNameMissing, "a NameID or EncryptedID", "none"))?;
        let mut session_indexes = Vec::new();
        while let Some(index) = children.take(Namespace::Samlp, "SessionIndex") {
            session_indexes.push(walk::text(document, index)?);
        }
        children.finish()?;
        Ok(Self { head, not_on_or_after: walk::instant(document, root, "NotOnOrAfter")?, name_id, session_indexes })
    }

    /// Its ID, which the LogoutResponse must repeat.
    pub fn id(&self) -> &str {
        &self.head.id
    }

    /// Whose sessions end.
    pub fn name_id(&self) -> &NameId {
        &self.name_id
    }

    /// Which of them, by the IdP's names; none means all.
    pub fn session_indexes(&self) -> &[String] {
        &self.session_indexes
    }
}

impl LogoutResponse {
    /// Reads the LogoutResponse that the verified octets are.
    pub fn read(verified: &Verified) -> Result<Self, Rejection> {
        let document = verified.of_logout()?;
        let root = root(document, "LogoutResponse")?;
        let mut children = Children::of(document, root)?;
        let head = Head::read(document, root, &mut children)?;
        let status = children.demand(Namespace::Samlp, "Status")?;
        children.finish()?;
        Ok(Self {
            head,
            in_response_to: document.attribute(root, "InResponseTo").map(Into::into),
            status: Status::read(document, status)?,
        })
    }

    /// The request it answers.
    pub fn in_response_to(&self) -> Option<&str> {
        self.in_response_to.as_deref()
    }
}

impl Head {
    fn read(document: &Document, root: NodeId, children: &mut Children<'_>) -> Result<Self, Rejection> {
        let issuer = children.take(Namespace::Saml, "Issuer");
        children.take(Namespace::Dsig, "Signature");
        children.take(Namespace::Samlp, "Extensions");
        let instant = walk::instant(document, root, "IssueInstant")?;
        Ok(Self {
            id: walk::id(document, root)?,
            version: walk::attribute(document, root, "Version")?,
            issue_instant: instant
                .ok_or_else(|| Rejection::new(Reason::AttributeMissing, "the attribute IssueInstant", "none"))?,
            destination: document.attribute(root, "Destination").map(Into::into),
            issuer: issuer.map(|issuer| Issuer::read(document, issuer)).transpose()?,
        })
    }
}

fn root(document: &Document, local: &str) -> Result<NodeId, Rejection> {
    let root = document.root();
    if document.is(root, Namespace::Samlp, local) {
        return Ok(root);
    }
    let found = format!("{{{}}}{}", document.element_uri(root), document.local(root));
    Err(Rejection::new(Reason::LogoutUnexpectedRoot, format!("a samlp:{local}"), found))
}
