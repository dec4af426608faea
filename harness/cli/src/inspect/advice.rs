//! What to do about a refusal, and where the setting stands in the IdP's console when the vendor is recognised.
//!
//! In go a rejection and texts that name the IdP; out come sentences of `harness/cli/advice/*.toml`. Nothing here judges:
//! a vendor is recognised by its entityIDs, which anybody can write into a message.

use std::collections::BTreeMap;

use serde::Deserialize;
use sp::Rejection;

const GENERAL: &str = include_str!("../../advice/general.toml");
const VENDORS: &[(&str, &str)] = &[
    ("azure", include_str!("../../advice/azure.toml")),
    ("okta", include_str!("../../advice/okta.toml")),
    ("duo", include_str!("../../advice/duo.toml")),
    ("google", include_str!("../../advice/google.toml")),
    ("auth0", include_str!("../../advice/auth0.toml")),
    ("onelogin", include_str!("../../advice/onelogin.toml")),
];

/// What is said where no sentence fits better.
const OTHERWISE: &str = "Compare both sides above: one of them has to change, or the message does not come from this IdP as it is configured.";

/// What to do, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Advice {
    /// Whoever the IdP is.
    pub(super) general: String,
    /// The vendor's word in this tool, its name, and where to change what, as far as known.
    pub(super) vendor: Option<(&'static str, String, Option<String>)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct General {
    reasons: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Console {
    title: String,
    issuers: Vec<String>,
    reasons: BTreeMap<String, String>,
}

impl Advice {
    /// What to do about `rejection`. `named`: texts that may name the IdP, the most reliable first.
    pub(super) fn on<'a>(rejection: &Rejection, named: impl IntoIterator<Item = &'a str>) -> Self {
        let name = rejection.reason().name();
        let fill =
            |text: &String| text.replace("{expected}", rejection.expected()).replace("{found}", rejection.found());
        let general = toml::from_str::<General>(GENERAL).ok().and_then(|general| general.reasons.get(name).map(fill));
        let vendor = named.into_iter().find_map(recognised);
        let vendor = vendor.map(|(word, console)| (word, console.title, console.reasons.get(name).map(fill)));
        Self { general: general.unwrap_or_else(|| OTHERWISE.to_owned()), vendor }
    }
}

fn recognised(text: &str) -> Option<(&'static str, Console)> {
    VENDORS.iter().find_map(|(word, file)| {
        let console: Console = toml::from_str(file).ok()?;
        console.issuers.iter().any(|issuer| text.contains(issuer.as_str())).then_some((*word, console))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_sentence_is_about_a_reason_there_is() {
        let known: BTreeSet<_> = sp::Reason::ALL.iter().map(|reason| reason.name()).collect();
        let general: General = toml::from_str(GENERAL).unwrap();
        let consoles = VENDORS.iter().map(|(_, file)| toml::from_str::<Console>(file).unwrap().reasons);
        for reason in consoles.chain([general.reasons]).flat_map(BTreeMap::into_keys) {
            assert!(known.contains(reason.as_str()), "no reason is called {reason}");
        }
    }

    /// What `inspect` can say has a sentence. It judges logins alone, makes no demands, and has no store.
    #[test]
    fn every_reason_of_a_login_has_a_sentence() {
        let general: General = toml::from_str(GENERAL).unwrap();
        let elsewhere = |name: &str| {
            const NOT_HERE: [&str; 8] = [
                "authentication_not_fresh",
                "authn_context_mismatch",
                "metadata_not_signed",
                "name_id_format_mismatch",
                "name_id_mismatch",
                "name_qualifier_mismatch",
                "redeemed_too_late",
                "store_unavailable",
            ];
            NOT_HERE.contains(&name) || ["artifact_", "logout_", "soap_"].iter().any(|start| name.starts_with(start))
        };
        let names = sp::Reason::ALL.iter().map(|reason| reason.name());
        let silent: Vec<_> = names.filter(|name| !elsewhere(name) && !general.reasons.contains_key(*name)).collect();
        assert!(silent.is_empty(), "{silent:?}");
    }

    #[test]
    fn vendors_are_recognised_by_their_entity_ids() {
        for vendor in mock_idp::Vendor::all().filter(|vendor| VENDORS.iter().any(|(word, _)| *word == vendor.name())) {
            let idp = mock_idp::Idp::of(vendor, "http://127.0.0.1:7500");
            assert_eq!(recognised(&idp.entity_id).unwrap().0, vendor.name());
        }
        assert!(recognised("https://idp.example.org/saml").is_none());
    }
}
