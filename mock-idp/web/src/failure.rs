//! What went wrong with a request: a reason in, an error page or a JSON error out.

use crate::page;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mock_idp::Vendor;

/// A request that gets no answer, and why.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The AuthnRequest is at fault.
    #[error("the AuthnRequest cannot be answered: {0}")]
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
    },
    /// The recipe makes no message.
    #[error("no Response could be made: {0}")]
    Recipe(#[from] mock_idp::RecipeError),
    /// The mock does not do this.
    #[error("{0}")]
    NotDone(&'static str),
    /// A page could not be written: our fault.
    #[error("the page could not be written")]
    Page,
}

impl Failure {
    /// A field with a value it cannot have.
    pub(crate) fn field(field: &'static str, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Field { field, expected: expected.into(), found: found.into() }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Request(_) | Self::Field { .. } | Self::Recipe(_) => StatusCode::BAD_REQUEST,
            Self::NotDone(_) => StatusCode::NOT_IMPLEMENTED,
            Self::Page => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The error page of a vendor.
    pub(crate) fn page(self, vendor: Vendor) -> Response {
        let status = self.status();
        match page::error(vendor, &self.to_string()) {
            Ok(page) => (status, page).into_response(),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response(),
        }
    }

    /// The error as JSON.
    pub(crate) fn json(self) -> Response {
        (self.status(), axum::Json(serde_json::json!({ "error": self.to_string() }))).into_response()
    }
}
