//! What a vendor says to a request that it refuses: which rule in, the vendor's code, text and kind of answer out.
//!
//! The words stand in `refusals.toml`, each with source, date and confidence; what is known of no vendor is in its
//! `default` table.

use crate::failure::Failure;
use mock_idp::app::Refusal;
use mock_idp::names::HTTP_POST;
use mock_idp::{AuthnRequest, Vendor};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// It cannot be read.
    Unreadable,
    /// No SP of this entityID is known.
    UnknownIssuer,
    /// The ACS URL is not the registered one.
    AcsNotRegistered,
    /// It asks for the Response by something else than HTTP-POST.
    ResponseBinding,
    /// It is not signed, and has to be.
    Unsigned,
    /// Its signature does not verify.
    BadSignature,
    /// It asks for a NameID this IdP does not give.
    NameIdPolicy,
    /// It asks for another kind of login than the one that took place.
    AuthnContext,
    /// It wants no questions asked, and nobody is logged in.
    Passive,
    /// It is a logout message, and the vendor has no single logout.
    NoLogout,
}

impl Why {
    fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::UnknownIssuer => "unknown_issuer",
            Self::AcsNotRegistered => "acs_not_registered",
            Self::ResponseBinding => "response_binding",
            Self::Unsigned => "unsigned",
            Self::BadSignature => "bad_signature",
            Self::NameIdPolicy => "name_id_policy",
            Self::AuthnContext => "authn_context",
            Self::Passive => "passive",
            Self::NoLogout => "no_logout",
        }
    }
}

/// What the vendor says.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    /// The vendor's own code.
    pub(crate) code: Option<String>,
    /// What the page or the StatusMessage says.
    pub(crate) text: String,
    /// The HTTP status of the page.
    #[serde(default = "bad_request")]
    pub(crate) http: u16,
    /// The StatusCodes, where the vendor answers by a Response instead of a page.
    pub(crate) status: Option<(String, String)>,
    /// Where that was seen.
    pub(crate) source: String,
    /// When.
    pub(crate) date: String,
    /// How far to trust it.
    pub(crate) confidence: mock_idp::facts::Confidence,
}

fn bad_request() -> u16 {
    400
}

/// How a vendor treats what a request asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manners {
    /// NameID Formats that may be asked for beside the configured one.
    pub(crate) name_id_formats: Vec<String>,
    /// Whether the Format that is asked for replaces the configured one.
    pub(crate) follows_name_id_policy: bool,
    /// What a login with a second factor is called; without it, as one with a password.
    pub(crate) second_factor_class: Option<String>,
    #[expect(dead_code, reason = "read by people, and by serde so that none is missing")]
    source: String,
    #[expect(dead_code, reason = "read by people, and by serde so that none is missing")]
    date: String,
    /// How far to trust it.
    pub(crate) confidence: mock_idp::facts::Confidence,
}

#[derive(Deserialize)]
struct OfVendor {
    manners: Option<Manners>,
    #[serde(flatten)]
    refusals: BTreeMap<String, Told>,
}

static FILE: LazyLock<BTreeMap<String, OfVendor>> = LazyLock::new(read);

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads all of it")]
fn read() -> BTreeMap<String, OfVendor> {
    toml::from_str(include_str!("../refusals.toml")).expect("the file of refusals is readable")
}

/// What this vendor says in this case.
pub(crate) fn told(vendor: Vendor, why: Why) -> &'static Told {
    own_or_default(vendor, |of| of.refusals.get(why.name()))
}

/// How this vendor treats what a request asks for.
pub(crate) fn manners(vendor: Vendor) -> &'static Manners {
    own_or_default(vendor, |of| of.manners.as_ref())
}

#[expect(clippy::expect_used, reason = "the file is compiled in, and a test looks up everything in its default table")]
fn own_or_default<T>(vendor: Vendor, pick: impl Fn(&'static OfVendor) -> Option<&'static T>) -> &'static T {
    let of = |name: &str| FILE.get(name).and_then(&pick);
    of(vendor.name()).or_else(|| of("default")).expect("the default table is complete")
}

/// The vendor refuses; `detail` names the field.
pub(crate) fn refuse(vendor: Vendor, why: Why, detail: impl ToString) -> Failure {
    Failure::Vendor { told: told(vendor, why), detail: detail.to_string() }
}

