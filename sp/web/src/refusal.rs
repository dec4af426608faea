//! How a refusal leaves: one line in the log with rule, expected and found; one sentence and a number for the browser.
//!
//! The number (correlation id) is in both, so that someone who is told the number finds the line. Nothing of the
//! message gets to the page.

use crate::endpoint::page;
use crate::handle::Handle;
use crate::router::STYLE;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use sp::{PUBLIC_SENTENCE, Reason, Rejection};

/// How many digits of the correlation id. It need not be secret, only different from the others of a day.
const CORRELATION_DIGITS: usize = 16;

/// What a browser is told about any logout message that was refused.
const LOGOUT_SENTENCE: &str = "The sign-out could not be completed.";

/// Why a request ends here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    sentence: &'static str,
    reason: &'static str,
    rule: &'static str,
    expected: String,
    found: String,
}

#[derive(Template)]
#[template(path = "refused.html")]
struct Page<'a> {
    sentence: &'a str,
    correlation_id: &'a str,
    style: &'static str,
}

impl Refusal {
    /// A delivery that does not even hold a form, by the rules of HTTP (RFC 9110).
    pub(crate) fn http(
        status: StatusCode,
        reason: &'static str,
        rule: &'static str,
        expected: &str,
        found: &str,
    ) -> Self {
        let found = found.chars().take(100).flat_map(char::escape_default).collect();
        Self { status, sentence: PUBLIC_SENTENCE, reason, rule, expected: expected.to_owned(), found }
    }

    /// A logout message that was refused.
    pub(crate) fn of_logout(rejection: Rejection) -> Self {
        Self { sentence: LOGOUT_SENTENCE, ..Self::from(rejection) }
    }

    /// A message whose Issuer is not trusted, found while looking for the keys to try.
    pub(crate) fn issuer_unknown(expected: String, found: &str) -> Self {
        let Self { status, sentence, .. } = Self::http(StatusCode::FORBIDDEN, "", "", "", "");
        let reason = Reason::IssuerMismatch;
        let found = found.chars().take(200).flat_map(char::escape_default).collect();
        Self { status, sentence, reason: reason.name(), rule: reason.rule(), expected, found }
    }

    /// A login that cannot be started: the link is wrong, or the IdP takes no requests.
    pub(crate) fn login_impossible(reason: &'static str, expected: &str, found: &str) -> Self {
        Self::http(StatusCode::BAD_REQUEST, reason, "profiles-4.1.2-a", expected, found)
    }

    /// The store could not answer while no message was at hand.
    pub(crate) fn store(error: &crate::store::StoreError) -> Self {
        let reason = Reason::StoreUnavailable;
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            sentence: PUBLIC_SENTENCE,
            reason: reason.name(),
            rule: reason.rule(),
            expected: "a store that answers".to_owned(),
            found: error.to_string(),
        }
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            sentence: rejection.public_sentence(),
            reason: rejection.reason().name(),
            rule: rejection.rule(),
            expected: rejection.expected().to_owned(),
            found: rejection.found().to_owned(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, sentence, reason, rule, expected, found } = self;
        let handle = Handle::random();
        let correlation_id = handle.as_str().get(..CORRELATION_DIGITS).unwrap_or_default();
        tracing::info!(reason, rule, expected, found, correlation_id, "refused");
        page(status, &Page { sentence, correlation_id, style: STYLE })
    }
}
