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
pub use values::{AppError, OptionValue};

use crate::idp::Idp;
use crate::people::Person;
use crate::recipe::Recipe;
use crate::request::AuthnRequest;
use crate::sp::Sp;
use crate::vendor::Vendor;
use serde::Deserialize;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// One application at a vendor.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Raw")]
pub struct App {
    /// At which vendor.
    pub vendor: Vendor,
    /// The administrator's name for it.
    pub name: String,
    /// What its options come to, defaults included.
    pub settings: Settings,
}

/// An application as it is written down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    vendor: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    options: BTreeMap<String, OptionValue>,
}

impl TryFrom<Raw> for App {
    type Error = AppError;

    fn try_from(raw: Raw) -> Result<Self, AppError> {
        let vendor = Vendor::named(&raw.vendor).ok_or_else(|| AppError::unknown_vendor(&raw.vendor))?;
        Self::new(vendor, raw.name, &raw.options)
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
        Ok(Self { vendor, name, settings })
    }

    /// An application for this SP with every option at the vendor's default.
    pub fn of_sp(vendor: Vendor, sp: &Sp) -> Result<Self, AppError> {
        let mut app = Self { vendor, name: String::new(), settings: Settings::of(vendor, &BTreeMap::new())? };
        app.settings.entity_ids = vec![sp.entity_id.clone()];
        app.settings.acs_urls = vec![sp.acs.clone()];
        app.settings.encryption_certificate = sp.encryption_certificate.clone();
        Ok(app)
    }

    /// Reads an application from TOML.
    pub fn from_toml(text: &str) -> Result<Self, AppError> {
        toml::from_str(text).map_err(|error| AppError::Unreadable(error.message().to_owned()))
    }

    /// Whether a request with this Issuer is meant for this application.
    pub fn is_named(&self, entity_id: &str) -> bool {
        self.settings.entity_ids.iter().any(|known| known == entity_id)
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
        self.settings.apply(&mut recipe, &person);
        recipe.settings.name_id_format = format.or(recipe.settings.name_id_format);
        recipe.person = person;
        Ok(recipe)
    }

    /// The SP of a request, or the default one.
    fn sp(&self, request: Option<&AuthnRequest>) -> Result<Sp, Refusal> {
        let entity_id = refusal::entity_id(&self.settings, request)?;
        let acs = refusal::acs(&self.settings, request)?;
        let mut sp = Sp::new(entity_id, acs);
        sp.encryption_certificate.clone_from(&self.settings.encryption_certificate);
        Ok(sp)
    }
}