/// The words for what an application refuses.
pub(crate) fn of_app(vendor: Vendor, refusal: &Refusal) -> Failure {
    let why = match refusal {
        Refusal::Issuer { .. } => Why::UnknownIssuer,
        Refusal::ReplyUrl { .. } | Refusal::ReplyIndex { .. } => Why::AcsNotRegistered,
        Refusal::NameIdFormat { .. } => Why::NameIdPolicy,
        Refusal::Unsigned => Why::Unsigned,
        Refusal::Signature => Why::BadSignature,
    };
    refuse(vendor, why, refusal)
}

/// What can be said against a request whose SP is known, before anyone logs in.
pub(crate) fn check(vendor: Vendor, request: &AuthnRequest) -> Result<(), Failure> {
    if let Some(binding) = request.protocol_binding.as_ref().filter(|binding| *binding != HTTP_POST) {
        let failure = Failure::field("ProtocolBinding", binding, format!("`{HTTP_POST}`"));
        return Err(refuse(vendor, Why::ResponseBinding, failure));
    }
    Ok(())
}

/// The NameID Format that the answer is going to have, where the request decides it (core 3.4.1.1); `configured` is the
/// one it has otherwise.
pub(crate) fn name_id_format(
    vendor: Vendor,
    configured: &str,
    request: &AuthnRequest,
) -> Result<Option<String>, Failure> {
    let manners = manners(vendor);
    match &request.name_id_policy {
        Some(format) if format == configured => Ok(None),
        Some(format) if manners.name_id_formats.contains(format) => {
            // `unspecified` leaves the choice to the IdP.
            let follows = manners.follows_name_id_policy && !format.ends_with(":unspecified");
            Ok(follows.then(|| format.clone()))
        }
        Some(format) => {
            let allowed = manners.name_id_formats.iter().map(String::as_str).chain([configured]);
            let allowed = allowed.map(str::to_owned).collect();
            Err(refuse(vendor, Why::NameIdPolicy, Failure::not_among("NameIDPolicy", format, allowed)))
        }
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Why; 10] = [
        Why::Unreadable,
        Why::UnknownIssuer,
        Why::AcsNotRegistered,
        Why::ResponseBinding,
        Why::Unsigned,
        Why::BadSignature,
        Why::NameIdPolicy,
        Why::AuthnContext,
        Why::Passive,
        Why::NoLogout,
    ];

    #[test]
    fn every_vendor_has_words_for_everything() {
        for (vendor, why) in Vendor::all().flat_map(|vendor| ALL.map(|why| (vendor, why))) {
            let told = told(vendor, why);
            assert!(!told.text.is_empty() && (400..=599).contains(&told.http), "{vendor:?} {why:?}");
            assert!(!told.source.is_empty() && told.date.starts_with("20"), "{vendor:?} {why:?}");
            assert!(!manners(vendor).name_id_formats.is_empty());
        }
        let names = ALL.map(Why::name);
        for (vendor, of) in FILE.iter() {
            let unknown: Vec<_> = of.refusals.keys().filter(|name| !names.contains(&name.as_str())).collect();
            assert!(unknown.is_empty(), "{vendor}: {unknown:?}");
            assert!(vendor == "default" || !vendor.is_empty());
        }
    }

    #[test]
    fn a_name_id_policy_is_followed_or_refused() {
        let azure = Vendor::named("azure").unwrap();
        let asked = |format: &str| AuthnRequest { name_id_policy: Some(format.to_owned()), ..AuthnRequest::default() };
        let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
        let usual = azure.shape().login.name_id_format.value.as_str();
        assert_eq!(name_id_format(azure, usual, &asked(persistent)).unwrap().as_deref(), Some(persistent));
        assert_eq!(name_id_format(azure, "urn:own", &asked("urn:own")).unwrap(), None);
        assert_eq!(name_id_format(azure, usual, &AuthnRequest::default()).unwrap(), None);
        let refused = name_id_format(azure, usual, &asked("urn:x")).unwrap_err();
        assert_eq!(refused.code(), Some("AADSTS75016"));
        assert!(refused.to_string().starts_with("`NameIDPolicy` is `urn:x`, expected one of "), "{refused}");
    }
}
