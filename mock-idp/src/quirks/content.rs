//! Quirks of what a message says: more, less or other things than usual, all of them allowed.

use super::{ORDINARY, Quirk};
use crate::draft::{AttributeDraft, Confirmation, Draft};
use crate::moment;
use crate::recipe::{Recipe, RecipeError};
use crate::step::Step;
use crate::workshop::Workshop;

/// An offset from the recipe's clock in the vendor's precision. The offsets here are constants that always parse.
fn at(recipe: &Recipe, offset: &str) -> Option<String> {
    moment::text(offset, recipe.clock, recipe.vendor.shape().times.milliseconds.value).ok()
}

pub(super) const NON_ASCII: Quirk = Quirk {
    id: "non_ascii",
    about: "An attribute holds letters of two, three and four octets.",
    source: "XML 1.0, section 2.2",
    steps: &[Step::Draft(|draft, _| draft.set_attribute("nickname", vec!["Änne Łuków 李安 😀".to_owned()]))],
    ..ORDINARY
};

pub(super) const SEVERAL_AUDIENCES: Quirk = Quirk {
    id: "several_audiences",
    about: "One AudienceRestriction names another SP and us: one of them is enough.",
    source: "core 2.5.1.4",
    steps: &[Step::Draft(|draft, _| {
        draft.audiences.iter_mut().for_each(|restriction| restriction.insert(0, "https://other-sp.test".to_owned()));
    })],
    ..ORDINARY
};

pub(super) const TWO_RESTRICTIONS: Quirk = Quirk {
    id: "two_restrictions",
    about: "Two AudienceRestrictions, both of which name us.",
    source: "core 2.5.1.4",
    steps: &[Step::Draft(|draft, _| draft.audiences.extend(draft.audiences.clone()))],
    ..ORDINARY
};

pub(super) const TWO_CONFIRMATIONS: Quirk = Quirk {
    id: "two_confirmations",
    about: "Two bearer SubjectConfirmations, of which only the second is for us: one that fits is enough.",
    source: "core 2.4.1; profiles 4.1.4.2",
    steps: &[Step::Draft(two_confirmations)],
    ..ORDINARY
};

fn two_confirmations(draft: &mut Draft, _recipe: &Recipe) {
    let elsewhere =
        |fits: &Confirmation| Confirmation { recipient: Some("https://other-sp.test/acs".to_owned()), ..fits.clone() };
    if let Some(other) = draft.confirmations.first().map(elsewhere) {
        draft.confirmations.insert(0, other);
    }
}

pub(super) const EMPTY_ATTRIBUTE: Quirk = Quirk {
    id: "empty_attribute",
    about: "An Attribute without any AttributeValue.",
    source: "Google, for a mapped field that is empty; core 2.7.3.1.1",
    seen_at: &["Google"],
    steps: &[Step::Draft(|draft, _| draft.set_attribute("phone", Vec::new()))],
    ..ORDINARY
};

pub(super) const EMPTY_VALUE: Quirk = Quirk {
    id: "empty_value",
    about: "An Attribute whose AttributeValue is empty.",
    source: "OneLogin; core 2.7.3.1.1",
    seen_at: &["OneLogin"],
    steps: &[Step::Draft(|draft, _| draft.set_attribute("phone", vec![String::new()]))],
    ..ORDINARY
};

pub(super) const REPEATED_ATTRIBUTE: Quirk = Quirk {
    id: "repeated_attribute",
    about: "Each role is an Attribute of its own, all of the same Name.",
    source: "Keycloak, with \"single role attribute\" off",
    seen_at: &["Keycloak"],
    steps: &[Step::Draft(repeated_attribute)],
    ..ORDINARY
};

fn repeated_attribute(draft: &mut Draft, _recipe: &Recipe) {
    for role in ["reader", "writer"] {
        let values = vec![role.to_owned()];
        draft.attributes.push(AttributeDraft {
            name: "Role".to_owned(),
            name_format: None,
            friendly_name: None,
            values,
        });
    }
}

pub(super) const MANY_GROUPS: Quirk = Quirk {
    id: "many_groups",
    about: "The person is in 150 groups, the most that Azure lists.",
    source: "entra-docs how-to-connect-fed-group-claims",
    seen_at: &["Azure"],
    steps: &[Step::Draft(|draft, _| {
        draft.set_attribute("many-groups", (1..=150).map(|number| format!("group-{number}")).collect());
    })],
    ..ORDINARY
};

pub(super) const NO_ATTRIBUTES: Quirk = Quirk {
    id: "no_attributes",
    about: "There is no AttributeStatement.",
    source: "Google without a mapping; core 2.3.3",
    seen_at: &["Google"],
    steps: &[Step::Draft(|draft, _| draft.attributes.clear())],
    ..ORDINARY
};

pub(super) const CONSENT: Quirk = Quirk {
    id: "consent",
    about: "The Response says whether the person was asked.",
    source: "ADFS; core 3.2.2",
    seen_at: &["ADFS"],
    steps: &[Step::Draft(|draft, _| {
        draft.consent = Some("urn:oasis:names:tc:SAML:2.0:consent:obtained".to_owned());
    })],
    ..ORDINARY
};

pub(super) const SESSION_END: Quirk = Quirk {
    id: "session_end",
    about: "SessionNotOnOrAfter is twelve hours ahead.",
    source: "SimpleSAMLphp, OneLogin, Keycloak; core 2.7.2",
    seen_at: &["SimpleSAMLphp", "OneLogin", "Keycloak"],
    steps: &[Step::Draft(|draft, recipe| draft.session_not_on_or_after = at(recipe, "+12h"))],
    ..ORDINARY
};

pub(super) const ONE_TIME_USE: Quirk = Quirk {
    id: "one_time_use",
    about: "The Assertion may be used only once, now.",
    source: "Keycloak, where switched on; core 2.5.1.5",
    seen_at: &["Keycloak"],
    steps: &[Step::Draft(|draft, _| draft.one_time_use = true)],
    ..ORDINARY
};

pub(super) const PROXY_RESTRICTION: Quirk = Quirk {
    id: "proxy_restriction",
    about: "Nobody may issue further Assertions on the ground of this one, which concerns only proxies.",
    source: "core 2.5.1.6",
    steps: &[Step::Draft(|draft, _| draft.proxy_count = Some("0".to_owned()))],
    ..ORDINARY
};

pub(super) const OLD_AUTHN_INSTANT: Quirk = Quirk {
    id: "old_authn_instant",
    about: "The person signed in at the IdP eighty days ago.",
    source: "glpi's capture of Azure",
    seen_at: &["Azure"],
    steps: &[Step::Draft(|draft, recipe| draft.authn_instant = at(recipe, "-80d"))],
    ..ORDINARY
};

pub(super) const SP_NAME_QUALIFIER: Quirk = Quirk {
    id: "sp_name_qualifier",
    about: "The NameID is qualified by IdP and SP.",
    source: "SimpleSAMLphp; core 2.2.2",
    seen_at: &["SimpleSAMLphp", "Shibboleth"],
    steps: &[Step::Tree(sp_name_qualifier)],
    ..ORDINARY
};

fn sp_name_qualifier(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (idp, sp) = (workshop.recipe.idp.entity_id.clone(), workshop.recipe.sp.entity_id.clone());
    let name_id = workshop.assertion()?.at_mut(&["Subject", "NameID"]).ok_or(RecipeError::Missing("NameID"))?;
    name_id.set("NameQualifier", idp);
    name_id.set("SPNameQualifier", sp);
    Ok(())
}
