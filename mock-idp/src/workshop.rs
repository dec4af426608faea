//! The bench on which one message is made: a recipe in, draft, tree, signatures, encryption and text in this order.
//!
//! Quirks and attacks get the bench at their moment ([`Step`]) and find here what they need: the genuine message, a forged
//! one that names the attacker, and the signers.

use crate::canonical::{Method, Scope, canonical};
use crate::compose::{self, Family, Pen};
use crate::draft::Draft;
use crate::encrypt;
use crate::key;
use crate::message::Message;
use crate::random::Random;
use crate::recipe::{EncryptedPart, Recipe, RecipeError};
use crate::sign::{self, Plan, Signer};
use crate::step::Step;
use crate::tree::{Element, Node};
use crate::wire::spell_into;

/// One message in the making.
#[derive(Debug)]
pub struct Workshop<'a> {
    /// What is wanted.
    pub recipe: &'a Recipe,
    /// What it says.
    pub draft: Draft,
    /// The Response as it stands.
    pub response: Element,
    /// How it gets signed.
    pub plan: Plan,
    /// What travels instead of the Response, where that is no tree.
    pub spelling: Option<String>,
    random: Random,
    steps: Vec<Step>,
}

impl<'a> Workshop<'a> {
    /// Lays out draft, tree and plan.
    pub(crate) fn open(recipe: &'a Recipe) -> Result<Self, RecipeError> {
        let steps = steps(recipe)?;
        let mut random = Random::seeded(recipe.seed);
        let mut draft = Draft::of(recipe, &recipe.person, &mut random)?;
        recipe.settings.apply(&mut draft, recipe)?;
        recipe.edits.apply(&mut draft, recipe)?;
        for step in &steps {
            if let Step::Draft(change) = step {
                change(&mut draft, recipe);
            }
        }
        let mut plan = Plan::of(&recipe.idp, recipe.vendor, recipe.signature, !draft.attributes.is_empty());
        plan.digest = recipe.digest.unwrap_or(plan.digest);
        for step in &steps {
            if let Step::Plan(change) = step {
                change(&mut plan, recipe);
            }
        }
        let response = compose::response(&draft, recipe.vendor);
        Ok(Self { recipe, draft, response, plan, spelling: None, random, steps })
    }

    /// Signs, encrypts, spells.
    pub(crate) fn finish(mut self) -> Result<Message, RecipeError> {
        self.sign_and_encrypt()?;
        let mut xml = self.recipe.vendor.shape().wire.declaration.value.text().to_owned();
        let spaced = self.recipe.vendor.shape().wire.spaced_slash.as_ref().is_some_and(|fact| fact.value);
        match self.spelling.take() {
            Some(spelling) => xml.push_str(&spelling),
            None => spell_into(&self.response, spaced, &mut xml),
        }
        for step in &self.steps {
            if let Step::Text(change) = step {
                change(&mut xml);
            }
        }
        Ok(self.message(xml))
    }

    /// The Response of another recipe, signed and encrypted, with its quirk but without its attack.
    pub fn response_of(recipe: &Recipe) -> Result<Element, RecipeError> {
        let recipe = Recipe { attack: None, ..recipe.clone() };
        let mut workshop = Workshop::open(&recipe)?;
        workshop.sign_and_encrypt()?;
        Ok(workshop.response)
    }

    fn sign_and_encrypt(&mut self) -> Result<(), RecipeError> {
        self.run(|step| if let Step::Tree(change) = step { Some(change) } else { None })?;
        // An edit may leave the Assertion out; then there is nothing to sign or to encrypt.
        let has_assertion = self.response.child("Assertion").is_some();
        if has_assertion {
            self.encrypt_parts()?;
        }
        if self.recipe.sign.assertion() && has_assertion {
            self.sign_assertion()?;
        }
        if self.recipe.encrypt.is_some() && has_assertion {
            self.encrypt_assertion()?;
        }
        if self.recipe.sign.response() {
            self.sign_response()?;
        }
        self.run(|step| if let Step::Signed(change) = step { Some(change) } else { None })
    }

