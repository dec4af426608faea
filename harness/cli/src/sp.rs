//! `samlspec sp`: the Service Provider of this project as a process; one line of JSON when it is ready.
//!
//! It is a target to test with, so it takes unsolicited Responses and has the public test key unless told otherwise;
//! the library refuses the former and has no key.

mod about;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::Fault;
use sp_web::{Cbc, Clock, KeyPair, MetadataFile, Options, PrivateKey, Reread, Unsolicited};
use tracing_subscriber::EnvFilter;

use crate::inspect;
use crate::say;
use crate::weak::{self, Weak};

/// How the Service Provider runs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  samlspec idp metadata okta > okta.xml
  samlspec sp --idp-metadata okta.xml
  samlspec sp --idp-metadata okta.xml --want assertion-signed,encrypted --refuse-cbc --refuse-unsolicited

Without --sp-key its key for encryption and signing is the public test key: this is an SP to test with. The log on standard
error says why a message was refused; RUST_LOG=debug says more.")]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7600")]
    listen: SocketAddr,
    /// Our origin as browsers see it; http:// and the listener by default
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Metadata of an IdP to trust (repeatable); read again when the file changes
    #[arg(long, value_name = "FILE")]
    idp_metadata: Vec<PathBuf>,
    /// The certificate whose key must have signed these files: for files that come over a network
    #[arg(long, value_name = "FILE", requires = "idp_metadata")]
    idp_metadata_cert: Option<PathBuf>,
    /// How often these files are looked at again; 0 is never
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    reread: u64,
    /// Let the clock stand still at this instant
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    now: Option<sp::Instant>,
    /// Where to remember things, `sqlite:PATH`; in memory by default
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// How far our clock and an IdP's may differ
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    skew: u64,
    /// Weak algorithms that the IdPs may use, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WEAK")]
    allow: Vec<Weak>,
    /// Take only Responses to our own requests
    #[arg(long)]
    refuse_unsolicited: bool,
    /// What every message must be, separated by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    want: Vec<inspect::Want>,
    /// Refuse AES in CBC mode, from the IdP of this entityID (repeatable) or, without one, from all
    #[arg(long, value_name = "ENTITY_ID", num_args = 0..=1, default_missing_value = "")]
    refuse_cbc: Vec<String>,
    /// Our private key in the place of the test key (repeatable): the first signs and decrypts, others only decrypt
    #[arg(long, value_name = "FILE", requires = "sp_cert")]
    sp_key: Vec<PathBuf>,
    /// The certificate of the first --sp-key, which our metadata shows
    #[arg(long, value_name = "FILE", requires = "sp_key")]
    sp_cert: Option<PathBuf>,
    #[command(flatten)]
    about: about::Flags,
}

fn instant(text: &str) -> Result<sp::Instant, String> {
    sp::Instant::parse(text).map_err(|_| "expected an instant in UTC, such as 2026-01-15T12:00:00Z".to_owned())
}

/// Serves until told to stop.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Fault> {
    log_to_stderr();
    let serving = sp_web::run(options(arguments)?, |ready| say::to_stdout(&ready.json_line())).await;
    serving.map_err(|error| Fault::usage(error.to_string()))
}

fn options(arguments: Arguments) -> Result<Options, Fault> {
    let (key, earlier_keys) = keys(&arguments.sp_key, arguments.sp_cert.as_deref())?;
    Ok(Options {
        listen: arguments.listen,
        public_url: arguments.public_url,
        idp_metadata: idp_metadata(&arguments.idp_metadata, arguments.idp_metadata_cert.as_deref())?,
        reread: match arguments.reread {
            0 => Reread::Never,
            seconds => Reread::Every(Duration::from_secs(seconds)),
        },
        allow: weak::allow(&arguments.allow).map_err(Fault::usage)?,
        cbc: cbc(arguments.refuse_cbc),
        clock: arguments.now.map_or_else(Clock::system, Clock::frozen),
        skew: sp::ClockSkew(Duration::from_secs(arguments.skew)),
        database_url: arguments.database_url,
        unsolicited: if arguments.refuse_unsolicited { Unsolicited::Refused } else { Unsolicited::Accepted },
        want: want(&arguments.want),
        key: Some(key),
        earlier_keys,
        about: arguments.about.about(),
        ..Options::new()
    })
}

fn idp_metadata(files: &[PathBuf], certificate: Option<&Path>) -> Result<Vec<MetadataFile>, Fault> {
    let signer = certificate.map(read).transpose()?;
    let file = |path: &PathBuf| {
        let name = path.display().to_string();
        Ok(MetadataFile { name, octets: read(path)?, signer: signer.clone() })
    };
    files.iter().map(file).collect()
}

fn want(wanted: &[inspect::Want]) -> sp_web::Want {
    let is_wanted = |want| wanted.contains(&want);
    sp_web::Want {
        response_signed: is_wanted(inspect::Want::ResponseSigned),
        assertion_signed: is_wanted(inspect::Want::AssertionSigned),
        encrypted: is_wanted(inspect::Want::Encrypted),
    }
}

fn cbc(refused_from: Vec<String>) -> Cbc {
    match refused_from.as_slice() {
        [] => Cbc::Taken,
        names if names.iter().any(String::is_empty) => Cbc::Refused,
        _ => Cbc::RefusedFrom(refused_from),
    }
}

