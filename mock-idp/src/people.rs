//! The built-in people: who can log in at a mock.

use crate::random::guid;
use sha2::{Digest, Sha256};

/// Someone with an account at the mock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user principal name, what becomes the NameID.
    pub user_name: String,
    /// The e-mail address.
    pub email: String,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The groups the person is in.
    pub groups: Vec<String>,
}

impl Person {
    /// Someone by address and name, in these groups.
    pub fn new(email: &str, first_name: &str, last_name: &str, groups: &[&str]) -> Self {
        Self {
            user_name: email.to_owned(),
            email: email.to_owned(),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
        }
    }

    /// The directory's own identifier of the person: always the same GUID for the same user name.
    pub fn object_id(&self) -> String {
        stable_guid(&self.user_name)
    }

    /// A template with the person filled in: `${USER_NAME}`, `${EMAIL}`, `${FIRST_NAME}`, `${LAST_NAME}`,
    /// `${DISPLAY_NAME}`, `${OBJECT_ID}` and `${LOCAL_NAME}`, what stands before the `@`.
    pub fn fill(&self, template: &str) -> String {
        let local = self.user_name.split('@').next().unwrap_or_default();
        template
            .replace("${USER_NAME}", &self.user_name)
            .replace("${EMAIL}", &self.email)
            .replace("${FIRST_NAME}", &self.first_name)
            .replace("${LAST_NAME}", &self.last_name)
            .replace("${DISPLAY_NAME}", &self.display_name())
            .replace("${OBJECT_ID}", &self.object_id())
            .replace("${LOCAL_NAME}", local)
    }

    /// The values a template stands for: `${GROUPS}` and `${GROUP_IDS}` are as many as there are groups.
    pub fn values(&self, template: &str) -> Vec<String> {
        match template {
            "${GROUPS}" => self.groups.clone(),
            "${GROUP_IDS}" => self.groups.iter().map(|group| stable_guid(group)).collect(),
            _ => vec![self.fill(template)],
        }
    }

    /// Given name and family name.
    pub fn display_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// The GUID that a directory would have drawn for this name.
pub(crate) fn stable_guid(name: &str) -> String {
    let mut octets = [0; 16];
    for (octet, drawn) in octets.iter_mut().zip(Sha256::digest(name.as_bytes())) {
        *octet = drawn;
    }
    guid(octets)
}

/// Ann Archer, the person whom the IdP signs for.
pub fn ann() -> Person {
    Person::new("ann@example.test", "Ann", "Archer", &["engineering", "staff"])
}

/// Mallory Moss, the attacker, who has an account of her own.
pub fn mallory() -> Person {
    Person::new("mallory@example.test", "Mallory", "Moss", &["contractors"])
}

/// Bob Baker, someone else.
pub fn bob() -> Person {
    Person::new("bob@example.test", "Bob", "Baker", &["staff"])
}

/// Everyone.
pub fn all() -> Vec<Person> {
    vec![ann(), mallory(), bob()]
}
