//! Placeholders: texts with `${NAME}` in, texts with their values out.
//!
//! Refuses names that nobody defines, with file and line before anything is started.

use std::collections::BTreeMap;

use crate::fault::Fault;

/// The names that have a value in every run. `READY.` and `ENV.` are open families beside them.
const NAMES: &[&str] = &[
    "DIR",
    "PORT",
    "RUN_ID",
    "NOW",
    "SAMLSPEC",
    "DRIVER",
    "IDP",
    "IDP_URLENC",
    "IDP_METADATA",
    "PROBE",
    "PROBE_URLENC",
];

/// Names and their values.
#[derive(Debug, Clone, Default)]
pub struct Words(BTreeMap<String, String>);

impl Words {
    /// Gives `name` a value.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// A copy in which `name` has this value, and `name_URLENC` its percent-encoded form.
    #[must_use]
    pub fn with_encoded(&self, name: &str, value: &str) -> Self {
        let mut words = self.clone();
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        words.set(name, value);
        words.set(&format!("{name}_URLENC"), encoded);
        words
    }

    /// Replaces every placeholder of `text`.
    pub fn fill(&self, text: &str) -> Result<String, Fault> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, name, after)) = next_placeholder(rest) {
            filled.push_str(before);
            filled.push_str(&self.value(name)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&self, name: &str) -> Result<String, Fault> {
        if let Some(value) = self.0.get(name) {
            return Ok(value.clone());
        }
        if let Some(variable) = name.strip_prefix("ENV.") {
            return std::env::var(variable).map_err(|_| {
                Fault::usage(format!("${{{name}}}: the environment has no `{variable}`; set it and try again"))
            });
        }
        if let Some(key) = name.strip_prefix("READY.") {
            return Err(Fault::unreachable(format!("${{{name}}}: the line that said \"ready\" has no text `{key}`")));
        }
        Err(Fault::usage(format!("${{{name}}} has no value in this place")))
    }
}

/// Splits at the first `${NAME}`: the text before, the name, the text after.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// Refuses placeholders that no run would define.
pub(super) fn check_placeholders(file: &str, text: &str) -> Result<(), Fault> {
    for (index, line) in text.lines().enumerate() {
        let mut rest = line;
        while let Some((_, name, after)) = next_placeholder(rest) {
            if !is_known(name) {
                let known: Vec<_> = NAMES.iter().map(|name| format!("${{{name}}}")).collect();
                return Err(Fault::usage(format!(
                    "{file}:{}: unknown placeholder `${{{name}}}`, expected one of {}, ${{READY.key}}, ${{ENV.NAME}}",
                    index + 1,
                    known.join(", ")
                )));
            }
            rest = after;
        }
    }
    Ok(())
}

fn is_known(name: &str) -> bool {
    NAMES.contains(&name) || name.starts_with("READY.") || name.starts_with("ENV.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filling() {
        let mut words = Words::default();
        words.set("PORT", "7000");
        let words = words.with_encoded("IDP", "https://a/?b");
        assert_eq!(
            words.fill("http://h:${PORT}/x?i=${IDP_URLENC}").unwrap(),
            "http://h:7000/x?i=https%3A%2F%2Fa%2F%3Fb"
        );
        assert_eq!(words.fill("no ${ end").unwrap(), "no ${ end");
        assert!(words.fill("${PROBE}").unwrap_err().to_string().contains("has no value"));
        assert_eq!(words.fill("${READY.acs}").unwrap_err().exit_code(), 3);
    }

    #[test]
    fn unknown_names_have_a_line() {
        let fault = check_placeholders("t.toml", "a = 1\nb = \"${PROT}\"").unwrap_err().to_string();
        assert!(fault.starts_with("t.toml:2: unknown placeholder `${PROT}`, expected one of ${DIR}"), "{fault}");
    }
}
