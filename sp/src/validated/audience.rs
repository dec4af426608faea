//! AudienceRestriction: each one names us, and there is one (core 2.5.1.4, profiles 4.1.4.2). OR inside, AND across.

use crate::config::EntityId;
use crate::reject::{Reason, Rejection};
use crate::saml::Assertion;

/// Every AudienceRestriction names us.
#[derive(Debug)]
pub(super) struct AudienceMatched(());

pub(super) fn check(assertion: &Assertion, us: &EntityId) -> Result<AudienceMatched, Rejection> {
    fault!(AudienceIgnored => Ok(AudienceMatched(())));
    fault!(try crate::fault::text::lax_audiences(assertion, us).then_some(Ok(AudienceMatched(()))));
    let missing = |found: &str| Rejection::new(Reason::AudienceMissing, us.as_str(), found);
    let conditions = assertion.conditions.as_ref().ok_or_else(|| missing("no Conditions"))?;
    let mut restrictions = conditions.audiences().peekable();
    if restrictions.peek().is_none() {
        return Err(missing("no AudienceRestriction"));
    }
    for restriction in restrictions {
        if !restriction.any_of.iter().any(|audience| audience == us.as_str()) {
            return Err(Rejection::new(Reason::AudienceMismatch, us.as_str(), format!("{:?}", restriction.any_of)));
        }
    }
    Ok(AudienceMatched(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::{AudienceRestriction, Condition};

    /// Each row: the AudienceRestrictions of one Assertion, seen by the SP called `us`.
    #[test]
    fn audience() {
        check(&[&["us"]], Ok(()));
        check(&[&["other", "us"]], Ok(()));
        check(&[&["us"], &["us", "other"]], Ok(()));
        check(&[&["us"], &["other"]], Err("audience_mismatch"));
        check(&[&["other"], &["us"]], Err("audience_mismatch"));
        check(&[&["US"]], Err("audience_mismatch"));
        check(&[&["us "]], Err("audience_mismatch"));
        check(&[&["us/"]], Err("audience_mismatch"));
        check(&[&[""]], Err("audience_mismatch"));
        check(&[&[]], Err("audience_mismatch"));
        check(&[], Err("audience_missing"));
    }

    fn check(restrictions: &[&[&str]], expected: Result<(), &str>) {
        let restriction = |any_of: &&[&str]| {
            Condition::Audience(AudienceRestriction { any_of: any_of.iter().map(|a| (*a).to_owned()).collect() })
        };
        let assertion =
            crate::validated::window::tests::assertion(None, None, restrictions.iter().map(restriction).collect());
        let us = EntityId::new("us").unwrap();
        let result = super::check(&assertion, &us).map(|_| ()).map_err(|r| r.reason().name());
        assert_eq!(result, expected, "{restrictions:?}");
    }
}
