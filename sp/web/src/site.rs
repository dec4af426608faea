//! Our Service Provider as the endpoints see it: the core's settings, the trusted IdPs, our URLs, the store.

use crate::clock::Clock;
use crate::cookie::Cookies;
use crate::options::Unsolicited;
use crate::ourselves::OurMetadata;
use crate::router::{ACS, LOGIN, LOGOUT, METADATA, SLO, WHOAMI};
use crate::server::Ready;
use crate::trust::Trust;
use sp::request::Demands;
use sp::{EndpointUrl, EntityId, Idp, Sp};
use std::sync::Arc;

/// Everything the endpoints share.
#[derive(Debug)]
pub struct Site<S> {
    /// The core's settings.
    pub sp: Sp,
    /// The one of its AssertionConsumerServices that is served here.
    pub acs: EndpointUrl,
    /// Our SingleLogoutService.
    pub slo: EndpointUrl,
    /// Our metadata.
    pub metadata: OurMetadata,
    /// Which IdPs are trusted.
    pub trust: Trust,
    /// Our origin as browsers see it.
    pub public_url: PublicUrl,
    /// Whether an IdP may start logins.
    pub unsolicited: Unsolicited,
    /// What every login demands.
    pub demands: Demands,
    /// The time.
    pub clock: Clock,
    /// What is remembered between two requests.
    pub store: S,
}

impl<S> Site<S> {
    /// The trusted IdPs. Take them once per request.
    pub(crate) fn idps(&self) -> Arc<Vec<Arc<Idp>>> {
        self.trust.idps()
    }

    /// The IdP of that name among these.
    pub(crate) fn named<'a>(idps: &'a [Arc<Idp>], entity_id: &str) -> Option<&'a Idp> {
        idps.iter().find(|idp| idp.entity_id().as_str() == entity_id).map(AsRef::as_ref)
    }

    /// How cookies are written.
    pub(crate) fn cookies(&self) -> Cookies {
        if self.public_url.is_https() { Cookies::Secure } else { Cookies::Plain }
    }
}

/// Our origin as browsers see it: `http://` or `https://`, host, perhaps a port, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

/// What is wrong with a public URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the public URL `{0}` is not an origin like https://sp.example.test or http://127.0.0.1:7600, without a path")]
pub struct PublicUrlError(String);

impl PublicUrl {
    /// Takes an origin; one slash at its end is taken off. A path is refused, because cookies and paths that a browser
    /// returns to are for the whole origin.
    pub fn new(url: &str) -> Result<Self, PublicUrlError> {
        let origin = url.strip_suffix('/').unwrap_or(url);
        let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if authority.is_empty() || !authority.chars().all(fits) || EndpointUrl::new(origin).is_err() {
            return Err(PublicUrlError(url.to_owned()));
        }
        Ok(Self(origin.to_owned()))
    }

    /// The URL of a path of ours.
    pub fn of(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Our name: the address of our metadata, as is usual.
    pub fn entity_id(&self) -> Result<EntityId, sp::ConfigError> {
        EntityId::new(self.of(METADATA))
    }

    /// Where Responses are delivered.
    pub fn acs(&self) -> Result<EndpointUrl, sp::ConfigError> {
        EndpointUrl::new(self.of(ACS))
    }

    /// Where logout messages are delivered.
    pub fn slo(&self) -> Result<EndpointUrl, sp::ConfigError> {
        EndpointUrl::new(self.of(SLO))
    }

    /// What a caller needs to know.
    pub(crate) fn ready(&self) -> Ready {
        Ready {
            entity_id: self.of(METADATA),
            metadata: self.of(METADATA),
            acs: self.of(ACS),
            login: self.of(LOGIN),
            logout: self.of(LOGOUT),
            slo: self.of(SLO),
            whoami: self.of(WHOAMI),
        }
    }

    fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls() {
        for good in
            ["https://sp.example.test", "http://127.0.0.1:7600", "http://[::1]:7600", "https://sp.example.test/"]
        {
            assert_eq!(PublicUrl::new(good).unwrap().of("/"), format!("{}/", good.trim_end_matches('/')));
        }
        let bad = [
            "",
            "sp.example.test",
            "https://",
            "https:///",
            "ftp://sp",
            "https://sp/app",
            "https://sp?x",
            "https://a@sp",
        ];
        for url in bad {
            assert!(PublicUrl::new(url).is_err(), "{url}");
        }
    }
}
