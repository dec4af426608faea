//! `samlspec targets init`: an SP's metadata in, a first target file out, with what only a person knows marked.
//!
//! Refuses metadata without an SP in it, and to write over a file that is there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::Fault;
use harness::browser::{Browser, Trust};
use harness::target::FILL_IN;
use mock_idp::Sp;

use crate::say;

/// Which SP, and where the file goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The SP's metadata
    #[arg(long, value_name = "URL|FILE")]
    metadata: String,
    /// The target file to write; without it, it is printed
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// PEM file with the authority that issued the SP's certificate, for a URL under https
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// Writes or prints the file.
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Fault> {
    let place = arguments.metadata.as_str();
    let is_url = place.starts_with("http://") || place.starts_with("https://");
    let xml = if is_url { fetched(place, arguments.ca.as_deref()).await? } else { read(place)? };
    let sp = Sp::from_metadata(&xml)
        .map_err(|error| Fault::usage(format!("{place}: {error}; expected the metadata of a Service Provider")))?;
    let text = target_file(&sp, is_url.then_some(place), arguments.ca.as_deref());
    let Some(out) = &arguments.out else {
        say::to_stdout(text.trim_end());
        return Ok(());
    };
    if out.exists() {
        return Err(Fault::usage(format!("{}: is there already; expected a new name in --out", out.display())));
    }
    std::fs::write(out, text).map_err(|error| unwritable(out, &error))?;
    if let (false, Some(certificate)) = (is_url, &sp.encryption_certificate) {
        let beside = out.with_file_name(CERTIFICATE);
        std::fs::write(&beside, certificate).map_err(|error| unwritable(&beside, &error))?;
    }
    let name = out.display();
    say::to_stdout(&format!("{name}: written. Fill in what is marked {FILL_IN}, then: samlspec targets check {name}"));
    Ok(())
}

/// The certificate to encrypt to, beside a target file whose metadata was a file. DER.
const CERTIFICATE: &str = "encryption.crt";

async fn fetched(url: &str, ca: Option<&Path>) -> Result<String, Fault> {
    let trust = ca.map_or(Ok(Trust::Machine), Trust::in_file)?;
    let page = Browser::trusting(&trust, Duration::from_secs(10))?.get(url).await;
    match page {
        Ok(page) if page.status == 200 => Ok(page.body),
        Ok(page) => Err(Fault::unreachable(format!("{url} answered {}, expected 200 with metadata", page.status))),
        Err(trouble) => Err(Fault::unreachable(format!("{url}: no metadata there: {trouble:?}"))),
    }
}

fn read(file: &str) -> Result<String, Fault> {
    std::fs::read_to_string(file).map_err(|error| Fault::usage(format!("{file}: cannot be read: {error}")))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Fault {
    Fault::usage(format!("{}: cannot be written: {error}", path.display()))
}

/// The file. `metadata` is the URL that the SP serves it under, if it does.
fn target_file(sp: &Sp, metadata: Option<&str>, ca: Option<&Path>) -> String {
    let acs = url::Url::parse(&sp.acs).ok();
    let host = acs.as_ref().and_then(url::Url::host_str).unwrap_or("my-sp").to_owned();
    let base = acs.map_or_else(|| sp.acs.clone(), |acs| acs.origin().ascii_serialization());
    let sign = metadata.unwrap_or(&base);
    let encryption = match (metadata, &sp.encryption_certificate) {
        (Some(url), _) => {
            format!("metadata = {url:?} # the certificate to encrypt to is read from here at every start")
        }
        (None, Some(_)) => format!("encryption_cert = {CERTIFICATE:?}"),
        (None, None) => "# encryption_cert = \"sp.crt\" # the metadata names none".to_owned(),
    };
    let tls = ca.map(|ca| format!("\n[tls]\nca = {:?}\n", ca.display().to_string())).unwrap_or_default();
    format!(
        r#"# Written from the metadata of {entity_id}. Every key: harness/targets/README.md.
[target]
id = {host:?}
product = {host:?}

# The SP runs already. To have it started instead, replace this by [[process]] sections.
[attach]
ready = {{ url = {sign:?}, status = 200 }}

# Configure the SP with the metadata that `samlspec idp metadata okta` prints, or name another vendor here.
[idp_in]
trusts = "okta"

[sp]
entity_id = {entity_id:?}
acs = {acs:?}
{encryption}
{tls}
# The page that sends a browser without a session to the IdP. Without this section only unsolicited Responses are played.
[login]
url = "{base}/{FILL_IN}"

# The page that tells who is logged in, and how it tells. It is fetched with the cookies that the login left.
[outcome]
mode = "session"
probe = "{base}/{FILL_IN}"
accept = {{ status = 200 }} # how the page looks when somebody is logged in; or regex = "Welcome"
name_id = {{ regex = "{FILL_IN}: ([^<]*)" }} # where it shows the NameID; or json = "/name_id"
# attributes = {{ json = "/attributes" }}

# What this SP promises. Nothing is written here, so the strict reading holds; relax what your configuration leaves out on purpose.
[policy]

# ann@example.test and mallory@example.test must be able to log in, or name two accounts in [people.signed] and [people.attacker].
"#,
        entity_id = sp.entity_id,
        acs = sp.acs,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness::target::{Target, problems};

    #[test]
    fn what_is_written_is_read_and_says_what_is_left() {
        let mut sp = Sp::new("https://app.test/metadata", "https://app.test/acs");
        sp.encryption_certificate = Some(vec![0x30]);
        for metadata in [Some("https://app.test/metadata"), None] {
            let text = target_file(&sp, metadata, Some(Path::new("ca.pem")));
            let folder = tempfile::tempdir().unwrap();
            let target = Target::read("new.toml", &text, folder.path()).unwrap_or_else(|fault| panic!("{fault}"));
            assert_eq!(target.sp.entity_id, "https://app.test/metadata");
            let left = problems(&target, &[]).into_iter().filter(|what| what.contains("is left"));
            assert_eq!(left.count(), 3, "{text}");
        }
    }
}
