//! AuthnRequest: "please authenticate this principal" (core 3.4.1), as the query or the form a browser carries.
//!
//! Refuses an IdP without an endpoint for either binding, and an ACS URL that is not one of ours.

use super::escape::xml;
use crate::config::{ConfigError, Endpoint, EndpointUrl, Idp, Sp};
use crate::decoded::{base64, redirect};
use crate::names::{BINDING_POST, SAML, SAMLP};
use crate::time::Instant;

/// A request that was written and is ready to be carried.
#[derive(Debug, Clone)]
pub struct AuthnRequest {
    id: String,
    endpoint: Endpoint,
    xml: String,
}

/// A form that the browser is to submit by itself, with a button for browsers without scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostForm {
    /// Where it goes.
    pub action: String,
    /// Its hidden fields, not yet escaped for HTML.
    pub fields: Vec<(&'static str, String)>,
}

impl AuthnRequest {
    /// Writes a request to an IdP, to be answered at `acs`. Redirect is preferred: it needs no page of ours.
    pub fn new(id: &str, issue_instant: Instant, sp: &Sp, idp: &Idp, acs: &EndpointUrl) -> Result<Self, ConfigError> {
        if !sp.acs().contains(acs) {
            return Err(ConfigError::Name { what: "the ACS URL", why: format!("{acs} is not one of this SP's") });
        }
        let endpoints = idp.single_sign_on();
        let redirect = endpoints.iter().find(|endpoint| matches!(endpoint, Endpoint::Redirect(_)));
        let none = || ConfigError::Metadata { why: format!("{} names no endpoint for AuthnRequests", idp.entity_id()) };
        let endpoint = redirect.or(endpoints.first()).ok_or_else(none)?.clone();
        let (Endpoint::Redirect(destination) | Endpoint::Post(destination)) = &endpoint;
        // Whole seconds and `Z`: Duo refuses an offset, and nobody needs more.
        let issued = Instant::from_unix_seconds(issue_instant.unix_seconds()).unwrap_or(issue_instant);
        let xml = format!(
            "<samlp:AuthnRequest xmlns:samlp=\"{SAMLP}\" xmlns:saml=\"{SAML}\" ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{issued}\" \
             Destination=\"{destination}\" AssertionConsumerServiceURL=\"{acs}\" ProtocolBinding=\"{BINDING_POST}\">\
             <saml:Issuer>{issuer}</saml:Issuer><samlp:NameIDPolicy AllowCreate=\"true\"/></samlp:AuthnRequest>",
            id = xml(id),
            destination = xml(destination.as_str()),
            acs = xml(acs.as_str()),
            issuer = xml(sp.entity_id().as_str()),
        );
        Ok(Self { id: id.to_owned(), endpoint, xml })
    }

    /// Its ID; remember it with the browser, and the IdP it went to.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How it must travel, and where to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The message itself.
    pub fn xml(&self) -> &str {
        &self.xml
    }

    /// The URL that carries it by HTTP-Redirect (bindings 3.4); none if it must travel by HTTP-POST.
    pub fn redirect_url(&self, relay_state: Option<&str>) -> Option<String> {
        let Endpoint::Redirect(location) = &self.endpoint else { return None };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("SAMLRequest", &redirect::encode(&self.xml));
        query.extend_pairs(relay_state.map(|state| ("RelayState", state)));
        let separator = if location.as_str().contains('?') { '&' } else { '?' };
        Some(format!("{location}{separator}{}", query.finish()))
    }

    /// The form that carries it by HTTP-POST (bindings 3.5); none if it must travel by HTTP-Redirect.
    pub fn post_form(&self, relay_state: Option<&str>) -> Option<PostForm> {
        let Endpoint::Post(location) = &self.endpoint else { return None };
        let mut fields = vec![("SAMLRequest", base64::encode(self.xml.as_bytes()))];
        fields.extend(relay_state.map(|state| ("RelayState", state.to_owned())));
        Some(PostForm { action: location.as_str().to_owned(), fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::EntityId;

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
        let location = redirect.redirect_url(Some("a b")).unwrap();
        assert!(location.starts_with("https://idp.test/sso?idpid=C0&SAMLRequest="), "{location}");
        assert!(location.ends_with("&RelayState=a+b"), "{location}");
        assert_eq!(redirect.post_form(None), None);
        assert!(redirect.xml().contains("IssueInstant=\"2026-11-25T09:30:00Z\""), "{}", redirect.xml());

        let post = request(Some(Endpoint::Post(url)), "https://sp.test/acs").unwrap();
        let form = post.post_form(Some("x")).unwrap();
        let sent = base64::decode(form.fields[0].1.as_bytes()).unwrap();
        let tree = roxmltree::Document::parse(std::str::from_utf8(&sent).unwrap()).unwrap();
        let issuer = tree.descendants().find(|node| node.has_tag_name((SAML, "Issuer"))).unwrap();
        assert_eq!(issuer.text(), Some("https://sp.test/?a=1&b=<2>"));
        assert_eq!(post.redirect_url(None), None);
    }

    #[test]
    fn needs_an_endpoint_and_an_acs_of_ours() {
        assert!(request(None, "https://sp.test/acs").is_err());
        let url = EndpointUrl::new("https://idp.test/sso").unwrap();
        assert!(request(Some(Endpoint::Post(url)), "https://sp.test/other").is_err());
    }
}
