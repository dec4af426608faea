//! The Service Provider a message is for: its metadata in, entityID, ACS and encryption certificate out.
//!
//! Refuses: metadata without an entityID or without an HTTP-POST endpoint for Responses.

use crate::facts::LogoutBinding;
use crate::names::{DS, HTTP_POST, HTTP_REDIRECT, MD};
use crate::{base64, key};
use roxmltree::Node;

/// An SP as an IdP knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sp {
    /// Its name, what goes into the Audience.
    pub entity_id: String,
    /// Where Responses go, what goes into Destination and Recipient.
    pub acs: String,
    /// The certificate for encrypted Assertions, DER.
    pub encryption_certificate: Option<Vec<u8>>,
    /// Where logout messages go, in the order of the metadata.
    pub logout: Vec<LogoutEndpoint>,
    /// The certificates whose keys sign its requests, DER.
    pub signing_certificates: Vec<Vec<u8>>,
}

/// Where an SP takes logout messages (metadata 2.4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutEndpoint {
    /// By which binding.
    pub binding: LogoutBinding,
    /// Where LogoutRequests go.
    pub location: String,
    /// Where LogoutResponses go; the same address unless the metadata says otherwise.
    pub response_location: String,
}

/// Metadata from which no SP can be taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SpMetadataError {
    /// The text is not XML.
    #[error("the metadata is not well-formed XML: {0}")]
    NotXml(String),
    /// A part is not there.
    #[error("the metadata has no {0}")]
    Missing(&'static str),
}

impl Sp {
    /// An SP by name and address, without encryption.
    pub fn new(entity_id: impl Into<String>, acs: impl Into<String>) -> Self {
        Self {
            entity_id: entity_id.into(),
            acs: acs.into(),
            encryption_certificate: None,
            logout: Vec::new(),
            signing_certificates: Vec::new(),
        }
    }

    /// Reads the first SP of a metadata document.
    pub fn from_metadata(xml: &str) -> Result<Self, SpMetadataError> {
        let document = roxmltree::Document::parse(xml).map_err(|error| SpMetadataError::NotXml(error.to_string()))?;
        let descriptor =
            named(document.root(), "SPSSODescriptor").ok_or(SpMetadataError::Missing("SPSSODescriptor"))?;
        let entity_id = descriptor
            .ancestors()
            .find_map(|node| node.attribute("entityID"))
            .ok_or(SpMetadataError::Missing("entityID"))?;
        let acs = acs(descriptor).ok_or(SpMetadataError::Missing("AssertionConsumerService with HTTP-POST"))?;
        Ok(Self {
            encryption_certificate: encryption_certificate(descriptor),
            logout: logout(descriptor),
            signing_certificates: signing_certificates(descriptor),
            ..Self::new(entity_id, acs)
        })
    }

    /// The same SP with a certificate to encrypt for, from PEM; nothing changes when that is unreadable.
    #[must_use]
    pub fn encrypting(mut self, certificate_pem: &str) -> Self {
        self.encryption_certificate = key::pem_body(certificate_pem).or(self.encryption_certificate);
        self
    }
}

/// The default HTTP-POST endpoint, or the first one (metadata 2.2.3).
fn acs(descriptor: Node<'_, '_>) -> Option<String> {
    let mut endpoints = descriptor.children().filter(|node| {
        node.has_tag_name((MD, "AssertionConsumerService")) && node.attribute("Binding") == Some(HTTP_POST)
    });
    let first = endpoints.clone().next();
    let default = endpoints.find(|node| matches!(node.attribute("isDefault"), Some("true" | "1")));
    default.or(first)?.attribute("Location").map(str::to_owned)
}

/// The endpoints for logout messages by the two bindings that the mock speaks.
fn logout(descriptor: Node<'_, '_>) -> Vec<LogoutEndpoint> {
    let services = descriptor.children().filter(|node| node.has_tag_name((MD, "SingleLogoutService")));
    let endpoint = |node: Node<'_, '_>| {
        let binding = match node.attribute("Binding")? {
            HTTP_POST => LogoutBinding::Post,
            HTTP_REDIRECT => LogoutBinding::Redirect,
            _ => return None,
        };
        let location = node.attribute("Location")?.to_owned();
        let response_location = node.attribute("ResponseLocation").map_or_else(|| location.clone(), str::to_owned);
        Some(LogoutEndpoint { binding, location, response_location })
    };
    services.filter_map(endpoint).collect()
}

/// The certificates of every key that may sign; one without a `use` serves both purposes (metadata 2.4.1.1).
fn signing_certificates(descriptor: Node<'_, '_>) -> Vec<Vec<u8>> {
    let keys = descriptor.children().filter(|node| node.has_tag_name((MD, "KeyDescriptor")));
    let signing = keys.filter(|node| matches!(node.attribute("use"), None | Some("signing")));
    let certificates = signing.flat_map(|node| node.descendants());
    let certificates = certificates.filter(|node| node.has_tag_name((DS, "X509Certificate")));
    certificates.filter_map(|node| base64::decode(&node.text()?.split_whitespace().collect::<String>())).collect()
}

/// The key for encryption; one without a `use` serves both purposes (metadata 2.4.1.1).
fn encryption_certificate(descriptor: Node<'_, '_>) -> Option<Vec<u8>> {
    let keys = || descriptor.children().filter(|node| node.has_tag_name((MD, "KeyDescriptor")));
    let chosen = keys()
        .find(|node| node.attribute("use") == Some("encryption"))
        .or_else(|| keys().find(|node| node.attribute("use").is_none()))?;
    let certificate = chosen.descendants().find(|node| node.has_tag_name((DS, "X509Certificate")))?;
    let text: String = certificate.text()?.split_whitespace().collect();
    base64::decode(&text)
}

fn named<'a, 'input>(root: Node<'a, 'input>, local: &str) -> Option<Node<'a, 'input>> {
    root.descendants().find(|node| node.has_tag_name((MD, local)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(inside: &str) -> String {
        format!(
            r#"<EntityDescriptor xmlns="{MD}" entityID="https://sp.test"><SPSSODescriptor>{inside}</SPSSODescriptor></EntityDescriptor>"#
        )
    }

    #[test]
    fn the_default_endpoint_wins() {
        let post = |location: &str, rest: &str| {
            format!(r#"<AssertionConsumerService Binding="{HTTP_POST}" Location="{location}" {rest}/>"#)
        };
        let one = Sp::from_metadata(&metadata(&post("https://sp.test/1", ""))).unwrap();
        assert_eq!(one, Sp::new("https://sp.test", "https://sp.test/1"));
        let both = post("https://sp.test/1", "") + &post("https://sp.test/2", r#"isDefault="true""#);
        assert_eq!(Sp::from_metadata(&metadata(&both)).unwrap().acs, "https://sp.test/2");
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = |xml: &str| Sp::from_metadata(xml).unwrap_err().to_string();
        assert_eq!(missing("<a/>"), "the metadata has no SPSSODescriptor");
        assert_eq!(missing(&metadata("")), "the metadata has no AssertionConsumerService with HTTP-POST");
        assert!(missing("<a").starts_with("the metadata is not well-formed XML"));
    }
}
