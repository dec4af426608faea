//! Conditions: what limits the use of an Assertion (core 2.5.1).
//!
//! Unknown conditions are kept, not refused: that is a rule's decision.

use crate::names::Namespace;
use crate::parsed::walk::{self, Children};
use crate::parsed::{Document, NodeId};
use crate::reject::Rejection;
use crate::time::Instant;

/// Limits on the use of an Assertion.
#[derive(Debug, Clone)]
pub struct Conditions {
    /// First instant at which it may be used.
    pub not_before: Option<Instant>,
    /// First instant at which it may no longer be used.
    pub not_on_or_after: Option<Instant>,
    pub(crate) conditions: Vec<Condition>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    Audience(AudienceRestriction),
    OneTimeUse,
    /// Limits what we may issue on this ground; we issue nothing.
    ProxyRestriction,
    /// The name of one we do not know.
    Unknown(String),
}

/// EntityIDs of which one must be ours (core 2.5.1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceRestriction {
    /// Each Audience as it stands; compared octet by octet.
    pub any_of: Vec<String>,
}

impl Conditions {
    /// Every AudienceRestriction; all of them must be met.
    pub fn audiences(&self) -> impl Iterator<Item = &AudienceRestriction> {
        self.conditions.iter().filter_map(|condition| match condition {
            Condition::Audience(restriction) => Some(restriction),
            _ => None,
        })
    }

    /// The Assertion may be used once only. We use each once anyway.
    pub fn one_time_use(&self) -> bool {
        self.conditions.contains(&Condition::OneTimeUse)
    }
}

pub(super) fn read(document: &Document, element: NodeId) -> Result<Conditions, Rejection> {
    let mut children = Children::of(document, element)?;
    let mut conditions = Vec::new();
    while let Some(child) = children.any() {
        conditions.push(read_one(document, child)?);
    }
    Ok(Conditions {
        not_before: walk::instant(document, element, "NotBefore")?,
        not_on_or_after: walk::instant(document, element, "NotOnOrAfter")?,
        conditions,
    })
}

fn read_one(document: &Document, condition: NodeId) -> Result<Condition, Rejection> {
    if document.is(condition, Namespace::Saml, "AudienceRestriction") {
        let mut children = Children::of(document, condition)?;
        let mut any_of = Vec::new();
        while let Some(audience) = children.take(Namespace::Saml, "Audience") {
            any_of.push(walk::text(document, audience)?);
        }
        children.finish()?;
        return Ok(Condition::Audience(AudienceRestriction { any_of }));
    }
    if document.is(condition, Namespace::Saml, "OneTimeUse") {
        return Ok(Condition::OneTimeUse);
    }
    if document.is(condition, Namespace::Saml, "ProxyRestriction") {
        return Ok(Condition::ProxyRestriction);
    }
    Ok(Condition::Unknown(document.qualified_name(condition).to_owned()))
}
