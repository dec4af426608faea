//! From what was observed to a verdict: accepted (and as whom), refused, crashed, hung, inconclusive or skipped.
//!
//! Pure. An acceptance is compared with the identity that was signed and with the attacker's; a status code plays no part.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::observe::Identity;

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Someone is logged in.
    Accepted,
    /// Nobody is, and the SP decided so.
    Refused,
    /// The SP broke.
    Crashed,
    /// The SP did not answer.
    Hung,
    /// Nothing can be concluded; the reason says why.
    Inconclusive,
    /// The row does not apply to this target; the reason says why.
    Skipped,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Crashed => "crashed",
            Self::Hung => "hung",
            Self::Inconclusive => "inconclusive",
            Self::Skipped => "skipped",
        })
    }
}

/// As whom someone was logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Whom {
    /// Exactly the person whom the IdP signed for.
    Signed,
    /// The attacker.
    Attacker,
    /// The signed NameID with attributes that were not signed for it.
    Mixed,
    /// Somebody else, or nobody in particular.
    Other,
}

/// An identity as a message asserts it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asserted {
    /// The NameID.
    pub name_id: String,
    /// The attributes.
    pub attributes: BTreeMap<String, Vec<String>>,
}

/// As whom `seen` is logged in, and the sentence that says how we know. `complete`: the SP shows every attribute.
pub fn whom(seen: &Identity, signed: &Asserted, attacker: &Asserted, complete: bool) -> (Whom, Option<String>) {
    let Some(name_id) = &seen.name_id else {
        return (Whom::Other, Some("accepted without a NameID".to_owned()));
    };
    if *name_id == attacker.name_id && attacker.name_id != signed.name_id {
        return (Whom::Attacker, Some(format!("logged in as the attacker, `{name_id}`")));
    }
    if *name_id != signed.name_id {
        return (Whom::Other, Some(format!("logged in as `{name_id}`, but `{}` was signed", signed.name_id)));
    }
    let Some(shown) = &seen.attributes else {
        return (Whom::Signed, None);
    };
    match foreign_attribute(shown, signed, attacker, complete) {
        Some(difference) => (Whom::Mixed, Some(difference)),
        None => (Whom::Signed, None),
    }
}

/// The first attribute that was not signed for this person like this.
fn foreign_attribute(
    shown: &BTreeMap<String, Vec<String>>,
    signed: &Asserted,
    attacker: &Asserted,
    complete: bool,
) -> Option<String> {
    let ours: BTreeSet<&String> = signed.attributes.values().flatten().collect();
    let theirs: BTreeSet<&String> =
        attacker.attributes.values().flatten().filter(|value| !ours.contains(value)).collect();
    for (name, values) in shown {
        if let Some(value) = values.iter().find(|value| theirs.contains(value)) {
            return Some(format!("attribute `{name}` holds the attacker's `{value}`"));
        }
        match signed.attributes.get(name) {
            Some(expected) if expected != values => {
                return Some(format!("attribute `{name}` is {values:?}, but {expected:?} was signed"));
            }
            // A target may rename attributes; only one that shows all under their names can be held to the names.
            None if complete => return Some(format!("attribute `{name}` was not signed")),
            _ => {}
        }
    }
    let missing = signed.attributes.keys().find(|name| complete && !shown.contains_key(*name))?;
    Some(format!("attribute `{missing}` was signed but is not there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asserted(name_id: &str, attributes: &[(&str, &[&str])]) -> Asserted {
        Asserted { name_id: name_id.to_owned(), attributes: map(attributes) }
    }

    fn map(attributes: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        let entry = |(name, values): &(&str, &[&str])| {
            ((*name).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
        };
        attributes.iter().map(entry).collect()
    }

    #[test]
    fn identities() {
        let ann = asserted("ann", &[("mail", &["ann@x"]), ("groups", &["all", "eng"])]);
        let mallory = asserted("mallory", &[("mail", &["mallory@x"]), ("groups", &["all", "root"])]);
        // Each row: NameID and attributes as shown, whether the target shows all, and as whom that is.
        let check = |name_id: Option<&str>, shown: Option<&[(&str, &[&str])]>, complete, expected| {
            let seen = Identity { name_id: name_id.map(str::to_owned), attributes: shown.map(map) };
            assert_eq!(whom(&seen, &ann, &mallory, complete).0, expected, "{seen:?}");
        };
        check(Some("ann"), None, false, Whom::Signed);
        check(Some("ann"), Some(&[("mail", &["ann@x"])]), false, Whom::Signed);
        check(Some("ann"), Some(&[("mail", &["ann@x"])]), true, Whom::Mixed);
        check(Some("ann"), Some(&[("mail", &["ann@x"]), ("groups", &["all", "eng"])]), true, Whom::Signed);
        check(Some("ann"), Some(&[("groups", &["all", "eng", "root"])]), false, Whom::Mixed);
        check(Some("ann"), Some(&[("groups", &["eng"])]), false, Whom::Mixed);
        check(Some("ann"), Some(&[("renamed", &["all", "eng"])]), false, Whom::Signed);
        check(Some("ann"), Some(&[("renamed", &["root"])]), false, Whom::Mixed);
        check(Some("mallory"), None, false, Whom::Attacker);
        check(Some("ann.evil"), None, false, Whom::Other);
        check(None, None, false, Whom::Other);
    }
}
