//! What a login demands of the IdP beyond "who is this": settings in, the parts of an AuthnRequest out (core 3.4.1).
//!
//! The answer is held against it: see [`Expectation::demanding`](crate::Expectation::demanding).

use super::escape::xml;
use crate::saml::NameId;

/// What a login demands. Nothing unless set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Demands {
    /// The kind of NameID, a URI (NameIDPolicy's Format). Held against the NameID that comes.
    pub name_id_format: Option<String>,
    /// The NameID is to be one for this SP or affiliation (NameIDPolicy's SPNameQualifier). Held against the NameID that
    /// comes; one without SPNameQualifier is one for us.
    pub sp_name_qualifier: Option<String>,
    /// The IdP must not make a new NameID for somebody it has none for (NameIDPolicy's AllowCreate is false).
    pub known_only: bool,
    /// The principal must authenticate now, whatever session the IdP has. Held against AuthnInstant.
    pub force_authn: bool,
    /// The IdP must not show anything; it reports a failure instead.
    pub is_passive: bool,
    /// How the principal must authenticate.
    pub authn_context: Option<RequestedAuthnContext>,
    /// Which AttributeConsumingService of our metadata says what we ask for.
    pub attribute_consuming_service_index: Option<u16>,
    /// Which AssertionConsumerService of our metadata is to be used, instead of its URL.
    pub assertion_consumer_service_index: Option<u16>,
    /// Who is to log in. Held against the NameID that comes, in all parts that are set here.
    pub subject: Option<NameId>,
}

/// How the principal must authenticate (core 3.3.2.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedAuthnContext {
    /// How the answer compares to the list.
    pub comparison: Comparison,
    /// AuthnContextClassRefs, the one we like best first.
    pub class_refs: Vec<String>,
}

/// How the answer's AuthnContext compares to the list that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Comparison {
    /// It is one of them. The only one that is held against the answer: what is stronger than what is the IdP's to know.
    #[default]
    Exact,
    /// At least as strong as one of them.
    Minimum,
    /// Stronger than each of them.
    Better,
    /// As strong as possible, but no stronger than one of them.
    Maximum,
}

impl Demands {
    /// The attributes of the AuthnRequest itself, each behind a blank.
    pub(super) fn attributes(&self) -> String {
        let index = self.attribute_consuming_service_index;
        let index = index.map(|index| format!(" AttributeConsumingServiceIndex=\"{index}\"")).unwrap_or_default();
        let flag = |is_set: bool, name: &str| if is_set { format!(" {name}=\"true\"") } else { String::new() };
        flag(self.force_authn, "ForceAuthn") + &flag(self.is_passive, "IsPassive") + &index
    }

    /// The elements behind the Issuer, in the order of the schema.
    pub(super) fn elements(&self) -> String {
        let subject = self
            .subject
            .as_ref()
            .map(|name_id| format!("<saml:Subject>{}</saml:Subject>", super::logout::name_id(name_id)));
        let attribute = |name: &str, value: &Option<String>| {
            value.as_deref().map(|value| format!(" {name}=\"{}\"", xml(value))).unwrap_or_default()
        };
        let policy = format!(
            "<samlp:NameIDPolicy{}{} AllowCreate=\"{}\"/>",
            attribute("Format", &self.name_id_format),
            attribute("SPNameQualifier", &self.sp_name_qualifier),
            !self.known_only
        );
        subject.unwrap_or_default() + &policy + &self.authn_context.as_ref().map(context).unwrap_or_default()
    }
}

fn context(asked: &RequestedAuthnContext) -> String {
    let comparison = match asked.comparison {
        Comparison::Exact => "exact",
        Comparison::Minimum => "minimum",
        Comparison::Better => "better",
        Comparison::Maximum => "maximum",
    };
    let class = |uri: &String| format!("<saml:AuthnContextClassRef>{}</saml:AuthnContextClassRef>", xml(uri));
    let classes: String = asked.class_refs.iter().map(class).collect();
    format!("<samlp:RequestedAuthnContext Comparison=\"{comparison}\">{classes}</samlp:RequestedAuthnContext>")
}
