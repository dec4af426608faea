//! The table of `vendors/README.md`: every fact of every vendor file with its source and the test or snapshot that holds it.

use mock_idp::facts::FactLine;
use mock_idp::{App, Vendor};
use std::fmt::Write;
use std::path::Path;

const MARK: &str = "<!-- generated from here on -->\n";

/// The snapshot or test that changes when this fact does.
fn held_by(vendor: Vendor, fact: &FactLine) -> String {
    let name = vendor.name();
    let path = fact.path.as_str();
    let in_path = |words: &[&str]| words.iter().any(|word| path.contains(word));
    if in_path(&["Logout"]) || path.starts_with("logout.") {
        let snapshots = format!("`mock__logout__{name}_logout_request`, `..._response`");
        return match path {
            "logout.bindings" | "logout.wants_signed" | "logout.response_issuer" => {
                "nothing: advice to who serves it".to_owned()
            }
            _ => snapshots,
        };
    }
    if path.starts_with("encryption.") || in_path(&["Encrypt", "Cipher", "ReferenceList", "RetrievalMethod"]) {
        return match path {
            "encryption.offered" => "nothing: advice to who serves it".to_owned(),
            _ => format!("`mock__messages__{name}_encrypted`, `src/encrypt/tests.rs`"),
        };
    }
    if path.starts_with("service.") || path.starts_with("metadata.") || path.starts_with("certificate.") {
        return format!("`mock__messages__{name}_metadata`");
    }
    let snapshots = format!("`mock__messages__{name}_{{response,assertion,both,neither}}`");
    match path {
        "login.group_claim" => "`apps.rs`".to_owned(),
        _ if matches!(name, "keycloak" | "simplesamlphp") => format!("{snapshots}, `recorded.rs`"),
        _ => snapshots,
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', "\\n")
}

fn table() -> String {
    let mut out = String::new();
    for vendor in Vendor::all() {
        let (facts, approximate) = (vendor.facts(), vendor.approximations().len());
        let _ = write!(out, "\n### {}\n\n{} facts, {approximate} approximate.\n\n", vendor.title(), facts.len());
        out.push_str("| fact | value | source | date | confidence | held by |\n|---|---|---|---|---|---|\n");
        for fact in facts {
            let (value, source) = (cell(&fact.value), cell(&fact.source));
            let held = held_by(vendor, &fact);
            let _ = writeln!(
                out,
                "| {} | `{value}` | {source} | {} | {} | {held} |",
                fact.path, fact.date, fact.confidence
            );
        }
        out.push_str("\n| option | decides | default | source | confidence | held by |\n|---|---|---|---|---|---|\n");
        for option in &vendor.options().option {
            let default = option.default.as_ref().map_or_else(|| "the wire shape".to_owned(), ToString::to_string);
            let (label, source) = (cell(&option.label), cell(&option.source));
            let confidence = format!("{:?}", option.confidence).to_lowercase();
            let _ = writeln!(
                out,
                "| {label} | {:?} | {} | {source}, {} | {confidence} | `apps.rs` |",
                option.sets,
                cell(&default),
                option.date
            );
        }
    }
    out
}

#[test]
fn the_table_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vendors/README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, generated) = text.split_once(MARK).unwrap();
    let table = table();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{head}{MARK}{table}")).unwrap();
    } else {
        assert!(generated == table, "out of date: UPDATE=1 cargo test -p mock-idp --test mock table");
    }
}

#[test]
fn the_example_is_an_application() {
    let text = include_str!("../../vendors/README.md");
    let example = text.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    let app = App::from_toml(example).unwrap();
    assert_eq!((app.vendor.name(), app.settings.acs_urls.len()), ("azure", 2));
}
