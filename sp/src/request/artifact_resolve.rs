//! ArtifactResolve in a SOAP envelope (core 3.5.1, bindings 3.2): an artifact in, the octets to post out, signed.
//!
//! Refuses an artifact of another IdP, and settings without a signing key: the IdP must know who asks (bindings 3.6.5).

use super::escape::xml;
use super::logout::whole_seconds;
use super::sign::Draft;
use crate::artifact::Artifact;
use crate::config::{ConfigError, EndpointUrl, Idp, Sp};
use crate::names::{SAML, SAMLP, SOAP};
use crate::time::Instant;

/// "Give me the message behind this artifact."
#[derive(Debug, Clone)]
pub struct ArtifactResolve {
    id: String,
    location: EndpointUrl,
    soap: String,
}

impl ArtifactResolve {
    /// Writes and signs it.
    pub fn new(id: &str, now: Instant, sp: &Sp, idp: &Idp, artifact: &Artifact) -> Result<Self, ConfigError> {
        let service = artifact.resolution_service(idp);
        let service = service.map_err(|rejection| ConfigError::Metadata { why: rejection.to_string() })?;
        let no_key = || ConfigError::PrivateKey { why: "an ArtifactResolve must be signed; there is none".to_owned() };
        let key = sp.signing_key().ok_or_else(no_key)?;
        let head = format!(
            "<samlp:ArtifactResolve xmlns:samlp=\"{SAMLP}\" xmlns:saml=\"{SAML}\" ID=\"{id}\" Version=\"2.0\" \
             IssueInstant=\"{now}\" Destination=\"{destination}\"><saml:Issuer>{issuer}</saml:Issuer>",
            id = xml(id),
            now = whole_seconds(now),
            destination = xml(service.location.as_str()),
            issuer = xml(sp.entity_id().as_str()),
        );
        let tail = format!("<samlp:Artifact>{}</samlp:Artifact></samlp:ArtifactResolve>", xml(artifact.as_str()));
        let signed = Draft { id: id.to_owned(), head, tail }.signed(key)?;
        let soap = format!("<soap:Envelope xmlns:soap=\"{SOAP}\"><soap:Body>{signed}</soap:Body></soap:Envelope>");
        Ok(Self { id: id.to_owned(), location: service.location.clone(), soap })
    }

    /// Its ID, which the answer must repeat.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where to post it, with Content-Type `text/xml` and SOAPAction `http://www.oasis-open.org/committees/security`.
    pub fn location(&self) -> &EndpointUrl {
        &self.location
    }

    /// What to post.
    pub fn soap(&self) -> &str {
        &self.soap
    }
}
