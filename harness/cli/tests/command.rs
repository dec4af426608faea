//! The command as people call it: words in, text and exit codes out.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn samlspec(arguments: &[&str]) -> Output {
    // What failed last time is remembered in the cache folder; that of whoever runs the tests is not ours.
    let mut command = Command::new(env!("CARGO_BIN_EXE_samlspec"));
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).args(arguments).output().unwrap()
}

/// Both streams as one text, and the exit code.
fn said(arguments: &[&str]) -> (String, i32) {
    let output = samlspec(arguments);
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&text).into_owned(), output.status.code().unwrap())
}

/// The words lead to this exit code, and the text contains this.
fn check(arguments: &[&str], code: i32, expected: &str) {
    let (text, found) = said(arguments);
    assert_eq!(found, code, "{arguments:?}: {text}");
    assert!(text.contains(expected), "{arguments:?}: {text}");
}

#[test]
fn lists_and_explanations() {
    check(&["list", "scenarios"], 0, "reject/wrapping/forged_after");
    check(&["list", "attacks"], 0, "xsw_after");
    check(&["list", "quirks"], 0, "cdata_name_id");
    check(&["list", "deliveries"], 0, "two_fields");
    check(&["list", "vendors"], 0, "okta");
    check(&["list", "targets"], 0, "builtin");
    check(&["list", "rules", "--uncovered"], 0, "Not played:");
    check(&["explain", "reject/wrapping/forged_after"], 0, "CVE-2022-41912");
    check(&["explain", "core-2.5.1.4-b"], 0, "reject/audience/somebody_else");
    check(&["targets", "check", "builtin"], 0, "the file is right");
    check(&["idp", "metadata", "okta"], 0, "EntityDescriptor");
    check(
        &["list", "options"],
        0,
        "okta  \"Response\" (SignResponse)  one of: Signed | Unsigned  unless given `Signed`",
    );
}

/// An application file is read by both forms of the command.
#[test]
fn an_application_at_a_mock() {
    let folder = tempfile::tempdir().unwrap();
    let file = |text: &str| {
        let path = folder.path().join("app.toml");
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let healthy = "vendor = \"okta\"\n[options]\n\"Audience URI (SP Entity ID)\" = \"urn:sp\"\n\"Single sign-on URL\" = \"http://sp.test/acs\"\n";
    let own = file(&format!("{healthy}\"SAML Issuer ID\" = \"urn:own\"\n"));
    check(&["idp", "metadata", "okta", "--app", &own], 0, "entityID=\"urn:own\"");
    check(
        &["idp", "metadata", "azure", "--app", &own],
        2,
        "`vendor` is `okta`, expected one of those that are served: azure",
    );
    let wrong = file(&format!("{healthy}\"Response\" = \"signed\"\n"));
    for words in [["idp", "okta", "--app"].as_slice(), &["idp", "metadata", "okta", "--app"]] {
        let words = [words, &[wrong.as_str()]].concat();
        check(&words, 2, "app.toml: `Response` is `signed`, expected one of `Signed`, `Unsigned`");
    }
}

/// The status with which a new Service Provider answers a Response in RSA-SHA1.
fn answer_to_sha1(flags: &[&str]) -> String {
    let okta = mock_idp::Vendor::named("okta").unwrap();
    let idp = mock_idp::Idp::of(okta, "https://idp.example.test");
    let metadata = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&metadata, idp.metadata(okta)).unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_samlspec"))
        .args(["sp", "--listen", "127.0.0.1:0", "--now", "2026-01-15T12:00:00Z", "--idp-metadata"])
        .arg(metadata.path())
        .args(flags)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let url = |key: &str| ready.get(key).and_then(Value::as_str).unwrap().to_owned();

    let to = mock_idp::Sp::new(url("entity_id"), url("acs"));
    let mut recipe = mock_idp::Recipe::new(okta, idp, to, crate::world::NOW);
    recipe.signature = mock_idp::SignatureAlgorithm::RsaSha1;
    let field = mock_idp::base64::encode(recipe.build().unwrap().xml.as_bytes()).replace('+', "%2B");
    let body = format!("SAMLResponse={field}");
    let host = url("acs").split('/').nth(2).unwrap().to_owned();
    let mut socket = TcpStream::connect(&host).unwrap();
    let head = "content-type: application/x-www-form-urlencoded\r\nconnection: close";
    let length = body.len();
    write!(socket, "POST /saml/acs HTTP/1.1\r\nhost: {host}\r\n{head}\r\ncontent-length: {length}\r\n\r\n{body}")
        .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    process.kill().unwrap();
    process.wait().unwrap();
    answer.split(' ').nth(1).unwrap().to_owned()
}

/// What pysaml2 signs with unless told otherwise is taken where the operator says so.
#[test]
fn what_the_service_provider_allows() {
    assert_eq!(answer_to_sha1(&[]), "403");
    assert_eq!(answer_to_sha1(&["--allow", "rsa15,c14n-comments"]), "403");
    assert_eq!(answer_to_sha1(&["--allow", "rsa15,sha1"]), "303");
    check(&["sp", "--allow", "md5"], 2, "invalid value 'md5'");
    if !cfg!(feature = "openssl") {
        check(&["sp", "--allow", "tripledes"], 2, "build it with `--features openssl`");
    }
}

