//! One message to be played: a scenario, a vendor, a flow and a target in; the recipe out, and whom it asserts.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use mock_idp::{
    Attack, Edits, Encryption, Idp, KeyPlacement, Message, Quirk, Recipe, Sign, SignatureAlgorithm, Sp, Vendor,
};
use time::OffsetDateTime;

use crate::delivery::{self, Delivery};
use crate::fault::Fault;
use crate::scenario::{Again, Encrypt, Expect, Flow, Need};
use crate::select::{Case, sign_for, signed_for};
use crate::target::{EncryptionPolicy, Target};
use crate::verdict::Asserted;

/// What only the moment of sending knows: under whose name, to whom, and when.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) idp: Idp,
    /// The IdP that was asked, another one where the wrong one answers.
    pub(crate) asked: Idp,
    pub(crate) sp: Sp,
    pub(crate) now: OffsetDateTime,
}

/// Everything about one message except what only the moment of sending decides (request ID, clock, seed).
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) vendor: Vendor,
    pub(crate) flow: Flow,
    /// Under whose name and key the message goes out.
    pub(crate) idp: Vendor,
    /// Whom the SP is asked to send the browser to.
    pub(crate) asked: Vendor,
    pub(crate) delivery: &'static Delivery,
    pub(crate) presentations: u8,
    pub(crate) again: Again,
    pub(crate) lands: bool,
    pub(crate) is_attacker: bool,
    sign: Option<Sign>,
    encrypt: Option<Encrypt>,
    key_placement: Option<KeyPlacement>,
    signature: Option<SignatureAlgorithm>,
    quirk: Option<&'static Quirk>,
    attack: Option<&'static Attack>,
    edits: Edits,
}

impl Plan {
    /// The message of one row.
    pub(crate) fn of(case: &Case<'_>, target: &Target) -> Result<Self, Fault> {
        let scenario = case.scenario;
        let healthy = Self::healthy(case.vendor, case.flow, target);
        let idp = if scenario.from_another_idp { another(healthy.idp) } else { healthy.idp };
        Ok(Self {
            idp,
            delivery: scenario.delivery.unwrap_or(&delivery::HEALTHY),
            presentations: scenario.presentations(),
            again: scenario.again,
            lands: scenario.lands,
            sign: scenario.sign.or(healthy.sign),
            encrypt: scenario.encrypt.or(healthy.encrypt),
            key_placement: scenario.key_placement,
            signature: scenario.signature,
            quirk: scenario.quirk,
            attack: scenario.attack,
            edits: scenario.edits(target.policy.clock_skew_s)?,
            ..healthy
        })
    }

    /// The vendor's ordinary message, laid out as the target's policy wants it.
    pub(crate) fn healthy(vendor: Vendor, flow: Flow, target: &Target) -> Self {
        let encrypted = target.policy.encryption == EncryptionPolicy::Required;
        Self {
            vendor,
            flow,
            idp: target.idp_for(vendor),
            asked: target.idp_for(vendor),
            delivery: &delivery::HEALTHY,
            presentations: 1,
            again: Again::default(),
            lands: false,
            is_attacker: false,
            sign: None,
            encrypt: encrypted.then_some(Encrypt::Usual),
            key_placement: None,
            signature: None,
            quirk: None,
            attack: None,
            edits: Edits::default(),
        }
    }

    /// The same message with nothing wrong in it. What must be refused for its layout alone has the ordinary layout as twin.
    pub(crate) fn twin(&self, case: &Case<'_>, target: &Target) -> Self {
        let healthy = Self::healthy(self.vendor, self.flow, target);
        let scenario = case.scenario;
        let layout_is_wrong = scenario.expect == Expect::Refused && scenario.attack.is_none();
        let is_unsigned = self.sign == Some(Sign::Neither);
        let keeps_quirk = self.attack.is_some() || self.delivery.id != healthy.delivery.id || !self.edits.is_empty();
        Self {
            flow: if scenario.needs.contains(&Need::NoUnsolicited) { Flow::Sp } else { self.flow },
            sign: if is_unsigned { healthy.sign } else { self.sign },
            encrypt: self.encrypt,
            key_placement: self.key_placement,
            signature: if layout_is_wrong { None } else { self.signature },
            quirk: if keeps_quirk { self.quirk } else { None },
            ..healthy
        }
    }

