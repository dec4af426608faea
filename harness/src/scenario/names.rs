//! Names in scenario files: a word in, the thing it names out; an unknown word is refused with the known ones.

use mock_idp::{Attack, Cipher, Quirk, Vendor, attacks, quirks};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};

use crate::delivery::{self, Delivery};
use crate::spec;

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct VendorName(pub(super) Vendor);

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct AttackName(pub(super) &'static Attack);

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct QuirkName(pub(super) &'static Quirk);

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct DeliveryName(pub(super) &'static Delivery);

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct RuleName(pub(super) String);

/// How an Assertion is encrypted: `usual` means as the vendor does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Encrypt {
    /// As the vendor does.
    Usual,
    /// With this cipher.
    With(Cipher),
}

impl TryFrom<String> for Encrypt {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        if name == "usual" {
            return Ok(Self::Usual);
        }
        let word: StrDeserializer<'_, ValueError> = name.as_str().into_deserializer();
        Cipher::deserialize(word).map(Self::With).map_err(|error| format!("{error}; or `usual`"))
    }
}

impl TryFrom<String> for VendorName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let known = Vendor::all().map(Vendor::name);
        Vendor::named(&name).map(Self).ok_or_else(|| unknown("vendor", &name, known))
    }
}

impl TryFrom<String> for AttackName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let known = attacks::ALL.iter().map(|attack| attack.id);
        attacks::named(&name).map(Self).ok_or_else(|| unknown("attack", &name, known))
    }
}

impl TryFrom<String> for QuirkName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let known = quirks::ALL.iter().map(|quirk| quirk.id);
        quirks::named(&name).map(Self).ok_or_else(|| unknown("quirk", &name, known))
    }
}

impl TryFrom<String> for DeliveryName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let known = delivery::ALL.iter().map(|delivery| delivery.id);
        delivery::named(&name).map(Self).ok_or_else(|| unknown("delivery", &name, known))
    }
}

impl TryFrom<String> for RuleName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        match spec::named(&name) {
            Ok(Some(_)) => Ok(Self(name)),
            Ok(None) => Err(format!("unknown rule `{name}`, expected the id of a sentence in harness/spec/*.toml")),
            Err(fault) => Err(fault.to_string()),
        }
    }
}

fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.map(|known| format!("`{known}`")).collect();
    format!("unknown {kind} `{name}`, expected one of {}", known.join(", "))
}
