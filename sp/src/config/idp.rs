//! An IdP as the operator trusts it: its name, its pinned keys, where it listens.

use super::{Allow, ConfigError, EndpointUrl, EntityId, Services};
use crate::time::Instant;
use crate::verified::TrustedKey;

/// How many keys of one IdP may be tried on one signature.
const MOST_KEYS: usize = 8;

/// How many IdPs a log names one by one: whoever sends a message can have the line written again and again.
const MOST_NAMED: usize = 8;

/// How many characters of each name.
const NAME_CHARS: usize = 120;

/// An IdP that may log people in here.
#[derive(Debug)]
pub struct Idp {
    entity_id: EntityId,
    keys: Vec<TrustedKey>,
    allow: Allow,
    single_sign_on: Vec<Endpoint>,
    wants_signed_requests: bool,
    takes_cbc: bool,
    services: Services,
}

/// Where an IdP takes requests, and by which binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// HTTP-Redirect: the message travels in the query.
    Redirect(EndpointUrl),
    /// HTTP-POST: the message travels in a form.
    Post(EndpointUrl),
}

impl Idp {
    /// Starts the description of an IdP.
    pub fn builder(entity_id: EntityId) -> IdpBuilder {
        IdpBuilder {
            idp: Self {
                entity_id,
                keys: Vec::new(),
                allow: Allow::default(),
                single_sign_on: Vec::new(),
                wants_signed_requests: false,
                takes_cbc: true,
                services: Services::default(),
            },
        }
    }

    /// These IdPs as what a rule demands, for a log: `one of a, b`, at most eight by name and the others by number.
    pub fn one_of<'a>(idps: impl IntoIterator<Item = &'a Self>) -> String {
        let mut idps = idps.into_iter();
        let name = |idp: &Self| idp.entity_id().as_str().chars().take(NAME_CHARS).collect::<String>();
        let named: Vec<_> = idps.by_ref().take(MOST_NAMED).map(name).collect();
        match (named.is_empty(), idps.count()) {
            (true, _) => "a trusted IdP, and there is none".to_owned(),
            (false, 0) => format!("one of {}", named.join(", ")),
            (false, more) => format!("one of {} and {more} more", named.join(", ")),
        }
    }

    /// Its name; the Issuer of its messages.
    pub fn entity_id(&self) -> &EntityId {
        &self.entity_id
    }

    /// The keys that may sign its messages. Never empty.
    pub fn keys(&self) -> &[TrustedKey] {
        &self.keys
    }

    /// Which weak algorithms it may use.
    pub fn allow(&self) -> &Allow {
        &self.allow
    }

    /// It may encrypt with AES in CBC mode, which most IdPs still do; so it may unless set otherwise.
    pub fn takes_cbc(&self) -> bool {
        self.takes_cbc
    }

    /// The same IdP, from which only AES in GCM mode is taken: CBC lets a ciphertext be changed without being noticed,
    /// so where only the Assertion inside is signed, decrypting it is an answer to whoever changed it.
    #[must_use]
    pub fn refusing_cbc(mut self) -> Self {
        self.takes_cbc = false;
        self
    }

    /// Where AuthnRequests go, in the order of its metadata.
    pub fn single_sign_on(&self) -> &[Endpoint] {
        &self.single_sign_on
    }

    /// Logout, artifacts, kinds of NameID.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Its metadata says `WantAuthnRequestsSigned="true"`.
    pub fn wants_signed_requests(&self) -> bool {
        self.wants_signed_requests
    }
}

/// Collects what is known of an IdP. `build` refuses one without a key: nothing it sends could be believed.
#[derive(Debug)]
pub struct IdpBuilder {
    idp: Idp,
}

impl IdpBuilder {
    /// Allows weak algorithms for this IdP. Call it before adding certificates whose keys are short.
    #[must_use]
    pub fn allow(mut self, allow: Allow) -> Self {
        self.idp.allow = allow;
        self
    }

    /// Pins the key of a certificate, in PEM, DER or base64. Call it again for each certificate during a roll-over.
    pub fn certificate(mut self, file: &[u8]) -> Result<Self, ConfigError> {
        self.idp.keys.push(TrustedKey::from_certificate(file, &self.idp.allow)?);
        Ok(self)
    }

    /// Pins the key of a certificate that somebody has just handed over, and refuses one that is over at `now`: it is
    /// probably not the one that the IdP signs with today.
    ///
    /// [`Self::certificate`] does not look at dates. A key in metadata counts as long as the metadata lists it, which is
    /// how vendors use certificates: many never renew theirs.
    pub fn certificate_at(mut self, file: &[u8], now: Instant) -> Result<Self, ConfigError> {
        let key = TrustedKey::from_certificate(file, &self.idp.allow)?;
        if let Some(end) = key.not_after().filter(|end| *end < now) {
            let why = format!(
                "it was valid until {end}; give the IdP's present one, or its metadata if it still signs with this one"
            );
            return Err(ConfigError::Certificate { why });
        }
        self.idp.keys.push(key);
        Ok(self)
    }

    /// Adds an endpoint for AuthnRequests.
    #[must_use]
    pub fn single_sign_on(mut self, endpoint: Endpoint) -> Self {
        self.idp.single_sign_on.push(endpoint);
        self
    }

    /// Sets what it offers beside taking AuthnRequests.
    #[must_use]
    pub fn services(mut self, services: Services) -> Self {
        self.idp.services = services;
        self
    }

    /// Notes that the IdP asks for signed AuthnRequests.
    #[must_use]
    pub fn wants_signed_requests(mut self, wants: bool) -> Self {
        self.idp.wants_signed_requests = wants;
        self
    }

    /// The IdP, if it has at least one key, and not so many that trying them all would be a burden.
    pub fn build(self) -> Result<Idp, ConfigError> {
        if self.idp.keys.is_empty() {
            return Err(ConfigError::Certificate { why: format!("{} has none that signs", self.idp.entity_id) });
        }
        if self.idp.keys.len() > MOST_KEYS {
            let why = format!("{} has {}; at most {MOST_KEYS} are taken", self.idp.entity_id, self.idp.keys.len());
            return Err(ConfigError::Certificate { why });
        }
        Ok(self.idp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_log_says_of_many() {
        let idp = |name: &str| {
            let builder = Idp::builder(EntityId::new(name).unwrap());
            builder.certificate(include_bytes!("../../../fixtures/keys/sp.crt.pem")).unwrap().build().unwrap()
        };
        // Each row: how many IdPs, and how it ends.
        let all: Vec<_> = (0..500).map(|number| idp(&format!("urn:{number}"))).collect();
        for (count, end) in [(0, "there is none"), (1, "one of urn:0"), (8, ", urn:7"), (9, ", urn:7 and 1 more")] {
            let said = Idp::one_of(&all[..count]);
            assert!(said.ends_with(end), "{said}");
        }
        assert!(Idp::one_of(&all).len() < 100);
        assert!(Idp::one_of([&idp(&"a".repeat(1024))]).len() < 200);
    }
}
