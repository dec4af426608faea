//! `samlspec inspect` as its users meet it: files and flags in, text or one JSON object and an exit code out.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use mock_idp::encrypt::{KeyTransport, Scheme};
use mock_idp::{Edits, Encryption, Idp, Recipe, Sign, SignatureAlgorithm, Sp, Vendor, attacks, base64};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use time::macros::datetime;

const SP: &str = "https://sp.example.test/metadata";
const ACS: &str = "https://sp.example.test/acs";
const REQUEST: &str = "_a71b0ee1";
const NOW: &str = "2026-11-25T09:30:00Z";
const SP_CERTIFICATE: &str = include_str!("../../../fixtures/keys/sp.crt.pem");

fn recipe() -> Recipe {
    let okta = Vendor::named("okta").unwrap();
    let idp = Idp::of(okta, "http://127.0.0.1:7500");
    let sp = Sp::new(SP, ACS).encrypting(SP_CERTIFICATE);
    let mut recipe = Recipe::new(okta, idp, sp, datetime!(2026-11-25 09:30 UTC));
    recipe.in_response_to = Some(REQUEST.to_owned());
    recipe
}

/// A folder with the IdP's metadata and certificate, and one message.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn with(message: &[u8]) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        let recipe = recipe();
        std::fs::write(world.path("idp.xml"), recipe.idp.metadata(recipe.vendor)).unwrap();
        std::fs::write(world.path("idp.pem"), recipe.idp.certificate_pem()).unwrap();
        std::fs::write(world.path("message"), message).unwrap();
        world
    }

    fn of(recipe: &Recipe) -> Self {
        Self::with(recipe.build().unwrap().xml.as_bytes())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs with the usual flags and these; `{}` in one of them is the folder.
    fn run(&self, usual: &str, more: &str, input: &[u8]) -> Output {
        let folder = self.folder.path().to_str().unwrap();
        let words = format!("{usual} {more}").replace("{}", folder);
        let mut child = Command::new(env!("CARGO_BIN_EXE_samlspec"))
            .arg("inspect")
            .args(words.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A run that does not read its input may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    fn json(&self, more: &str) -> (i32, Value) {
        let output = self.run(&format!("{{}}/message {USUAL} --json"), more, b"");
        (output.status.code().unwrap(), one_object(&output))
    }
}

const USUAL: &str = "--sp-entity-id https://sp.example.test/metadata --acs https://sp.example.test/acs --idp-metadata {}/idp.xml --now 2026-11-25T09:30:00Z";

fn one_object(output: &Output) -> Value {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1, "{text} {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(text).unwrap()
}

fn outcome_of<'a>(report: &'a Value, check: &str) -> &'a str {
    let row = report["checks"].as_array().unwrap().iter().find(|row| row["check"] == check);
    row.unwrap()["outcome"].as_str().unwrap()
}

#[test]
fn an_accepted_message() {
    let (code, report) = World::of(&recipe()).json(&format!("--request-id {REQUEST}"));
    assert_eq!((code, &report["verdict"], &report["name_id"]), (0, &json!("accepted"), &json!("ann@example.test")));
    assert_eq!(report["issuer"], recipe().idp.entity_id.as_str());
    assert_eq!(report["assertion_id"], recipe().build().unwrap().assertion_id.as_str());
    assert_eq!(report["name_id_format"], "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified");
    assert!(report["session_index"].is_string());
    assert!(report["attributes"].as_object().unwrap().values().all(Value::is_array));
    assert_eq!(outcome_of(&report, "in response to"), "passed");
}

#[test]
fn a_refused_message() {
    let edits = Edits { audience: Some(vec!["https://other.example.test".to_owned()]), ..Edits::default() };
    let (code, report) = World::of(&Recipe { edits, ..recipe() }).json(&format!("--request-id {REQUEST}"));
    assert_eq!((code, &report["verdict"]), (1, &json!("refused")));
    assert_eq!((&report["reason"], &report["rule"]), (&json!("audience_mismatch"), &json!("core-2.5.1.4-b")));
    assert_eq!((&report["expected"], &report["found"]), (&json!(SP), &json!("[\"https://other.example.test\"]")));
    // Every other rule ran all the same.
    assert_eq!(outcome_of(&report, "audience"), "failed");
    assert_eq!(outcome_of(&report, "subject confirmation"), "passed");
}

