//! `samlspec sp`: the Service Provider of this project as a process; one line of JSON when it is ready.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use harness::Fault;
use sp_web::{Clock, MetadataFile, Options, Reread, Unsolicited};
use tracing_subscriber::EnvFilter;

use crate::say;
use crate::weak::{self, Weak};

/// How often the metadata files are looked at again.
const REREAD: Duration = Duration::from_secs(30);

/// How the Service Provider runs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  samlspec idp metadata okta > okta.xml
  samlspec sp --idp-metadata okta.xml

Its key for encryption and signing is the public test key: this is an SP to test with. The log on standard error says why a
message was refused; RUST_LOG=debug says more.")]
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
}

fn instant(text: &str) -> Result<sp::Instant, String> {
    sp::Instant::parse(text).map_err(|_| "expected an instant in UTC, such as 2026-01-15T12:00:00Z".to_owned())
}

/// Serves until told to stop.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Fault> {
    log_to_stderr();
    let options = Options {
        listen: arguments.listen,
        public_url: arguments.public_url,
        idp_metadata: arguments.idp_metadata.iter().map(read).collect::<Result<_, _>>()?,
        reread: Reread::Every(REREAD),
        allow: weak::allow(&arguments.allow).map_err(Fault::usage)?,
        clock: arguments.now.map_or_else(Clock::system, Clock::frozen),
        skew: sp::ClockSkew(Duration::from_secs(arguments.skew)),
        database_url: arguments.database_url,
        unsolicited: if arguments.refuse_unsolicited { Unsolicited::Refused } else { Unsolicited::Accepted },
        ..Options::new()
    };
    let serving = sp_web::run(options, |ready| say::to_stdout(&ready.json_line())).await;
    serving.map_err(|error| Fault::usage(error.to_string()))
}

fn read(path: &PathBuf) -> Result<MetadataFile, Fault> {
    let name = path.display().to_string();
    let octets = std::fs::read(path).map_err(|error| Fault::usage(format!("{name}: cannot be read: {error}")))?;
    Ok(MetadataFile { name, octets })
}

/// Standard output is for the line of JSON.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Colours are for people; whoever reads the log from a file wants the words.
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours).init();
}
