//! How "logged in as whom" shows: the rules a target file gives for reading an HTTP answer.
//!
//! Reading an answer happens in [`crate::observe`]; here is only what the file says.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The section `[outcome]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawOutcome")]
pub struct Outcome {
    /// Where to look.
    pub mode: Mode,
    /// When an answer means "logged in".
    pub accept: Accept,
    /// Where the NameID stands.
    pub name_id: Option<Extract>,
    /// Where the attributes stand, and whether all of them do.
    pub attributes: Option<Attributes>,
    /// Where the SP's own reason stands in the answer of its ACS. Shown, never judged.
    pub reason: Option<Extract>,
    /// Where it stands in the log of the processes, for an SP that tells the public nothing: a line with a `key`, which
    /// is what `reason` finds in the answer, and a `reason`.
    pub reason_log: Option<Pattern>,
    /// What a 5xx of the ACS means.
    pub server_error: ServerError,
}

/// Where a login shows.
#[derive(Debug, Clone)]
pub enum Mode {
    /// A page fetched with the browser's cookies after the ACS.
    Session {
        /// The page.
        probe: String,
    },
    /// A driver of protocol version 1 at this base URL.
    Driver {
        /// The base of `/health`, `/login`, `/acs`, `/reset`.
        base: String,
    },
    /// The answer of the ACS itself.
    AcsResponse,
}

/// When an answer means "logged in": everything given must hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// This HTTP status.
    #[serde(default)]
    pub status: Option<u16>,
    /// The value at this JSON pointer exists, or equals `equals`.
    #[serde(default)]
    pub json: Option<String>,
    /// What the value must be.
    #[serde(default)]
    pub equals: Option<Value>,
    /// The body matches.
    #[serde(default)]
    pub regex: Option<Pattern>,
}

impl Accept {
    /// Whether an answer means "logged in".
    pub fn holds(&self, status: u16, body: &str) -> bool {
        self.status.is_none_or(|expected| expected == status)
            && self.regex.as_ref().is_none_or(|pattern| pattern.0.is_match(body))
            && self.json.as_ref().is_none_or(|pointer| self.json_holds(pointer, body))
    }

    fn json_holds(&self, pointer: &str, body: &str) -> bool {
        let found = serde_json::from_str::<Value>(body).ok().and_then(|value| value.pointer(pointer).cloned());
        match (&self.equals, found) {
            (Some(expected), Some(found)) => *expected == found,
            (None, Some(found)) => !found.is_null(),
            (_, None) => false,
        }
    }
}

