//! One binary of all the tests from outside: a file each, built and linked once.

mod catalogue;
mod command;
mod examples;
mod inspect;
mod laws;
mod reasons;
mod world;

/// Cargo does not look for tests beside such a `main.rs`: a file that it does not name would never run.
#[test]
fn every_file_of_tests_is_named() {
    for folder in ["../../sp/tests", "../tests", "tests"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let main = std::fs::read_to_string(folder.join("main.rs")).unwrap_or_default();
        let files = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let names = files.filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
        let missing: Vec<_> = names
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .filter(|name| name != "main" && !main.contains(&format!("mod {name};")))
            .collect();
        assert!(main.contains("mod ") && missing.is_empty(), "{}: {missing:?}", folder.display());
    }
}
