//! AuthnStatement: there is one, not made in the future, and the IdP's session is not over (profiles 4.1.4.2, core 2.7.2).
//!
//! How long ago the principal authenticated is not bounded: a session at the IdP may be months old.

use super::Subject;
use super::window::is_over;
use crate::reject::{Reason, Rejection};
use crate::saml::AuthnStatement;

/// The principal authenticated, and every session that is named lasts.
#[derive(Debug)]
pub(super) struct Authenticated(AuthnStatement);

impl Authenticated {
    pub(super) fn into_statement(self) -> AuthnStatement {
        self.0
    }
}

pub(super) fn check(subject: &Subject<'_>) -> Result<Authenticated, Rejection> {
    let (now, skew) = (subject.delivery.now, subject.sp.skew());
    let statements = &subject.assertion.authn_statements;
    for statement in statements {
        if let Some(end) = statement.session_not_on_or_after
            && is_over(end, now, skew)
            && !fault!(SessionEndIgnored)
        {
            return Err(Rejection::new(Reason::SessionExpired, format!("an end after {now}"), end.to_string()));
        }
        let latest = now.later(skew.0);
        if !fault!(AuthnInstantIgnored) && latest < statement.authn_instant {
            return Err(Rejection::new(
                Reason::AuthenticatedInFuture,
                format!("at most {latest}"),
                statement.authn_instant.to_string(),
            ));
        }
    }
    fault!(AuthnStatementOptional => Ok(Authenticated(crate::fault::text::any_statement(statements, now))));
    // With several, the first is the one whose session we follow; the earliest end bounds it all the same.
    let first = statements.first().cloned().map(|first| {
        let session_not_on_or_after = statements.iter().filter_map(|statement| statement.session_not_on_or_after).min();
        AuthnStatement { session_not_on_or_after, ..first }
    });
    first.map(Authenticated).ok_or_else(|| Rejection::new(Reason::AuthnStatementMissing, "an AuthnStatement", "none"))
}
