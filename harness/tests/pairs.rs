//! The pairs in `targets/pairs`: a version with a published fault and the first one without it, each with its target file.
//!
//! `.ci/run` plays them; here is only what can be known without installing: that both files are right, and that the
//! scenario which tells them apart names the advisory.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

use std::path::{Path, PathBuf};

use harness::scenario;
use harness::select::all_cases;
use harness::target::{ExpectedVerdict, Target, problems};

fn folders() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("targets/pairs");
    let entries = std::fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn target(file: &Path) -> Target {
    Target::named_or_file(&file.display().to_string()).unwrap_or_else(|fault| panic!("{fault}"))
}

#[test]
fn both_sides_are_there_and_the_scenario_names_the_advisory() {
    let scenarios = scenario::all().unwrap();
    let table = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("targets/README.md")).unwrap();
    let (mut attacker, mut crashed, mut memory) = (0, 0, 0);
    for folder in folders() {
        let advisory = folder.file_name().unwrap().to_str().unwrap();
        let [left, right] = ["vulnerable.toml", "fixed.toml"].map(|file| target(&folder.join(file)));
        for side in [&left, &right] {
            // What is not installed is no mistake of the file.
            let wrong = problems(side, &all_cases(scenarios));
            let wrong: Vec<_> = wrong.iter().filter(|what| !what.contains("samlspec targets install")).collect();
            assert!(wrong.is_empty(), "{wrong:#?}");
            assert!(side.install.is_some() && side.id.starts_with(advisory), "{}", side.file);
        }
        assert!(right.expected_failures.is_empty(), "{advisory}: the fixed side has no excuse");
        let [known] = left.expected_failures.as_slice() else { panic!("{advisory}: expected one entry") };
        assert_eq!(known.why, advisory);
        let case = scenarios.iter().find(|scenario| scenario.id == known.scenario.as_str());
        let case = case.unwrap_or_else(|| panic!("{advisory}: no scenario {}", known.scenario.as_str()));
        let source = case.attack.map_or("", |attack| attack.source);
        assert!(source.contains(advisory) || case.about.contains(advisory), "{advisory}: {} does not name it", case.id);
        assert!(
            table.contains(&format!("| {advisory} | `{}` |", case.id)),
            "{advisory}: not in the table of README.md"
        );
        match (known.verdict, left.limits.memory_mb) {
            (Some(ExpectedVerdict::AcceptedAttacker), None) => attacker += 1,
            (Some(ExpectedVerdict::Crashed), None) => crashed += 1,
            (Some(ExpectedVerdict::Crashed), Some(_)) => memory += 1,
            other => panic!("{advisory}: {other:?} tells nothing apart"),
        }
    }
    assert!(attacker >= 5 && crashed >= 1 && memory >= 1, "{attacker} {crashed} {memory}");
}
