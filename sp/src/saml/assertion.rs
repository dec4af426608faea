//! Assertion: what the IdP states about a Subject (core 2.3.3).
//!
//! The schema's order is Issuer, Signature, Subject, Conditions, Advice, then statements in any order and number.
//! An AuthzDecisionStatement is passed over: what the Subject may do elsewhere is no matter of a login, and IdPs may add
//! it at their discretion (profiles 4.1.4.2). Refuses statements it does not know, which would be left unread.

use super::attribute::{self, Attribute};
use super::conditions::{self, Conditions};
use super::subject::{self, Subject};
use crate::names::Namespace;
use crate::parsed::hint::Issuer;
use crate::parsed::walk::{self, Children};
use crate::parsed::{Document, NodeId};
use crate::reject::{Reason, Rejection};
use crate::time::Instant;
use crate::verified::Verified;

pub(crate) use super::conditions::Condition;

/// Signed statements about a Subject.
#[derive(Debug, Clone)]
pub struct Assertion {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) issue_instant: Instant,
    pub(crate) issuer: Issuer,
    pub(crate) subject: Option<Subject>,
    pub(crate) conditions: Option<Conditions>,
    pub(crate) authn_statements: Vec<AuthnStatement>,
    pub(crate) attributes: Vec<Attribute>,
}

/// When and how the principal authenticated (core 2.7.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthnStatement {
    /// When. Some IdPs give an instant of months ago: their session is that old.
    pub authn_instant: Instant,
    /// The IdP's name for its session.
    pub session_index: Option<String>,
    /// When the IdP's session ends.
    pub session_not_on_or_after: Option<Instant>,
    /// How, for example `urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport`.
    pub class_ref: Option<String>,
}

impl Assertion {
    /// Reads the one Assertion in the verified octets: they are it, or a Response around it.
    pub fn read(verified: &Verified) -> Result<Self, Rejection> {
        let document = verified.of_message()?;
        let root = document.root();
        let is_assertion = |id: &NodeId| document.is(*id, Namespace::Saml, "Assertion");
        let assertion = if is_assertion(&root) { Some(root) } else { document.elements(root).find(is_assertion) };
        let missing = || Rejection::new(Reason::AssertionMissing, "one Assertion", "none in the signed octets");
        read(verified, assertion.ok_or_else(missing)?)
    }

    /// Its ID, which the IdP never gives twice.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who made it.
    pub fn issuer(&self) -> &str {
        &self.issuer.name
    }

    /// Whom it is about.
    pub fn subject(&self) -> Option<&Subject> {
        self.subject.as_ref()
    }

    /// What limits its use.
    pub fn conditions(&self) -> Option<&Conditions> {
        self.conditions.as_ref()
    }

    /// How the principal authenticated.
    pub fn authn_statements(&self) -> &[AuthnStatement] {
        &self.authn_statements
    }

    /// Facts about the Subject, in document order.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }
}

fn read(verified: &Verified, assertion: NodeId) -> Result<Assertion, Rejection> {
    let document = verified.document();
    let mut children = Children::of(document, assertion)?;
    let issuer = children.demand(Namespace::Saml, "Issuer")?;
    children.take(Namespace::Dsig, "Signature");
    let subject =
        children.take(Namespace::Saml, "Subject").map(|subject| subject::read(verified, subject)).transpose()?;
    let conditions =
        children.take(Namespace::Saml, "Conditions").map(|found| conditions::read(document, found)).transpose()?;
    // Advice may be ignored (core 2.3.3), and is. An Assertion in it was refused before anything was verified.
    children.take(Namespace::Saml, "Advice");
    let mut authn_statements = Vec::new();
    // Room for a usual login, so that the list does not move while it grows.
    let mut attributes = Vec::with_capacity(12);
    while let Some(statement) = children.any() {
        if document.is(statement, Namespace::Saml, "AuthnStatement") {
            authn_statements.push(authn_statement(document, statement)?);
        } else if document.is(statement, Namespace::Saml, "AttributeStatement") {
            attribute::read_statement(verified, statement, &mut attributes)?;
        } else if !document.is(statement, Namespace::Saml, "AuthzDecisionStatement") && !fault!(SchemaIgnored) {
            let found = document.qualified_name(statement);
            return Err(Rejection::new(Reason::UnexpectedElement, "a statement that the standard knows", found));
        }
    }
    let instant = walk::instant(document, assertion, "IssueInstant")?;
    Ok(Assertion {
        id: walk::id(document, assertion)?,
        version: walk::attribute(document, assertion, "Version")?,
        issue_instant: instant
            .ok_or_else(|| Rejection::new(Reason::AttributeMissing, "the attribute IssueInstant", "none"))?,
        issuer: Issuer::read(document, issuer)?,
        subject,
        conditions,
        authn_statements,
        attributes,
    })
}

fn authn_statement(document: &Document, statement: NodeId) -> Result<AuthnStatement, Rejection> {
    let mut children = Children::of(document, statement)?;
    children.take(Namespace::Saml, "SubjectLocality");
    let context = children.demand(Namespace::Saml, "AuthnContext")?;
    children.finish()?;
    let mut parts = Children::of(document, context)?;
    let class_ref =
        parts.take(Namespace::Saml, "AuthnContextClassRef").map(|class| walk::text(document, class)).transpose()?;
    let _ =
        parts.take(Namespace::Saml, "AuthnContextDecl").or_else(|| parts.take(Namespace::Saml, "AuthnContextDeclRef"));
    while parts.take(Namespace::Saml, "AuthenticatingAuthority").is_some() {}
    parts.finish()?;
    let instant = walk::instant(document, statement, "AuthnInstant")?;
    Ok(AuthnStatement {
        authn_instant: instant
            .ok_or_else(|| Rejection::new(Reason::AttributeMissing, "the attribute AuthnInstant", "none"))?,
        session_index: document.attribute(statement, "SessionIndex").map(Into::into),
        session_not_on_or_after: walk::instant(document, statement, "SessionNotOnOrAfter")?,
        class_ref,
    })
}
