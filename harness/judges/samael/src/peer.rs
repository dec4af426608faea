//! samael as a Service Provider: an IdP's metadata and a Response in, the identity samael read or its refusal out.
//!
//! What its "accepted" is worth: libxmlsec1 verified the signature with the certificate of the metadata, SHA-1 is refused,
//! and samael compared Issuer, Audience, Recipient, InResponseTo and the times. What it is not worth: samael recovers from
//! malformed XML, decrypts AES-128 only, and looks at Destination and Status only when the Response itself is signed.

use chrono::TimeDelta;
use openssl::pkey::PKey;
use samael::crypto::AllowedSignatureAlgorithm;
use samael::metadata::EntityDescriptor;
use samael::schema::Assertion;
use samael::service_provider::ServiceProvider;
use std::collections::BTreeMap;

const ALGORITHMS: [AllowedSignatureAlgorithm; 5] = [
    AllowedSignatureAlgorithm::RsaSha256,
    AllowedSignatureAlgorithm::RsaSha384,
    AllowedSignatureAlgorithm::RsaSha512,
    AllowedSignatureAlgorithm::EcdsaSha256,
    AllowedSignatureAlgorithm::EcdsaSha384,
];

/// samael, configured for one IdP.
pub(crate) struct Peer(ServiceProvider);

/// Who somebody is, as far as these comparisons go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The NameID.
    pub(crate) name_id: String,
    /// The attributes by name.
    pub(crate) attributes: BTreeMap<String, Vec<String>>,
}

impl Peer {
    /// samael, trusting the IdP of this metadata, as the SP of this name and ACS.
    pub(crate) fn new(idp_metadata: &str, entity_id: &str, acs: &str) -> Result<Self, String> {
        let idp_metadata: EntityDescriptor =
            idp_metadata.parse().map_err(|error| format!("samael cannot read the IdP's metadata: {error}"))?;
        let peer = Self(ServiceProvider {
            entity_id: Some(entity_id.to_owned()),
            acs_url: Some(acs.to_owned()),
            idp_metadata,
            max_clock_skew: TimeDelta::seconds(5),
            allowed_signature_algorithms: Some(ALGORITHMS.to_vec()),
            ..ServiceProvider::default()
        });
        // Without a certificate samael accepts unsigned messages; a judge without one would be no judge.
        match peer.certificates()?.len() {
            0 => Err("samael found no signing certificate in the IdP's metadata".to_owned()),
            _ => Ok(peer),
        }
    }

    /// The same, with the key that opens encrypted Assertions.
    pub(crate) fn with_key(mut self, pem: &[u8]) -> Result<Self, String> {
        self.0.key = Some(PKey::private_key_from_pem(pem).map_err(|error| format!("the SP's key: {error}"))?);
        Ok(self)
    }

    /// The same, for messages of any age: a benchmark plays one message for a long time.
    pub(crate) fn patient(mut self) -> Self {
        let century = TimeDelta::days(36_500);
        self.0.max_clock_skew = century;
        self.0.max_issue_delay = century;
        self
    }

    /// The signing certificates samael found in the metadata, in DER.
    pub(crate) fn certificates(&self) -> Result<Vec<Vec<u8>>, String> {
        let found = self.0.idp_signing_certs().map_err(|error| error.to_string())?.unwrap_or_default();
        Ok(found.iter().map(|certificate| certificate.der_data().to_vec()).collect())
    }

    /// Where the IdP takes AuthnRequests by redirect, and its entityID.
    pub(crate) fn sso(&self) -> (Option<String>, Option<String>) {
        let redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
        (self.0.sso_binding_location(redirect), self.0.idp_metadata.entity_id.clone())
    }

    /// Judges a `SAMLResponse` field. Without a request the Response may be unsolicited.
    pub(crate) fn accept(&mut self, base64: &str, request: Option<&str>) -> Result<Identity, String> {
        self.0.allow_idp_initiated = request.is_none();
        let requests: Vec<&str> = request.into_iter().collect();
        let assertion = self.0.parse_base64_response(base64, Some(&requests)).map_err(|error| error.to_string())?;
        Ok(Identity::of(&assertion))
    }
}

impl Identity {
    /// Reads samael's Assertion; what is missing reads as empty.
    pub(crate) fn of(assertion: &Assertion) -> Self {
        let name_id = assertion.subject.as_ref().and_then(|subject| subject.name_id.as_ref());
        let statements = assertion.attribute_statements.iter().flatten();
        // A Name that stands twice, as Keycloak writes roles, has the values of both.
        let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for attribute in statements.flat_map(|statement| &statement.attributes) {
            let values = attribute.values.iter().map(|value| value.value.clone().unwrap_or_default());
            attributes.entry(attribute.name.clone().unwrap_or_default()).or_default().extend(values);
        }
        Self { name_id: name_id.map(|name_id| name_id.value.clone()).unwrap_or_default(), attributes }
    }
}
