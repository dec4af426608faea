//! Conditions: there are some, and we know each of them (core 2.5.1.1: an unknown one makes the Assertion's validity
//! indeterminate, which must be refused). Profiles 4.1.4.2 demands an AudienceRestriction, so absence is refused too.

use crate::reject::{Reason, Rejection};
use crate::saml::{Assertion, Condition};

/// Every condition is one we know.
#[derive(Debug)]
pub(super) struct ConditionsKnown(());

pub(super) fn check(assertion: &Assertion) -> Result<ConditionsKnown, Rejection> {
    let missing = || Rejection::new(Reason::ConditionsMissing, "Conditions", "none");
    fault!(ConditionsIgnored => Ok(ConditionsKnown(())));
    let conditions = assertion.conditions.as_ref().ok_or_else(missing)?;
    for condition in &conditions.conditions {
        match condition {
            // OneTimeUse is met by using every Assertion once; ProxyRestriction binds those who issue Assertions.
            Condition::Audience(_) | Condition::OneTimeUse | Condition::ProxyRestriction => {}
            Condition::Unknown(_) if fault!(UnknownConditionIgnored) => {}
            Condition::Unknown(name) => {
                return Err(Rejection::new(
                    Reason::ConditionUnknown,
                    "AudienceRestriction, OneTimeUse or ProxyRestriction",
                    name,
                ));
            }
        }
    }
    Ok(ConditionsKnown(()))
}
