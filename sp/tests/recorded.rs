//! Responses of real IdPs, as recorded: each gets the verdict that was written beside it, through `inspect`.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use serde::Deserialize;
use sp::inspect::{Asked, inspect};
use sp::{Allow, DecryptionKey, EndpointUrl, EntityId, Instant, Limits, Sp};
use std::path::Path;
use std::time::Duration;

#[derive(Deserialize)]
struct Recorded {
    response: Vec<Response>,
}

#[derive(Deserialize)]
struct Response {
    file: String,
    idp_metadata: String,
    sp_entity_id: String,
    acs: String,
    issue_instant: String,
    in_response_to: Option<String>,
    expect: String,
    decrypt_with: Option<String>,
    allow: Option<String>,
}

/// Reasons that a recorded refusal may have, by the words beside it.
const REFUSALS: &[(&str, &str)] = &[("the Signature is not where the schema puts it", "signature_misplaced")];

#[test]
fn every_recorded_response_gets_its_verdict() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/recorded"));
    let list = std::fs::read_to_string(folder.join("recorded.toml")).unwrap();
    let list: Recorded = toml::from_str(&list).unwrap();
    assert!(list.response.len() >= 30);
    let wrong: Vec<String> = list.response.iter().filter_map(|response| check(folder, response).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(folder: &Path, response: &Response) -> Result<(), String> {
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let allow = Allow { sha1: response.allow.as_deref() == Some("sha1"), ..Allow::default() };
    let now = Instant::parse(&response.issue_instant).unwrap().later(Duration::from_secs(5));
    let idps = sp::metadata::read_idp(&read(&response.idp_metadata), &allow, now, &Limits::default())
        .map_err(|error| format!("{}: {error}", response.file))?;
    let endpoint = EndpointUrl::new(&*response.acs).unwrap();
    let mut builder = Sp::builder(EntityId::new(&*response.sp_entity_id).unwrap(), endpoint.clone());
    if let Some(key) = &response.decrypt_with {
        builder = builder.decryption_key(DecryptionKey::from_file(&read(key)).unwrap());
    }
    let asked = response.in_response_to.clone().map_or(Asked::Nothing, Asked::Request);
    let report = inspect(&read(&response.file), &builder.build(), &idps, &endpoint, &asked, now);
    let found = match &report.verdict {
        Ok(_) => "accept".to_owned(),
        Err(rejection) => rejection.to_string(),
    };
    let expected = match response.expect.strip_prefix("reject: ") {
        Some(words) => REFUSALS.iter().find(|(known, _)| *known == words).map_or(words, |(_, reason)| reason),
        None => "accept",
    };
    if found.starts_with(expected) {
        Ok(())
    } else {
        Err(format!("{}: expected {expected}, found {found}", response.file))
    }
}
