//! Reads IdP metadata that the operator chose to trust: a file in, the IdPs it describes out (metadata 2.3, 2.4).
//!
//! Refuses metadata past its `validUntil`, an entityID that stands twice, and an IdP none of whose signing keys can be
//! used. Keys come from IDPSSODescriptor alone and never from a KeyDescriptor for encryption; of a certificate chain
//! only the first one counts. What SAML's metadata may be extended with is skipped.

use crate::config::{Allow, ConfigError, Endpoint, EndpointUrl, EntityId, Idp};
use crate::limits::Limits;
use crate::names::{BINDING_POST, BINDING_REDIRECT, Namespace, SAMLP};
use crate::parsed::{Document, NodeId, walk};
use crate::time::Instant;
use crate::verified::Verified;

/// The IdPs that a metadata file describes: an EntityDescriptor, or an EntitiesDescriptor with several.
///
/// The file is trusted because the operator gave it: a signature in it is not looked at.
pub fn read_idp(file: &[u8], allow: &Allow, now: Instant, limits: &Limits) -> Result<Vec<Idp>, ConfigError> {
    let verified = Verified::trusted_file(file.to_vec(), limits).map_err(|rejection| wrong(rejection.to_string()))?;
    let document = verified.document();
    let root = document.root();
    let is_known =
        ["EntityDescriptor", "EntitiesDescriptor"].iter().any(|name| document.is(root, Namespace::Metadata, name));
    if !is_known {
        return Err(wrong(format!("its root is {}, not an EntityDescriptor", document.qualified_name(root))));
    }
    let mut idps: Vec<Idp> = Vec::new();
    for entity in entities(document) {
        if let Some(idp) = read_entity(document, entity, allow, now)? {
            if idps.iter().any(|known| known.entity_id() == idp.entity_id()) {
                return Err(wrong(format!("it describes {} twice", idp.entity_id())));
            }
            idps.push(idp);
        }
    }
    if idps.is_empty() {
        return Err(wrong("it describes no SAML 2.0 IdP (no IDPSSODescriptor); is it an SP's?".to_owned()));
    }
    Ok(idps)
}

/// The entities that the file describes: its root, or what EntitiesDescriptors hold. Not what stands in extensions.
fn entities(document: &Document) -> impl Iterator<Item = NodeId> + '_ {
    let is = |id: NodeId, local: &str| document.is(id, Namespace::Metadata, local);
    document.all_elements().filter(move |id| is(*id, "EntityDescriptor")).filter(move |id| {
        let mut around = document.parent(*id);
        while around != NodeId::DOCUMENT && is(around, "EntitiesDescriptor") {
            around = document.parent(around);
        }
        around == NodeId::DOCUMENT
    })
}

fn wrong(why: String) -> ConfigError {
    ConfigError::Metadata { why }
}

/// An entity's role as an IdP, if it has one.
fn read_entity(document: &Document, entity: NodeId, allow: &Allow, now: Instant) -> Result<Option<Idp>, ConfigError> {
    let Some(role) = document.elements(entity).find(|role| is_idp_role(document, *role)) else { return Ok(None) };
    let entity_id = EntityId::new(document.attribute(entity, "entityID").unwrap_or_default())?;
    still_valid(document, role, now)?;
    let mut builder = Idp::builder(entity_id.clone()).allow(*allow).wants_signed_requests(
        document.attribute(role, "WantAuthnRequestsSigned").is_some_and(|wants| wants == "true" || wants == "1"),
    );
    for endpoint in endpoints(document, role)? {
        builder = builder.single_sign_on(endpoint);
    }
    let certificates = certificates(document, role)?;
    let mut refused = None;
    for certificate in &certificates {
        // A key of a kind we cannot use must not keep out those we can; none at all is an error below.
        match Idp::builder(entity_id.clone()).allow(*allow).certificate(certificate.as_bytes()) {
            Ok(_) => builder = builder.certificate(certificate.as_bytes())?,
            Err(error) => refused = Some(error),
        }
    }
    builder.build().map(Some).map_err(|error| refused.unwrap_or(error))
}

fn is_idp_role(document: &Document, role: NodeId) -> bool {
    let protocols = document.attribute(role, "protocolSupportEnumeration").unwrap_or_default();
    document.is(role, Namespace::Metadata, "IDPSSODescriptor")
        && protocols.split_ascii_whitespace().any(|protocol| protocol == SAMLP)
}

/// `validUntil` of the role and of everything around it.
fn still_valid(document: &Document, role: NodeId, now: Instant) -> Result<(), ConfigError> {
    let mut at = role;
    while at != NodeId::DOCUMENT {
        let until = walk::instant(document, at, "validUntil").map_err(|rejection| wrong(rejection.to_string()))?;
        if let Some(until) = until.filter(|until| *until <= now) {
            return Err(wrong(format!("it was valid until {until}; fetch it again")));
        }
        at = document.parent(at);
    }
    Ok(())
}

fn endpoints(document: &Document, role: NodeId) -> Result<Vec<Endpoint>, ConfigError> {
    let mut endpoints = Vec::new();
    for service in document.elements(role).filter(|id| document.is(*id, Namespace::Metadata, "SingleSignOnService")) {
        let location = document.attribute(service, "Location").unwrap_or_default();
        match document.attribute(service, "Binding").as_deref() {
            Some(BINDING_REDIRECT) => endpoints.push(Endpoint::Redirect(EndpointUrl::new(location)?)),
            Some(BINDING_POST) => endpoints.push(Endpoint::Post(EndpointUrl::new(location)?)),
            // SOAP, Artifact and Shibboleth's own binding: not ours to send requests by.
            _ => {}
        }
    }
    Ok(endpoints)
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

#[cfg(test)]
mod tests;