#[test]
fn a_refusal_says_what_to_do_and_where() {
    let edits = Edits { audience: Some(vec!["https://other.example.test".to_owned()]), ..Edits::default() };
    let world = World::of(&Recipe { edits, ..recipe() });
    let (_, report) = world.json("");
    assert!(report["advice"].as_str().unwrap().contains(SP), "{report}");
    assert_eq!(
        (&report["vendor"], &report["setting"]),
        (&json!("okta"), &json!(format!("Audience URI (SP Entity ID): {SP}.")))
    );
    let text = world.run(&format!("{{}}/message {USUAL}"), "", b"").stdout;
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains("do        Make the IdP's audience equal") && text.contains("where     Okta: Audience URI"),
        "{text}"
    );
    let (_, accepted) = World::of(&recipe()).json("");
    assert_eq!((accepted.get("advice"), accepted.get("vendor")), (None, None));
}

#[test]
fn what_was_asked_decides_about_in_response_to() {
    let world = World::of(&recipe());
    let reason = |more: &str| world.json(more).1["reason"].clone();
    assert_eq!(reason("--request-id _other"), "in_response_to_mismatch");
    assert_eq!(reason("--unsolicited"), "unsolicited_names_request");
    let (code, report) = world.json("");
    assert_eq!((code, outcome_of(&report, "in response to")), (0, "not checked"));
    let unsolicited = World::of(&Recipe { in_response_to: None, ..recipe() });
    assert_eq!(unsolicited.json("--unsolicited").0, 0);
    assert_eq!(unsolicited.json(&format!("--request-id {REQUEST}")).1["reason"], "in_response_to_missing");
}

#[test]
fn every_form_of_a_message() {
    let xml = recipe().build().unwrap().xml;
    let encoded = base64::encode(xml.as_bytes());
    let form = format!("SAMLResponse={}&RelayState=x", encoded.replace('+', "%2B").replace('=', "%3D"));
    for message in [xml.clone(), encoded.clone(), format!("{encoded}\n"), form] {
        assert_eq!(World::with(message.as_bytes()).json("").0, 0, "{message:.60}");
        let piped = World::with(b"").run("-", &format!("{USUAL} --json"), message.as_bytes());
        assert_eq!(one_object(&piped)["verdict"], "accepted");
    }
    // Never unreadable: these are refused.
    for (message, reason) in [
        ("", "message_empty"),
        ("hello, world", "xml_malformed"),
        ("<a/>", "unexpected_root"),
        ("SAMLResponse=", "message_empty"),
    ] {
        let (code, report) = World::with(message.as_bytes()).json("");
        assert_eq!((code, &report["verdict"], &report["reason"]), (1, &json!("refused"), &json!(reason)), "{message}");
    }
}

#[test]
fn what_cannot_be_used_is_unreadable() {
    let world = World::of(&recipe());
    std::fs::write(world.path("sp.toml"), "entity_id = 1").unwrap();
    let sides = "--sp-entity-id s --acs https://s.test/a";
    let cases = [
        format!("{{}}/nothing {USUAL}"),
        format!("{{}}/message {USUAL} --now yesterday"),
        format!("{{}}/message {USUAL} --skew much"),
        format!("{{}}/message {USUAL} --want everything"),
        format!("{{}}/message {USUAL} --allow rsa512"),
        format!("{{}}/message {USUAL} --no-such-flag"),
        format!("{{}}/message {USUAL} --sp-key {{}}/idp.pem"),
        format!("{{}}/message {USUAL} --request-id a --unsolicited"),
        "{}/message --idp-metadata {}/idp.xml".to_owned(),
        format!("{{}}/message {sides}"),
        format!("{{}}/message {sides} --idp-metadata {{}}/message"),
        format!("{{}}/message {sides} --idp-entity-id i --idp-cert {{}}/message"),
        "{}/message --sp-entity-id s --acs javascript:x --idp-metadata {}/idp.xml".to_owned(),
        "{}/message --sp {}/sp.toml --idp-metadata {}/idp.xml".to_owned(),
    ];
    for case in cases {
        let output = world.run(&case, "--json", b"");
        let report = one_object(&output);
        assert_eq!((output.status.code(), &report["verdict"]), (Some(2), &json!("unreadable")), "{case}");
        assert!(report["reason"].as_str().unwrap().len() > 5, "{case}");
        let output = world.run(&case, "", b"");
        assert_eq!(output.status.code(), Some(2), "{case}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{case}");
    }
}

