//! What the operator decides about one running Service Provider. Files come as octets: whoever calls has read them.
//!
//! Nothing here has a default that lets in more: no IdP, no key of ours, no login that an IdP started.

use crate::clock::Clock;
use sp::metadata::{Contact, Organization, Service};
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
    /// From which of these IdPs AES in CBC mode is taken.
    pub cbc: Cbc,
    /// The time.
    pub clock: Clock,
    /// How far the IdPs' clocks may differ.
    pub skew: ClockSkew,
    /// Where to remember things, `sqlite:PATH`; memory if not given.
    pub database_url: Option<String>,
    /// Whether an IdP may start logins; refused unless told otherwise.
    pub unsolicited: Unsolicited,
    /// What every login demands of its IdP; the answer is held against it.
    pub demands: Demands,
    /// What every message must be, beyond what the standard demands anyway.
    pub want: Want,
    /// Our key: it signs what we send, and IdPs encrypt to its certificate. Without one we do neither.
    pub key: Option<KeyPair>,
    /// Keys that decrypt as well: those of certificates that IdPs may still have.
    pub earlier_keys: Vec<PrivateKey>,
    /// What our metadata says beyond that.
    pub about: About,
}

impl Options {
    /// On loopback, by the machine's clock, without an IdP, without a key, for logins that start here.
    pub fn new() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            public_url: None,
            idp_metadata: Vec::new(),
            reread: Reread::Never,
            allow: Allow::default(),
            cbc: Cbc::Taken,
            clock: Clock::system(),
            skew: ClockSkew::default(),
            database_url: None,
            unsolicited: Unsolicited::Refused,
            demands: Demands::default(),
            want: Want::default(),
            key: None,
            earlier_keys: Vec::new(),
            about: About::default(),
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
    /// The certificate whose key must have signed the file, in PEM, DER or base64: for a file that came over a network.
    /// None trusts the file as it is, whatever signatures it has.
    pub signer: Option<Vec<u8>>,
}

/// Whether metadata files are read again while we run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reread {
    /// They are read at the start.
    Never,
    /// They are looked at in this period; one that has changed takes the old one's place.
    Every(Duration),
}

/// From which IdPs we take what is encrypted by AES in CBC mode, which most still use. It lets a ciphertext be changed
/// without being noticed; see [`sp::Idp::refusing_cbc`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cbc {
    /// From all.
    Taken,
    /// From none; our metadata does not offer it.
    Refused,
    /// From all but those of these entityIDs.
    RefusedFrom(Vec<String>),
}

/// Whether a Response without a request of ours can log anyone in (profiles 4.1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsolicited {
    /// It can: people come from their IdP's portal.
    Accepted,
    /// It cannot: every login starts here. Protects from being logged in as somebody else by a foreign page.
    Refused,
}

/// What every message must be. Without any of this, a message needs one signature over its Assertion, of either kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Want {
    /// The Response itself must be signed.
    pub response_signed: bool,
    /// The Assertion itself must be signed; our metadata says so.
    pub assertion_signed: bool,
    /// The Assertion must be encrypted. Whoever sends one in clear is told so: this one refusal is public.
    pub encrypted: bool,
}

/// A private key of ours, and the certificate that IdPs know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPair {
    /// The private key.
    pub private_key: PrivateKey,
    /// The certificate over this very key, in PEM, DER or base64.
    pub certificate: Vec<u8>,
}

/// A file with an RSA private key of 2048 to 8192 bits, in PEM or DER, PKCS#8 or PKCS#1. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(pub Vec<u8>);

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

/// What our metadata says about us beyond endpoints and keys (metadata 2.3.2, 2.4.4).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// It is signed by our key.
    pub is_signed: bool,
    /// How long a copy of it may be used, from when it is asked for; whole seconds.
    pub valid_for: Option<Duration>,
    /// What we are called, and which attributes we ask for: at least one, as the schema demands.
    pub service: Option<Service>,
    /// Who runs us.
    pub organization: Option<Organization>,
    /// Whom to ask.
    pub contacts: Vec<Contact>,
}
