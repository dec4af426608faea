//! Our own login session: an [`Identity`] in, what we remember of it while its browser is logged in out.

use serde::{Deserialize, Serialize};
use sp::logout::LogoutOrder;
use sp::saml::NameId;
use sp::{Identity, Instant};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a session lasts unless the IdP's ends earlier.
pub(crate) const LIFETIME: Duration = Duration::from_secs(8 * 3600);

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The IdP that said so.
    pub issuer: String,
    /// The Subject's name.
    pub name_id: SessionNameId,
    /// Facts about the Subject in document order: name and values.
    pub attributes: Vec<(String, Vec<String>)>,
    /// The IdP's name for its own session.
    pub session_index: Option<String>,
    /// How the principal authenticated.
    pub authn_context: Option<String>,
    /// First second, since 1970, at which the session is over.
    pub ends: i64,
}

/// A NameID with all its parts: logout must repeat each (core 3.7.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionNameId {
    /// The name.
    pub value: String,
    /// What kind of name.
    pub format: Option<String>,
    /// Who gave it.
    pub name_qualifier: Option<String>,
    /// For whom it was made.
    pub sp_name_qualifier: Option<String>,
}

impl SessionNameId {
    /// As the core names it.
    pub(crate) fn to_core(&self) -> NameId {
        let Self { value, format, name_qualifier, sp_name_qualifier } = self.clone();
        NameId { value, format, name_qualifier, sp_name_qualifier }
    }
}

impl Session {
    /// Whether an IdP's order means this session.
    pub(crate) fn is_meant(&self, order: &LogoutOrder) -> bool {
        order.means(&self.issuer, &self.name_id.to_core(), self.session_index.as_deref())
    }

    /// Ends at our own lifetime or at SessionNotOnOrAfter, whichever comes first (core 2.7.2).
    pub(crate) fn of(identity: Identity, now: Instant) -> Self {
        let own = now.later(LIFETIME);
        let ends = identity.session_not_on_or_after.map_or(own, |theirs| theirs.min(own));
        let name_id = identity.name_id;
        Self {
            issuer: identity.issuer.as_str().to_owned(),
            name_id: SessionNameId {
                value: name_id.value,
                format: name_id.format,
                name_qualifier: name_id.name_qualifier,
                sp_name_qualifier: name_id.sp_name_qualifier,
            },
            attributes: identity.attributes.into_iter().map(|attribute| (attribute.name, attribute.values)).collect(),
            session_index: identity.session_index,
            authn_context: identity.authn_context,
            ends: ends.unix_seconds(),
        }
    }

    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.ends <= now.unix_seconds()
    }

    /// The attributes by name; values of the same name are put together.
    pub(crate) fn attributes_by_name(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, values) in &self.attributes {
            by_name.entry(name).or_default().extend(values.iter().map(String::as_str));
        }
        by_name
    }
}