/// Words that are no text get their one object too.
#[test]
fn words_that_are_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::of(&recipe());
    let message = world.path("message");
    let healthy = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_samlspec"));
        command.arg("inspect").arg(&message).args(["--sp-entity-id", SP, "--acs", ACS, "--json", "--idp-metadata"]);
        command.arg(world.path("idp.xml"));
        command
    };
    assert_eq!(one_object(&healthy().args(["--now", NOW]).output().unwrap())["verdict"], "accepted");
    let output = healthy().arg("--now").arg(std::ffi::OsStr::from_bytes(b"\xff")).output().unwrap();
    assert_eq!((output.status.code(), &one_object(&output)["verdict"]), (Some(2), &json!("unreadable")));
}

/// What is too large is refused as such in every form, and not read to its end.
#[test]
fn messages_without_end() {
    let xml = recipe().build().unwrap().xml;
    for (start, fill) in [("", "\0"), ("", "A"), ("SAMLResponse=", "A"), (xml.as_str(), "x"), ("RelayState=", "A")] {
        let message = format!("{start}{}", fill.repeat(20 << 20));
        let (code, report) = World::with(message.as_bytes()).json("");
        assert_eq!((code, &report["reason"]), (1, &json!("message_too_large")), "{start:.20} {fill}");
    }
    let endless = World::with(b"").run("/dev/zero", &format!("{USUAL} --json"), b"");
    assert_eq!(one_object(&endless)["reason"], "message_too_large");
}