/// Where one text stands in an answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawExtract")]
pub enum Extract {
    /// At a JSON pointer.
    Json {
        /// The pointer.
        json: String,
    },
    /// In the first group of a regular expression.
    Regex {
        /// The expression.
        regex: Pattern,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExtract {
    json: Option<String>,
    regex: Option<Pattern>,
}

impl TryFrom<RawExtract> for Extract {
    type Error = &'static str;

    fn try_from(raw: RawExtract) -> Result<Self, Self::Error> {
        match (raw.json, raw.regex) {
            (Some(json), None) => Ok(Self::Json { json }),
            (None, Some(regex)) => Ok(Self::Regex { regex }),
            _ => Err("expected { json = \"/pointer\" } or { regex = \"...(group)...\" }"),
        }
    }
}

impl Extract {
    /// The text, when the answer has it.
    pub fn find(&self, body: &str) -> Option<String> {
        match self {
            Self::Json { json } => {
                let value = serde_json::from_str::<Value>(body).ok()?;
                value.pointer(json).and_then(text_of)
            }
            Self::Regex { regex } => {
                let found = regex.0.captures(body)?;
                let text = found.get(1).or_else(|| found.get(0))?.as_str();
                Some(decode_entities(text))
            }
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

/// Pages escape what they show; an identity is compared as it was meant.
fn decode_entities(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    scraper::Html::parse_fragment(text).root_element().text().collect()
}

/// Where the attributes stand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// JSON pointer to an object of texts or lists.
    pub json: String,
    /// Every signed attribute must show.
    #[serde(default)]
    pub complete: bool,
}

impl Attributes {
    /// The attributes, when the answer has them.
    pub fn find(&self, body: &str) -> Option<BTreeMap<String, Vec<String>>> {
        let value = serde_json::from_str::<Value>(body).ok()?;
        Some(attributes_of(value.pointer(&self.json)?))
    }
}

/// Attributes out of a JSON object; a single text is a list of one.
pub(crate) fn attributes_of(value: &Value) -> BTreeMap<String, Vec<String>> {
    let Value::Object(object) = value else {
        return BTreeMap::new();
    };
    object.iter().map(|(name, value)| (name.clone(), list_of(value))).collect()
}

fn list_of(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(text_of).collect(),
        other => text_of(other).into_iter().collect(),
    }
}

/// What a 5xx of the ACS means in session and acs-response mode.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServerError {
    /// The SP crashed on the message. The default: an error page is not a decision.
    #[default]
    Crashed,
    /// It is this SP's ordinary way to refuse.
    Refused,
}

/// A regular expression that knows where it was written wrongly.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(regex::Regex);

impl Pattern {
    /// What the groups `key` and `reason` find in a line.
    pub(crate) fn key_and_reason(&self, line: &str) -> Option<(String, String)> {
        let found = self.0.captures(line)?;
        Some((found.name("key")?.as_str().to_owned(), found.name("reason")?.as_str().to_owned()))
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        regex::Regex::new(&text).map(Self).map_err(|error| format!("`{text}` is not a regular expression: {error}"))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOutcome {
    mode: ModeName,
    probe: Option<String>,
    driver: Option<String>,
    accept: Option<Accept>,
    name_id: Option<Extract>,
    attributes: Option<Attributes>,
    reason: Option<Extract>,
    reason_log: Option<Pattern>,
    #[serde(default)]
    server_error: ServerError,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ModeName {
    Session,
    Driver,
    AcsResponse,
}

impl TryFrom<RawOutcome> for Outcome {
    type Error = &'static str;

    fn try_from(raw: RawOutcome) -> Result<Self, Self::Error> {
        let mode = match (raw.mode, raw.probe, raw.driver) {
            (ModeName::Session, Some(probe), None) => Mode::Session { probe },
            (ModeName::Driver, None, Some(base)) => Mode::Driver { base },
            (ModeName::AcsResponse, None, None) => Mode::AcsResponse,
            (ModeName::Session, ..) => return Err("mode `session` needs `probe` and no `driver`"),
            (ModeName::Driver, ..) => return Err("mode `driver` needs `driver` (a base URL) and no `probe`"),
            (ModeName::AcsResponse, ..) => return Err("mode `acs-response` has neither `probe` nor `driver`"),
        };
        let reads_pages = !matches!(mode, Mode::Driver { .. });
        if reads_pages && raw.accept.is_none() {
            return Err("expected `accept` (status, json or regex): how an answer shows that someone is logged in");
        }
        if let Some(Pattern(log)) = &raw.reason_log
            && !(raw.reason.is_some()
                && ["key", "reason"].iter().all(|name| log.capture_names().flatten().any(|known| known == *name)))
        {
            return Err(
                "`reason_log` needs `reason`, which finds a key in the answer, and the groups (?<key>..) and (?<reason>..)",
            );
        }
        if reads_pages && raw.name_id.is_none() {
            return Err("expected `name_id` (json or regex): a verdict needs to know as whom");
        }
        Ok(Self {
            mode,
            accept: raw.accept.unwrap_or_default(),
            name_id: raw.name_id,
            attributes: raw.attributes,
            reason: raw.reason,
            reason_log: raw.reason_log,
            server_error: raw.server_error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepting() {
        let accept: Accept = toml::from_str("status = 200\njson = \"/ok\"\nequals = true").unwrap();
        assert!(accept.holds(200, "{\"ok\":true}"));
        assert!(!accept.holds(200, "{\"ok\":false}"));
        assert!(!accept.holds(403, "{\"ok\":true}"));
        assert!(!accept.holds(200, "<html>"));
    }

    #[test]
    fn extracting() {
        let extract: Extract = toml::from_str("regex = \"Hello <b>(.*?)</b>\"").unwrap();
        assert_eq!(extract.find("<p>Hello <b>a&amp;b@x</b>"), Some("a&b@x".into()));
        let extract: Extract = toml::from_str("json = \"/name_id\"").unwrap();
        assert_eq!(extract.find("{\"name_id\":null}"), None);
        let attributes: Attributes = toml::from_str("json = \"/a\"").unwrap();
        assert_eq!(attributes.find("{\"a\":{\"x\":\"1\",\"y\":[\"2\",\"3\"]}}").unwrap()["y"], ["2", "3"]);
    }
}
