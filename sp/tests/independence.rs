//! Signer and verifier share nothing but bytes: `sp` and `mock-idp` have no dependency in common but those listed here,
//! each with its reason. The list is exact: an entry that is no longer shared fails too.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Crates that both sides may have. None of them reads XML, canonicalizes, digests, signs, verifies or decrypts.
const SHARED: &[(&str, &str)] = &[
    ("form_urlencoded", "form and query encoding, before any XML; the web's own, not SAML's"),
    ("percent-encoding", "part of form_urlencoded"),
    ("thiserror", "derives Display for error enums"),
    ("zeroize", "wipes memory"),
    ("time", "x509-parser reads certificate dates with it, the mock writes its clock with it"),
    ("deranged", "part of time"),
    ("num-conv", "part of time"),
    ("powerfmt", "part of time"),
    ("time-core", "part of time"),
    ("memchr", "searches octets; inside toml and other readers of the mock"),
    ("num-traits", "traits of number types, in the readers of DER and in rsa"),
];

/// The crates that end up in a package, without build scripts, macros and tests.
fn closure(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "--edges",
            "normal,no-proc-macro",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--package",
            package,
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !name.is_empty() && *name != package)
        .map(str::to_owned)
        .collect()
}

#[test]
fn sp_and_mock_idp_share_only_the_list() {
    let (sp, mock) = (closure("sp"), closure("mock-idp"));
    assert!(sp.contains("aws-lc-rs") && mock.contains("rsa"), "the lists are read");
    assert!(!sp.contains("mock-idp") && !mock.contains("sp"));
    let reasons: BTreeMap<_, _> = SHARED.iter().copied().collect();
    let shared: BTreeSet<&str> = sp.intersection(&mock).map(String::as_str).collect();
    let unexplained: Vec<_> = shared.iter().filter(|name| !reasons.contains_key(*name)).collect();
    assert!(unexplained.is_empty(), "shared without a reason: {unexplained:?}");
    let gone: Vec<_> = reasons.keys().filter(|name| !shared.contains(*name)).collect();
    assert!(gone.is_empty(), "no longer shared, take them off the list: {gone:?}");
}

#[test]
fn the_harness_never_links_the_service_provider() {
    assert!(!closure("harness").contains("sp"));
    assert!(closure("harness").contains("mock-idp"));
}
