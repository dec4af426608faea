//! What the operator decides about one running Service Provider. Files come as octets: whoever calls has read them.

use crate::clock::Clock;
use sp::request::Demands;
use sp::{Allow, ClockSkew};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The port of the built-in SP unless told otherwise.
const PORT: u16 = 7600;

/// Everything a Service Provider needs to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; loopback unless told otherwise. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Our origin as browsers see it, for example `https://sp.example.test`; `http://` and the listener if not given.
    pub public_url: Option<String>,
    /// Metadata of the IdPs that are trusted. Without any, the SP can only be looked at.
    pub idp_metadata: Vec<MetadataFile>,
    /// Whether these files are read again while we run, so that an IdP's keys roll over.
    pub reread: Reread,
    /// Which weak algorithms these IdPs may use.
    pub allow: Allow,
    /// The time.
    pub clock: Clock,
    /// How far the IdPs' clocks may differ.
    pub skew: ClockSkew,
    /// Where to remember things, `sqlite:PATH`; memory if not given.
    pub database_url: Option<String>,
    /// Whether an IdP may start logins.
    pub unsolicited: Unsolicited,
    /// What every login demands of its IdP; the answer is held against it.
    pub demands: Demands,
    /// For encrypted Assertions, and to sign what we send.
    pub encryption: EncryptionPair,
}

impl Options {
    /// On loopback, by the machine's clock, without an IdP, with the public test key for encryption.
    pub fn new() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            public_url: None,
            idp_metadata: Vec::new(),
            reread: Reread::Never,
            allow: Allow::default(),
            clock: Clock::system(),
            skew: ClockSkew::default(),
            database_url: None,
            unsolicited: Unsolicited::Accepted,
            demands: Demands::default(),
            encryption: EncryptionPair::test(),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

/// An IdP's metadata as it was read from somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataFile {
    /// Where from: a path if it is to be read again, and for messages to the operator.
    pub name: String,
    /// The file.
    pub octets: Vec<u8>,
}

/// Whether metadata files are read again while we run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reread {
    /// They are read at the start.
    Never,
    /// They are looked at in this period; one that has changed takes the old one's place.
    Every(Duration),
}

/// Whether a Response without a request of ours can log anyone in (profiles 4.1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsolicited {
    /// It can: people come from their IdP's portal.
    Accepted,
    /// It cannot: every login starts here. Protects from being logged in as somebody else by a foreign page.
    Refused,
}

/// A certificate that IdPs encrypt to, and the private key to it.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptionPair {
    /// The certificate in PEM.
    pub certificate: Vec<u8>,
    /// The private key in PEM, RSA.
    pub private_key: Vec<u8>,
}

impl EncryptionPair {
    /// The committed test pair. Everybody has its private key: never use it outside a test.
    pub fn test() -> Self {
        Self {
            certificate: include_bytes!("../../../fixtures/keys/sp.crt.pem").to_vec(),
            private_key: include_bytes!("../../../fixtures/keys/sp.key.pem").to_vec(),
        }
    }
}

impl std::fmt::Debug for EncryptionPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EncryptionPair(..)")
    }
}
