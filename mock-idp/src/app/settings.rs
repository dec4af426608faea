//! What the options of an application come to: labels and values in, typed settings out, and from there into a recipe.

use super::options::{Knob, OptionFact, Options};
use super::values::{AppError, Given, OptionValue, cut, listed};
use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::draft::AttributeDraft;
use crate::edit::{Edits, Part};
use crate::encrypt::{Cipher, KeyTransport};
use crate::idp::Certificate;
use crate::key;
use crate::names::ATTRNAME_URI;
use crate::people::{Person, stable_guid};
use crate::recipe::{Recipe, Sign};
use crate::vendor::Vendor;
use std::collections::BTreeMap;

/// The settings of one application. `None` leaves the vendor's wire shape as it is.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The SP's names; the first is the default.
    pub entity_ids: Vec<String>,
    /// Where Responses may go; the first is the default.
    pub acs_urls: Vec<String>,
    /// The SP's logout endpoint.
    pub logout_url: Option<String>,
    /// Where a login that starts at the IdP is sent instead.
    pub start_url: Option<String>,
    /// RelayState of a login that starts at the IdP.
    pub relay_state: Option<String>,
    /// The IdP's own name in messages.
    pub issuer: Option<String>,
    /// The NameID's Format.
    pub name_id_format: Option<String>,
    /// What the NameID says, as a template.
    pub name_id: Option<String>,
    /// What gets signed.
    pub sign: Option<Sign>,
    /// How it gets signed.
    pub signature: Option<SignatureAlgorithm>,
    /// How it gets digested.
    pub digest: Option<DigestAlgorithm>,
    /// Whether Assertions get encrypted.
    pub encrypt: bool,
    /// By which cipher.
    pub cipher: Option<Cipher>,
    /// How the content key travels.
    pub transport: Option<KeyTransport>,
    /// For whom, DER.
    pub encryption_certificate: Option<Vec<u8>>,
    /// Whether a request must be signed.
    pub wants_signed_requests: bool,
    /// By one of these, DER.
    pub request_certificates: Vec<Vec<u8>>,
    /// The attributes, in order; `None` are those of the vendor's wire shape.
    pub attributes: Option<Vec<Mapping>>,
    /// Which groups the vendor's group claim lists.
    pub groups: Option<Groups>,
    /// The Name of the attribute with the groups.
    pub group_name: Option<String>,
    /// NameFormat of every attribute.
    pub name_format: Option<String>,
    /// Whether ForceAuthn of a request counts.
    pub honor_force_authn: bool,
    /// The certificates in the metadata; the first signs.
    pub certificates: Vec<Certificate>,
    /// Everything that is a plain field of the message: lifetimes, Audience, Recipient, AuthnContext and so on.
    pub fields: Edits,
}

/// One attribute of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Its Name.
    pub name: String,
    /// Where its values come from.
    pub from: From,
}

/// Where the values of an attribute come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// Templates such as `${EMAIL}`, or texts that are always the same.
    Templates(Vec<String>),
    /// The person's groups that this filter lets through.
    Groups(Filter),
    /// The roles whose group the person is in.
    Roles(Vec<(String, String)>),
}

/// Which groups appear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    All,
    /// Those that start so.
    StartsWith(String),
    /// Those that contain this.
    Contains(String),
    /// Those that are listed.
    OneOf(Vec<String>),
}

/// How a group claim names the groups.
#[derive(Clone, Copy, Debug, serde::Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Groups {
    /// There is no group claim.
    None,
    /// By name.
    Names,
    /// By the directory's identifiers.
    Ids,
}

impl Settings {
    /// The vendor's defaults with these options over them.
    pub(super) fn of(vendor: Vendor, given: &BTreeMap<String, OptionValue>) -> Result<Self, AppError> {
        let options = vendor.options();
        if let Some(label) = given.keys().find(|label| !options.option.iter().any(|option| option.label == **label)) {
            return Err(AppError::unknown_option(vendor, label));
        }
        let mut settings = Self { honor_force_authn: true, ..Self::default() };
        let mut signs = Signs::default();
        for option in &options.option {
            if let Some(value) = given.get(&option.label).or(option.default.as_ref()) {
                settings.set(&Given { option, value }, options, &mut signs)?;
            }
        }
        settings.sign = signs.of(vendor, &options.option).map_err(AppError::Unreadable)?.or(settings.sign);
        Ok(settings)
    }

