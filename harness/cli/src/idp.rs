//! `samlspec idp`: the mock IdPs, running or as the metadata an SP is configured with.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use harness::Fault;
use harness::browser::Browser;
use harness::target::DEFAULT_PUBLIC_URL;
use mock_idp::{Idp, Person, Sp, Vendor};
use mock_idp_web::{Config, Endpoints, read_people, serve};
use serde_json::{Value, json};

use crate::say;
use crate::test::vendor;

/// Which IdPs, and where.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  samlspec idp okta --sp http://localhost:8080/saml/metadata
  samlspec idp okta azure duo                     several at one address: their paths differ
  samlspec idp metadata okta > idp.xml            without running anything

When ready, one line of JSON says where everything is.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Whose look-alike (several are possible)
    #[arg(required = true, value_parser = vendor)]
    vendors: Vec<Vendor>,
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7500")]
    listen: SocketAddr,
    /// Where SPs and browsers reach us; http:// and the listener by default
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Metadata of an SP that may log in (repeatable); without any, each SP is learned from its first request
    #[arg(long, value_name = "URL|FILE")]
    sp: Vec<String>,
    /// Who can log in, as TOML or CSV; the built-in people without
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the metadata of one IdP, as an SP is configured with it
    Metadata {
        /// Whose
        #[arg(value_parser = vendor)]
        vendor: Vendor,
        /// Where the SP and its browsers reach the IdP
        #[arg(long, value_name = "URL", default_value = DEFAULT_PUBLIC_URL)]
        public_url: String,
    },
}

/// Prints or serves.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Fault> {
    if let Some(Command::Metadata { vendor, public_url }) = arguments.command {
        say::to_stdout(&Idp::of(vendor, public_url.trim_end_matches('/')).metadata(vendor));
        return Ok(());
    }
    let cannot_listen = |error: std::io::Error| Fault::usage(format!("cannot listen on {}: {error}", arguments.listen));
    let listener = tokio::net::TcpListener::bind(arguments.listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let mut config =
        Config::new(arguments.public_url.unwrap_or_else(|| format!("http://{address}")), arguments.vendors);
    for place in &arguments.sp {
        config.sps.push(known_sp(place).await?);
    }
    if let Some(path) = &arguments.people {
        config.people = known_people(path)?;
    }
    say::to_stdout(&ready_line(&config));
    serve(config, listener).await.map_err(|error| Fault::usage(format!("the mock stopped: {error}")))
}

/// An SP from its metadata, at a URL or in a file.
async fn known_sp(place: &str) -> Result<Sp, Fault> {
    let xml = if place.starts_with("http://") || place.starts_with("https://") {
        let page = Browser::new(Duration::from_secs(10))?.get(place).await;
        page.map_err(|trouble| Fault::unreachable(format!("{place}: no metadata there: {trouble:?}")))?.body
    } else {
        let path = Path::new(place);
        std::fs::read_to_string(path).map_err(|error| Fault::usage(format!("{place}: cannot be read: {error}")))?
    };
    Sp::from_metadata(&xml).map_err(|error| Fault::usage(format!("{place}: {error}")))
}

fn known_people(path: &Path) -> Result<Vec<Person>, Fault> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| Fault::usage(format!("{name}: cannot be read: {error}")))?;
    read_people(&text).map_err(|error| Fault::usage(format!("{name}: {error}")))
}

/// The first IdP at the top, all of them under `idps` when there are several.
fn ready_line(config: &Config) -> String {
    let endpoints = config.endpoints();
    let describe = |endpoints: &Endpoints| {
        json!({
            "vendor": endpoints.vendor,
            "entity_id": endpoints.entity_id,
            "metadata": endpoints.metadata,
            "sso": endpoints.sso,
            "slo": endpoints.slo,
            "start": endpoints.start,
            "control": format!("{}/api", config.public_url),
            "console": format!("{}/", config.public_url),
        })
    };
    let mut line = endpoints.first().map_or(Value::Null, describe);
    if let (Some(object), true) = (line.as_object_mut(), endpoints.len() > 1) {
        object.insert("idps".to_owned(), endpoints.iter().map(describe).collect());
    }
    line.to_string()
}
