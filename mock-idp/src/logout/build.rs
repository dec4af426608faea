//! The XML of a logout message: a recipe in, the vendor's spelling of it out, signed or not.

use super::{EncryptedName, Kind, LogoutEdits, LogoutFault, LogoutPart, LogoutRecipe, Subject};
use crate::algorithm::SignatureAlgorithm;
use crate::canonical::Scope;
use crate::compose::{Family, Pen};
use crate::encrypt;
use crate::key;
use crate::moment::{self, MomentError};
use crate::names::{PARTIAL_LOGOUT, SUCCESS};
use crate::random::Random;
use crate::recipe::RecipeError;
use crate::sign::{self, Plan, Signer};
use crate::tree::Element;
use crate::wire::{Declaration, spell};

/// A message and its ID.
pub(super) struct Built {
    pub(super) id: String,
    pub(super) xml: String,
}

/// The message as it goes into a form.
pub(super) fn signed(recipe: &LogoutRecipe) -> Result<Built, RecipeError> {
    let (mut message, id) = tree(recipe)?;
    if recipe.sign && recipe.fault != Some(LogoutFault::Unsigned) {
        let position = sign::usual_position(&message);
        sign::sign(&mut message, &Scope::default(), &plan(recipe), &pen(recipe), position)?;
        spoil(&mut message, recipe);
    }
    Ok(Built { id, xml: text(&message, recipe) })
}

/// The message as it goes into a query: its signature stands outside.
pub(super) fn unsigned(recipe: &LogoutRecipe) -> Result<Built, RecipeError> {
    let (message, id) = tree(recipe)?;
    Ok(Built { id, xml: text(&message, recipe) })
}

/// What an attacker does with a signed message: makes it say something else.
pub(super) fn tamper(message: &mut Element) {
    if let Some(name_id) = message.child_mut("NameID") {
        name_id.say("bob@example.test");
    }
    if let Some(code) = message.at_mut(&["Status", "StatusCode"]) {
        code.set("Value", PARTIAL_LOGOUT);
    }
}

/// The message that was tampered with, for a binding whose signature stands outside.
pub(super) fn tampered(recipe: &LogoutRecipe) -> Result<Built, RecipeError> {
    let (mut message, id) = tree(recipe)?;
    tamper(&mut message);
    Ok(Built { id, xml: text(&message, recipe) })
}

fn pen(recipe: &LogoutRecipe) -> Pen<'static> {
    Pen::of(recipe.vendor, false)
}

fn text(message: &Element, recipe: &LogoutRecipe) -> String {
    let declaration: Declaration = recipe.vendor.shape().wire.declaration.value;
    format!("{}{}", declaration.text(), spell(message))
}

fn plan(recipe: &LogoutRecipe) -> Plan {
    let mut plan = Plan::of(&recipe.idp, recipe.vendor, recipe.signature, false);
    match recipe.fault {
        Some(LogoutFault::AttackerKey) => {
            plan.signer = Signer::Key(key::attacker());
            plan.algorithm = key::attacker().usual_algorithm();
            plan.digest = plan.algorithm.digest();
        }
        Some(LogoutFault::WeakAlgorithm) => {
            plan.algorithm = SignatureAlgorithm::RsaSha1;
            plan.digest = plan.algorithm.digest();
        }
        Some(LogoutFault::WrongAlgorithm) => plan.method_uri = Some(wrong_algorithm(recipe.signature).to_owned()),
        _ => {}
    }
    plan
}

/// The name of another algorithm of the same family.
pub(super) fn wrong_algorithm(signature: SignatureAlgorithm) -> &'static str {
    match signature {
        SignatureAlgorithm::RsaSha512 => SignatureAlgorithm::RsaSha256.uri(),
        _ => SignatureAlgorithm::RsaSha512.uri(),
    }
}

fn spoil(message: &mut Element, recipe: &LogoutRecipe) {
    match recipe.fault {
        Some(LogoutFault::Tampered) => tamper(message),
        Some(LogoutFault::EmptySignature) => {
            if let Some(value) = message.at_mut(&["Signature", "SignatureValue"]) {
                value.children.clear();
            }
        }
        _ => {}
    }
}

/// The unsigned message, and its ID.
fn tree(recipe: &LogoutRecipe) -> Result<(Element, String), RecipeError> {
    let mut random = Random::seeded(recipe.seed);
    let drawn = random.id(&recipe.vendor.shape().logout.id.value);
    let id = recipe.edits.id.clone().unwrap_or(drawn);
    let writer = Writer { recipe, edits: &recipe.edits, pen: pen(recipe) };
    let mut message = match &recipe.kind {
        Kind::Request(subject) => writer.request(&id, subject)?,
        Kind::Response { in_response_to } => writer.response(&id, in_response_to.as_deref())?,
    };
    if let Some(wanted) = &recipe.encrypt_name {
        hide_name(&mut message, wanted, &writer.pen, &mut random)?;
    }
    Ok((message, id))
}

/// Puts an EncryptedID in the place of the NameID, before anything is signed.
fn hide_name(message: &mut Element, to: &EncryptedName, pen: &Pen<'_>, random: &mut Random) -> Result<(), RecipeError> {
    let around = Scope::default().inside(message);
    let certificate = to.sp.encryption_certificate.as_deref();
    let name = message.child_mut("NameID").ok_or(RecipeError::Missing("NameID"))?;
    *name = encrypt::encrypt(name, &around, "EncryptedID", to.encryption, certificate, pen, random)?;
    Ok(())
}