    fn set(&mut self, given: &Given<'_>, options: &Options, signs: &mut Signs) -> Result<(), AppError> {
        let seconds = |number: u32| format!("+{number}s");
        match given.option.sets {
            Knob::EntityIds => self.entity_ids = given.list()?,
            Knob::AcsUrls => self.acs_urls = web_addresses(given)?,
            Knob::LogoutUrl => self.logout_url = web_addresses(given)?.pop(),
            Knob::StartUrl => self.start_url = web_addresses(given)?.pop(),
            Knob::RelayState => self.relay_state = Some(given.text()?),
            Knob::Issuer => self.issuer = Some(given.text()?),
            Knob::Audience => self.fields.audience = Some(given.list()?),
            Knob::Recipient => self.fields.recipient = Some(given.text()?),
            Knob::Destination => self.fields.destination = Some(given.text()?),
            Knob::NameIdFormat => self.name_id_format = Some(given.text()?).filter(|format| !format.is_empty()),
            Knob::NameId => self.name_id = Some(source(given, options, &given.text()?)?),
            Knob::Sign => self.sign = Some(given.word()?),
            Knob::SignResponse => signs.response = Some(given.switch()?),
            Knob::SignAssertion => signs.assertion = Some(given.switch()?),
            Knob::ResponseInstead => {
                self.sign = Some(if given.switch()? { Sign::Response } else { Sign::Assertion });
            }
            Knob::Signature => self.signature = Some(given.word()?),
            Knob::Digest => self.digest = Some(given.word()?),
            Knob::Encrypt => self.encrypt = given.switch()?,
            Knob::Cipher => self.cipher = Some(given.word()?),
            Knob::Transport => self.transport = Some(given.word()?),
            Knob::EncryptionCertificate => self.encryption_certificate = certificates(given)?.pop(),
            Knob::WantsSigned => self.wants_signed_requests = given.switch()?,
            Knob::RequestCertificates => self.request_certificates = certificates(given)?,
            Knob::Attributes => {
                for (name, sources) in given.table()? {
                    let templates = sources.texts().iter().map(|text| source(given, options, text)).collect();
                    self.map(name, From::Templates(templates_of(templates)?));
                }
            }
            Knob::AttributesBySource => {
                for (from, names) in given.table()? {
                    let template = source(given, options, from)?;
                    names.texts().iter().for_each(|name| self.map(name, From::Templates(vec![template.clone()])));
                }
            }
            Knob::FixedAttributes => {
                given.table()?.iter().for_each(|(name, texts)| self.map(name, From::Templates(texts.texts())));
            }
            Knob::GroupStatements => {
                for (name, filter) in given.table()? {
                    self.map(name, From::Groups(filter_of(given, &filter.texts().concat())?));
                }
            }
            Knob::GroupMembership => {
                for (name, groups) in given.table()? {
                    self.map(name, From::Groups(Filter::OneOf(groups.texts())));
                }
            }
            Knob::Roles => {
                for (name, pairs) in given.table()? {
                    self.map(name, From::Roles(roles_of(given, &pairs.texts())?));
                }
            }
            Knob::Groups => self.groups = Some(given.word()?),
            Knob::GroupName => self.group_name = Some(given.text()?),
            Knob::NameFormat => self.name_format = Some(given.text()?),
            Knob::WithNameFormat => self.name_format = given.switch()?.then(|| ATTRNAME_URI.to_owned()),
            Knob::Lifetime => {
                self.fields.not_on_or_after = Some(seconds(given.seconds()?));
                self.fields.confirmation_not_on_or_after = Some(seconds(given.seconds()?));
            }
            Knob::NotBeforeSkew => self.fields.not_before = Some(format!("-{}s", given.seconds()?)),
            Knob::SessionLifetime => {
                self.fields.session_not_on_or_after = Some(given.seconds()?).filter(|end| *end > 0).map(seconds);
            }
            Knob::AuthnContext => self.fields.authn_context = Some(given.text()?),
            Knob::HonorForceAuthn => self.honor_force_authn = given.switch()?,
            Knob::OneTimeUse => self.fields.one_time_use = given.switch()?,
            Knob::AuthnStatement => {
                if !given.switch()? {
                    self.fields.without.push(Part::AuthnStatement);
                }
            }
            Knob::Certificates => {
                let words: Result<Vec<_>, _> = given.list()?.iter().map(|word| Certificate::named(word)).collect();
                self.certificates = words.map_err(|allowed| given.refused(allowed))?;
            }
        }
        Ok(())
    }

