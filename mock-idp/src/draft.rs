//! What a message is going to say, before there is any XML: a recipe in, plain fields out.
//!
//! Edits and many quirks and attacks change a draft; the vendor's spelling comes after, in `compose`.

use crate::edit::Part;
use crate::facts::{AttributeFact, SessionIndex};
use crate::moment::{self, MomentError};
use crate::names::{BEARER, SUCCESS};
use crate::people::Person;
use crate::random::Random;
use crate::recipe::Recipe;
use time::{Duration, OffsetDateTime};

/// The fields of one message. `None` leaves the place out.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Response: ID.
    pub response_id: Option<String>,
    /// Response: Version.
    pub response_version: Option<String>,
    /// Response: IssueInstant.
    pub response_issue_instant: Option<String>,
    /// Response: Destination.
    pub destination: Option<String>,
    /// Response: InResponseTo.
    pub in_response_to: Option<String>,
    /// Response: Consent.
    pub consent: Option<String>,
    /// Response: Issuer.
    pub response_issuer: Option<String>,
    /// The top-level StatusCode.
    pub status: Option<String>,
    /// The second-level StatusCode.
    pub sub_status: Option<String>,
    /// The StatusMessage.
    pub status_message: Option<String>,
    /// Whether there is an Assertion at all.
    pub assertion: bool,
    /// Assertion: ID.
    pub assertion_id: Option<String>,
    /// Assertion: Version.
    pub assertion_version: Option<String>,
    /// Assertion: IssueInstant.
    pub assertion_issue_instant: Option<String>,
    /// Assertion: Issuer.
    pub assertion_issuer: Option<String>,
    /// Whether there is a Subject.
    pub subject: bool,
    /// The NameID.
    pub name_id: Option<String>,
    /// The NameID's Format.
    pub name_id_format: Option<String>,
    /// The NameID's NameQualifier.
    pub name_qualifier: Option<String>,
    /// The NameID's SPNameQualifier.
    pub sp_name_qualifier: Option<String>,
    /// The SubjectConfirmations.
    pub confirmations: Vec<Confirmation>,
    /// Whether there are Conditions.
    pub conditions: bool,
    /// Conditions: NotBefore.
    pub not_before: Option<String>,
    /// Conditions: NotOnOrAfter.
    pub not_on_or_after: Option<String>,
    /// The AudienceRestrictions.
    pub audiences: Vec<Vec<String>>,
    /// Whether there is a OneTimeUse.
    pub one_time_use: bool,
    /// Count of a ProxyRestriction.
    pub proxy_count: Option<String>,
    /// Whether there is an AuthnStatement.
    pub authn_statement: bool,
    /// AuthnInstant.
    pub authn_instant: Option<String>,
    /// SessionIndex.
    pub session_index: Option<String>,
    /// SessionNotOnOrAfter.
    pub session_not_on_or_after: Option<String>,
    /// AuthnContextClassRef.
    pub class: Option<String>,
    /// The attributes, in order.
    pub attributes: Vec<AttributeDraft>,
}

/// One SubjectConfirmation.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// Its Method.
    pub method: Option<String>,
    /// Whether it has a SubjectConfirmationData.
    pub data: bool,
    /// InResponseTo.
    pub in_response_to: Option<String>,
    /// NotBefore.
    pub not_before: Option<String>,
    /// NotOnOrAfter.
    pub not_on_or_after: Option<String>,
    /// Recipient.
    pub recipient: Option<String>,
    /// Address.
    pub address: Option<String>,
}

/// One Attribute.
#[derive(Clone, Debug)]
pub struct AttributeDraft {
    /// Its Name.
    pub name: String,
    /// Its NameFormat, where it is not the vendor's usual one.
    pub name_format: Option<String>,
    /// Its FriendlyName.
    pub friendly_name: Option<String>,
    /// Its values.
    pub values: Vec<String>,
}

impl Draft {
    /// The healthy message of this recipe's vendor, for this person.
    pub(crate) fn of(recipe: &Recipe, person: &Person, random: &mut Random) -> Result<Self, MomentError> {
        let shape = recipe.vendor.shape();
        let times = &shape.times;
        let at = |moment: &str| moment::text(moment, recipe.clock, times.milliseconds.value).map(Some);
        let signed = |signed: bool, usual| match &shape.wire.signed_id {
            Some(pattern) if signed => &pattern.value,
            _ => usual,
        };
        let response_id = random.id(signed(recipe.sign.response(), &shape.ids.response.value));
        let assertion_id = random.id(signed(recipe.sign.assertion(), &shape.ids.assertion.value));
        let spares_destination = shape.wire.destination_when_signed.as_ref().is_some_and(|fact| fact.value);
        let destination = (recipe.sign.response() || !spares_destination).then(|| recipe.sp.acs.clone());
        let qualified = shape.login.sp_name_qualifier.as_ref().is_some_and(|fact| fact.value);
        let session = shape.times.session.as_ref().map(|fact| at(&fact.value)).transpose()?.flatten();
        let own = || attributes(&shape.attributes, person);
        let session_index = match &shape.ids.session_index.value {
            SessionIndex::RequestIdOr(pattern) => {
                let millis = (recipe.clock.unix_timestamp_nanos() / 1_000_000).to_string();
                let own = random.id(&pattern.replace("{millis}", &millis));
                recipe.in_response_to.clone().unwrap_or(own)
            }
            SessionIndex::AssertionId => assertion_id.clone(),
            SessionIndex::Pattern(pattern) => random.id(pattern),
        };
        Ok(Self {
            response_id: Some(response_id),
            response_version: Some("2.0".to_owned()),
            response_issue_instant: at("now")?,
            destination,
            in_response_to: recipe.in_response_to.clone(),
            consent: None,
            response_issuer: Some(recipe.idp.entity_id.clone()),
            status: Some(SUCCESS.to_owned()),
            sub_status: None,
            status_message: None,
            assertion: true,
            assertion_id: Some(assertion_id),
            assertion_version: Some("2.0".to_owned()),
            assertion_issue_instant: at(&times.assertion.value)?,
            assertion_issuer: Some(recipe.idp.entity_id.clone()),
            subject: true,
            name_id: Some(person.user_name.clone()),
            name_id_format: Some(shape.login.name_id_format.value.clone()),
            name_qualifier: None,
            sp_name_qualifier: qualified.then(|| recipe.sp.entity_id.clone()),
            confirmations: vec![Confirmation {
                method: Some(BEARER.to_owned()),
                data: true,
                in_response_to: recipe.in_response_to.clone(),
                not_before: None,
                not_on_or_after: at(&times.confirmation.value)?,
                recipient: Some(recipe.sp.acs.clone()),
                address: None,
            }],
            conditions: true,
            not_before: at(&times.not_before.value)?,
            not_on_or_after: at(&times.not_on_or_after.value)?,
            audiences: vec![vec![recipe.sp.entity_id.clone()]],
            one_time_use: false,
            proxy_count: None,
            authn_statement: true,
            authn_instant: authn_instant(&times.authn.value, recipe.clock, times.milliseconds.value)?,
            session_index: Some(session_index),
            session_not_on_or_after: session,
            class: Some(shape.login.class.value.clone()),
            // Whoever made the recipe for an application decided about the person's attributes; a forgery names another one.
            attributes: recipe.attributes.clone().filter(|_| *person == recipe.person).unwrap_or_else(own),
        })
    }

