//! What else an IdP offers beside taking AuthnRequests: logout, artifacts, kinds of NameID. From its metadata.

use super::{Endpoint, EndpointUrl};
use crate::time::Instant;

/// What an IdP offers, in the order of its metadata. All of it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Services {
    /// Where logout messages go (metadata 2.4.2).
    pub single_logout: Vec<SingleLogoutService>,
    /// Where artifacts are resolved, by SOAP (metadata 2.4.3).
    pub artifact_resolution: Vec<ArtifactResolutionService>,
    /// The kinds of NameID it can give (metadata 2.4.2); none means that it does not say.
    pub name_id_formats: Vec<String>,
    /// From when on its metadata, and so its keys, must not be used any more; `None` is without end.
    pub valid_until: Option<Instant>,
}

/// Where logout messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleLogoutService {
    /// Where a LogoutRequest goes, and by which binding.
    pub endpoint: Endpoint,
    /// Where a LogoutResponse goes, if elsewhere (metadata 2.2.2).
    pub response_location: Option<EndpointUrl>,
}

/// Where an artifact is exchanged for its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactResolutionService {
    /// The number that an artifact names it by.
    pub index: u16,
    /// Where the SOAP request goes.
    pub location: EndpointUrl,
}

impl SingleLogoutService {
    /// Where a LogoutResponse goes.
    pub(crate) fn response_endpoint(&self) -> Endpoint {
        match (&self.response_location, &self.endpoint) {
            (None, endpoint) => endpoint.clone(),
            (Some(location), Endpoint::Redirect(_)) => Endpoint::Redirect(location.clone()),
            (Some(location), Endpoint::Post(_)) => Endpoint::Post(location.clone()),
        }
    }
}