struct Writer<'a> {
    recipe: &'a LogoutRecipe,
    edits: &'a LogoutEdits,
    pen: Pen<'static>,
}

impl Writer<'_> {
    fn request(&self, id: &str, subject: &Subject) -> Result<Element, RecipeError> {
        let end = self.not_on_or_after()?;
        let reason = self.edits.reason.as_deref();
        let more = [("NotOnOrAfter", end.as_deref()), ("Reason", reason)];
        let mut message = self.root("LogoutRequest", id, &more)?;
        if !self.without(LogoutPart::NameId) {
            message.push(self.name_id(subject));
        }
        let sessions = self.edits.session_indexes.as_ref().unwrap_or(&subject.session_indexes);
        for session in sessions.iter().filter(|_| !self.without(LogoutPart::SessionIndex)) {
            message.push(self.pen.element(Family::Samlp, "LogoutRequest", "SessionIndex", &[]).saying(session));
        }
        Ok(message)
    }

    fn response(&self, id: &str, in_response_to: Option<&str>) -> Result<Element, RecipeError> {
        let answered = self.edits.in_response_to.as_deref().or(in_response_to);
        let answered = answered.filter(|_| !self.without(LogoutPart::InResponseTo));
        let mut message = self.root("LogoutResponse", id, &[("InResponseTo", answered)])?;
        if !self.without(LogoutPart::Status) {
            message.push(self.status());
        }
        Ok(message)
    }

    /// What both messages start with (core 3.2.1, 3.2.2).
    fn root(&self, local: &str, id: &str, more: &[(&str, Option<&str>)]) -> Result<Element, RecipeError> {
        let instant = self.moment(self.edits.issue_instant.as_deref().unwrap_or("now"))?;
        let destination = self.edits.destination.as_deref().unwrap_or(&self.recipe.destination);
        let version = self.edits.version.as_deref().unwrap_or("2.0");
        let mut given = vec![
            ("ID", self.unless(LogoutPart::Id, id)),
            ("Version", self.unless(LogoutPart::Version, version)),
            ("IssueInstant", self.unless(LogoutPart::IssueInstant, &instant)),
            ("Destination", self.unless(LogoutPart::Destination, destination)),
            ("Consent", self.edits.consent.as_deref()),
        ];
        given.extend_from_slice(more);
        let mut message = self.pen.element_like(Family::Samlp, local, "Response", &given);
        if !self.without(LogoutPart::Issuer) {
            let issuer = self.edits.issuer.as_deref().unwrap_or(&self.recipe.idp.entity_id);
            message.push(self.pen.element_in(Family::Saml, &[local, "Response"], "Issuer", &[]).saying(issuer));
        }
        Ok(message)
    }

    fn name_id(&self, subject: &Subject) -> Element {
        let pick = |edit: &Option<String>, own: &Option<String>| edit.clone().or_else(|| own.clone());
        let format = pick(&self.edits.name_id_format, &subject.format);
        let qualifier = pick(&self.edits.name_qualifier, &subject.name_qualifier);
        let sp_qualifier = pick(&self.edits.sp_name_qualifier, &subject.sp_name_qualifier);
        let given = [
            ("NameQualifier", qualifier.as_deref()),
            ("SPNameQualifier", sp_qualifier.as_deref()),
            ("Format", format.as_deref().filter(|_| !self.without(LogoutPart::NameIdFormat))),
        ];
        let name = self.edits.name_id.as_deref().unwrap_or(&subject.name_id);
        self.pen.element_in(Family::Saml, &["LogoutRequest"], "NameID", &given).saying(name)
    }

    fn status(&self) -> Element {
        let value = self.edits.status.as_deref().unwrap_or(SUCCESS);
        let mut code = self.pen.element(Family::Samlp, "Status", "StatusCode", &[("Value", Some(value))]);
        if let Some(second) = self.edits.sub_status.as_deref() {
            code.push(self.pen.element(Family::Samlp, "StatusCode", "StatusCode", &[("Value", Some(second))]));
        }
        let mut status = self.pen.element(Family::Samlp, "LogoutResponse", "Status", &[]).holding(code);
        if let Some(text) = &self.edits.status_message {
            status.push(self.pen.element(Family::Samlp, "Status", "StatusMessage", &[]).saying(text));
        }
        status
    }

    fn not_on_or_after(&self) -> Result<Option<String>, RecipeError> {
        let usual = self.recipe.vendor.shape().logout.not_on_or_after.as_ref().map(|fact| fact.value.as_str());
        let moment = self.edits.not_on_or_after.as_deref().or(usual);
        let moment = moment.filter(|_| !self.without(LogoutPart::NotOnOrAfter));
        Ok(moment.map(|moment| self.moment(moment)).transpose()?)
    }

    fn moment(&self, moment: &str) -> Result<String, MomentError> {
        moment::text(moment, self.recipe.clock, self.recipe.vendor.shape().times.milliseconds.value)
    }

    fn without(&self, part: LogoutPart) -> bool {
        self.edits.without.contains(&part)
    }

    fn unless<'a>(&self, part: LogoutPart, value: &'a str) -> Option<&'a str> {
        (!self.without(part)).then_some(value)
    }
}
