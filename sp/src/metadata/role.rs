//! One IDPSSODescriptor: an element in, an [`Idp`] with keys and endpoints out (metadata 2.4.3).
//!
//! Refuses a role without a usable signing key, and endpoints that are no http(s) URL: a browser is sent there.

use super::read::wrong;
use crate::config::{
    Allow, ArtifactResolutionService, ConfigError, Endpoint, EndpointUrl, EntityId, Idp, Services, SingleLogoutService,
};
use crate::names::{BINDING_POST, BINDING_REDIRECT, BINDING_SOAP, Namespace, SAMLP};
use crate::parsed::{Document, NodeId, walk};
use crate::time::Instant;

/// How many endpoints of one kind are read.
const MOST_ENDPOINTS: usize = 32;

/// The entity's roles as an IdP that speaks SAML 2.0. With several, which keys are whose would be a guess.
pub(super) fn of_idp(document: &Document, entity: NodeId) -> Vec<NodeId> {
    let is_it = |role: &NodeId| {
        let protocols = document.attribute(*role, "protocolSupportEnumeration").unwrap_or_default();
        document.is(*role, Namespace::Metadata, "IDPSSODescriptor")
            && protocols.split_ascii_whitespace().any(|protocol| protocol == SAMLP)
    };
    document.elements(entity).filter(is_it).take(2).collect()
}

/// Reads the role.
pub(super) fn read(
    document: &Document,
    entity_id: EntityId,
    role: NodeId,
    valid_until: Option<Instant>,
    allow: &Allow,
) -> Result<Idp, ConfigError> {
    let wants = document.attribute(role, "WantAuthnRequestsSigned");
    let mut builder = Idp::builder(entity_id.clone())
        .allow(*allow)
        .wants_signed_requests(wants.is_some_and(|wants| wants == "true" || wants == "1"))
        .services(Services {
            single_logout: single_logout(document, role)?,
            artifact_resolution: artifact_resolution(document, role)?,
            name_id_formats: name_id_formats(document, role)?,
            valid_until,
        });
    for service in services(document, role, "SingleSignOnService") {
        if let Some(endpoint) = endpoint(document, service)? {
            builder = builder.single_sign_on(endpoint);
        }
    }
    let mut refused = None;
    for certificate in &certificates(document, role)? {
        // A key of a kind we cannot use must not keep out those we can; none at all is an error below.
        match Idp::builder(entity_id.clone()).allow(*allow).certificate(certificate.as_bytes()) {
            Ok(_) => builder = builder.certificate(certificate.as_bytes())?,
            Err(error) => refused = Some(error),
        }
    }
    builder.build().map_err(|error| refused.unwrap_or(error))
}

fn services<'d>(document: &'d Document, role: NodeId, local: &'static str) -> impl Iterator<Item = NodeId> + 'd {
    document.elements(role).filter(move |id| document.is(*id, Namespace::Metadata, local)).take(MOST_ENDPOINTS)
}

/// The value of an attribute that is an xs:anyURI: blanks around it are layout.
pub(super) fn uri(document: &Document, element: NodeId, name: &str) -> String {
    document.attribute(element, name).unwrap_or_default().trim_ascii().to_owned()
}

/// Where a service listens, if by a binding of ours. SOAP, Artifact and Shibboleth's own are not for browsers' requests.
fn endpoint(document: &Document, service: NodeId) -> Result<Option<Endpoint>, ConfigError> {
    let location = || EndpointUrl::new(uri(document, service, "Location"));
    match document.attribute(service, "Binding").as_deref() {
        Some(BINDING_REDIRECT) => Ok(Some(Endpoint::Redirect(location()?))),
        Some(BINDING_POST) => Ok(Some(Endpoint::Post(location()?))),
        _ => Ok(None),
    }
}

fn single_logout(document: &Document, role: NodeId) -> Result<Vec<SingleLogoutService>, ConfigError> {
    let mut found = Vec::new();
    for service in services(document, role, "SingleLogoutService") {
        let Some(endpoint) = endpoint(document, service)? else { continue };
        let response_location = document.attribute(service, "ResponseLocation").map(EndpointUrl::new).transpose()?;
        found.push(SingleLogoutService { endpoint, response_location });
    }
    Ok(found)
}

fn artifact_resolution(document: &Document, role: NodeId) -> Result<Vec<ArtifactResolutionService>, ConfigError> {
    let mut found: Vec<ArtifactResolutionService> = Vec::new();
    for service in services(document, role, "ArtifactResolutionService") {
        if document.attribute(service, "Binding").as_deref() != Some(BINDING_SOAP) {
            continue;
        }
        let index = document.attribute(service, "index").and_then(|index| index.parse().ok());
        let index = index.ok_or_else(|| wrong("an ArtifactResolutionService has no index from 0 to 65535".into()))?;
        if found.iter().any(|known| known.index == index) {
            return Err(wrong(format!("two ArtifactResolutionServices have the index {index}")));
        }
        let location = EndpointUrl::new(uri(document, service, "Location"))?;
        found.push(ArtifactResolutionService { index, location });
    }
    Ok(found)
}

/// Some IdPs write an empty NameIDFormat; it says nothing.
fn name_id_formats(document: &Document, role: NodeId) -> Result<Vec<String>, ConfigError> {
    let mut formats = Vec::new();
    for format in services(document, role, "NameIDFormat") {
        let text = walk::text(document, format).map_err(|rejection| wrong(rejection.to_string()))?;
        if !text.trim().is_empty() {
            formats.push(text.trim().to_owned());
        }
    }
    Ok(formats)
}

/// The first certificate of each KeyDescriptor that may sign, each once.
fn certificates(document: &Document, role: NodeId) -> Result<Vec<String>, ConfigError> {
    let mut found: Vec<String> = Vec::new();
    for descriptor in document.elements(role).filter(|id| document.is(*id, Namespace::Metadata, "KeyDescriptor")) {
        match document.attribute(descriptor, "use").as_deref() {
            None | Some("signing") => {}
            Some(_) => continue,
        }
        let Some(certificate) = first_certificate(document, descriptor) else { continue };
        let text = walk::text(document, certificate).map_err(|rejection| wrong(rejection.to_string()))?;
        let packed: String = text.split_ascii_whitespace().collect();
        if !packed.is_empty() && !found.contains(&packed) {
            found.push(packed);
        }
    }
    Ok(found)
}

fn first_certificate(document: &Document, descriptor: NodeId) -> Option<NodeId> {
    let child = |parent: NodeId, local: &'static str| {
        document.elements(parent).find(|id| document.is(*id, Namespace::Dsig, local))
    };
    let key_info = child(descriptor, "KeyInfo")?;
    let mut data = document.elements(key_info).filter(|id| document.is(*id, Namespace::Dsig, "X509Data"));
    data.find_map(|data| child(data, "X509Certificate"))
}
