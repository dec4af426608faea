//! Stage 1: what a browser delivered in, XML octets and RelayState out. One file per binding.
//!
//! Does not look at the XML; that is the next stage, `parsed`.

pub(crate) mod base64;
pub(crate) mod post;
pub(crate) mod redirect;

use crate::limits::Limits;
use crate::reject::{Reason, Rejection};

/// The note that a login started with and that comes back with the Response (bindings 3.4.3, 3.5.3). Opaque text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayState(String);

impl RelayState {
    /// Takes a note of at most `Limits::relay_state_bytes`, 80 in the standard.
    pub(crate) fn new(text: impl Into<String>, limits: &Limits) -> Result<Self, Rejection> {
        let text = text.into();
        if !fault!(RelayStateAnyLength) && text.len() > limits.relay_state_bytes {
            let expected = format!("at most {} octets", limits.relay_state_bytes);
            return Err(Rejection::new(Reason::RelayStateTooLong, expected, text.len().to_string()));
        }
        Ok(Self(text))
    }

    /// The note as it was delivered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A message as octets of XML, and the note that came with it.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) xml: Vec<u8>,
    pub(crate) relay_state: Option<RelayState>,
}

/// Which message a delivery is, by the name of its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Request,
    Response,
}

/// The fields of a form or a query that SAML gives a meaning to, each at most once.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) request: Option<String>,
    pub(crate) response: Option<String>,
    pub(crate) relay_state: Option<String>,
}

impl Fields {
    /// Reads form or query encoding of a login. A request beside the response is refused: another reader would take it.
    pub(crate) fn read(encoded: &[u8]) -> Result<Self, Rejection> {
        let fields = Self::read_either(encoded)?;
        match (&fields.request, &fields.response) {
            (Some(_), Some(_)) => Err(two_messages("SAMLRequest")),
            _ => Ok(fields),
        }
    }

    /// Reads form or query encoding. A field that stands twice is refused: two readers might take different ones.
    pub(crate) fn read_either(encoded: &[u8]) -> Result<Self, Rejection> {
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(encoded) {
            let slot = match name.as_ref() {
                "SAMLRequest" => &mut fields.request,
                "SAMLResponse" => &mut fields.response,
                "RelayState" => &mut fields.relay_state,
                // An array of messages: some other reader would take it.
                "SAMLResponse[]" | "SAMLRequest[]" => return Err(two_messages(&name)),
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() && !fault!(FieldsRepeated) {
                return Err(Rejection::new(Reason::FieldRepeated, "each field once", format!("{name} twice")));
            }
        }
        Ok(fields)
    }

    /// The one message, whichever it is, and the RelayState.
    pub(crate) fn either(self, limits: &Limits) -> Result<(Field, String, Option<RelayState>), Rejection> {
        let (field, message) = match (self.request, self.response) {
            (Some(request), None) => (Field::Request, request),
            (None, Some(response)) => (Field::Response, response),
            (Some(_), Some(_)) => return Err(two_messages("SAMLRequest beside SAMLResponse")),
            (None, None) => {
                return Err(Rejection::new(Reason::FieldMissing, "a SAMLRequest or SAMLResponse field", "none"));
            }
        };
        let relay_state = self.relay_state.map(|text| RelayState::new(text, limits)).transpose()?;
        Ok((field, message, relay_state))
    }

    /// The SAMLResponse field and the RelayState.
    pub(crate) fn message(self, limits: &Limits) -> Result<(String, Option<RelayState>), Rejection> {
        let missing = || Rejection::new(Reason::FieldMissing, "a SAMLResponse field", "none");
        let response = self.response.ok_or_else(missing)?;
        let relay_state = self.relay_state.map(|text| RelayState::new(text, limits)).transpose()?;
        Ok((response, relay_state))
    }
}

fn two_messages(found: &str) -> Rejection {
    Rejection::new(Reason::FieldRepeated, "one message and no other", found)
}
