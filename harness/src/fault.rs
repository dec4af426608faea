//! What stops a run: a mistake in a file or on the command line, or a target that cannot be reached.
//!
//! A refused or accepted message is never a [`Fault`]; that is a [`crate::verdict::Verdict`].

/// Why no verdict could be reached at all. Each kind has its exit code.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    /// Someone has to change a file or the command line (exit code 2). The text says where and to what.
    #[error("{0}")]
    Usage(String),
    /// The target did not come up, or is gone (exit code 3). The text ends with its last log lines.
    #[error("{what}{}", log_lines(log))]
    Unreachable {
        /// What was tried and what was seen instead.
        what: String,
        /// The last lines the target's processes wrote.
        log: Vec<String>,
    },
}

impl Fault {
    /// A mistake in a file or on the command line.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// A target that cannot be reached, with nothing of its log.
    pub fn unreachable(what: impl Into<String>) -> Self {
        Self::Unreachable { what: what.into(), log: Vec::new() }
    }

    /// The exit code of the command: 2 or 3.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Unreachable { .. } => 3,
        }
    }
}

fn log_lines(log: &[String]) -> String {
    if log.is_empty() {
        return String::new();
    }
    format!("\nlast lines of its log:\n  {}", log.join("\n  "))
}

/// Reads one TOML text; a mistake names file, line and what was expected.
pub(crate) fn read_toml<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, Fault> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        Fault::Usage(format!("{file}:{line}: {}", error.message().trim()))
    })
}

/// The line, counted from 1, in which the octet at `offset` stands.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|&&octet| octet == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[expect(dead_code, reason = "only read by serde")]
        about: String,
    }

    #[test]
    fn mistakes_name_file_and_line() {
        let fault = read_toml::<Sample>("x.toml", "about = \"a\"\n\nabut = 1\n").unwrap_err();
        assert_eq!(fault.to_string(), "x.toml:3: unknown field `abut`, expected `about`");
        assert_eq!(fault.exit_code(), 2);
    }

    #[test]
    fn the_log_follows_the_sentence() {
        let fault = Fault::Unreachable { what: "gone".into(), log: vec!["a".into(), "b".into()] };
        assert_eq!(fault.to_string(), "gone\nlast lines of its log:\n  a\n  b");
    }
}
