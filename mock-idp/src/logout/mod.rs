//! Single Logout: a recipe in, a vendor's LogoutRequest or LogoutResponse out, as a POST form or as a Redirect query.
//!
//! Same recipe, same bytes. What an SP sends is read by [`read`]. Refuses: a time that is none, an algorithm that does not
//! fit the IdP's key.
//!
//! ```
//! use mock_idp::logout::{LogoutRecipe, Subject};
//! use mock_idp::{Idp, Vendor, people};
//! use time::macros::datetime;
//!
//! let azure = Vendor::named("azure").ok_or("no such vendor")?;
//! let idp = Idp::of(azure, "http://127.0.0.1:7500");
//! let subject = Subject::of(azure, &people::ann(), ["_session-1"]);
//! let request = LogoutRecipe::request(azure, idp, "https://sp.test/slo", subject, datetime!(2026-01-01 12:00 UTC));
//!
//! assert!(request.post()?.xml.contains("<samlp:SessionIndex>_session-1</samlp:SessionIndex>"));
//! assert!(request.redirect()?.query.contains("&SigAlg=http%3a%2f%2f")); // Azure escapes in lower case
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod build;
mod edits;
mod fault;
pub mod read;
mod redirect;

pub use edits::{LogoutEdits, LogoutPart};
pub use fault::LogoutFault;
pub use redirect::LogoutRedirect;

use crate::algorithm::SignatureAlgorithm;
use crate::base64;
use crate::encrypt::Encryption;
use crate::idp::Idp;
use crate::people::Person;
use crate::recipe::RecipeError;
use crate::sp::Sp;
use crate::vendor::Vendor;
use time::OffsetDateTime;

/// Everything that determines a logout message's bytes.
#[derive(Clone, Debug)]
pub struct LogoutRecipe {
    /// Whose wire shape.
    pub vendor: Vendor,
    /// Under whose name and key.
    pub idp: Idp,
    /// The SP's endpoint, what goes into Destination.
    pub destination: String,
    /// Which of the two messages.
    pub kind: Kind,
    /// Whether it is signed at all; the vendor's file has the usual answer.
    pub sign: bool,
    /// How it is signed.
    pub signature: SignatureAlgorithm,
    /// How the NameID of a LogoutRequest is hidden and for whom; `None` leaves it readable (core 3.7.1).
    pub encrypt_name: Option<EncryptedName>,
    /// What the SP gets back, or sent itself (bindings 3.4.3).
    pub relay_state: Option<String>,
    /// Fields that differ from the vendor's.
    pub edits: LogoutEdits,
    /// Something an SP must refuse.
    pub fault: Option<LogoutFault>,
    /// Decides ids.
    pub seed: u64,
    /// What time it is at the IdP.
    pub clock: OffsetDateTime,
}

/// An EncryptedID in the place of the NameID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncryptedName {
    /// Cipher, key transport and faults.
    pub encryption: Encryption,
    /// The SP whose certificate it is encrypted for.
    pub sp: Sp,
}

/// Which logout message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// "End this principal's sessions" (core 3.7.1).
    Request(Subject),
    /// "This is what became of your request" (core 3.7.2).
    Response {
        /// The ID of the LogoutRequest that is answered.
        in_response_to: Option<String>,
    },
}

/// Whose sessions end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The NameID, as the login had it.
    pub name_id: String,
    /// Its Format; `None` writes none, which Azure does.
    pub format: Option<String>,
    /// Its NameQualifier.
    pub name_qualifier: Option<String>,
    /// Its SPNameQualifier.
    pub sp_name_qualifier: Option<String>,
    /// The sessions by the IdP's name for them; none means every session (core 3.7.1).
    pub session_indexes: Vec<String>,
}

impl Subject {
    /// The person under the NameID that this vendor's logins carry, with these sessions.
    pub fn of<T: Into<String>>(vendor: Vendor, person: &Person, session_indexes: impl IntoIterator<Item = T>) -> Self {
        let shape = vendor.shape();
        let format = shape.logout.name_id_format.value.then(|| shape.login.name_id_format.value.clone());
        Self {
            name_id: person.user_name.clone(),
            format,
            name_qualifier: None,
            sp_name_qualifier: None,
            session_indexes: session_indexes.into_iter().map(Into::into).collect(),
        }
    }
}

impl LogoutRecipe {
    /// A healthy LogoutRequest of this vendor to an SP's endpoint.
    pub fn request(
        vendor: Vendor,
        idp: Idp,
        destination: impl Into<String>,
        subject: Subject,
        clock: OffsetDateTime,
    ) -> Self {
        Self::new(vendor, idp, destination.into(), Kind::Request(subject), clock)
    }

    /// A healthy LogoutResponse that says the request was carried out.
    pub fn response(
        vendor: Vendor,
        idp: Idp,
        destination: impl Into<String>,
        in_response_to: Option<String>,
        clock: OffsetDateTime,
    ) -> Self {
        Self::new(vendor, idp, destination.into(), Kind::Response { in_response_to }, clock)
    }

    fn new(vendor: Vendor, idp: Idp, destination: String, kind: Kind, clock: OffsetDateTime) -> Self {
        let facts = vendor.shape();
        let signature = match idp.key().usual_algorithm() {
            SignatureAlgorithm::RsaSha256 => facts.signing.algorithm.value,
            other => other,
        };
        Self {
            vendor,
            idp,
            destination,
            kind,
            sign: facts.logout.signed.value,
            signature,
            encrypt_name: None,
            relay_state: None,
            edits: LogoutEdits::default(),
            fault: None,
            seed: 1,
            clock,
        }
    }

    /// The name of the form or query field that carries the message.
    pub fn field(&self) -> &'static str {
        match self.kind {
            Kind::Request(_) => "SAMLRequest",
            Kind::Response { .. } => "SAMLResponse",
        }
    }

    /// The message for HTTP-POST, with an enveloped signature (bindings 3.5.4).
    pub fn post(&self) -> Result<LogoutForm, RecipeError> {
        let built = build::signed(self)?;
        Ok(LogoutForm {
            field: self.field(),
            id: built.id,
            xml: built.xml,
            destination: self.destination.clone(),
            relay_state: self.relay_state.clone(),
        })
    }

    /// The message for HTTP-Redirect, with its signature in the query (bindings 3.4.4.1).
    pub fn redirect(&self) -> Result<LogoutRedirect, RecipeError> {
        redirect::redirect(self)
    }

    /// The healthy twin: the same recipe without edits and fault.
    #[must_use]
    pub fn twin(&self) -> Self {
        Self { edits: LogoutEdits::default(), fault: None, ..self.clone() }
    }
}

/// A logout message that travels as a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutForm {
    /// `SAMLRequest` or `SAMLResponse`.
    pub field: &'static str,
    /// The message's ID.
    pub id: String,
    /// The XML as text.
    pub xml: String,
    /// Where the form goes.
    pub destination: String,
    /// The value of the `RelayState` field.
    pub relay_state: Option<String>,
}

impl LogoutForm {
    /// The value of the message's field.
    pub fn base64(&self) -> String {
        base64::encode(self.xml.as_bytes())
    }
}
