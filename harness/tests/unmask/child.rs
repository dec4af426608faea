//! Drivers over standard input and output with one fault each: this very test program, started as a target's process.
//!
//! They tell hostile messages from healthy ones by counting, as the SPs in `sp.rs` do.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mock_idp::{Idp, Vendor};
use serde_json::{Value, json};

/// The variable that makes this test program a driver, and says which.
pub(crate) const FAULT: &str = "SAMLSPEC_TEST_DRIVER";

/// What a test of this name does: nothing, unless it was started to be a driver. What the test runner prints around it is
/// garbage on the pipe, so every one of these tests also shows that garbage does no harm.
#[test]
#[expect(clippy::zombie_processes, reason = "the child that is left behind is the fault")]
fn driver() {
    let Ok(fault) = std::env::var(FAULT) else { return };
    if fault == "leaks" {
        let sleeper = Command::new("sleep").arg("300").stdin(Stdio::null()).spawn().unwrap();
        std::fs::write(std::env::var("PID_FILE").unwrap(), sleeper.id().to_string()).unwrap();
    }
    if fault == "slow" {
        std::thread::sleep(Duration::from_secs(2));
    }
    let fits = protocol();
    let mut driver = Driver { fault, requests: 0 };
    for line in std::io::stdin().lock().lines() {
        let call: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let mut answer = driver.answer(&call);
        if !fits(&call) {
            answer = json!({"error": format!("against the protocol: {call}")});
        }
        assert!(driver.fault == "talks" || fits(&answer), "{answer}");
        let id = if driver.fault == "confused" { json!(0) } else { call["id"].clone() };
        answer["id"] = id;
        // Not `println!`: the test runner would keep it for itself.
        writeln!(std::io::stdout(), "{answer}").unwrap();
    }
    std::process::exit(0);
}

/// Whether a line is one of the protocol's, by its published schema.
fn protocol() -> impl Fn(&Value) -> bool {
    let schema: Value = serde_json::from_str(include_str!("../../targets/driver-v1.schema.json")).unwrap();
    let (mut compiler, mut schemas) = (boon::Compiler::new(), boon::Schemas::new());
    compiler.add_resource("driver-v1", schema).unwrap();
    let index = compiler.compile("driver-v1", &mut schemas).unwrap();
    move |line| schemas.validate(line, index).is_ok()
}

struct Driver {
    fault: String,
    requests: u64,
}

impl Driver {
    fn answer(&mut self, call: &Value) -> Value {
        match call["call"].as_str().unwrap_or_default() {
            "health" => json!({"ok": true, "run_id": std::env::var("SAMLSPEC_RUN_ID").unwrap()}),
            "login" => self.login(),
            "acs" => self.acs(call),
            _ => json!({"ok": true}),
        }
    }

    fn login(&mut self) -> Value {
        self.requests += 1;
        let request = format!(
            "<samlp:AuthnRequest xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol' xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion' ID='_r{}' Version='2.0' IssueInstant='2026-01-15T12:00:00Z'><saml:Issuer>{}</saml:Issuer></samlp:AuthnRequest>",
            self.requests,
            std::env::var("SP_ENTITY_ID").unwrap()
        );
        let okta = Idp::of(Vendor::named("okta").unwrap(), harness::target::DEFAULT_PUBLIC_URL);
        let (sso, request) = (okta.sso_url, STANDARD.encode(request));
        json!({"html": format!("<form method='post' action='{sso}'><input type='hidden' name='SAMLRequest' value='{request}'></form>")})
    }

    fn acs(&self, call: &Value) -> Value {
        let body = call["body"].as_str().unwrap_or_default();
        let form: HashMap<_, _> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let octets = STANDARD.decode(form.get("SAMLResponse").cloned().unwrap_or_default()).unwrap_or_default();
        let xml = String::from_utf8_lossy(&octets).into_owned();
        if xml.matches("Assertion>").count() == 1 && xml.contains("SignatureValue>") {
            let name = xml.rsplit_once("NameID>").and_then(|(before, _)| before.rsplit_once('<')?.0.rsplit_once('>'));
            return json!({"accepted": true, "name_id": name.map(|(_, name)| name)});
        }
        match self.fault.as_str() {
            "dies" => std::process::exit(3),
            "hangs" => loop {
                std::thread::sleep(Duration::from_secs(60));
            },
            "eats" => {
                // Touched page by page, or the system would not count it.
                let eaten = vec![1_u8; 400 << 20];
                std::thread::sleep(Duration::from_secs(10));
                json!({"accepted": false, "reason": format!("{}", eaten.len())})
            }
            "breaks" => json!({"error": "index out of range"}),
            "talks" => json!({"well": "hello"}),
            _ => json!({"accepted": false, "reason": "no"}),
        }
    }
}
