//! What went wrong with a request: a reason in, an error page or a JSON error out.
//!
//! Every error about a field names it, says what stood there and what may; a value is cut to [`SHOWN`] characters.

use crate::page;
use crate::refusal::Told;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mock_idp::Vendor;
use mock_idp::app::AppError;
use serde_json::json;

/// How many characters of a wrong value are repeated.
const SHOWN: usize = 200;

/// A request that gets no answer, and why.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Failure {
    /// A message of an SP is at fault.
    #[error("the message cannot be answered: {0}")]
    Request(#[from] mock_idp::RequestError),
    /// A field of a form, a query or a JSON document is at fault.
    #[error("`{field}` is `{found}`, expected {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// What it can be.
        expected: String,
        /// What it is.
        found: String,
        /// Every value it can have, where they can be listed.
        allowed: Vec<String>,
    },
    /// A field that nobody knows.
    #[error("unknown field `{field}`, expected {}", one_of(.allowed))]
    Unknown {
        /// The field.
        field: String,
        /// Every field there is.
        allowed: Vec<String>,
    },
    /// A field that has to be there is not.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// More than the mock takes.
    #[error("`body` is too large, expected at most {} octets", crate::BODY_BYTES)]
    TooLarge,
    /// The vendor has words of its own for this.
    #[error("{detail}")]
    Vendor {
        /// The vendor's words.
        told: &'static Told,
        /// Which field, in the mock's words.
        detail: String,
    },
    /// An application cannot be set up like this.
    #[error(transparent)]
    App(#[from] AppError),
    /// The recipe makes no message.
    #[error("no message could be made: {0}")]
    Recipe(#[from] mock_idp::RecipeError),
    /// The caller may not do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// A page could not be written: our fault.
    #[error("the page could not be written")]
    Page,
}

impl Failure {
    /// A field with a value it cannot have.
    pub(crate) fn field(field: &'static str, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Field { field, expected: expected.into(), found: cut(found.into()), allowed: Vec::new() }
    }

    /// A field that can have only these values.
    pub(crate) fn not_among(field: &'static str, found: impl Into<String>, allowed: Vec<String>) -> Self {
        let expected = one_of(&allowed);
        Self::Field { field, expected, found: cut(found.into()), allowed }
    }

    /// A field that is none of these.
    pub(crate) fn unknown(field: impl Into<String>, allowed: Vec<String>) -> Self {
        Self::Unknown { field: cut(field.into()), allowed }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Request(_) | Self::Field { .. } | Self::App(_) | Self::Recipe(_) => StatusCode::BAD_REQUEST,
            Self::Unknown { .. } | Self::Missing(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Vendor { told, .. } => StatusCode::from_u16(told.http).unwrap_or(StatusCode::BAD_REQUEST),
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Page => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The vendor's code for it, where there is one.
    pub(crate) fn code(&self) -> Option<&'static str> {
        match self {
            Self::Vendor { told, .. } => told.code.as_deref(),
            _ => None,
        }
    }

    /// The error page of a vendor.
    pub(crate) fn page(self, vendor: Vendor) -> Response {
        let status = self.status();
        let told = if let Self::Vendor { told, .. } = &self { Some(*told) } else { None };
        match page::error(vendor, told, &self.to_string()) {
            Ok(page) => (status, page).into_response(),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response(),
        }
    }

    /// The error as JSON.
    pub(crate) fn json(self) -> Response {
        let (status, error) = (self.status(), self.to_string());
        let body = match self {
            Self::Field { field, found, allowed, .. } if !allowed.is_empty() => {
                json!({ "error": error, "field": field, "found": found, "allowed": allowed })
            }
            Self::Field { field, found, .. } => json!({ "error": error, "field": field, "found": found }),
            Self::Unknown { field, allowed } => json!({ "error": error, "field": field, "allowed": allowed }),
            Self::Missing(field) => json!({ "error": error, "field": field }),
            Self::TooLarge => json!({ "error": error, "field": "body" }),
            Self::App(fault) => {
                let (field, found) = (fault.field(), fault.found());
                json!({ "error": error, "field": field, "found": found, "allowed": fault.allowed() })
            }
            _ => json!({ "error": error }),
        };
        (status, axum::Json(body)).into_response()
    }
}

fn one_of(allowed: &[String]) -> String {
    match allowed {
        [] => "none".to_owned(),
        allowed => format!("one of {}", allowed.join(", ")),
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
