//! AuthnRequest: "please authenticate this principal" (core 3.4.1), as the query or the form a browser carries.
//!
//! Refuses an IdP without an endpoint for either binding, and an ACS URL that is not one of ours.

use super::demands::Demands;
use super::escape::xml;
use super::logout::whole_seconds;
use super::outgoing::{Carried, Outgoing, preferred};
use super::sign::Draft;
use crate::config::{ConfigError, Endpoint, EndpointUrl, Idp, Sp};
use crate::names::{BINDING_POST, SAML, SAMLP};
use crate::time::Instant;

/// A request that was written and is ready to be carried.
#[derive(Debug, Clone)]
pub struct AuthnRequest(Outgoing);

impl AuthnRequest {
    /// Writes a request to an IdP, to be answered at `acs`. Redirect is preferred: it needs no page of ours.
    pub fn new(id: &str, issue_instant: Instant, sp: &Sp, idp: &Idp, acs: &EndpointUrl) -> Result<Self, ConfigError> {
        Self::demanding(&Demands::default(), id, issue_instant, sp, idp, acs)
    }

    /// The same with demands. Hold the answer against them: [`Expectation::demanding`](crate::Expectation::demanding).
    pub fn demanding(
        demands: &Demands,
        id: &str,
        issue_instant: Instant,
        sp: &Sp,
        idp: &Idp,
        acs: &EndpointUrl,
    ) -> Result<Self, ConfigError> {
        if !sp.acs().contains(acs) {
            return Err(ConfigError::Name { what: "the ACS URL", why: format!("{acs} is not one of this SP's") });
        }
        let none = || ConfigError::Metadata { why: format!("{} names no endpoint for AuthnRequests", idp.entity_id()) };
        let endpoint = preferred(idp.single_sign_on()).ok_or_else(none)?.clone();
        let (Endpoint::Redirect(destination) | Endpoint::Post(destination)) = &endpoint;
        // Whole seconds and `Z`: Duo refuses an offset, and nobody needs more.
        let answer_to = match demands.assertion_consumer_service_index {
            Some(index) => format!("AssertionConsumerServiceIndex=\"{index}\""),
            None => {
                let acs = xml(acs.as_str());
                format!("AssertionConsumerServiceURL=\"{acs}\" ProtocolBinding=\"{BINDING_POST}\"")
            }
        };
        let issued = whole_seconds(issue_instant);
        let head = format!(
            "<samlp:AuthnRequest xmlns:samlp=\"{SAMLP}\" xmlns:saml=\"{SAML}\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{issued}\" \
             Destination=\"{destination}\" {answer_to}{more}>\
             <saml:Issuer>{issuer}</saml:Issuer>",
            id = xml(id),
            destination = xml(destination.as_str()),
            more = demands.attributes(),
            issuer = xml(sp.entity_id().as_str()),
        );
        let tail = format!("{}</samlp:AuthnRequest>", demands.elements());
        let draft = Draft { id: id.to_owned(), head, tail };
        let key = if idp.wants_signed_requests() || sp.signs_requests() { sp.shared_signing_key() } else { None };
        Ok(Self(Outgoing { field: "SAMLRequest", endpoint, draft, key }))
    }

    /// Its ID; remember it with the browser, and the IdP it went to.
    pub fn id(&self) -> &str {
        &self.0.draft.id
    }

    /// How it must travel, and where to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// What the browser is to do, with a note that comes back.
    pub fn carry(&self, relay_state: Option<&str>) -> Result<Carried, ConfigError> {
        self.0.carry(relay_state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::EntityId;
    use crate::decoded::base64;

    const CERTIFICATE: &str = include_str!("../../../fixtures/keys/sp.crt.pem");

    fn request(endpoint: Option<Endpoint>, acs: &str) -> Result<AuthnRequest, ConfigError> {
        let sp = Sp::builder(
            EntityId::new("https://sp.test/?a=1&b=<2>").unwrap(),
            EndpointUrl::new("https://sp.test/acs").unwrap(),
        )
        .build();
        let idp = Idp::builder(EntityId::new("idp").unwrap()).certificate(CERTIFICATE.as_bytes()).unwrap();
        let idp = endpoint.into_iter().fold(idp, crate::IdpBuilder::single_sign_on).build().unwrap();
        AuthnRequest::new(
            "_1",
            Instant::parse("2026-11-25T09:30:00.75Z").unwrap(),
            &sp,
            &idp,
            &EndpointUrl::new(acs).unwrap(),
        )
    }

    #[test]
    fn travels_by_the_binding_of_the_endpoint() {
        let url = EndpointUrl::new("https://idp.test/sso?idpid=C0").unwrap();
        let redirect = request(Some(Endpoint::Redirect(url.clone())), "https://sp.test/acs").unwrap();
        let Carried::Redirect(location) = redirect.carry(Some("a b")).unwrap() else { panic!("a form") };
        assert!(location.starts_with("https://idp.test/sso?idpid=C0&SAMLRequest="), "{location}");
        assert!(location.ends_with("&RelayState=a+b"), "{location}");

        let post = request(Some(Endpoint::Post(url)), "https://sp.test/acs").unwrap();
        let Carried::Form(form) = post.carry(Some("x")).unwrap() else { panic!("a URL") };
        let sent = base64::decode(form.fields[0].1.as_bytes()).unwrap();
        let tree = roxmltree::Document::parse(std::str::from_utf8(&sent).unwrap()).unwrap();
        let issuer = tree.descendants().find(|node| node.has_tag_name((SAML, "Issuer"))).unwrap();
        assert_eq!(issuer.text(), Some("https://sp.test/?a=1&b=<2>"));
        assert_eq!(tree.root_element().attribute("IssueInstant"), Some("2026-11-25T09:30:00Z"));
    }

    #[test]
    fn needs_an_endpoint_and_an_acs_of_ours() {
        assert!(request(None, "https://sp.test/acs").is_err());
        let url = EndpointUrl::new("https://idp.test/sso").unwrap();
        assert!(request(Some(Endpoint::Post(url)), "https://sp.test/other").is_err());
    }
}
