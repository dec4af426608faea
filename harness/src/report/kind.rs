//! The kinds of reports that go into files: `KIND=PATH` on the command line.

use super::{Report, html, json, junit, markdown, sarif};
use crate::fault::Fault;

/// One kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// For programs; its schema is published.
    Json,
    /// For CI servers that show test cases.
    Junit,
    /// For code hosts that show findings.
    Sarif,
    /// For the summary of a job.
    Markdown,
    /// For people: one page that needs nothing else.
    Html,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Json, Self::Junit, Self::Sarif, Self::Markdown, Self::Html];

    /// Its word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// The kind with this word.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether it shows messages and what went over the wire, which a run has to keep for it.
    pub fn shows_evidence(self) -> bool {
        self == Self::Html
    }

    /// The report as text. Fails only where a writer of the format does.
    pub fn write(self, report: &Report) -> Result<String, Fault> {
        let wrong = |error: &dyn std::fmt::Display| Fault::usage(format!("the {} report: {error}", self.name()));
        match self {
            Self::Json => json::write(report).map_err(|error| wrong(&error)),
            Self::Junit => junit::write(report).map_err(|error| wrong(&error)),
            Self::Sarif => sarif::write(report).map_err(|error| wrong(&error)),
            Self::Markdown => Ok(markdown::write(report)),
            Self::Html => html::write(report).map_err(|error| wrong(&error)),
        }
    }
}