    fn map(&mut self, name: &str, from: From) {
        self.attributes.get_or_insert_default().push(Mapping { name: name.to_owned(), from });
    }

    /// Puts the settings into a recipe, below its edits.
    pub(super) fn apply(&self, recipe: &mut Recipe, person: &Person) {
        recipe.settings = self.fields.clone();
        recipe.settings.name_id_format.clone_from(&self.name_id_format);
        recipe.settings.name_id = self.name_id.as_ref().map(|template| person.fill(template));
        recipe.sign = self.sign.unwrap_or(recipe.sign);
        // Another kind of key brings its own algorithm.
        if recipe.idp.key().fits(self.signature.unwrap_or(recipe.signature)) {
            recipe.signature = self.signature.unwrap_or(recipe.signature);
        }
        recipe.digest = self.digest;
        if self.encrypt {
            let mut encryption = recipe.usual_encryption();
            encryption.cipher = self.cipher.unwrap_or(encryption.cipher);
            encryption.transport = self.transport.unwrap_or(encryption.transport);
            recipe.encrypt = Some(encryption);
        }
        recipe.attributes = Some(self.drafts(recipe.vendor, person));
    }

    /// The attributes about this person.
    fn drafts(&self, vendor: Vendor, person: &Person) -> Vec<AttributeDraft> {
        let usual = || crate::draft::attributes(&vendor.shape().attributes, person);
        let mapped = |mappings: &Vec<Mapping>| mappings.iter().filter_map(|mapping| mapping.draft(person)).collect();
        let mut drafts: Vec<AttributeDraft> = self.attributes.as_ref().map_or_else(usual, mapped);
        let claim = vendor.shape().login.group_claim.as_ref().map(|fact| fact.value.as_str());
        if let (Some(groups), Some(claim)) = (self.groups, claim) {
            let values = match groups {
                Groups::None => Vec::new(),
                Groups::Names => person.groups.clone(),
                Groups::Ids => person.groups.iter().map(|group| stable_guid(group)).collect(),
            };
            let name = self.group_name.clone().unwrap_or_else(|| claim.to_owned());
            // Where the wire shape has the claim, it keeps its place.
            let place = drafts.iter().position(|draft| draft.name == claim);
            drafts.retain(|draft| draft.name != claim);
            if !values.is_empty() {
                let draft = AttributeDraft { name, name_format: None, friendly_name: None, values };
                drafts.insert(place.unwrap_or(drafts.len()), draft);
            }
        }
        if let Some(format) = &self.name_format {
            drafts.iter_mut().for_each(|draft| draft.name_format = Some(format.clone()));
        }
        drafts
    }
}

impl Mapping {
    /// The attribute about this person; a role attribute without any role is left out.
    fn draft(&self, person: &Person) -> Option<AttributeDraft> {
        let values: Vec<String> = match &self.from {
            From::Templates(templates) => templates.iter().flat_map(|text| person.values(text)).collect(),
            From::Groups(filter) => person.groups.iter().filter(|group| filter.lets_through(group)).cloned().collect(),
            From::Roles(pairs) => {
                pairs.iter().filter(|(_, group)| person.groups.contains(group)).map(|(role, _)| role.clone()).collect()
            }
        };
        let empty = values.is_empty() && !matches!(self.from, From::Templates(_));
        (!empty).then(|| AttributeDraft { name: self.name.clone(), name_format: None, friendly_name: None, values })
    }
}

