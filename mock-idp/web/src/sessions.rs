//! Who is logged in at which mock, how, and at which SPs: cookies in, people out.
//!
//! An IdP's session spares the next login its form; single logout goes to every SP that got an Assertion in it.

use crate::failure::Failure;
use crate::refusal::{Why, manners, refuse};
use crate::world::KEPT;
use mock_idp::{Person, Sp, Vendor};
use std::collections::VecDeque;

/// The most SPs of one session that are told of its end.
const PARTIES: usize = 100;

/// How somebody logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// With a password; nothing is typed at a mock.
    Password,
    /// With a password and a second factor.
    SecondFactor,
}

const PASSWORD_CLASSES: [&str; 3] = [
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
];

const SECOND_FACTOR_CLASSES: [&str; 4] = [
    "https://refeds.org/profile/mfa",
    "http://schemas.microsoft.com/claims/multipleauthn",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken",
];

impl Method {
    /// The method of this name in a form: `password`, `mfa`, or nothing for the first.
    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        match name {
            "" | "password" => Ok(Self::Password),
            "mfa" => Ok(Self::SecondFactor),
            _ => Err(Failure::not_among("method", name, vec!["password".to_owned(), "mfa".to_owned()])),
        }
    }

    /// The AuthnContextClassRef of a login by this method, `None` for the vendor's usual one.
    ///
    /// A request may name classes, of which one has to fit (core 3.3.2.2.1). A second factor fits wherever a password does.
    pub(crate) fn class(self, vendor: Vendor, asked: &[String]) -> Result<Option<String>, Failure> {
        let second = manners(vendor).second_factor_class.clone();
        let usual = vendor.shape().login.class.value.as_str();
        if asked.is_empty() {
            return Ok(if self == Self::SecondFactor { second } else { None });
        }
        let known = PASSWORD_CLASSES.iter().chain(&SECOND_FACTOR_CLASSES).copied();
        let fits = |class: &str| {
            let with_password = class == usual || PASSWORD_CLASSES.contains(&class);
            let with_factor = second.as_deref() == Some(class) || SECOND_FACTOR_CLASSES.contains(&class);
            with_password || self == Self::SecondFactor && with_factor
        };
        if let Some(class) = asked.iter().find(|class| fits(class)) {
            return Ok(Some(class.clone()));
        }
        let allowed = known.filter(|class| fits(class)).map(str::to_owned).collect();
        let failure = Failure::not_among("RequestedAuthnContext", asked.join(", "), allowed);
        Err(refuse(vendor, Why::AuthnContext, failure))
    }
}

/// One person's session at one mock.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) vendor: Vendor,
    key: String,
    pub(crate) person: Person,
    pub(crate) method: Method,
    /// Where it was used, oldest first.
    pub(crate) parties: Vec<Party>,
}

/// An SP that got an Assertion in a session, and under which names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) sp: Sp,
    pub(crate) name_id: String,
    pub(crate) name_id_format: Option<String>,
    pub(crate) session_index: Option<String>,
}

/// Every session, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Sessions(VecDeque<Session>);

impl Sessions {
    /// Starts a session under the value of its cookie.
    pub(crate) fn begin(&mut self, vendor: Vendor, key: String, person: Person, method: Method) {
        self.0.push_back(Session { vendor, key, person, method, parties: Vec::new() });
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// The session of this cookie.
    pub(crate) fn find(&self, vendor: Vendor, key: &str) -> Option<&Session> {
        self.0.iter().find(|session| session.vendor == vendor && session.key == key)
    }

    /// Remembers that a session was used at an SP; a later login there replaces an earlier one.
    pub(crate) fn used(&mut self, vendor: Vendor, key: &str, party: Party) {
        let found = self.0.iter_mut().find(|session| session.vendor == vendor && session.key == key);
        if let Some(session) = found.filter(|session| session.parties.len() < PARTIES) {
            session.parties.retain(|known| known.sp.entity_id != party.sp.entity_id);
            session.parties.push(party);
        }
    }

    /// Ends the session of this cookie if one of its SPs fits.
    pub(crate) fn end_if(&mut self, vendor: Vendor, key: &str, fits: impl Fn(&Party) -> bool) -> Option<Session> {
        self.find(vendor, key).filter(|session| session.parties.iter().any(fits))?;
        self.end(vendor, key)
    }

    /// Ends the latest session of which one of its SPs fits.
    pub(crate) fn end_first(&mut self, vendor: Vendor, fits: impl Fn(&Party) -> bool) -> Option<Session> {
        let found = |session: &Session| session.vendor == vendor && session.parties.iter().any(&fits);
        let place = self.0.iter().rposition(found)?;
        self.0.remove(place)
    }

    /// Ends the session of this cookie and says where it was used.
    pub(crate) fn end(&mut self, vendor: Vendor, key: &str) -> Option<Session> {
        let place = self.0.iter().position(|session| session.vendor == vendor && session.key == key)?;
        self.0.remove(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_follows_method_and_request() {
        let (azure, okta) = (Vendor::named("azure").unwrap(), Vendor::named("okta").unwrap());
        let mfa = "https://refeds.org/profile/mfa".to_owned();
        let password = PASSWORD_CLASSES[1].to_owned();
        let check = |method: Method, vendor, asked: &[&String], expected: Result<Option<&String>, ()>| {
            let asked: Vec<String> = asked.iter().map(|&class| class.clone()).collect();
            assert_eq!(method.class(vendor, &asked).map_err(|_| ()), expected.map(Option::<&String>::cloned));
        };
        check(Method::Password, okta, &[], Ok(None));
        check(Method::SecondFactor, okta, &[], Ok(Some(&mfa)));
        // At Azure a second factor does not show in the class.
        check(Method::SecondFactor, azure, &[], Ok(None));
        check(Method::Password, okta, &[&mfa, &password], Ok(Some(&password)));
        check(Method::SecondFactor, okta, &[&mfa, &password], Ok(Some(&mfa)));
        check(Method::Password, okta, &[&mfa], Err(()));
        let refused = Method::Password.class(azure, &[mfa]).unwrap_err();
        assert_eq!(refused.code(), Some("AADSTS75011"));
    }

    #[test]
    fn sessions_are_apart_and_bounded() {
        let (azure, okta) = (Vendor::named("azure").unwrap(), Vendor::named("okta").unwrap());
        let mut sessions = Sessions::default();
        for number in 0..KEPT + 1 {
            sessions.begin(azure, number.to_string(), mock_idp::people::ann(), Method::Password);
        }
        assert!(sessions.find(azure, "0").is_none() && sessions.find(okta, "1").is_none());
        let party = |acs: &str| Party {
            sp: Sp::new("urn:sp", acs),
            name_id: "ann".to_owned(),
            name_id_format: None,
            session_index: None,
        };
        sessions.used(azure, "1", party("https://a.test"));
        sessions.used(azure, "1", party("https://b.test"));
        assert_eq!(sessions.end(azure, "1").unwrap().parties, [party("https://b.test")]);
        assert!(sessions.find(azure, "1").is_none());
    }
}
