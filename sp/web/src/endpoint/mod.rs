//! One endpoint per file: an HTTP request in, an answer out. The journey of a message is in `acs`.

mod acs;
mod artifact;
mod form;
mod home;
mod login;
mod logout;
mod metadata;
mod send;
mod slo;
mod whoami;

pub(crate) use acs::{acs, acs_by_query};
pub(crate) use home::home;
pub(crate) use login::login;
pub(crate) use logout::logout;
pub(crate) use metadata::metadata;
pub(crate) use slo::{slo_by_post, slo_by_redirect};
pub(crate) use whoami::whoami;

use crate::cookie::Kind;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::site::Site;
use crate::store::Store;
use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use axum::response::{IntoResponse, Response};

/// An HTML page.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        // Our templates write to a String and format strings; what could fail is not theirs to show.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Who is logged in, by the cookie.
async fn session<S: Store>(site: &Site<S>, headers: &HeaderMap) -> Result<Option<Session>, Refusal> {
    let Some(handle) = site.cookies().read(headers, Kind::Session) else { return Ok(None) };
    let session = site.store.session(&handle).await.map_err(|error| Refusal::store(&error))?;
    Ok(session.filter(|session| !session.is_over(site.clock.now())))
}
