//! The vendors the mock looks like: a name in, a handle on that vendor's facts, key and metadata template out.
//!
//! A new vendor is a folder under `vendors/`, a key under `fixtures/keys/` and one word in the list below.

use crate::app::Options;
use crate::facts::{self, FactLine, Shape};
use crate::key::{SigningKey, committed};
use std::fmt;
use std::sync::LazyLock;

/// A handle on one vendor; free to copy.
#[derive(Clone, Copy)]
pub struct Vendor(&'static Entry);

struct Entry {
    file: &'static str,
    metadata: &'static str,
    options: LazyLock<Options>,
    shape: LazyLock<Shape>,
    key: LazyLock<SigningKey>,
}

macro_rules! vendors {
    ($($name:literal),* $(,)?) => {
        static VENDORS: [Entry; [$($name),*].len()] = [$(Entry {
            file: include_str!(concat!("../vendors/", $name, "/vendor.toml")),
            metadata: include_str!(concat!("../vendors/", $name, "/metadata.xml")),
            options: LazyLock::new(|| options(include_str!(concat!("../vendors/", $name, "/options.toml")))),
            shape: LazyLock::new(|| shape(include_str!(concat!("../vendors/", $name, "/vendor.toml")))),
            key: LazyLock::new(|| committed(include_str!(concat!("../../fixtures/keys/", $name, ".key.pem")))),
        }),*];
    };
}

vendors![
    "duo",
    "azure",
    "okta",
    "google",
    "auth0",
    "adfs",
    "onelogin",
    "pingfederate",
    "keycloak",
    "shibboleth",
    "simplesamlphp",
];

/// How many vendors of the list a test run plays unless told otherwise.
const CORE: usize = 5;

impl Vendor {
    /// The vendors that a test run plays unless told otherwise.
    pub fn core() -> impl Iterator<Item = Self> {
        Self::all().take(CORE)
    }

    /// Every vendor, in the order people meet them.
    pub fn all() -> impl Iterator<Item = Self> {
        VENDORS.iter().map(Self)
    }

    /// The vendor of this name, in lower case.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|vendor| vendor.name() == name)
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        &self.shape().name
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        &self.shape().title
    }

    /// Everything known about the vendor's wire shape.
    pub fn shape(self) -> &'static Shape {
        &self.0.shape
    }

    /// The options of the vendor's admin page.
    pub fn options(self) -> &'static Options {
        &self.0.options
    }

    /// The key that this vendor's mock signs with.
    pub fn key(self) -> SigningKey {
        self.0.key.clone()
    }

    /// The metadata document, with placeholders.
    pub(crate) fn metadata_template(self) -> &'static str {
        self.0.metadata.trim_end()
    }

    /// Every fact with its source, date and confidence.
    pub fn facts(self) -> Vec<FactLine> {
        toml::from_str(self.0.file).map(|file| facts::lines(&file)).unwrap_or_default()
    }

    /// Where the mock is only approximate: the facts that nobody has seen on the wire.
    pub fn approximations(self) -> Vec<FactLine> {
        let mut lines = self.facts();
        lines.retain(|line| line.confidence == "low" || line.confidence == "unverified");
        lines
    }
}

impl PartialEq for Vendor {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Vendor {}

impl fmt::Debug for Vendor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Vendor({})", self.name())
    }
}

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads every one of them")]
fn shape(file: &str) -> Shape {
    toml::from_str(file).expect("a vendor file is readable")
}

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads every one of them")]
fn options(file: &str) -> Options {
    toml::from_str(file).expect("an options file is readable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_a_source_and_a_date() {
        for vendor in Vendor::all() {
            let facts = vendor.facts();
            assert!(facts.len() > 40, "{vendor:?} has {} facts", facts.len());
            for fact in facts {
                assert!(!fact.source.is_empty() && fact.date.starts_with("20"), "{vendor:?}: {fact:?}");
            }
        }
    }

    #[test]
    fn names_lead_back_to_the_vendor() {
        for vendor in Vendor::all() {
            assert_eq!(Vendor::named(vendor.name()), Some(vendor));
            assert_eq!(vendor.shape().service.sso_path.value.chars().next(), Some('/'));
        }
        assert_eq!(Vendor::named("Okta"), None);
    }
}
