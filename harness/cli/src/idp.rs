//! `samlspec idp`: the mock IdPs, running or as the metadata an SP is configured with.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use harness::Fault;
use harness::browser::Browser;
use harness::target::DEFAULT_PUBLIC_URL;
use mock_idp::{App, Idp, Person, Sp, Vendor};
use mock_idp_web::{Config, Endpoints, Explain, TestCa, read_people, serve, serve_tls};
use serde_json::{Value, json};

use crate::inspect::explain;
use crate::say;
use crate::test::vendor;

/// Which IdPs, and where.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  samlspec idp okta --sp http://localhost:8080/saml/metadata
  samlspec idp okta azure duo                     several at one address: their paths differ
  samlspec idp okta --people people.csv           your own people; TOML works as well
  samlspec idp okta --app app.toml                an application with the options of the vendor's admin page
  samlspec idp okta --tls --tls-ca ca.pem         over TLS, by an authority made for this one run
  samlspec idp metadata okta > idp.xml            without running anything

An application file has the options that are not left alone, by the vendor's labels (samlspec list options):
  vendor = \"okta\"
  [options]
  \"Audience URI (SP Entity ID)\" = \"https://app.example.com/saml\"
  \"Single sign-on URL\" = \"https://app.example.com/saml/acs\"
  \"Name ID format\" = \"EmailAddress\"
  \"Assertion Signature\" = \"Unsigned\"

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
    /// Where SPs and browsers reach us, behind a proxy or from a container; the listener by default
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Metadata of an SP that may log in (repeatable); without any, each SP is learned from its first request
    #[arg(long, value_name = "URL|FILE")]
    sp: Vec<String>,
    /// An application with the options of its vendor's admin page, as TOML (repeatable); its vendor learns no SP then
    #[arg(long, value_name = "FILE")]
    app: Vec<PathBuf>,
    /// Who can log in, as TOML or CSV; the built-in people without
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
    /// Serve over TLS, with a certificate by a test authority that is made for this run
    #[arg(long)]
    tls: bool,
    /// Write the authority's certificate here; it also stands in the line of JSON
    #[arg(long, value_name = "FILE", requires = "tls")]
    tls_ca: Option<PathBuf>,
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
        /// As the application in this file sees it: its Issuer, its certificates
        #[arg(long, value_name = "FILE")]
        app: Option<PathBuf>,
    },
}

/// Prints or serves.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Fault> {
    if let Some(Command::Metadata { vendor, public_url, app }) = arguments.command {
        let public_url = public_url.trim_end_matches('/');
        let idp = match app {
            Some(path) => known_app(&path, &[vendor])?.idp(public_url),
            None => Idp::of(vendor, public_url),
        };
        say::to_stdout(&idp.metadata(vendor));
        return Ok(());
    }
    let cannot_listen = |error: std::io::Error| Fault::usage(format!("cannot listen on {}: {error}", arguments.listen));
    let listener = tokio::net::TcpListener::bind(arguments.listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let scheme = if arguments.tls { "https" } else { "http" };
    let public_url = arguments.public_url.unwrap_or_else(|| format!("{scheme}://{address}"));
    let host = host_of(&public_url)?;
    let mut config = Config::new(public_url, arguments.vendors);
    config.explain = Some(Explain::by(explain));
    for place in &arguments.sp {
        config.sps.push(known_sp(place).await?);
    }
    for path in &arguments.app {
        config.apps.push(known_app(path, &config.vendors)?);
    }
    if let Some(path) = &arguments.people {
        config.people = known_people(path)?;
    }
    let stopped = |error: std::io::Error| Fault::usage(format!("the mock stopped: {error}"));
    if !arguments.tls {
        say::to_stdout(&ready_line(&config, None));
        return serve(config, listener).await.map_err(stopped);
    }
    let ca = TestCa::new(&[host]).map_err(|error| Fault::usage(format!("no certificate for --public-url: {error}")))?;
    if let Some(path) = &arguments.tls_ca {
        let failed = |error| Fault::usage(format!("{}: cannot be written: {error}", path.display()));
        std::fs::write(path, ca.certificate_pem()).map_err(failed)?;
    }
    say::to_stdout(&ready_line(&config, Some(&ca)));
    serve_tls(config, listener, &ca).await.map_err(stopped)
}

/// The host of our public URL, which is the only place it is ever taken from.
fn host_of(public_url: &str) -> Result<String, Fault> {
    let wrong = || Fault::usage(format!("--public-url is `{public_url}`, expected http:// or https:// and a host"));
    let url = url::Url::parse(public_url).map_err(|_| wrong())?;
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")).ok_or_else(wrong)?;
    Ok(host.trim_matches(['[', ']']).to_owned())
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

/// An application of a vendor that is served.
fn known_app(path: &Path, vendors: &[Vendor]) -> Result<App, Fault> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| Fault::usage(format!("{name}: cannot be read: {error}")))?;
    let app = App::from_toml(&text).map_err(|error| Fault::usage(format!("{name}: {error}")))?;
    if vendors.contains(&app.vendor) {
        return Ok(app);
    }
    let served: Vec<&str> = vendors.iter().map(|vendor| vendor.name()).collect();
    let (found, expected) = (app.vendor.name(), served.join(", "));
    Err(Fault::usage(format!("{name}: `vendor` is `{found}`, expected one of those that are served: {expected}")))
}

fn known_people(path: &Path) -> Result<Vec<Person>, Fault> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| Fault::usage(format!("{name}: cannot be read: {error}")))?;
    read_people(&text).map_err(|error| Fault::usage(format!("{name}: {error}")))
}

/// The first IdP at the top, all of them under `idps` when there are several.
fn ready_line(config: &Config, ca: Option<&TestCa>) -> String {
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
    if let (Some(object), Some(ca)) = (line.as_object_mut(), ca) {
        object.insert("tls_ca".to_owned(), json!(ca.certificate_pem()));
    }
    line.to_string()
}
