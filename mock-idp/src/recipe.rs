//! Everything that determines a message's bytes: a recipe in, a [`Message`] out; same recipe, same bytes.
//!
//! Refuses: a quirk or attack that makes no sense for this recipe, encryption for an SP without a certificate, a time
//! that is none, an algorithm that does not fit the IdP's key.

use crate::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::attacks::Attack;
use crate::draft::AttributeDraft;
use crate::edit::Edits;
use crate::encrypt::Encryption;
use crate::idp::Idp;
use crate::key::KeyError;
use crate::message::Message;
use crate::moment::MomentError;
use crate::people::{self, Person};
use crate::quirks::Quirk;
use crate::sp::Sp;
use crate::vendor::Vendor;
use crate::workshop::Workshop;
use serde::Deserialize;
use time::OffsetDateTime;

/// Everything that determines a message's bytes.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Whose wire shape.
    pub vendor: Vendor,
    /// Under whose name and key: a target that trusts one IdP still meets every vendor's shape.
    pub idp: Idp,
    /// For whom.
    pub sp: Sp,
    /// About whom.
    pub person: Person,
    /// Whom a forgery names.
    pub attacker: Person,
    /// The request that is answered; `None` makes an unsolicited Response.
    pub in_response_to: Option<String>,
    /// What gets signed.
    pub sign: Sign,
    /// How it gets signed.
    pub signature: SignatureAlgorithm,
    /// How it gets digested, where that is not the signature algorithm's own digest.
    pub digest: Option<DigestAlgorithm>,
    /// Whether and how the Assertion gets encrypted.
    pub encrypt: Option<Encryption>,
    /// Parts of the Assertion that get encrypted on their own, before it is signed.
    pub encrypt_parts: Vec<EncryptedPart>,
    /// What the application was set to at the vendor: part of a healthy message, unlike edits.
    pub settings: Edits,
    /// The attributes about the person, where an application maps its own.
    pub attributes: Option<Vec<AttributeDraft>>,
    /// Fields that differ from the vendor's.
    pub edits: Edits,
    /// Something legal but unusual.
    pub quirk: Option<&'static Quirk>,
    /// Something an SP must refuse.
    pub attack: Option<&'static Attack>,
    /// Decides ids, initialization vectors and salts.
    pub seed: u64,
    /// What time it is at the IdP.
    pub clock: OffsetDateTime,
}

/// What gets signed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// The Response alone.
    Response,
    /// The Assertion alone.
    Assertion,
    /// First the Assertion, then the Response around it.
    Both,
    /// Nothing.
    Neither,
}

impl Sign {
    /// Every layout, for tests and lists.
    pub const ALL: &'static [Self] = &[Self::Response, Self::Assertion, Self::Both, Self::Neither];

    /// Whether the Assertion carries a Signature.
    pub fn assertion(self) -> bool {
        matches!(self, Self::Assertion | Self::Both)
    }

    /// Whether the Response carries a Signature.
    pub fn response(self) -> bool {
        matches!(self, Self::Response | Self::Both)
    }
}

/// A part of an Assertion that can be encrypted on its own (core 2.2.4, 2.7.3.2).
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum EncryptedPart {
    /// The NameID, which becomes an EncryptedID.
    NameId,
    /// Every Attribute, each of which becomes an EncryptedAttribute.
    Attributes,
}

/// A recipe that makes no message.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RecipeError {
    /// The quirk or attack needs something this recipe does not have.
    #[error("`{id}` does not apply to this recipe: {needs}")]
    DoesNotApply {
        /// The quirk or attack.
        id: &'static str,
        /// What it needs.
        needs: &'static str,
    },
    /// A time in the edits is none.
    #[error(transparent)]
    Moment(#[from] MomentError),
    /// The key cannot sign this way.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Encryption is not possible.
    #[error("cannot encrypt: {0}")]
    Encryption(&'static str),
    /// An edit took away what a later step works on.
    #[error("the message has no {0} to work on")]
    Missing(&'static str),
}

impl Recipe {
    /// A healthy message in the vendor's default shape, about Ann, unsolicited.
    pub fn new(vendor: Vendor, idp: Idp, sp: Sp, clock: OffsetDateTime) -> Self {
        // The vendor's default is one for RSA keys; an ECDSA key brings its own.
        let signature = match idp.key().usual_algorithm() {
            SignatureAlgorithm::RsaSha256 => vendor.shape().signing.algorithm.value,
            other => other,
        };
        Self {
            vendor,
            idp,
            sp,
            person: people::ann(),
            attacker: people::mallory(),
            in_response_to: None,
            sign: vendor.shape().signing.sign.value,
            signature,
            digest: None,
            encrypt: None,
            encrypt_parts: Vec::new(),
            settings: Edits::default(),
            attributes: None,
            edits: Edits::default(),
            quirk: None,
            attack: None,
            seed: 1,
            clock,
        }
    }

    /// The message.
    pub fn build(&self) -> Result<Message, RecipeError> {
        Workshop::open(self)?.finish()
    }

    /// The healthy twin: the same recipe without edits and attack.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self { edits: Edits::default(), attack: None, ..self.clone() }
    }

    /// The encryption this vendor uses, for [`Recipe::encrypt`].
    pub fn usual_encryption(&self) -> Encryption {
        let facts = &self.vendor.shape().encryption;
        Encryption {
            transport: facts.transport.value,
            ..Encryption::new(facts.cipher.value, facts.key_placement.value)
        }
    }
}
