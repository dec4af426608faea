//! Sends a browser on with a message: a URL or a form in, a redirect or a page that submits itself out.

use super::page;
use crate::router::{STYLE, SUBMIT};
use askama::Template;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use sp::request::{Carried, PostForm};

#[derive(Template)]
#[template(path = "submit.html")]
struct Page<'a> {
    form: &'a PostForm,
    script: &'static str,
    style: &'static str,
}

/// By HTTP-Redirect or by a form, as the message says.
pub(super) fn send(carried: &Carried) -> Response {
    match carried {
        Carried::Redirect(url) => (StatusCode::SEE_OTHER, [(LOCATION, url)]).into_response(),
        Carried::Form(form) => page(StatusCode::OK, &Page { form, script: SUBMIT, style: STYLE }),
    }
}
