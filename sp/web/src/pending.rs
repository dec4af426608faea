//! A login that was started here and has not come back. It belongs to one browser, which a cookie names.
//!
//! A browser may have several, one per tab; RelayState picks among its own, never among those of other browsers.

use crate::handle::Handle;
use crate::local_path::LocalPath;
use sp::logout::PendingLogout;
use sp::{Instant, PendingRequest};
use std::time::Duration;

/// How long the IdP's login page may stay open.
pub(crate) const LIFETIME: Duration = Duration::from_secs(600);

/// How many logins one browser may have open; the oldest is dropped.
pub(crate) const MOST_PER_BROWSER: usize = 8;

/// A login that waits for its Response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingLogin {
    /// What went to the IdP as RelayState and should come back.
    pub relay_state: Handle,
    /// The AuthnRequest: its ID, and the IdP it went to.
    pub request: PendingRequest,
    /// Where the browser wants to go afterwards.
    pub return_to: LocalPath,
    /// First instant at which it is forgotten.
    pub until: Instant,
}

/// A logout that was started here and has not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingExit {
    /// What went to the IdP as RelayState.
    pub relay_state: Handle,
    /// The LogoutRequest: its ID, and the IdP it went to.
    pub logout: PendingLogout,
    /// First instant at which it is forgotten.
    pub until: Instant,
}

/// The login that a delivery may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picked {
    pub(crate) login: PendingLogin,
    /// The RelayState names it; otherwise it is the browser's newest.
    pub(crate) by_relay_state: bool,
}

/// Picks among one browser's logins, oldest first: the one that RelayState names. Some IdPs lose RelayState (bindings
/// 3.5.3 says they must not); then it is the newest, and InResponseTo must still be that one's.
pub(crate) fn pick(mut logins: Vec<PendingLogin>, relay_state: Option<&str>) -> Option<Picked> {
    let named = logins.iter().position(|login| Some(login.relay_state.as_str()) == relay_state);
    match named {
        Some(index) => Some(Picked { login: logins.swap_remove(index), by_relay_state: true }),
        None => logins.pop().map(|login| Picked { login, by_relay_state: false }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp::EntityId;

    fn login(id: &str) -> PendingLogin {
        PendingLogin {
            relay_state: Handle::random(),
            request: PendingRequest { id: id.to_owned(), idp: EntityId::new("urn:idp").unwrap() },
            return_to: LocalPath::root(),
            until: Instant::parse("2026-01-15T12:00:00Z").unwrap(),
        }
    }

    #[test]
    fn relay_state_picks_among_the_browsers_own() {
        let logins = vec![login("older"), login("middle"), login("newest")];
        let check = |relay_state: Option<&str>, expected: (&str, bool)| {
            let picked = pick(logins.clone(), relay_state).unwrap();
            assert_eq!((picked.login.request.id.as_str(), picked.by_relay_state), expected);
        };
        check(Some(logins[0].relay_state.as_str()), ("older", true));
        check(Some(logins[2].relay_state.as_str()), ("newest", true));
        check(Some(Handle::random().as_str()), ("newest", false));
        check(Some("/a"), ("newest", false));
        check(None, ("newest", false));
        assert_eq!(pick(vec![], None), None);
    }
}
