//! The addresses of a target that is up: placeholders filled, a driver's paths derived.

use super::{Mode, Target, Words};
use crate::fault::Fault;
use crate::stdio;

/// Where a running SP is reached.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// Its entityID.
    pub entity_id: String,
    /// Its AssertionConsumerService.
    pub acs: String,
    /// Its metadata, if it names some.
    pub metadata: Option<String>,
    /// The page that shows who is logged in (session mode).
    pub probe: Option<String>,
    /// Where a login that it starts ends, as the browser is sent there.
    pub lands: Option<String>,
    /// The certificate to encrypt to, DER.
    pub encryption_certificate: Option<Vec<u8>>,
    login: Option<String>,
    relay_state: Option<String>,
    words: Words,
}

impl Endpoints {
    /// Fills in what is known once the SP is up.
    pub fn of(target: &Target, words: &Words) -> Result<Self, Fault> {
        let mut words = words.clone();
        let mut probe = None;
        let mut driver_acs = None;
        let mut driver_login = None;
        match &target.outcome.mode {
            Mode::Session { probe: page } => {
                let page = words.fill(page)?;
                words = words.with_encoded("PROBE", &page);
                probe = Some(page);
            }
            Mode::Driver { base } => {
                let base = base_of(&words.fill(base)?);
                words.set("DRIVER", base.clone());
                driver_acs = (base != stdio::BASE).then(|| format!("{base}/acs"));
                driver_login = Some(format!("{base}/login?relay_state="));
            }
            Mode::AcsResponse => {}
        }
        let acs = match target.sp.acs.as_ref().and_then(super::form::Acs::url) {
            Some(acs) => words.fill(acs)?,
            None => driver_acs.unwrap_or_default(),
        };
        Ok(Self {
            entity_id: words.fill(&target.sp.entity_id)?,
            acs,
            metadata: target.sp.metadata.as_deref().map(|url| words.fill(url)).transpose()?,
            probe,
            lands: target
                .login
                .as_ref()
                .and_then(|login| login.lands.as_deref())
                .map(|url| words.fill(url))
                .transpose()?,
            encryption_certificate: None,
            login: target.login.as_ref().map(|login| login.url.clone()).or(driver_login),
            relay_state: target.idp_initiated.relay_state.clone(),
            words,
        })
    }

    /// Where a login begins that shall end at the IdP `entity_id`; `None` when the SP starts none.
    pub fn login(&self, entity_id: &str) -> Result<Option<String>, Fault> {
        self.login.as_deref().map(|login| self.words.with_encoded("IDP", entity_id).fill(login)).transpose()
    }

    /// The RelayState of an unsolicited Response.
    pub fn relay_state(&self, entity_id: &str) -> Result<Option<String>, Fault> {
        self.relay_state.as_deref().map(|text| self.words.with_encoded("IDP", entity_id).fill(text)).transpose()
    }

    /// Fills any other text of the target file.
    pub fn fill(&self, text: &str) -> Result<String, Fault> {
        self.words.fill(text)
    }
}

/// The base of a driver's addresses. The word `stdio` means its pipe.
fn base_of(written: &str) -> String {
    if written == "stdio" { stdio::BASE.to_owned() } else { written.trim_end_matches('/').to_owned() }
}
