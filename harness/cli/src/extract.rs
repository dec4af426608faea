//! `samlspec extract`: one scenario as files.

use std::path::PathBuf;

use harness::extract::{Wanted, extract};
use harness::target::DEFAULT_PUBLIC_URL;
use harness::{Fault, scenario};
use mock_idp::{Sp, Vendor};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::say;
use crate::test::vendor;

/// Which scenario, for which SP.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  samlspec extract reject/wrapping/forged_after --vendor okta \\
    --entity-id http://127.0.0.1:8080/metadata --acs http://127.0.0.1:8080/acs
  cd reject-wrapping-forged_after && cat README.txt")]
pub(crate) struct Arguments {
    /// The scenario
    id: String,
    /// Whose wire shape
    #[arg(long, value_parser = vendor, default_value = "okta")]
    vendor: Vendor,
    /// Under whose name and key, when the SP trusts another vendor's IdP
    #[arg(long, value_name = "VENDOR", value_parser = vendor)]
    idp: Option<Vendor>,
    /// Where the SP believes the IdP to be
    #[arg(long, value_name = "URL", default_value = DEFAULT_PUBLIC_URL)]
    public_url: String,
    /// The entityID of the SP
    #[arg(long)]
    entity_id: String,
    /// The AssertionConsumerService of the SP
    #[arg(long, value_name = "URL")]
    acs: String,
    /// The certificate of the SP to encrypt to, PEM
    #[arg(long, value_name = "FILE")]
    encryption_cert: Option<PathBuf>,
    /// The ID of the AuthnRequest to answer; without it the Response is unsolicited
    #[arg(long, value_name = "ID")]
    in_response_to: Option<String>,
    /// What time it is, such as 2026-01-15T12:00:00Z; now by default
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    now: Option<OffsetDateTime>,
    /// Decides the ids in the message
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder to write to; by default named after the scenario
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

fn instant(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|error| format!("{error}; expected an instant like 2026-01-15T12:00:00Z"))
}

/// Writes the files and names them.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Fault> {
    let scenario = scenario::all()?.iter().find(|scenario| scenario.id == arguments.id);
    let scenario = scenario.ok_or_else(|| {
        Fault::usage(format!("no scenario `{}`; `samlspec list scenarios` shows the ids", arguments.id))
    })?;
    let mut sp = Sp::new(&arguments.entity_id, &arguments.acs);
    if let Some(path) = &arguments.encryption_cert {
        let pem = std::fs::read_to_string(path)
            .map_err(|error| Fault::usage(format!("{}: cannot be read: {error}", path.display())))?;
        sp = sp.encrypting(&pem);
    }
    let wanted = Wanted {
        vendor: arguments.vendor,
        idp: arguments.idp.unwrap_or(arguments.vendor),
        public_url: arguments.public_url.clone(),
        sp,
        in_response_to: arguments.in_response_to.clone(),
        now: arguments.now.unwrap_or_else(OffsetDateTime::now_utc),
        seed: arguments.seed,
    };
    let folder = arguments.out.clone().unwrap_or_else(|| arguments.id.replace('/', "-").into());
    let files = extract(scenario, &wanted, &folder)?;
    let lines: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
    say::to_stdout(&lines.join("\n"));
    Ok(())
}