impl Filter {
    fn lets_through(&self, group: &str) -> bool {
        match self {
            Self::All => true,
            Self::StartsWith(start) => group.starts_with(start.as_str()),
            Self::Contains(part) => group.contains(part.as_str()),
            Self::OneOf(listed) => listed.iter().any(|one| one == group),
        }
    }
}

/// Boxes that are ticked apart from each other.
#[derive(Default)]
struct Signs {
    response: Option<bool>,
    assertion: Option<bool>,
}

impl Signs {
    fn of(&self, vendor: Vendor, options: &[OptionFact]) -> Result<Option<Sign>, String> {
        if self.response.is_none() && self.assertion.is_none() {
            return Ok(None);
        }
        let usual = vendor.shape().signing.sign.value;
        let response = self.response.unwrap_or(usual.response());
        match (response, self.assertion.unwrap_or(usual.assertion())) {
            (true, true) => Ok(Some(Sign::Both)),
            (true, false) => Ok(Some(Sign::Response)),
            (false, true) => Ok(Some(Sign::Assertion)),
            (false, false) => {
                let boxes =
                    options.iter().filter(|option| matches!(option.sets, Knob::SignResponse | Knob::SignAssertion));
                Err(format!("one of {} must stay on", listed(boxes.map(|option| option.label.as_str()))))
            }
        }
    }
}

fn templates_of(templates: Vec<Result<String, AppError>>) -> Result<Vec<String>, AppError> {
    templates.into_iter().collect()
}

/// The template that the vendor's word stands for; text in double quotes is a constant, as at Azure and Okta.
fn source(given: &Given<'_>, options: &Options, word: &str) -> Result<String, AppError> {
    if let Some(constant) = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return Ok(constant.to_owned());
    }
    options.sources.get(word).cloned().ok_or_else(|| {
        let known = listed(options.sources.keys().map(String::as_str));
        AppError::Value {
            label: given.option.label.clone(),
            found: format!("`{}`", cut(word)),
            expected: format!("one of {known}, or a constant in double quotes"),
            allowed: options.sources.keys().cloned().collect(),
        }
    })
}

/// A filter as Okta writes it in one line.
fn filter_of(given: &Given<'_>, text: &str) -> Result<Filter, AppError> {
    let (kind, rest) = text.split_once(": ").unwrap_or((text, ""));
    match (kind, rest) {
        ("Matches regex", ".*") => Ok(Filter::All),
        ("Starts with", start) => Ok(Filter::StartsWith(start.to_owned())),
        ("Contains", part) => Ok(Filter::Contains(part.to_owned())),
        ("Equals", group) => Ok(Filter::OneOf(vec![group.to_owned()])),
        _ => Err(given.refused("`Starts with: ...`, `Equals: ...`, `Contains: ...` or `Matches regex: .*`")),
    }
}

fn roles_of(given: &Given<'_>, pairs: &[String]) -> Result<Vec<(String, String)>, AppError> {
    let pair = |text: &String| {
        let (role, group) = text.split_once('=').ok_or_else(|| given.refused("pairs such as `role=group`"))?;
        Ok((role.to_owned(), group.to_owned()))
    };
    pairs.iter().map(pair).collect()
}

/// An auto-posting page has these in its form: nothing but a web address may stand there.
fn web_addresses(given: &Given<'_>) -> Result<Vec<String>, AppError> {
    let urls = given.list()?;
    if urls.iter().all(|url| url.starts_with("http://") || url.starts_with("https://")) {
        Ok(urls)
    } else {
        Err(given.refused("URLs with http or https"))
    }
}

fn certificates(given: &Given<'_>) -> Result<Vec<Vec<u8>>, AppError> {
    let read = |pem: &String| key::pem_body(pem).ok_or_else(|| given.refused("a certificate in PEM"));
    given.list()?.iter().map(read).collect()
}