/// The key that signs and decrypts, and those that only decrypt.
fn keys(files: &[PathBuf], certificate: Option<&Path>) -> Result<(KeyPair, Vec<PrivateKey>), Fault> {
    let private_key = |path: &PathBuf| read(path).map(PrivateKey);
    match (files, certificate) {
        ([first, earlier @ ..], Some(certificate)) => {
            let pair = KeyPair { private_key: private_key(first)?, certificate: read(certificate)? };
            Ok((pair, earlier.iter().map(private_key).collect::<Result<_, _>>()?))
        }
        _ => Ok((test_key(), Vec::new())),
    }
}

/// The committed test pair. Everybody has its private key.
fn test_key() -> KeyPair {
    KeyPair {
        private_key: PrivateKey(include_bytes!("../../../fixtures/keys/sp.key.pem").to_vec()),
        certificate: include_bytes!("../../../fixtures/keys/sp.crt.pem").to_vec(),
    }
}

fn read(path: impl AsRef<Path>) -> Result<Vec<u8>, Fault> {
    let path = path.as_ref();
    std::fs::read(path).map_err(|error| Fault::usage(format!("{}: cannot be read: {error}", path.display())))
}

/// Standard output is for the line of JSON.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Colours are for people; whoever reads the log from a file wants the words.
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn parsed(words: &[&str]) -> Result<Options, String> {
        let line = Line::try_parse_from(["sp"].iter().chain(words)).map_err(|error| error.to_string())?;
        options(line.arguments).map_err(|fault| fault.to_string())
    }

    fn file(name: &str) -> String {
        format!("{}/../../fixtures/keys/{name}", env!("CARGO_MANIFEST_DIR"))
    }

    /// A target to test with: what the library would refuse is taken, unless the words say otherwise.
    #[test]
    fn without_words() {
        let options = parsed(&[]).unwrap();
        assert_eq!(options.unsolicited, Unsolicited::Accepted);
        assert_eq!((options.key, options.earlier_keys), (Some(test_key()), Vec::new()));
        assert_eq!(options.reread, Reread::Every(Duration::from_secs(30)));
        assert_eq!((options.want, options.cbc), (sp_web::Want::default(), Cbc::Taken));
        assert_eq!((options.allow, options.about), (sp::Allow::default(), sp_web::About::default()));
        assert_eq!(parsed(&["--refuse-unsolicited"]).unwrap().unsolicited, Unsolicited::Refused);
        assert_eq!(parsed(&["--reread", "0"]).unwrap().reread, Reread::Never);
    }

    #[test]
    fn what_is_demanded() {
        let want = |words: &[&str]| parsed(words).unwrap().want;
        let all = sp_web::Want { response_signed: true, assertion_signed: true, encrypted: true };
        assert_eq!(want(&["--want", "response-signed,assertion-signed,encrypted"]), all);
        assert_eq!(want(&["--want", "encrypted"]), sp_web::Want { encrypted: true, ..sp_web::Want::default() });
        let cbc = |words: &[&str]| parsed(words).unwrap().cbc;
        assert_eq!(cbc(&["--refuse-cbc"]), Cbc::Refused);
        assert_eq!(cbc(&["--refuse-cbc", "urn:a", "--skew", "1"]), Cbc::RefusedFrom(vec!["urn:a".to_owned()]));
        assert!(parsed(&["--allow", "sha1"]).unwrap().allow.sha1);
        assert!(parsed(&["--want", "signed"]).unwrap_err().contains("response-signed"));
    }

    #[test]
    fn keys_and_certificates() {
        let (duo, sp, certificate) = (file("duo.key.pem"), file("sp.key.pem"), file("sp.crt.pem"));
        let options = parsed(&["--sp-key", &sp, "--sp-key", &duo, "--sp-cert", &certificate]).unwrap();
        assert_eq!(options.key, Some(test_key()));
        assert_eq!(options.earlier_keys, [PrivateKey(std::fs::read(&duo).unwrap())]);
        assert!(format!("{:?}", options.key).contains("PrivateKey(..)"), "a key is never shown");
        assert!(parsed(&["--sp-key", &sp]).unwrap_err().contains("--sp-cert"));
        assert!(parsed(&["--sp-cert", &certificate]).unwrap_err().contains("--sp-key"));
        assert!(parsed(&["--idp-metadata-cert", &certificate]).unwrap_err().contains("--idp-metadata"));
        let signed = parsed(&["--idp-metadata", &certificate, "--idp-metadata-cert", &certificate]).unwrap();
        assert_eq!(signed.idp_metadata.first().unwrap().signer, std::fs::read(&certificate).ok());
    }

    #[test]
    fn our_metadata() {
        let words = ["--sign-metadata", "--metadata-days", "2", "--contact", "support=mailto:help@example.test"];
        let service = ["--service-name", "Portal", "--requested-attribute", "mail", "--requested-attribute", "nick"];
        let about = parsed(&[words.as_slice(), &service].concat()).unwrap().about;
        assert!(about.is_signed);
        assert_eq!(about.valid_for, Some(Duration::from_secs(172_800)));
        assert_eq!(about.contacts.first().unwrap().email_address.as_deref(), Some("help@example.test"));
        let service = about.service.unwrap();
        assert_eq!((service.name.as_str(), service.attributes.len()), ("Portal", 2));
        assert!(parsed(&["--service-name", "Portal"]).unwrap_err().contains("--requested-attribute"));
        for (contact, sentence) in [
            ("help@example.test", "expected KIND=EMAIL"),
            ("boss=a@b", "expected one of technical"),
            ("other=b", "expected an e-mail"),
        ] {
            assert!(parsed(&["--contact", contact]).unwrap_err().contains(sentence), "{contact}");
        }
    }
}
