//! Edits: a few fields of a message changed, as data; a scenario file in, a changed draft out.
//!
//! Values may hold `${SP}`, `${ACS}`, `${IDP}`, `${REQUEST_ID}`, `${PERSON}` and `${ATTACKER}`; times are offsets from the
//! clock (see [`crate::moment`]). Refuses: a field nobody knows, a time that is none.

use crate::draft::Draft;
use crate::moment::{self, MomentError};
use crate::recipe::Recipe;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What to change. Every field that is set replaces what the vendor would have written.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct Edits {
    /// Parts to leave out altogether.
    pub without: Vec<Part>,
    /// Issuer of Response and Assertion.
    pub issuer: Option<String>,
    /// Issuer of the Response alone.
    pub response_issuer: Option<String>,
    /// Issuer of the Assertion alone.
    pub assertion_issuer: Option<String>,
    /// Version of Response and Assertion.
    pub version: Option<String>,
    /// Version of the Response alone.
    pub response_version: Option<String>,
    /// Version of the Assertion alone.
    pub assertion_version: Option<String>,
    /// ID of the Response.
    pub response_id: Option<String>,
    /// ID of the Assertion.
    pub assertion_id: Option<String>,
    /// IssueInstant of Response and Assertion.
    pub issue_instant: Option<String>,
    /// IssueInstant of the Response alone.
    pub response_issue_instant: Option<String>,
    /// IssueInstant of the Assertion alone.
    pub assertion_issue_instant: Option<String>,
    /// Destination of the Response.
    pub destination: Option<String>,
    /// Consent of the Response.
    pub consent: Option<String>,
    /// InResponseTo of Response and SubjectConfirmationData.
    pub in_response_to: Option<String>,
    /// InResponseTo of the Response alone.
    pub response_in_response_to: Option<String>,
    /// InResponseTo of the SubjectConfirmationData alone.
    pub confirmation_in_response_to: Option<String>,
    /// The top-level StatusCode.
    pub status: Option<String>,
    /// The second-level StatusCode.
    pub sub_status: Option<String>,
    /// The StatusMessage.
    pub status_message: Option<String>,
    /// The NameID.
    pub name_id: Option<String>,
    /// The NameID's Format.
    pub name_id_format: Option<String>,
    /// The NameID's NameQualifier.
    pub name_qualifier: Option<String>,
    /// The NameID's SPNameQualifier.
    pub sp_name_qualifier: Option<String>,
    /// Method of the SubjectConfirmation.
    pub confirmation_method: Option<String>,
    /// Recipient of the SubjectConfirmationData.
    pub recipient: Option<String>,
    /// NotBefore of the SubjectConfirmationData, which a bearer one must not have.
    pub confirmation_not_before: Option<String>,
    /// NotOnOrAfter of the SubjectConfirmationData.
    pub confirmation_not_on_or_after: Option<String>,
    /// Address of the SubjectConfirmationData.
    pub address: Option<String>,
    /// NotBefore of the Conditions.
    pub not_before: Option<String>,
    /// NotOnOrAfter of the Conditions.
    pub not_on_or_after: Option<String>,
    /// The Audiences of one AudienceRestriction.
    pub audience: Option<Vec<String>>,
    /// Several AudienceRestrictions, each with its Audiences.
    pub audiences: Option<Vec<Vec<String>>>,
    /// Whether there is a OneTimeUse condition.
    pub one_time_use: bool,
    /// Count of a ProxyRestriction.
    pub proxy_count: Option<String>,
    /// AuthnInstant.
    pub authn_instant: Option<String>,
    /// SessionIndex.
    pub session_index: Option<String>,
    /// SessionNotOnOrAfter.
    pub session_not_on_or_after: Option<String>,
    /// AuthnContextClassRef.
    pub authn_context: Option<String>,
    /// Attributes to set or to add, by Name.
    pub attributes: BTreeMap<String, Vec<String>>,
}

/// A part of a message that can be left out.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The Response's Issuer.
    ResponseIssuer,
    /// The Assertion's Issuer.
    AssertionIssuer,
    /// The Response's ID.
    ResponseId,
    /// The Assertion's ID.
    AssertionId,
    /// The Response's Version.
    ResponseVersion,
    /// The Assertion's Version.
    AssertionVersion,
    /// The Response's IssueInstant.
    ResponseIssueInstant,
    /// The Assertion's IssueInstant.
    AssertionIssueInstant,
    /// The Response's Destination.
    Destination,
    /// InResponseTo in both places.
    InResponseTo,
    /// The Response's InResponseTo.
    ResponseInResponseTo,
    /// The SubjectConfirmationData's InResponseTo.
    ConfirmationInResponseTo,
    /// The Status element.
    Status,
    /// The Assertion itself.
    Assertion,
    /// The Subject.
    Subject,
    /// The NameID.
    NameId,
    /// The NameID's Format.
    NameIdFormat,
    /// Every SubjectConfirmation.
    Confirmation,
    /// The SubjectConfirmationData.
    ConfirmationData,
    /// The SubjectConfirmationData's Recipient.
    Recipient,
    /// The SubjectConfirmationData's NotOnOrAfter.
    ConfirmationNotOnOrAfter,
    /// The Conditions.
    Conditions,
    /// The Conditions' NotBefore.
    NotBefore,
    /// The Conditions' NotOnOrAfter.
    NotOnOrAfter,
    /// Every AudienceRestriction.
    Audience,
    /// The AuthnStatement.
    AuthnStatement,
    /// The SessionIndex.
    SessionIndex,
    /// The AttributeStatement.
    Attributes,
}

