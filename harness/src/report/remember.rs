//! What failed last time, for `samlspec test --failed`: rows out, and back in. One small JSON file for each target in the
//! user's cache folder.
//!
//! A run of some rows changes what is known of these rows only. Refused: a file that cannot be read as what was written.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::words::is_failure;
use super::{Report, Row};
use crate::fault::Fault;
use crate::scenario::Flow;
use crate::target::Target;

/// A row's scenario, vendor and flow.
pub type RowName = (String, String, Flow);

/// The name of a row.
pub fn name(row: &Row) -> RowName {
    (row.id.clone(), row.vendor.clone(), row.flow)
}

/// Where failures are remembered: `XDG_CACHE_HOME`, or `.cache` in the home folder. `None` without either.
pub fn folder() -> Option<PathBuf> {
    let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = path("XDG_CACHE_HOME").or_else(|| Some(path("HOME")?.join(".cache")))?;
    Some(cache.join("samlspec").join("failed"))
}

/// The rows that failed last time. `None` when nothing is on record.
pub fn recall(folder: &Path, target: &Target) -> Result<Option<BTreeSet<RowName>>, Fault> {
    let path = file(folder, target);
    let Ok(text) = std::fs::read_to_string(&path) else {
        return Ok(None);
    };
    let rows = serde_json::from_str(&text)
        .map_err(|error| Fault::usage(format!("{}: {error}; remove the file", path.display())))?;
    Ok(Some(rows))
}

/// Keeps what failed in this run, beside what failed before and was not played now.
pub fn remember(folder: &Path, target: &Target, report: &Report) -> Result<(), Fault> {
    let mut failed = recall(folder, target).ok().flatten().unwrap_or_default();
    for row in &report.rows {
        if is_failure(row) {
            failed.insert(name(row));
        } else {
            failed.remove(&name(row));
        }
    }
    let path = file(folder, target);
    let wrong = |error: &dyn std::fmt::Display| Fault::usage(format!("{}: cannot be written: {error}", path.display()));
    std::fs::create_dir_all(folder).map_err(|error| wrong(&error))?;
    let text = serde_json::to_string(&failed).map_err(|error| wrong(&error))?;
    std::fs::write(&path, text).map_err(|error| wrong(&error))
}

/// One file for each target file: two projects may call their target the same.
fn file(folder: &Path, target: &Target) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    std::path::absolute(&target.file).unwrap_or_else(|_| target.file.clone().into()).hash(&mut hasher);
    let id: String = target.id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    folder.join(format!("{id}-{:016x}.json", hasher.finish()))
}
