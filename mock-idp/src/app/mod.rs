//! One application at a mock, set up in the vendor's own words: TOML or JSON in, recipes out.
//!
//! ```toml
//! vendor = "azure"
//! [options]
//! "Identifier (Entity ID)" = ["https://sp.test"]
//! "Reply URL (Assertion Consumer Service URL)" = ["https://sp.test/acs"]
//! "Signing Option" = "Sign SAML response and assertion"
//! ```
//!
//! Which options a vendor has, what they may be and what they are when left alone stands in its `options.toml`; this folder
//! knows only what an option can decide ([`Knob`]). Refuses, naming option and allowed values: an option the vendor does not
//! have, a value it cannot take, an application without an entityID or a reply URL.

mod options;
mod refusal;
mod settings;
mod values;

pub use options::{Knob, OptionFact, Options};
pub use refusal::Refusal;
pub use settings::Settings;
pub use values::{AppError, OneOrMany, OptionValue};

use crate::facts::LogoutBinding;
use crate::idp::Idp;
use crate::people::Person;
use crate::recipe::Recipe;
use crate::request::AuthnRequest;
use crate::sp::{LogoutEndpoint, Sp};
use crate::vendor::Vendor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// One application at a vendor.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct App {
    /// At which vendor.
    pub vendor: Vendor,
    /// The administrator's name for it; its first entityID unless given.
    pub name: String,
    /// The options that were given, by the vendor's labels.
    pub options: BTreeMap<String, OptionValue>,
    /// What its options come to, defaults included.
    pub settings: Settings,
}

/// An application as it is written down, the same in TOML and in JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The vendor's name on the command line.
    pub vendor: String,
    /// The administrator's name for it.
    #[serde(default)]
    pub name: String,
    /// The options that are not left alone, by the vendor's labels.
    #[serde(default)]
    pub options: BTreeMap<String, OptionValue>,
}

impl TryFrom<Written> for App {
    type Error = AppError;

    fn try_from(written: Written) -> Result<Self, AppError> {
        let vendor = Vendor::named(&written.vendor).ok_or_else(|| AppError::unknown_vendor(&written.vendor))?;
        Self::new(vendor, written.name, &written.options)
    }
}

impl App {
    /// An application with these options, by the vendor's labels; all others are at their defaults.
    pub fn new(vendor: Vendor, name: String, options: &BTreeMap<String, OptionValue>) -> Result<Self, AppError> {
        let settings = Settings::of(vendor, options)?;
        if settings.entity_ids.is_empty() {
            return Err(AppError::missing(vendor, Knob::EntityIds));
        }
        if settings.acs_urls.is_empty() {
            return Err(AppError::missing(vendor, Knob::AcsUrls));
        }
        if settings.encrypt && settings.encryption_certificate.is_none() {
            return Err(AppError::missing(vendor, Knob::EncryptionCertificate));
        }
        if settings.wants_signed_requests && settings.request_certificates.is_empty() {
            return Err(AppError::missing(vendor, Knob::RequestCertificates));
        }
        let first = settings.entity_ids.first().cloned().unwrap_or_default();
        let name = if name.is_empty() { first } else { name };
        Ok(Self { vendor, name, options: options.clone(), settings })
    }

    /// An application for this SP with every option at the vendor's default.
    pub fn of_sp(vendor: Vendor, sp: &Sp) -> Result<Self, AppError> {
        let options = BTreeMap::new();
        let settings = Settings::of(vendor, &options)?;
        let mut app = Self { vendor, name: sp.entity_id.clone(), options, settings };
        app.settings.entity_ids = vec![sp.entity_id.clone()];
        app.settings.acs_urls = vec![sp.acs.clone()];
        app.settings.encryption_certificate = sp.encryption_certificate.clone();
        Ok(app)
    }

    /// Reads an application from TOML.
    pub fn from_toml(text: &str) -> Result<Self, AppError> {
        let written: Result<Written, _> = toml::from_str(text);
        let unreadable = |error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            AppError::Unreadable(format!("line {line}: {}", error.message()))
        };
        written.map_err(unreadable)?.try_into()
    }

    /// The application as it is written down.
    pub fn written(&self) -> Written {
        Written { vendor: self.vendor.name().to_owned(), name: self.name.clone(), options: self.options.clone() }
    }

    /// Whether a request with this Issuer is meant for this application.
    pub fn is_named(&self, entity_id: &str) -> bool {
        self.settings.entity_ids.iter().any(|known| known == entity_id)
    }

    /// Whether an option that decides this was given, so that it is not only the default.
    pub fn has_given(&self, knob: Knob) -> bool {
        let mut options = self.vendor.options().option.iter().filter(|option| option.sets == knob);
        options.any(|option| self.options.contains_key(&option.label))
    }

    /// The IdP as this application sees it: its issuer, the key that signs, and the certificates its metadata lists.
    pub fn idp(&self, public_url: &str) -> Idp {
        let mut idp = Idp::of(self.vendor, public_url);
        if let Some(issuer) = &self.settings.issuer {
            idp.entity_id.clone_from(issuer);
        }
        idp.with_certificates(&self.settings.certificates, self.vendor)
    }

    /// The healthy answer to a request, or an unsolicited Response to the default reply URL.
    ///
    /// A signature is not looked at here: see [`Settings::wants_signed_requests`] and [`crate::proof`].
    pub fn recipe(
        &self,
        idp: Idp,
        person: Person,
        request: Option<&AuthnRequest>,
        clock: OffsetDateTime,
    ) -> Result<Recipe, Refusal> {
        let sp = self.sp(request)?;
        let format = refusal::name_id_format(&self.settings, request)?;
        let mut recipe = Recipe::new(self.vendor, idp, sp, clock);
        recipe.in_response_to = request.map(|request| request.id.clone());
        self.furnish(&mut recipe, &person);
        recipe.settings.name_id_format = format.or(recipe.settings.name_id_format);
        recipe.person = person;
        Ok(recipe)
    }

    /// Puts what the options say about this person into a recipe, below its edits.
    pub fn furnish(&self, recipe: &mut Recipe, person: &Person) {
        self.settings.apply(recipe, person);
    }

    /// The SP as a request names it, among the registered names and reply URLs; without one, the default of both.
    pub fn sp(&self, request: Option<&AuthnRequest>) -> Result<Sp, Refusal> {
        let entity_id = refusal::entity_id(&self.settings, request)?;
        let acs = refusal::acs(&self.settings, request)?;
        let mut sp = Sp::new(entity_id, acs);
        sp.encryption_certificate.clone_from(&self.settings.encryption_certificate);
        sp.signing_certificates.clone_from(&self.settings.request_certificates);
        sp.logout = self.logout();
        Ok(sp)
    }

    /// The one address of the admin page, by both bindings.
    fn logout(&self) -> Vec<LogoutEndpoint> {
        let endpoint = |binding| {
            let location = self.settings.logout_url.clone()?;
            Some(LogoutEndpoint { binding, response_location: location.clone(), location })
        };
        [LogoutBinding::Redirect, LogoutBinding::Post].into_iter().filter_map(endpoint).collect()
    }
}