    fn run(
        &mut self,
        pick: impl Fn(Step) -> Option<fn(&mut Workshop<'_>) -> Result<(), RecipeError>>,
    ) -> Result<(), RecipeError> {
        let changes: Vec<_> = self.steps.iter().copied().filter_map(pick).collect();
        changes.into_iter().try_for_each(|change| change(self))
    }

    fn message(self, xml: String) -> Message {
        Message {
            xml,
            response_id: self.draft.response_id.unwrap_or_default(),
            assertion_id: self.draft.assertion_id.unwrap_or_default(),
            in_response_to: self.recipe.in_response_to.clone(),
            acs: self.recipe.sp.acs.clone(),
            presentations: self.recipe.attack.map_or(1, |attack| attack.presentations),
            name_id: self.draft.name_id,
            session_index: self.draft.session_index,
            attributes: self.draft.attributes.into_iter().map(|attribute| (attribute.name, attribute.values)).collect(),
        }
    }

    /// The Assertion of the Response as it stands.
    pub fn assertion(&mut self) -> Result<&mut Element, RecipeError> {
        self.response.child_mut("Assertion").ok_or(RecipeError::Missing("Assertion"))
    }

    /// Takes the Assertion out of the Response.
    pub fn take_assertion(&mut self) -> Result<Element, RecipeError> {
        self.response.take("Assertion").ok_or(RecipeError::Missing("Assertion"))
    }

    /// Takes the Signature out of the Response, where it has one.
    pub fn strip_response_signature(&mut self) {
        self.response.take("Signature");
    }

    /// An unsigned Response that says the same about the attacker, with ids of its own.
    pub fn forged_response(&mut self) -> Result<Element, RecipeError> {
        let mut draft = self.draft.clone();
        let fresh = Draft::of(self.recipe, &self.recipe.attacker, &mut self.random)?;
        draft.response_id = fresh.response_id;
        draft.assertion_id = fresh.assertion_id;
        draft.session_index = fresh.session_index;
        draft.name_id = fresh.name_id;
        draft.attributes = fresh.attributes;
        Ok(compose::response(&draft, self.recipe.vendor))
    }

    /// An unsigned Assertion that says the same about the attacker, with an ID of its own.
    pub fn forged_assertion(&mut self) -> Result<Element, RecipeError> {
        self.forged_response()?.take("Assertion").ok_or(RecipeError::Missing("Assertion"))
    }

    /// Makes the Assertion speak of the attacker: NameID and attributes, nothing else.
    pub fn swap_identity(&mut self) -> Result<(), RecipeError> {
        let forged = self.forged_assertion()?;
        let assertion = self.assertion()?;
        for path in [&["Subject", "NameID"][..], &["AttributeStatement"]] {
            if let (Some(place), Some(other)) = (assertion.at_mut(path), forged.at(path)) {
                *place = other.clone();
            }
        }
        Ok(())
    }

    /// Signs the Assertion inside the Response by the plan.
    pub fn sign_assertion(&mut self) -> Result<(), RecipeError> {
        let plan = self.plan.clone();
        let mut assertion = self.take_assertion_with_place()?;
        self.sign_as_child(&mut assertion.0, &plan)?;
        self.response.insert(assertion.1, assertion.0);
        Ok(())
    }

    /// Signs an element that is going to stand directly inside the Response.
    pub fn sign_as_child(&self, element: &mut Element, plan: &Plan) -> Result<(), RecipeError> {
        let around = Scope::default().inside(&self.response);
        let position = sign::usual_position(element);
        sign::sign(element, &around, plan, &self.pen(), position)
    }

    /// Signs the Response by the plan.
    pub fn sign_response(&mut self) -> Result<(), RecipeError> {
        let plan = self.plan.clone();
        self.sign_response_by(&plan)
    }

    /// Signs the Response by another plan.
    pub fn sign_response_by(&mut self, plan: &Plan) -> Result<(), RecipeError> {
        let position = sign::usual_position(&self.response);
        let pen = self.pen();
        sign::sign(&mut self.response, &Scope::default(), plan, &pen, position)
    }

    /// The plan of someone who has no key that anybody trusts: signed by the attacker, with these certificates in KeyInfo.
    pub fn attacker_plan(&self, certificates: Vec<Vec<u8>>) -> Plan {
        Plan {
            signer: Signer::Key(key::attacker()),
            algorithm: key::attacker().usual_algorithm(),
            certificates,
            ..self.plan.clone()
        }
    }

    /// Puts an EncryptedAssertion in the Assertion's place.
    pub fn encrypt_assertion(&mut self) -> Result<(), RecipeError> {
        let (assertion, place) = self.take_assertion_with_place()?;
        let encrypted = self.encrypted(&assertion)?;
        self.response.insert(place, encrypted);
        Ok(())
    }

    /// An Assertion of the Response, encrypted for the SP.
    pub fn encrypted(&mut self, assertion: &Element) -> Result<Element, RecipeError> {
        let encryption = self.recipe.encrypt.unwrap_or_else(|| self.recipe.usual_encryption());
        let around = Scope::default().inside(&self.response);
        let certificate = self.recipe.sp.encryption_certificate.as_deref();
        let pen = Pen::of(self.recipe.vendor, !self.draft.attributes.is_empty());
        encrypt::encrypt(assertion, &around, "EncryptedAssertion", encryption, certificate, &pen, &mut self.random)
    }

    /// Puts an EncryptedID and EncryptedAttributes in the place of what the recipe lists.
    fn encrypt_parts(&mut self) -> Result<(), RecipeError> {
        for part in &self.recipe.encrypt_parts {
            let (parent, local, outer) = match part {
                EncryptedPart::NameId => ("Subject", "NameID", "EncryptedID"),
                EncryptedPart::Attributes => ("AttributeStatement", "Attribute", "EncryptedAttribute"),
            };
            self.encrypt_children(parent, local, outer)?;
        }
        Ok(())
    }

    fn encrypt_children(&mut self, parent: &str, local: &str, outer: &str) -> Result<(), RecipeError> {
        let encryption = self.recipe.encrypt.unwrap_or_else(|| self.recipe.usual_encryption());
        let certificate = self.recipe.sp.encryption_certificate.as_deref();
        let pen = self.pen();
        let around = Scope::default().inside(&self.response);
        let Some(assertion) = self.response.child_mut("Assertion") else { return Ok(()) };
        let around = around.inside(assertion);
        let Some(parent) = assertion.child_mut(parent) else { return Ok(()) };
        let around = around.inside(parent);
        for child in parent.children.iter_mut().filter_map(Node::element_mut).filter(|child| child.local() == local) {
            *child = encrypt::encrypt(child, &around, outer, encryption, certificate, &pen, &mut self.random)?;
        }
        Ok(())
    }

    /// What gets encrypted of an Assertion: Canonical XML 1.0, so that it can be read on its own.
    pub fn plaintext(&self, assertion: &Element) -> String {
        canonical(assertion, &Scope::default().inside(&self.response), &Method::inclusive())
    }

    /// An EncryptedAssertion for the SP, of any text.
    pub fn sealed(&mut self, plaintext: &str) -> Result<Element, RecipeError> {
        let certificate = self.recipe.sp.encryption_certificate.clone();
        self.sealed_for(certificate.as_deref(), plaintext)
    }

    /// An EncryptedAssertion for the owner of this certificate, of any text.
    pub fn sealed_for(&mut self, certificate: Option<&[u8]>, plaintext: &str) -> Result<Element, RecipeError> {
        let encryption = self.recipe.encrypt.unwrap_or_else(|| self.recipe.usual_encryption());
        let around = Scope::default().inside(&self.response);
        let pen = self.pen();
        encrypt::seal(plaintext, &around, "EncryptedAssertion", encryption, certificate, &pen, &mut self.random)
    }

    /// An empty element of the assertion namespace, in the vendor's prefix.
    pub fn saml(&self, local: &str) -> Element {
        self.pen().element(Family::Saml, "", local, &[])
    }

    /// An empty element of the protocol namespace, in the vendor's prefix.
    pub fn samlp(&self, local: &str) -> Element {
        self.pen().element(Family::Samlp, "", local, &[])
    }

    /// An empty element of the signature namespace, in the vendor's prefix.
    pub fn ds(&self, local: &str) -> Element {
        self.pen().element(Family::Ds, "", local, &[])
    }

    fn pen(&self) -> Pen<'static> {
        Pen::of(self.recipe.vendor, !self.draft.attributes.is_empty())
    }

    fn take_assertion_with_place(&mut self) -> Result<(Element, usize), RecipeError> {
        let place = self.response.position("Assertion").ok_or(RecipeError::Missing("Assertion"))?;
        Ok((self.take_assertion()?, place))
    }
}

/// The changes of quirk and attack, the quirk's first.
fn steps(recipe: &Recipe) -> Result<Vec<Step>, RecipeError> {
    let mut steps = Vec::new();
    if let Some(quirk) = recipe.quirk {
        if !(quirk.applies)(recipe) {
            return Err(RecipeError::DoesNotApply { id: quirk.id, needs: quirk.needs });
        }
        steps.extend_from_slice(quirk.steps);
    }
    if let Some(attack) = recipe.attack {
        if !(attack.applies)(recipe) {
            return Err(RecipeError::DoesNotApply { id: attack.id, needs: attack.needs });
        }
        steps.extend_from_slice(attack.steps);
    }
    Ok(steps)
}
