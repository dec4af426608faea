//! A call against the list of fields that the OpenAPI document shows: the fields of an operation and a body or query in,
//! nothing out when it fits.
//!
//! Refuses, naming the field and what it can be: a field that is not listed, a required one that is missing, a value of
//! another kind, a word that is not in its list. What stands deeper inside is for the operation itself to refuse.

use super::{Field, Kind, Operation};
use crate::failure::Failure;
use crate::world::World;
use serde_json::Value;

/// The body of a POST or PUT.
pub(super) fn body(operation: &Operation, world: &World, body: &Value) -> Result<(), Failure> {
    let Some(object) = body.as_object() else {
        return Err(Failure::field("body", body.to_string(), "a JSON object"));
    };
    for (name, value) in object.iter().filter(|(_, value)| !value.is_null()) {
        let field = named(operation, name)?;
        let fits = match field.kind {
            Kind::Text | Kind::Word(_) => value.is_string(),
            Kind::Number => value.is_i64() || value.is_u64(),
            Kind::Flag => value.is_boolean(),
            Kind::Object => value.is_object(),
            Kind::List => value.is_array(),
        };
        if !fits {
            return Err(Failure::field(field.name, shown(value), kind(&field.kind)));
        }
        word(field, world, value.as_str().unwrap_or_default())?;
    }
    none_missing(operation, |name| object.contains_key(name))
}

/// The query of a GET or DELETE.
pub(super) fn query(operation: &Operation, world: &World, query: &str) -> Result<(), Failure> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    for (name, value) in &pairs {
        let field = named(operation, name)?;
        if matches!(field.kind, Kind::Number) && value.parse::<u64>().is_err() {
            return Err(Failure::field(field.name, value, kind(&field.kind)));
        }
        word(field, world, value)?;
    }
    none_missing(operation, |name| pairs.iter().any(|(known, _)| known == name))
}

fn named<'a>(operation: &'a Operation, name: &str) -> Result<&'a Field, Failure> {
    let known = || operation.fields.iter().map(|field| field.name.to_owned()).collect();
    operation.fields.iter().find(|field| field.name == name).ok_or_else(|| Failure::unknown(name, known()))
}

fn word(field: &Field, world: &World, found: &str) -> Result<(), Failure> {
    let Kind::Word(words) = field.kind else { return Ok(()) };
    let words = words(world);
    if words.iter().any(|word| word == found) { Ok(()) } else { Err(Failure::not_among(field.name, found, words)) }
}

fn none_missing(operation: &Operation, is_there: impl Fn(&str) -> bool) -> Result<(), Failure> {
    let missing = operation.fields.iter().find(|field| field.required && !is_there(field.name));
    missing.map_or(Ok(()), |field| Err(Failure::Missing(field.name)))
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Word(_) => "a text",
        Kind::Number => "a whole number",
        Kind::Flag => "true or false",
        Kind::Object => "an object",
        Kind::List => "a list",
    }
}

/// A text without its quotes.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