    /// The first SubjectConfirmation, to be changed.
    pub fn confirmation(&mut self) -> Option<&mut Confirmation> {
        self.confirmations.first_mut()
    }

    /// Sets the values of an attribute, or adds it at the end.
    pub fn set_attribute(&mut self, name: &str, values: Vec<String>) {
        match self.attributes.iter_mut().find(|attribute| attribute.name == name) {
            Some(attribute) => attribute.values = values,
            None => self.attributes.push(AttributeDraft {
                name: name.to_owned(),
                name_format: None,
                friendly_name: None,
                values,
            }),
        }
    }

    /// Leaves a part out.
    pub(crate) fn leave_out(&mut self, part: Part) {
        match part {
            Part::ResponseIssuer => self.response_issuer = None,
            Part::AssertionIssuer => self.assertion_issuer = None,
            Part::ResponseId => self.response_id = None,
            Part::AssertionId => self.assertion_id = None,
            Part::ResponseVersion => self.response_version = None,
            Part::AssertionVersion => self.assertion_version = None,
            Part::ResponseIssueInstant => self.response_issue_instant = None,
            Part::AssertionIssueInstant => self.assertion_issue_instant = None,
            Part::Destination => self.destination = None,
            Part::InResponseTo => {
                self.in_response_to = None;
                self.each_confirmation(|confirmation| confirmation.in_response_to = None);
            }
            Part::ResponseInResponseTo => self.in_response_to = None,
            Part::ConfirmationInResponseTo => self.each_confirmation(|confirmation| confirmation.in_response_to = None),
            Part::Status => self.status = None,
            Part::Assertion => self.assertion = false,
            Part::Subject => self.subject = false,
            Part::NameId => self.name_id = None,
            Part::NameIdFormat => self.name_id_format = None,
            Part::Confirmation => self.confirmations.clear(),
            Part::ConfirmationData => self.each_confirmation(|confirmation| confirmation.data = false),
            Part::Recipient => self.each_confirmation(|confirmation| confirmation.recipient = None),
            Part::ConfirmationNotOnOrAfter => {
                self.each_confirmation(|confirmation| confirmation.not_on_or_after = None)
            }
            Part::Conditions => self.conditions = false,
            Part::NotBefore => self.not_before = None,
            Part::NotOnOrAfter => self.not_on_or_after = None,
            Part::Audience => self.audiences.clear(),
            Part::AuthnStatement => self.authn_statement = false,
            Part::SessionIndex => self.session_index = None,
            Part::Attributes => self.attributes.clear(),
        }
    }

    fn each_confirmation(&mut self, change: impl FnMut(&mut Confirmation)) {
        self.confirmations.iter_mut().for_each(change);
    }
}

/// `whole` is this instant without its fraction, as Google writes it; anything else is an offset.
fn authn_instant(moment: &str, clock: OffsetDateTime, milliseconds: bool) -> Result<Option<String>, MomentError> {
    if moment == "whole" {
        let whole = clock - Duration::nanoseconds(i64::from(clock.nanosecond()));
        return moment::text("now", whole, milliseconds).map(Some);
    }
    moment::text(moment, clock, milliseconds).map(Some)
}

/// The attributes of a vendor's new application about this person.
pub(crate) fn attributes(facts: &[AttributeFact], person: &Person) -> Vec<AttributeDraft> {
    let draft = |fact: &AttributeFact, values| AttributeDraft {
        name: fact.name.clone(),
        name_format: fact.name_format.clone(),
        friendly_name: fact.friendly_name.clone(),
        values,
    };
    let mut drafts = Vec::new();
    for fact in facts {
        let values: Vec<String> = fact.values.iter().flat_map(|value| person.values(value)).collect();
        if fact.one_by_one {
            drafts.extend(values.into_iter().map(|value| draft(fact, vec![value])));
        } else {
            drafts.push(draft(fact, values));
        }
    }
    drafts
}