#[test]
fn misuse() {
    check(&[], 2, "Usage:");
    check(&["tset"], 2, "unrecognized subcommand");
    check(&["test", "--report", "xml=out.xml"], 2, "unknown kind `xml`, expected one of: json");
    check(&["test", "--vendor", "octa"], 2, "expected one of: ");
    check(&["test", "--shard", "5/4"], 2, "expected K/N with 1 <= K <= N");
    check(&["test", "--only", "nothing/*"], 2, "no scenario matches");
    check(&["test", "--target", "no-such-file.toml"], 2, "cannot be read");
    check(&["explain", "forged_aftr"], 2, "nothing is called `forged_aftr`");
    check(&["explain", "reject/forged_after"], 2, "did you mean reject/wrapping/forged_after?");
    check(&["idp"], 2, "<VENDORS>");
    check(&["sp", "--now", "noon"], 2, "expected an instant in UTC");
    check(&["sp", "--idp-metadata", "no-such-file.xml"], 2, "cannot be read");
    check(&["sp", "--refuse-cbc", "urn:nobody"], 2, "the IdP `urn:nobody`, from which CBC mode is refused");
}

#[test]
fn a_target_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("target.toml");
    let text = "[target]\nid = \"gone\"\n[attach]\nready = { tcp = \"127.0.0.1:9\", timeout_ms = 100 }\n[idp_in]\ntrusts = \"okta\"\n[sp]\nentity_id = \"e\"\n[outcome]\nmode = \"driver\"\ndriver = \"http://127.0.0.1:9\"\n";
    std::fs::write(&file, text).unwrap();
    check(&["test", "--target", &file.display().to_string()], 3, "does not answer");
}

#[test]
fn the_built_in_service_provider_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("out.json");
    let report = format!("json={}", json.display());
    let (text, code) = said(&["test", "--report", &report, "--shard", "1/6", "--seed", "7"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(" 0 failed, ") && text.contains("seed 7"), "{text}");
    let report: Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(report["schema"], 1);
    assert_eq!(report["target"], "builtin");
    assert!(report["summary"]["passed"].as_u64().unwrap() > 100, "{}", report["summary"]);
    let rows = report["scenarios"].as_array().unwrap();
    let refused = rows.iter().filter(|row| row["expected"] == "refused" && row["outcome"] == "passed");
    assert!(refused.clone().count() > 50);
    // Who lures the browser away with a healthy message is logged in, and stays here.
    let is_lure = |row: &Value| row["id"].as_str().unwrap().starts_with("reject/relay_state/stranger");
    let as_it_should = |row: &&Value| row["verdict"] == "refused" || (is_lure(row) && row["whom"] == "signed");
    let wrong: Vec<_> = refused.filter(|row| !as_it_should(row) || row["twin"] != "accepted").collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn reports_comparison_and_what_failed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let builtin = include_str!("../../targets/builtin/target.toml");
    let wrong = "\n[[expected_failure]]\nscenario = \"reject/audience/somebody_else\"\nwhy = \"it passes\"\n";
    let target = path("target.toml");
    let play = |text: &str, more: &[&str]| {
        std::fs::write(&target, text).unwrap();
        let usual = ["test", "--target", &target, "--vendor", "okta", "--only", "*/audience/*"];
        said(&[usual.as_slice(), more].concat())
    };
    let (text, code) = play(builtin, &["--failed"]);
    assert!(code == 2 && text.contains("run without --failed first"), "{text}");
    let reports: Vec<_> = ["json", "junit", "sarif", "markdown", "html"]
        .map(|kind| format!("{kind}={}", path(kind)))
        .into_iter()
        .flat_map(|report| ["--report".to_owned(), report])
        .collect();
    let reports: Vec<_> = reports.iter().map(String::as_str).collect();
    let (text, code) = play(&[builtin, wrong].concat(), &reports);
    assert!(code == 1 && text.contains(", 2 failed, "), "{text}");
    for kind in ["json", "junit", "sarif", "markdown", "html"] {
        assert!(std::fs::read_to_string(path(kind)).unwrap().contains("reject/audience/somebody_else"), "{kind}");
    }
    assert!(std::fs::read_to_string(path("html")).unwrap().contains("the Signature in"), "the page shows messages");
    let again = format!("json={}", path("again"));
    let (text, code) = play(builtin, &["--failed", "--report", &again]);
    assert!(code == 0 && text.contains(": 2 passed, 0 failed"), "{text}");
    let (text, code) = play(builtin, &["--failed"]);
    assert!(code == 0 && text.contains("nothing failed last time"), "{text}");
    check(&["diff", &path("json"), &path("again")], 0, "0 worse");
    check(&["diff", &path("again"), &path("html")], 2, "expected a report written by --report json=FILE");
}

#[test]
fn a_scenario_as_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    let sp = ["--entity-id", "https://sp.example", "--acs", "https://sp.example/acs", "--out", &out];
    check(&[&["extract", "reject/signature/none"], &sp[..]].concat(), 0, "message.xml");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("message.xml").contains("mallory@example.test") && !read("message.xml").contains("SignatureValue"));
    assert!(read("twin.xml").contains("ann@example.test") && read("twin.xml").contains("SignatureValue"));
    assert!(read("message.form").starts_with("SAMLResponse="));
    assert!(read("README.txt").contains("--data-binary @message.form 'https://sp.example/acs'"));
    assert!(read("idp-metadata.xml").contains("EntityDescriptor"));
}