    /// The same message about the attacker, who has an account too.
    pub(crate) fn about_attacker(mut self) -> Self {
        self.is_attacker = true;
        self
    }

    /// Equal for plans that lead to the same message but for the moment of sending.
    pub(crate) fn key(&self) -> String {
        let layout = format!("{:?}/{:?}/{:?}/{:?}", self.sign, self.encrypt, self.key_placement, self.signature);
        let names =
            (self.quirk.map(|quirk| quirk.id), self.attack.map(|attack| attack.id), self.delivery.id, self.again);
        format!(
            "{}/{}/{layout}/{names:?}/{}/{:?}",
            self.vendor.name(),
            self.flow.as_str(),
            self.is_attacker,
            self.edits
        )
    }

    /// A seed for one sending: another one for every run and attempt, because an SP remembers IDs.
    pub(crate) fn seed(&self, run: u64, purpose: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        (run, purpose, self.key()).hash(&mut hasher);
        hasher.finish()
    }

    /// What determines the bytes.
    pub(crate) fn recipe(&self, target: &Target, scene: Scene, in_response_to: Option<&str>, seed: u64) -> Recipe {
        let asked = scene.asked.entity_id;
        let mut recipe = Recipe::new(self.vendor, scene.idp, scene.sp, scene.now);
        let (person, attacker) = (target.signed.clone(), target.attacker.clone());
        recipe.person = if self.is_attacker { attacker.clone() } else { person };
        recipe.attacker = attacker;
        recipe.in_response_to = in_response_to.map(str::to_owned);
        let wanted = signed_for(target, self.encrypt.is_some());
        recipe.sign = self.sign.unwrap_or_else(|| sign_for(recipe.sign, wanted));
        recipe.encrypt = self.encryption(&recipe);
        if let Some(signature) = self.signature {
            recipe.signature = signature;
        }
        recipe.edits = self.edits.clone();
        if let Some(issuer) = &mut recipe.edits.issuer {
            *issuer = issuer.replace("${ASKED}", &asked);
        }
        recipe.quirk = self.quirk;
        recipe.attack = self.attack;
        recipe.seed = seed;
        recipe
    }

    /// What is presented after `recipe`: the same message, or its Assertion in another Response.
    pub(crate) fn again(&self, recipe: &Recipe) -> Recipe {
        let mut again = recipe.clone();
        if self.again == Again::InAnotherResponse {
            again.edits.response_id = Some(format!("_another{:016x}", recipe.seed));
        }
        again
    }
}

impl Plan {
    fn encryption(&self, recipe: &Recipe) -> Option<Encryption> {
        let mut encryption = recipe.usual_encryption();
        if let Encrypt::With(cipher) = self.encrypt? {
            encryption.cipher = cipher;
        }
        encryption.key_placement = self.key_placement.unwrap_or(encryption.key_placement);
        Some(encryption)
    }
}

/// The vendor after this one: another IdP that the same SP trusts.
fn another(vendor: Vendor) -> Vendor {
    let mut vendors = Vendor::core().chain(Vendor::core()).skip_while(|other| *other != vendor);
    vendors.nth(1).or_else(|| Vendor::core().next()).unwrap_or(vendor)
}

/// Whom the IdP signed for in a message.
pub(crate) fn asserted(message: &Message) -> Asserted {
    let mut attributes = BTreeMap::<String, Vec<String>>::new();
    for (name, values) in &message.attributes {
        attributes.entry(name.clone()).or_default().extend(values.iter().cloned());
    }
    Asserted { name_id: message.name_id.clone().unwrap_or_default(), attributes }
}
