//! The flags about our own metadata: words in, what it says beyond endpoints and keys out.

use std::time::Duration;

use sp::metadata::{Contact, ContactKind, RequestedAttribute, Service};
use sp_web::About;

/// Seconds of a day.
const DAY: u64 = 24 * 60 * 60;

/// What our metadata says.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Our metadata")]
pub(super) struct Flags {
    /// Sign it by our key
    #[arg(long)]
    sign_metadata: bool,
    /// Let a copy of it be used for so long (validUntil)
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=3650))]
    metadata_days: Option<u64>,
    /// What we are called (ServiceName)
    #[arg(long, value_name = "NAME", requires = "requested_attribute")]
    service_name: Option<String>,
    /// An attribute we ask for (repeatable)
    #[arg(long, value_name = "NAME", requires = "service_name")]
    requested_attribute: Vec<String>,
    /// Whom to ask (repeatable): technical, support, administrative, billing or other, and an address
    #[arg(long, value_name = "KIND=EMAIL", value_parser = contact)]
    contact: Vec<Contact>,
}

impl Flags {
    pub(super) fn about(self) -> About {
        let requested =
            |name: String| RequestedAttribute { name, name_format: None, friendly_name: None, is_required: false };
        let attributes = self.requested_attribute.into_iter().map(requested).collect();
        About {
            is_signed: self.sign_metadata,
            valid_for: self.metadata_days.map(|days| Duration::from_secs(days * DAY)),
            service: self.service_name.map(|name| Service { name, attributes }),
            organization: None,
            contacts: self.contact,
        }
    }
}

fn contact(text: &str) -> Result<Contact, String> {
    let (kind, address) = text.split_once('=').ok_or("expected KIND=EMAIL, such as support=help@example.com")?;
    let kind = match kind {
        "technical" => ContactKind::Technical,
        "support" => ContactKind::Support,
        "administrative" => ContactKind::Administrative,
        "billing" => ContactKind::Billing,
        "other" => ContactKind::Other,
        _ => return Err("expected one of technical, support, administrative, billing, other before the =".to_owned()),
    };
    let address = address.strip_prefix("mailto:").unwrap_or(address);
    if !address.contains('@') {
        return Err("expected an e-mail address behind the =".to_owned());
    }
    let email_address = Some(address.to_owned());
    Ok(Contact { kind, company: None, given_name: None, surname: None, email_address })
}
