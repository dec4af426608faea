//! Expected failures: which rows of which scenarios, why, and with which verdict.

use serde::Deserialize;

use crate::fault::Fault;
use crate::scenario::Flow;
use crate::verdict::Verdict;

/// A known difference, with its reason.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFailure {
    /// A scenario id or a glob.
    pub scenario: Glob,
    /// Only for this vendor's shape.
    #[serde(default)]
    pub vendor: Option<String>,
    /// Only in this flow.
    #[serde(default)]
    pub flow: Option<Flow>,
    /// Why it is known and tolerated.
    pub why: String,
    /// The verdict it comes with; required for the dangerous ones.
    #[serde(default)]
    pub verdict: Option<ExpectedVerdict>,
    /// A part of the reason that the report gives: a crash for another reason is another crash.
    #[serde(default)]
    pub reason: Option<String>,
    /// It does not show every time, as a race does not: a pass is no surprise.
    #[serde(default)]
    pub sometimes: bool,
}

/// The verdict that a known difference comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedVerdict {
    /// Accepted as the signed person.
    Accepted,
    /// Accepted as anybody else than the signed person.
    AcceptedOther,
    /// Accepted as the attacker.
    AcceptedAttacker,
    /// Refused.
    Refused,
    /// The SP crashed.
    Crashed,
    /// The SP did not answer.
    Hung,
    /// Nothing could be concluded.
    Inconclusive,
}

impl ExpectedFailure {
    /// Whether it is about this row.
    pub fn matches(&self, id: &str, vendor: &str, flow: Flow) -> bool {
        self.scenario.matches(id)
            && self.vendor.as_deref().is_none_or(|expected| expected == vendor)
            && self.flow.is_none_or(|expected| expected == flow)
    }
}

impl ExpectedVerdict {
    /// The word for it in [`Verdict`].
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Accepted | Self::AcceptedOther | Self::AcceptedAttacker => Verdict::Accepted,
            Self::Refused => Verdict::Refused,
            Self::Crashed => Verdict::Crashed,
            Self::Hung => Verdict::Hung,
            Self::Inconclusive => Verdict::Inconclusive,
        }
    }
}

/// A glob over scenario ids; `*` does not cross a slash, `**` does.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Glob {
    text: String,
    matcher: globset::GlobMatcher,
}

impl Glob {
    /// Reads a glob.
    pub fn new(text: &str) -> Result<Self, Fault> {
        Self::try_from(text.to_owned()).map_err(Fault::Usage)
    }

    /// Whether `id` matches.
    pub fn matches(&self, id: &str) -> bool {
        self.matcher.is_match(id)
    }

    /// The glob as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for Glob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let glob = globset::GlobBuilder::new(&text)
            .literal_separator(true)
            .build()
            .map_err(|error| format!("`{text}` is not a glob: {}", error.kind()))?;
        Ok(Self { matcher: glob.compile_matcher(), text })
    }
}
