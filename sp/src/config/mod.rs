//! What the operator decides: our Service Provider, the IdPs it trusts, which weak algorithms one of them may use.
//!
//! Nothing here has a default that skips a check: what is not set is strict.

mod decryption_key;
mod found;
mod idp;
pub(crate) mod pem;
mod services;
mod signing;
mod sp;

pub use decryption_key::DecryptionKey;
pub use idp::{Endpoint, Idp, IdpBuilder};
pub use services::{ArtifactResolutionService, Services, SingleLogoutService};
pub use signing::{DigestMethod, SignatureMethod, SigningKey};
pub use sp::{Sp, SpBuilder};

use std::fmt;

/// Why a setting cannot be used. The operator is at fault, not a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A certificate cannot be pinned.
    #[error("the certificate cannot be used: {why}")]
    Certificate {
        /// What is wrong with it.
        why: String,
    },
    /// A private key cannot be used.
    #[error("the private key cannot be used: {why}")]
    PrivateKey {
        /// What is wrong with it.
        why: String,
    },
    /// An IdP's or SP's metadata cannot be used.
    #[error("the metadata cannot be used: {why}")]
    Metadata {
        /// What is wrong with it.
        why: String,
    },
    /// An entityID, URL or other name is not one.
    #[error("{what} cannot be used: {why}")]
    Name {
        /// Which setting.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

/// The URI that names an SP or IdP (metadata 2.3.2, core 8.3.6). Compared octet by octet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(String);

impl EntityId {
    /// The longest entityID (core 8.3.6).
    pub const MAX_CHARS: usize = 1024;

    /// Takes any name of 1 to 1024 characters without white space at its ends: some IdPs use names that are no URIs.
    pub fn new(name: impl Into<String>) -> Result<Self, ConfigError> {
        let name = name.into();
        let wrong = |why: &str| Err(ConfigError::Name { what: "the entityID", why: why.to_owned() });
        match name.chars().count() {
            0 => wrong("it is empty"),
            count if count > Self::MAX_CHARS => wrong("it has more than 1024 characters"),
            _ if name.trim() != name => wrong("it starts or ends with white space"),
            _ => Ok(Self(name)),
        }
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The URL of an endpoint, for example an AssertionConsumerService. Compared octet by octet, as SAML demands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EndpointUrl(String);

impl EndpointUrl {
    /// Takes an absolute `http` or `https` URL: a browser will be sent there, so `javascript:` must not pass.
    pub fn new(url: impl Into<String>) -> Result<Self, ConfigError> {
        let url = url.into();
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
        if host.is_empty()
            || url.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\'))
        {
            return Err(ConfigError::Name { what: "the URL", why: format!("`{url}` is not an absolute http(s) URL") });
        }
        Ok(Self(url))
    }

    /// The URL itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which weak algorithms an IdP may use. All off unless the operator says otherwise, for this one IdP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allow {
    /// RSA-SHA1 signatures and SHA-1 digests, which pysaml2 and older Auth0 tenants still send. SHA-224 too: its
    /// signatures take the cargo feature `openssl`.
    pub sha1: bool,
    /// RSA keys of 1024 to 2047 bits.
    pub rsa1024: bool,
    /// RSA keys of 512 bits and more. Keys of less than 1024 bits take the cargo feature `openssl`.
    pub rsa512: bool,
    /// RSA-1_5 transport of the keys of what is encrypted.
    pub rsa15: bool,
    /// Triple DES in CBC mode. Takes the cargo feature `openssl`.
    pub tripledes: bool,
    /// Canonicalization that digests comments as well. Comments inside values are refused all the same.
    pub c14n_comments: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_urls() {
        for good in ["https://sp.example.test/acs?x=1", "http://127.0.0.1:80/"] {
            assert!(EndpointUrl::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "//sp",
            "https://",
            "https:///x",
            "ftp://x",
            "https://a b",
            "https://a\"b",
            "HTTP://x",
        ] {
            assert!(EndpointUrl::new(bad).is_err(), "{bad}");
        }
        assert!(EntityId::new("urn:a").is_ok());
        for bad in ["", " a", "a\n", &"a".repeat(1025)] {
            assert!(EntityId::new(bad).is_err(), "{bad:.10}");
        }
    }
}
