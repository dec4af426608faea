//! Data flows one way: no file of a stage names a later stage. Read from the sources, as the compiler does not mind.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use std::path::{Path, PathBuf};

/// The stages, in the order in which a message meets them.
const STAGES: &[&str] = &["decoded", "parsed", "verified", "saml", "validated", "identity"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Later stages that a source names, outside comments.
fn reaches_forward(stage: usize, source: &str) -> Vec<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let later = |line: &str| STAGES.iter().skip(stage + 1).any(|later| line.contains(&format!("crate::{later}")));
    code.filter(|line| later(line)).map(str::to_owned).collect()
}

#[test]
fn no_stage_names_a_later_one() {
    let src = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    for (place, stage) in STAGES.iter().enumerate() {
        let folder = src.join(stage);
        let sources = if folder.is_dir() { files(&folder) } else { vec![src.join(format!("{stage}.rs"))] };
        assert!(!sources.is_empty(), "{stage}");
        for file in sources {
            let found = reaches_forward(place, &std::fs::read_to_string(&file).unwrap());
            assert!(found.is_empty(), "{}: {found:?}", file.display());
        }
    }
}

#[test]
fn reaching_forward_is_seen() {
    assert_eq!(
        reaches_forward(1, "use crate::verified::Verified;\n// crate::saml\nuse crate::decoded::base64;").len(),
        1
    );
}
