//! `samlspec.toml`: what `samlspec test` does when the command line does not say, found upward from the working folder.
//!
//! Paths in it start at its own folder. Unknown keys and unreadable values are refused with file and line.

use std::path::Path;

use harness::Fault;
use serde::Deserialize;

/// The file's name.
const NAME: &str = "samlspec.toml";

/// What the file may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The target to judge: `builtin`, a name, or a path from the folder of this file.
    pub(crate) target: Option<String>,
    /// Reports to write, as KIND=PATH.
    #[serde(default)]
    pub(crate) report: Vec<String>,
    /// How many rows at a time.
    pub(crate) jobs: Option<usize>,
}

impl Settings {
    /// Reads the first such file from the working folder upward; nothing is set when there is none.
    pub(crate) fn at_hand() -> Result<Self, Fault> {
        let working = std::env::current_dir().unwrap_or_default();
        match working.ancestors().map(|folder| folder.join(NAME)).find(|file| file.is_file()) {
            Some(file) => Self::read(&file),
            None => Ok(Self::default()),
        }
    }

    fn read(file: &Path) -> Result<Self, Fault> {
        let name = file.display();
        let text =
            std::fs::read_to_string(file).map_err(|error| Fault::usage(format!("{name}: cannot be read: {error}")))?;
        let settings: Self = toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Fault::usage(format!("{name}:{line}: {}", error.message().trim()))
        })?;
        Ok(settings.seen_from(file.parent().unwrap_or(Path::new("."))))
    }

    /// Paths in the file are meant from its folder, wherever the command is run.
    fn seen_from(mut self, folder: &Path) -> Self {
        let located = |path: &str| folder.join(path).display().to_string();
        self.target = self.target.map(|target| if is_path(&target) { located(&target) } else { target });
        for report in &mut self.report {
            if let Some((kind, path)) = report.split_once('=') {
                *report = format!("{kind}={}", located(path));
            }
        }
        self
    }
}

/// A target's name has neither slash nor dot.
fn is_path(target: &str) -> bool {
    target.contains('/') || target.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_at_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(NAME);
        // Each row: a file, and target, first report and jobs out of it, or what is said.
        let check = |text: &str, expected: Result<(&str, &str, Option<usize>), &str>| {
            std::fs::write(&file, text).unwrap();
            let base = format!("{}/", folder.path().display());
            let read = Settings::read(&file).map(|settings| {
                let report = settings.report.first().cloned().unwrap_or_default().replace(&base, "");
                (settings.target.unwrap_or_default().replace(&base, ""), report, settings.jobs)
            });
            match (read, expected) {
                (Ok((target, report, jobs)), Ok(expected)) => {
                    assert_eq!((target.as_str(), report.as_str(), jobs), expected, "{text}");
                }
                (Err(fault), Err(expected)) => assert!(fault.to_string().ends_with(expected), "{fault}"),
                (read, _) => panic!("{text}: {read:?}"),
            }
        };
        check("", Ok(("", "", None)));
        check("target = \"builtin\"\njobs = 2", Ok(("builtin", "", Some(2))));
        check("target = \"ci/sp.toml\"\nreport = [\"json=out.json\"]", Ok(("ci/sp.toml", "json=out.json", None)));
        check("jobs = 2\ntargets = 1", Err(":2: unknown field `targets`, expected one of `target`, `report`, `jobs`"));
        check("jobs = \"many\"", Err(":1: invalid type: string \"many\", expected usize"));
    }
}
