//! Broken target files say where and what; targets that do not come up are told apart from SPs that refuse.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

use std::path::Path;

use harness::Fault;
use harness::play::{self, Options, Progress};
use harness::report::Row;
use harness::scenario;
use harness::select::Selection;
use harness::target::{Glob, Target};

const GOOD: &str = r#"[target]
id = "t"
[[process]]
cmd = ["./start", "${PORT}"]
ready = { tcp = "127.0.0.1:${PORT}" }
[idp_in]
trusts = "okta"
[sp]
entity_id = "e"
acs = "http://127.0.0.1:${PORT}/acs"
[outcome]
mode = "session"
probe = "http://127.0.0.1:${PORT}/whoami"
accept = { status = 200 }
name_id = { json = "/name_id" }
"#;

fn read(text: &str) -> Result<Target, Fault> {
    Target::read("t.toml", text, Path::new("."))
}

#[test]
fn the_good_one_is_read() {
    let target = read(GOOD).unwrap();
    assert_eq!(target.product, "t");
    assert_eq!(target.signed.user_name, "ann@example.test");
    assert!(target.policy.recipient && target.policy.unsolicited && !target.policy.sha1);
    assert!(Target::builtin().unwrap().frozen_clock.is_some());
}

#[test]
fn mistakes() {
    // Each row: what to replace, by what, and the beginning of what is said.
    let check = |old: &str, new: &str, expected: &str| {
        assert!(GOOD.contains(old), "{old}");
        let fault = read(&GOOD.replace(old, new)).unwrap_err();
        assert_eq!(fault.exit_code(), 2);
        let said = fault.to_string();
        assert!(said.starts_with(&format!("t.toml:{expected}")), "{said}");
    };
    check("id = \"t\"", "idd = \"t\"", "2: unknown field `idd`, expected one of `id`");
    check("id = \"t\"\n", "", "1: missing field `id`");
    check("trusts = \"okta\"", "trusts = \"octa\"", "7: unknown vendor `octa`, expected `each` or one of ");
    check("mode = \"session\"", "mode = \"sesion\"", "12: unknown variant `sesion`, expected one of `session`");
    check("probe = \"http://127.0.0.1:${PORT}/whoami\"\n", "", "11: mode `session` needs `probe`");
    check("accept = { status = 200 }\n", "", "11: expected `accept`");
    check("name_id = { json = \"/name_id\" }\n", "", "11: expected `name_id`");
    check("name_id = { json = \"/name_id\" }", "name_id = { regex = \"(\" }", "15: `(` is not a regular expression");
    check("accept = { status = 200 }", "accept = { statuss = 200 }", "14: unknown field `statuss`");
    check("${PORT}/acs", "${PROT}/acs", "10: unknown placeholder `${PROT}`, expected one of ${DIR}");
    check("ready = { tcp = \"127.0.0.1:${PORT}\" }", "ready = {}", "5: expected exactly one of `url`");
    check(
        "[idp_in]",
        "[attach]\nready = { tcp = \"127.0.0.1:1\" }\n[idp_in]",
        "1: expected either [[process]] sections or one [attach]",
    );
    check("acs = \"http://127.0.0.1:${PORT}/acs\"\n", "", "8: expected `acs`");
    check("[sp]", "metadata = \"idp.xml\"\n[sp]\nbinding = \"x\"", "10: unknown field `binding`");
    check("trusts = \"okta\"", "trusts = \"each\"\nmetadata = \"idp.xml\"", "8: `metadata` writes one file");
    check(
        "[outcome]",
        "[policy]\nsigned = \"some\"\n[outcome]",
        "12: unknown variant `some`, expected one of `assertion`",
    );
    check("[outcome]", "[clock]\nnow = \"noon\"\n[outcome]", "12: `noon` is not an instant");
    check(
        "[outcome]",
        "[reset]\nhow = \"often\"\n[outcome]",
        "12: expected \"none\", \"restart\" or { post = \"URL\" }",
    );
    check(
        "[outcome]",
        "[[expected_failure]]\nscenario = \"a\"\nwhy = \" \"\n[outcome]",
        "12: expected a reason in `why`",
    );
    check("[outcome]", "[[expected_failure]]\nscenario = \"[\"\nwhy = \"x\"\n[outcome]", "12: `[` is not a glob");
    check(
        "[outcome]",
        "[[expected_failure]]\nscenario = \"a\"\nwhy = \"x\"\nverdict = \"odd\"\n[outcome]",
        "14: unknown variant `odd`",
    );
    check("id = \"t\"", "id = ", "2: ");
}

