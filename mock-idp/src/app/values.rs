//! The value of an option: what TOML or JSON has in, the kind of value an option takes out.
//!
//! Refuses, naming the option, what was found and what is allowed.

use super::options::{Knob, OptionFact};
use crate::vendor::Vendor;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The value of an option as it is written.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(
    untagged,
    expecting = "expected a text, a number that is not negative, `true` or `false`, a list of texts, or a table from names to texts"
)]
pub enum OptionValue {
    /// A box that is ticked or not.
    Switch(bool),
    /// A number.
    Number(u32),
    /// A word of a list, or free text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
    /// Texts by name.
    Table(BTreeMap<String, OneOrMany>),
}

/// One text, or several.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text.clone()],
            Self::Many(texts) => texts.clone(),
        }
    }
}

/// An application that cannot be set up.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AppError {
    /// The text is not what an application is written in.
    #[error("{0}")]
    Unreadable(String),
    /// No such vendor.
    #[error("`vendor` is `{found}`, expected one of {}", all(.allowed))]
    Vendor {
        /// What stands there.
        found: String,
        /// Every vendor.
        allowed: Vec<String>,
    },
    /// The vendor's page has no such option.
    #[error("{vendor} has no option `{label}`; it has {}", all(.allowed))]
    UnknownOption {
        /// The vendor.
        vendor: &'static str,
        /// What stands there.
        label: String,
        /// Every option.
        allowed: Vec<String>,
    },
    /// A value that the option cannot take.
    #[error("`{label}` is {found}, expected {expected}")]
    Value {
        /// The option.
        label: String,
        /// What it is.
        found: String,
        /// What it can be.
        expected: String,
        /// Every value it can have, where they can be listed.
        allowed: Vec<String>,
    },
    /// An option without which there is no application.
    #[error("`{0}` is missing")]
    Missing(String),
}

impl AppError {
    /// The field or option that is at fault, where it is one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Unreadable(_) => None,
            Self::Vendor { .. } => Some("vendor"),
            Self::UnknownOption { .. } => Some("options"),
            Self::Value { label, .. } | Self::Missing(label) => Some(label),
        }
    }

    /// What stood there.
    pub fn found(&self) -> Option<&str> {
        match self {
            Self::Unreadable(_) | Self::Missing(_) => None,
            Self::Vendor { found, .. } | Self::Value { found, .. } => Some(found),
            Self::UnknownOption { label, .. } => Some(label),
        }
    }

    /// Every value that could stand there, where they can be listed.
    pub fn allowed(&self) -> &[String] {
        match self {
            Self::Unreadable(_) | Self::Missing(_) => &[],
            Self::Vendor { allowed, .. } | Self::UnknownOption { allowed, .. } | Self::Value { allowed, .. } => allowed,
        }
    }

    /// A value that is of no form an option takes.
    pub fn form(label: &str, found: &str, expected: &str) -> Self {
        let found = format!("`{}`", cut(found));
        Self::Value { label: label.to_owned(), found, expected: expected.to_owned(), allowed: Vec::new() }
    }

    pub(super) fn unknown_vendor(found: &str) -> Self {
        Self::Vendor {
            found: found.to_owned(),
            allowed: Vendor::all().map(|vendor| vendor.name().to_owned()).collect(),
        }
    }

    pub(super) fn unknown_option(vendor: Vendor, label: &str) -> Self {
        let allowed = vendor.options().option.iter().map(|option| option.label.clone()).collect();
        Self::UnknownOption { vendor: vendor.title(), label: label.to_owned(), allowed }
    }

    pub(super) fn missing(vendor: Vendor, knob: Knob) -> Self {
        let label = vendor.options().option.iter().find(|option| option.sets == knob);
        Self::Missing(label.map_or_else(|| format!("{knob:?}"), |option| option.label.clone()))
    }
}

fn all(names: &[String]) -> String {
    listed(names.iter().map(String::as_str))
}

/// Names in backticks, with commas.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The longest time an option can be, in seconds: years of four digits stay so.
const LONGEST_SECONDS: u32 = 1_000_000_000;

/// How many characters of a wrong value are repeated.
const SHOWN: usize = 200;

pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A value together with the option it is for, so that a refusal can name both.
pub(super) struct Given<'a> {
    pub(super) option: &'a OptionFact,
    pub(super) value: &'a OptionValue,
}

impl Given<'_> {
    /// A value that the option cannot take; the words it can take are those of its list.
    pub(super) fn refused(&self, expected: impl Into<String>) -> AppError {
        AppError::Value {
            label: self.option.label.clone(),
            found: cut(&self.value.to_string()),
            expected: expected.into(),
            allowed: self.option.values.keys().cloned().collect(),
        }
    }

    /// Free text, or what a word of the list stands for.
    pub(super) fn text(&self) -> Result<String, AppError> {
        let OptionValue::Text(text) = self.value else { return Err(self.refused(self.words())) };
        if self.option.values.is_empty() {
            return Ok(text.clone());
        }
        self.option.values.get(text).cloned().ok_or_else(|| self.refused(self.words()))
    }

    fn words(&self) -> String {
        match self.option.values.is_empty() {
            true => "a text".to_owned(),
            false => format!("one of {}", listed(self.option.values.keys().map(String::as_str))),
        }
    }

    /// What a word of the list stands for, as a name from a recipe.
    pub(super) fn word<T: for<'de> Deserialize<'de>>(&self) -> Result<T, AppError> {
        let text = self.text()?;
        let deserializer: StrDeserializer<'_, WordError> = text.as_str().into_deserializer();
        T::deserialize(deserializer).map_err(|error| self.refused(error.to_string()))
    }

    pub(super) fn switch(&self) -> Result<bool, AppError> {
        match self.value {
            OptionValue::Switch(on) => Ok(*on),
            OptionValue::Text(_) if !self.option.values.is_empty() => Ok(self.text()? == "true"),
            _ if !self.option.values.is_empty() => Err(self.refused(self.words())),
            _ => Err(self.refused("`true` or `false`")),
        }
    }

    /// A time in the option's unit, as seconds.
    pub(super) fn seconds(&self) -> Result<u32, AppError> {
        let OptionValue::Number(number) = self.value else { return Err(self.refused("a number, not negative")) };
        let seconds = number.checked_mul(self.option.unit_seconds).filter(|seconds| *seconds <= LONGEST_SECONDS);
        seconds.ok_or_else(|| self.refused(format!("at most {}", LONGEST_SECONDS / self.option.unit_seconds.max(1))))
    }

    /// Several texts; one alone counts as a list of one.
    pub(super) fn list(&self) -> Result<Vec<String>, AppError> {
        match self.value {
            OptionValue::List(texts) => Ok(texts.clone()),
            OptionValue::Text(text) => Ok(vec![text.clone()]),
            _ => Err(self.refused("a text or a list of texts")),
        }
    }

    pub(super) fn table(&self) -> Result<&BTreeMap<String, OneOrMany>, AppError> {
        match self.value {
            OptionValue::Table(table) => Ok(table),
            _ => Err(self.refused("a table from names to texts")),
        }
    }
}

impl fmt::Display for OptionValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(on) => write!(formatter, "`{on}`"),
            Self::Number(number) => write!(formatter, "`{number}`"),
            Self::Text(text) => write!(formatter, "`{text}`"),
            Self::List(texts) => write!(formatter, "[{}]", listed(texts.iter().map(String::as_str))),
            Self::Table(table) => write!(formatter, "a table of {}", listed(table.keys().map(String::as_str))),
        }
    }
}
