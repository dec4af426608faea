//! `samlspec inspect`: a message somebody copied and what is known of both sides in; the verdict of a strict SP out.
//!
//! Exit 0 accepted, 1 refused, 2 when the tool's own inputs cannot be used. A message is never "unreadable": one that
//! is empty or no XML is refused. The verdict is what a login would have got; see [`sp::inspect`]. Beside a refusal stands
//! what to do about it, in the words of the vendor's console when the vendor is recognised.

mod advice;
mod explain;
mod inputs;
mod shown;

pub(crate) use explain::explain;
pub(crate) use inputs::Want;

use advice::Advice;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// One offline verdict on one message.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  samlspec inspect response.b64 --sp-entity-id https://app.example.com/saml --acs https://app.example.com/saml/acs \\
      --idp-metadata idp.xml --now 2026-11-25T09:30:00Z --request-id _a71b0ee1
  pbpaste | samlspec inspect - --sp sp.toml --idp-metadata idp.xml --unsolicited --json

FILE may hold XML, base64, a form body (SAMLResponse=...&RelayState=...) or the query of a redirect.

An SP file is its metadata, or TOML:
  entity_id = \"https://app.example.com/saml\"
  acs = \"https://app.example.com/saml/acs\"
  key = \"sp.key\"                  # optional, decrypts Assertions; next to this file
  skew = 0                        # optional, seconds
  want = [\"assertion-signed\"]     # optional, as --want")]
pub(crate) struct Inspect {
    /// The message, `-` for standard input.
    file: PathBuf,
    /// What is known of the SP: its metadata, or TOML as below.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sp_entity_id", "acs"], required_unless_present = "sp_entity_id")]
    sp: Option<PathBuf>,
    /// The SP's entityID.
    #[arg(long, value_name = "ID", requires = "acs")]
    sp_entity_id: Option<String>,
    /// The SP's AssertionConsumerService, where the message was delivered.
    #[arg(long, value_name = "URL")]
    acs: Option<String>,
    /// The IdP's metadata; of several IdPs the message's Issuer chooses.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["idp_entity_id", "idp_cert"], required_unless_present = "idp_entity_id")]
    idp_metadata: Option<PathBuf>,
    /// The IdP's entityID.
    #[arg(long, value_name = "ID", requires = "idp_cert")]
    idp_entity_id: Option<String>,
    /// A signing certificate of the IdP, PEM or DER; several times during a roll-over.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    idp_cert: Vec<PathBuf>,
    /// The time at which the message arrived, as `2026-11-25T09:30:00Z`; now unless given.
    #[arg(long, value_name = "RFC3339")]
    now: Option<String>,
    /// The ID of the AuthnRequest it answers.
    #[arg(long, value_name = "ID", conflicts_with = "unsolicited")]
    request_id: Option<String>,
    /// The IdP started the login. With neither of these two, InResponseTo is not checked.
    #[arg(long)]
    unsolicited: bool,
    /// A private key of the SP, which decrypts Assertions; several times during a roll-over.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    sp_key: Vec<PathBuf>,
    /// How far the clocks may differ; 0 unless given.
    #[arg(long, value_name = "SECONDS")]
    skew: Option<u64>,
    /// What the SP demands, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    want: Vec<inputs::Want>,
    /// Weak algorithms the IdP may use, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    allow: Vec<crate::weak::Weak>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl Inspect {
    /// Inspects, prints, and says how it came out.
    pub(crate) fn run(&self) -> u8 {
        match self.report() {
            Ok((report, advice)) => {
                let code = if report.verdict.is_ok() { 0 } else { 1 };
                let advice = advice.as_ref();
                let text = if self.json { shown::json(&report, advice) } else { shown::text(&report, advice) };
                print(&text, code)
            }
            Err(reason) => unusable(&reason, self.json),
        }
    }

    /// What became of the message and, when it was refused, what to do.
    fn report(&self) -> Result<(sp::inspect::Report, Option<Advice>), String> {
        let now = inputs::now(self.now.as_deref())?;
        let (sp, endpoint) = inputs::sp(self)?;
        let inputs::Trusted { idps, skipped } = inputs::idps(self, now)?;
        let message = inputs::message(&self.file, sp.limits())?;
        let asked = match (&self.request_id, self.unsolicited) {
            (Some(id), _) => sp::inspect::Asked::Request(id.clone()),
            (None, true) => sp::inspect::Asked::Nothing,
            (None, false) => sp::inspect::Asked::Unknown,
        };
        let report = sp::inspect::inspect(&message, &sp, &idps, &endpoint, &asked, now);
        // Of a federation's IdPs, the one that sent this may be one that nobody can use.
        let unusable = skipped.into_iter().find(|(name, _)| report.named.as_ref() == Some(name));
        if let (Some((name, why)), true) = (unusable, report.verdict.is_err()) {
            return Err(format!("{why} (of the IdP {name})"));
        }
        let only = match idps.as_slice() {
            [only] => Some(only.entity_id().as_str()),
            _ => None,
        };
        let named = || only.into_iter().chain(report.named.as_deref()).chain(report.xml.as_deref());
        let advice = report.verdict.as_ref().err().map(|rejection| Advice::on(rejection, named()));
        Ok((report, advice))
    }
}

/// The tool's own inputs cannot be used: said in the form that was asked for.
pub(crate) fn unusable(reason: &str, json: bool) -> u8 {
    if json {
        return print(&serde_json::json!({ "verdict": "unreadable", "reason": reason }).to_string(), 2);
    }
    let _ = writeln!(std::io::stderr(), "samlspec inspect: {reason}");
    2
}

/// Whether these are the words of an `inspect` that should answer in JSON, even where they cannot be understood.
pub(crate) fn wants_json(mut words: impl Iterator<Item = String>) -> bool {
    words.nth(1).as_deref() == Some("inspect") && words.any(|word| word == "--json")
}

fn print(text: &str, code: u8) -> u8 {
    // A reader that has gone away, as `head` does, wants no more of it.
    let _ = writeln!(std::io::stdout(), "{text}");
    code
}