#[test]
fn what_can_be_read_may_still_be_wrong() {
    // Each row: what to replace, by what, and what is said of the result; the good one lacks only its program.
    let every = harness::select::all_cases(scenario::all().unwrap());
    let check = |old: &str, new: &str, expected: &[&str]| {
        let target = read(&GOOD.replace("./start", "sh").replace(old, new)).unwrap();
        let found = harness::target::problems(&target, &every);
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(&format!("t.toml:{expected}")), "{found}");
        }
    };
    check("", "", &[]);
    check("\"sh\"", "\"./no-start\"", &["4: `./no-start` is no program here; expected the path of an executable file"]);
    check(
        "\"sh\"",
        "\"no-such-program\"",
        &["4: `no-such-program` is no program here; expected a program that the PATH has"],
    );
    check("[sp]", "[install]\ncmd = [\"./get\"]\n[sp]", &[]);
    check("http://127.0.0.1:${PORT}/acs", "acs", &["10: `acs` is `acs`; expected a URL"]);
    check("ready = {", "dir = \"no-folder\"\nready = {", &["5: ./no-folder: no such folder"]);
    check(
        "json = \"/name_id\"",
        "json = \"name_id\"",
        &["15: `name_id` is no JSON pointer; expected one such as /name_id"],
    );
    check("/whoami", "/FILL-IN", &["13: `FILL-IN` is left"]);
    check("acs = ", "encryption_cert = \"sp.crt\"\nacs = ", &["10: ./sp.crt: no such file; expected a certificate"]);
    check("[outcome]", "[tls]\nca = \"ca.pem\"\n[outcome]", &["12: ./ca.pem: "]);
    let entry = |key: &str| format!("[[expected_failure]]\n{key}\nwhy = \"x\"\n[outcome]");
    check("[outcome]", &entry("scenario = \"reject/nothing/*\""), &["12: the entry matches no row"]);
    check(
        "[outcome]",
        &entry("scenario = \"reject/**\"\nvendor = \"octa\""),
        &["13: unknown vendor `octa`; expected one of: "],
    );
}

struct Quiet;

impl Progress for Quiet {
    fn started(&self, _: &Target, _: usize) {}
    fn row(&self, _: &Row) {}
    fn finished(&self) {}
}

async fn run(text: &str) -> Fault {
    let only = vec![Glob::new("accept/layout/as_the_vendor_sends_it").unwrap()];
    let selection = Selection { only, ..Selection::default() };
    let options = Options { selection, jobs: 1, seed: 1, program: "samlspec".into(), record: false };
    play::run(&read(text).unwrap(), scenario::all().unwrap(), &options, &Quiet).await.unwrap_err()
}

#[tokio::test]
async fn a_process_that_ends_is_shown_with_its_last_lines() {
    let start = "cmd = [\"sh\", \"-c\", \"echo one; echo the key is missing >&2; exit 7\"]";
    let fault = run(&GOOD.replace("cmd = [\"./start\", \"${PORT}\"]", start)).await;
    assert_eq!(fault.exit_code(), 3);
    let said = fault.to_string();
    assert!(said.contains("ended with exit status: 7") && said.contains("the key is missing"), "{said}");
}

#[tokio::test]
async fn a_process_that_never_says_ready_is_given_up_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    // The grandchild would outlive a parent that is killed alone.
    let script = format!("sleep 300 & echo $! > {}; wait", pid.display());
    let text =
        GOOD.replace("cmd = [\"./start\", \"${PORT}\"]", &format!("cmd = [\"sh\", \"-c\", \"{script}\"]")).replace(
            "ready = { tcp = \"127.0.0.1:${PORT}\" }",
            "ready = { tcp = \"127.0.0.1:${PORT}\", timeout_ms = 1500 }",
        );
    let fault = run(&text).await;
    assert_eq!(fault.exit_code(), 3);
    assert!(fault.to_string().contains("not ready after 1.5s: expected 127.0.0.1:"), "{fault}");
    let grandchild = std::fs::read_to_string(pid).unwrap();
    let state = || std::fs::read_to_string(format!("/proc/{}/stat", grandchild.trim()));
    for _ in 0..100 {
        // Gone, or dead and not yet collected.
        if state().map_or(true, |stat| stat.contains(") Z ")) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the grandchild {grandchild} still runs");
}

#[tokio::test]
async fn a_port_that_is_taken_is_no_target() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let fault = run(&GOOD.replace("id = \"t\"", &format!("id = \"t\"\nports = [{port}]"))).await;
    assert_eq!(fault.exit_code(), 3);
    assert!(fault.to_string().starts_with(&format!("port {port} is taken before the target was started")), "{fault}");
}

#[tokio::test]
async fn an_attached_target_that_is_not_there() {
    let process = "[[process]]\ncmd = [\"./start\", \"${PORT}\"]\nready = { tcp = \"127.0.0.1:${PORT}\" }";
    let attach = "[attach]\nready = { tcp = \"127.0.0.1:9\", timeout_ms = 100 }\nhint = \"start it with: ./start\"";
    let fault = run(&GOOD.replace(process, attach)).await;
    assert_eq!(fault.exit_code(), 3);
    assert!(fault.to_string().ends_with("expected 127.0.0.1:9 to take connections; start it with: ./start"), "{fault}");
}