/// Whoever chooses the values must not choose what the reader's terminal shows.
#[test]
fn values_of_a_message_are_shown_on_one_line() {
    let named = |name: &str| {
        let edits = Edits { name_id: Some(name.to_owned()), ..Edits::default() };
        let output = World::of(&Recipe { edits, ..recipe() }).run(&format!("{{}}/message {USUAL}"), "", b"");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(named("ann").starts_with("accepted as ann (issuer "), "{}", named("ann"));
    let odd = named("ann\nrefused\u{9b}31m\u{202e}");
    assert!(odd.starts_with("accepted as ann\\nrefused\\u{9b}31m\\u{202e} (issuer "), "{odd}");
}

#[test]
fn the_other_flags_do_what_they_say() {
    let check = |recipe: &Recipe, more: &str, expected: &str| {
        let (_, report) = World::of(recipe).json(more);
        let found = report.get("reason").unwrap_or(&report["verdict"]);
        assert_eq!(found, expected, "{more}");
    };
    let late = |offset: &str| Recipe {
        edits: Edits { not_on_or_after: Some(offset.to_owned()), ..Edits::default() },
        ..recipe()
    };
    check(&late("-10s"), "", "expired");
    check(&late("-10s"), "--skew 10", "expired");
    check(&late("-10s"), "--skew 11", "accepted");
    let signed = |sign: Sign| Recipe { sign, ..recipe() };
    check(&signed(Sign::Assertion), "--want response-signed", "response_not_signed");
    check(&signed(Sign::Response), "--want response-signed,assertion-signed", "assertion_not_signed");
    check(&signed(Sign::Both), "--want response-signed,assertion-signed", "accepted");
    check(&recipe(), "--want encrypted", "assertion_not_encrypted");
    check(&Recipe { signature: SignatureAlgorithm::RsaSha1, ..recipe() }, "", "signature_algorithm_not_allowed");
    check(&Recipe { signature: SignatureAlgorithm::RsaSha1, ..recipe() }, "--allow sha1", "accepted");
    check(&Recipe { attack: attacks::named("xsw_before"), ..recipe() }, "", "assertion_repeated");
    let encrypted = Recipe { encrypt: Some(recipe().usual_encryption()), ..recipe() };
    check(&encrypted, "", "decryption_failed");
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/keys/sp.key.pem");
    check(&encrypted, &format!("--want encrypted --sp-key {}", key.display()), "accepted");
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/keys/attacker.key.pem");
    check(&encrypted, &format!("--sp-key {}", other.display()), "decryption_failed");
    check(&encrypted, &format!("--sp-key {} --sp-key {}", other.display(), key.display()), "accepted");
    let transport = KeyTransport { scheme: Scheme::Pkcs1, ..KeyTransport::default() };
    let encryption = Encryption { transport, ..recipe().usual_encryption() };
    let rsa15 = Recipe { encrypt: Some(encryption), ..recipe() };
    check(&rsa15, &format!("--sp-key {}", key.display()), "encryption_algorithm_not_allowed");
    check(&rsa15, &format!("--allow rsa15 --sp-key {}", key.display()), "accepted");
}

/// A federation's file with an IdP in it that cannot be used: whose message it is decides.
#[test]
fn an_idp_of_many_that_cannot_be_used() {
    let recipe = recipe();
    let okta = recipe.idp.metadata(recipe.vendor);
    let duo = Vendor::named("duo").unwrap();
    let duo = Idp::of(duo, "http://127.0.0.1:7500").metadata(duo);
    let body =
        |file: &str| file[file.find("<md:EntityDescriptor").or(file.find("<EntityDescriptor")).unwrap()..].to_owned();
    let over =
        |file: String| file.replacen("EntityDescriptor ", "EntityDescriptor validUntil=\"2026-11-25T00:00:00Z\" ", 1);
    let check = |first: String, second: String| {
        let world = World::of(&recipe);
        let all = "<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">";
        std::fs::write(world.path("idp.xml"), format!("{all}{first}{second}</EntitiesDescriptor>")).unwrap();
        let (code, report) = world.json("");
        (code, report["reason"].as_str().unwrap_or("accepted").to_owned())
    };
    assert_eq!(check(body(&okta), body(&duo)), (0, "accepted".to_owned()));
    assert_eq!(check(body(&okta), over(body(&duo))), (0, "accepted".to_owned()));
    let (code, reason) = check(over(body(&okta)), body(&duo));
    assert_eq!(code, 2);
    assert!(reason.contains("valid until 2026-11-25") && reason.contains(&recipe.idp.entity_id), "{reason}");
}

#[test]
fn both_sides_from_files() {
    let world = World::of(&recipe());
    std::fs::write(
        world.path("sp.toml"),
        format!("entity_id = \"{SP}\"\nacs = \"{ACS}\"\nskew = 5\nwant = [\"assertion-signed\"]\n"),
    )
    .unwrap();
    let metadata = format!(
        "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{SP}\"><SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
         <AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{ACS}\" index=\"0\"/></SPSSODescriptor></EntityDescriptor>"
    );
    std::fs::write(world.path("sp.xml"), &metadata).unwrap();
    std::fs::write(world.path("sp-bom.xml"), format!("\u{feff}{metadata}")).unwrap();
    let issuer = recipe().idp.entity_id;
    for flags in [
        "--sp {}/sp.toml --idp-metadata {}/idp.xml".to_owned(),
        format!("--sp {{}}/sp.xml --idp-entity-id {issuer} --idp-cert {{}}/idp.pem"),
        "--sp {}/sp-bom.xml --idp-metadata {}/idp.xml".to_owned(),
    ] {
        let output = world.run("{}/message", &format!("{flags} --now {NOW}"), b"");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{text} {}", String::from_utf8_lossy(&output.stderr));
        assert!(text.starts_with("accepted as ann@example.test"), "{text}");
        assert!(text.contains("not checked  in response to"), "{text}");
    }
}
