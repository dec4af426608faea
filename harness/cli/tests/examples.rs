//! The examples in other languages do what they say: each runs against this build when its language is on the machine.
//!
//! Where it is not, that is said on standard error; with `EXAMPLES=all` in the environment it is a failure instead.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "in tests a panic is the report, and what was not run is said"
)]

use std::path::Path;
use std::process::Command;

/// What an example prints, line by line; nothing where its language is missing.
fn lines(program: &str, file: &str) -> Option<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mock-idp/examples").join(file);
    let output = Command::new(program).arg(path).env("SAMLSPEC", env!("CARGO_BIN_EXE_samlspec")).output();
    let Ok(output) = output else {
        assert!(std::env::var("EXAMPLES").as_deref() != Ok("all"), "{program} is not here");
        eprintln!("not run: {file}, because {program} is not here");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{file}: {errors}");
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

#[test]
fn from_python() {
    let expected = ["AuthnRequest: _a1", "RelayState: /home", "quirk: cdata_name_id", "NameID: ann@example.test"];
    assert!(lines("python3", "login.py").is_none_or(|lines| lines == expected));
}

#[test]
fn from_node() {
    let expected = [
        "RelayState: /home",
        "Audiences: https://app.example.test/saml urn:another",
        "NameID: ann",
        "NameID that comes first after xsw_before, which an SP must refuse: mallory@example.test",
    ];
    let lines = lines("node", "login.mjs");
    assert!(lines.as_ref().is_none_or(|lines| *lines == expected), "{lines:?}");
}
