//! What a recipe makes: the octets of one Response and the few facts about it that a sender needs.

use crate::base64;

/// One Response, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The XML as text.
    pub xml: String,
    /// The genuine Response's ID.
    pub response_id: String,
    /// The genuine Assertion's ID.
    pub assertion_id: String,
    /// The request it answers.
    pub in_response_to: Option<String>,
    /// Where it goes.
    pub acs: String,
    /// How often it is presented: 2 for a replay.
    pub presentations: u8,
    /// The NameID that the IdP signed; what an attack made of it afterwards does not count.
    pub name_id: Option<String>,
    /// The SessionIndex that the IdP signed.
    pub session_index: Option<String>,
    /// The attributes that the IdP signed, by Name.
    pub attributes: Vec<(String, Vec<String>)>,
}

impl Message {
    /// The value of the `SAMLResponse` field (bindings 3.5.4).
    pub fn base64(&self) -> String {
        base64::encode(self.xml.as_bytes())
    }
}
