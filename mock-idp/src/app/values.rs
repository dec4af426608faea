//! The value of an option: what TOML or JSON has in, the kind of value an option takes out.
//!
//! Refuses, naming the option, what was found and what is allowed.

use super::options::{Knob, OptionFact};
use crate::vendor::Vendor;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as WordError, StrDeserializer};
use std::collections::BTreeMap;
use std::fmt;

/// The value of an option as it is written.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
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
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
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
    #[error("`vendor` is `{found}`, expected one of {allowed}")]
    Vendor {
        /// What stands there.
        found: String,
        /// Every vendor.
        allowed: String,
    },
    /// The vendor's page has no such option.
    #[error("{vendor} has no option `{label}`; it has {allowed}")]
    UnknownOption {
        /// The vendor.
        vendor: &'static str,
        /// What stands there.
        label: String,
        /// Every option.
        allowed: String,
    },
    /// A value that the option cannot take.
    #[error("`{label}` is {found}, expected {allowed}")]
    Value {
        /// The option.
        label: String,
        /// What it is.
        found: String,
        /// What it can be.
        allowed: String,
    },
    /// An option without which there is no application.
    #[error("`{0}` is missing")]
    Missing(String),
}

impl AppError {
    pub(super) fn unknown_vendor(found: &str) -> Self {
        Self::Vendor { found: found.to_owned(), allowed: listed(Vendor::all().map(Vendor::name)) }
    }

    pub(super) fn unknown_option(vendor: Vendor, label: &str) -> Self {
        let options = vendor.options();
        let allowed = listed(options.option.iter().map(|option| option.label.as_str()));
        Self::UnknownOption { vendor: vendor.title(), label: label.to_owned(), allowed }
    }

    pub(super) fn missing(vendor: Vendor, knob: Knob) -> Self {
        let label = vendor.options().option.iter().find(|option| option.sets == knob);
        Self::Missing(label.map_or_else(|| format!("{knob:?}"), |option| option.label.clone()))
    }
}

/// Names in backticks, with commas.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A value together with the option it is for, so that a refusal can name both.
pub(super) struct Given<'a> {
    pub(super) option: &'a OptionFact,
    pub(super) value: &'a OptionValue,
}

impl Given<'_> {
    pub(super) fn refused(&self, allowed: impl Into<String>) -> AppError {
        AppError::Value { label: self.option.label.clone(), found: self.value.to_string(), allowed: allowed.into() }
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

    pub(super) fn number(&self) -> Result<u32, AppError> {
        match self.value {
            OptionValue::Number(number) => Ok(*number),
            _ => Err(self.refused("a number, not negative")),
        }
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