impl Edits {
    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Changes the draft. Single fields come after the ones that set two at a time, so that they win.
    pub(crate) fn apply(&self, draft: &mut Draft, recipe: &Recipe) -> Result<(), MomentError> {
        let names = Names(recipe);
        self.apply_texts(draft, &names);
        self.apply_times(draft, recipe)?;
        self.apply_lists(draft, &names);
        self.without.iter().for_each(|part| draft.leave_out(*part));
        Ok(())
    }

    fn apply_texts(&self, draft: &mut Draft, names: &Names<'_>) {
        names.put(&self.issuer, &mut draft.response_issuer);
        names.put(&self.issuer, &mut draft.assertion_issuer);
        names.put(&self.response_issuer, &mut draft.response_issuer);
        names.put(&self.assertion_issuer, &mut draft.assertion_issuer);
        names.put(&self.version, &mut draft.response_version);
        names.put(&self.version, &mut draft.assertion_version);
        names.put(&self.response_version, &mut draft.response_version);
        names.put(&self.assertion_version, &mut draft.assertion_version);
        names.put(&self.response_id, &mut draft.response_id);
        names.put(&self.assertion_id, &mut draft.assertion_id);
        names.put(&self.destination, &mut draft.destination);
        names.put(&self.consent, &mut draft.consent);
        names.put(&self.in_response_to, &mut draft.in_response_to);
        names.put(&self.response_in_response_to, &mut draft.in_response_to);
        names.put(&self.status, &mut draft.status);
        names.put(&self.sub_status, &mut draft.sub_status);
        names.put(&self.status_message, &mut draft.status_message);
        names.put(&self.name_id, &mut draft.name_id);
        names.put(&self.name_id_format, &mut draft.name_id_format);
        names.put(&self.name_qualifier, &mut draft.name_qualifier);
        names.put(&self.sp_name_qualifier, &mut draft.sp_name_qualifier);
        names.put(&self.proxy_count, &mut draft.proxy_count);
        names.put(&self.session_index, &mut draft.session_index);
        names.put(&self.authn_context, &mut draft.class);
        for confirmation in &mut draft.confirmations {
            names.put(&self.confirmation_method, &mut confirmation.method);
            names.put(&self.recipient, &mut confirmation.recipient);
            names.put(&self.in_response_to, &mut confirmation.in_response_to);
            names.put(&self.confirmation_in_response_to, &mut confirmation.in_response_to);
            names.put(&self.address, &mut confirmation.address);
        }
    }

    fn apply_times(&self, draft: &mut Draft, recipe: &Recipe) -> Result<(), MomentError> {
        let milliseconds = recipe.vendor.shape().times.milliseconds.value;
        let put = |edit: &Option<String>, field: &mut Option<String>| -> Result<(), MomentError> {
            if let Some(moment) = edit {
                *field = Some(moment::text(moment, recipe.clock, milliseconds)?);
            }
            Ok(())
        };
        put(&self.issue_instant, &mut draft.response_issue_instant)?;
        put(&self.issue_instant, &mut draft.assertion_issue_instant)?;
        put(&self.response_issue_instant, &mut draft.response_issue_instant)?;
        put(&self.assertion_issue_instant, &mut draft.assertion_issue_instant)?;
        put(&self.not_before, &mut draft.not_before)?;
        put(&self.not_on_or_after, &mut draft.not_on_or_after)?;
        put(&self.authn_instant, &mut draft.authn_instant)?;
        put(&self.session_not_on_or_after, &mut draft.session_not_on_or_after)?;
        for confirmation in &mut draft.confirmations {
            put(&self.confirmation_not_before, &mut confirmation.not_before)?;
            put(&self.confirmation_not_on_or_after, &mut confirmation.not_on_or_after)?;
        }
        Ok(())
    }

    fn apply_lists(&self, draft: &mut Draft, names: &Names<'_>) {
        if let Some(audience) = &self.audience {
            draft.audiences = vec![names.fill_all(audience)];
        }
        if let Some(audiences) = &self.audiences {
            draft.audiences = audiences.iter().map(|restriction| names.fill_all(restriction)).collect();
        }
        draft.one_time_use |= self.one_time_use;
        for (name, values) in &self.attributes {
            draft.set_attribute(&names.fill(name), names.fill_all(values));
        }
    }
}

/// What the placeholders of a recipe stand for.
struct Names<'a>(&'a Recipe);

impl Names<'_> {
    fn fill(&self, text: &str) -> String {
        text.replace("${SP}", &self.0.sp.entity_id)
            .replace("${ACS}", &self.0.sp.acs)
            .replace("${IDP}", &self.0.idp.entity_id)
            .replace("${REQUEST_ID}", self.0.in_response_to.as_deref().unwrap_or_default())
            .replace("${PERSON}", &self.0.person.user_name)
            .replace("${ATTACKER}", &self.0.attacker.user_name)
    }

    fn fill_all(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.fill(text)).collect()
    }

    fn put(&self, edit: &Option<String>, field: &mut Option<String>) {
        if let Some(text) = edit {
            *field = Some(self.fill(text));
        }
    }
}
