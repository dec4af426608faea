//! Starts a login: a browser in, an AuthnRequest to its IdP out, by redirect or by a form that submits itself.
//!
//! Refuses an IdP that is not trusted, and one that takes no requests. A wish to return elsewhere than to a path of
//! ours is not refused but forgotten.

use super::page;
use crate::cookie::Kind;
use crate::handle::{Handle, random_octets};
use crate::local_path::LocalPath;
use crate::pending::{self, PendingLogin};
use crate::refusal::Refusal;
use crate::router::{STYLE, SUBMIT};
use crate::site::Site;
use crate::store::Store;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sp::request::{AuthnRequest, PostForm, message_id};
use sp::{Idp, PendingRequest};
use std::sync::Arc;

/// What a link to the login may say.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    idp: Option<String>,
    return_to: Option<String>,
}

#[derive(Template)]
#[template(path = "submit.html")]
struct Page<'a> {
    form: &'a PostForm,
    script: &'static str,
    style: &'static str,
}

pub(crate) async fn login<S: Store>(
    State(site): State<Arc<Site<S>>>,
    headers: HeaderMap,
    Query(wish): Query<Wish>,
) -> Result<Response, Refusal> {
    let Some(idp) = idp(&site, wish.idp.as_deref())? else {
        // Several to choose from: the start page lists them.
        return Ok((StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response());
    };
    let now = site.clock.now();
    let request = AuthnRequest::new(&message_id(random_octets()), now, &site.sp, idp, &site.acs).map_err(|error| {
        Refusal::login_impossible("idp_takes_no_requests", "an IdP that takes requests", &error.to_string())
    })?;
    let login = PendingLogin {
        relay_state: Handle::random(),
        request: PendingRequest { id: request.id().to_owned(), idp: idp.entity_id().clone() },
        return_to: LocalPath::or_root(wish.return_to.as_deref()),
        until: now.later(pending::LIFETIME),
    };
    let relay_state = login.relay_state.clone();
    let browser = browser(&site, &headers).await?;
    site.store.keep_login(&browser, login).await.map_err(|error| Refusal::store(&error))?;

    let mut response = send(&request, &relay_state);
    response.headers_mut().append(SET_COOKIE, site.cookies().write(Kind::Login, &browser));
    Ok(response)
}

/// The IdP that was asked for, or the only one; none if there is a choice to make.
fn idp<'a, S>(site: &'a Site<S>, wanted: Option<&str>) -> Result<Option<&'a Idp>, Refusal> {
    match (wanted, site.idps.as_slice()) {
        (Some(wanted), _) => {
            let unknown = || Refusal::login_impossible("idp_unknown", "an IdP that is trusted", wanted);
            site.idp(wanted).map(Some).ok_or_else(unknown)
        }
        (None, [only]) => Ok(Some(only)),
        (None, _) => Ok(None),
    }
}

/// The name this browser's logins are kept under. One it brings along counts only if we gave it and it is in use: then
/// it has another login open, in another tab.
async fn browser<S: Store>(site: &Site<S>, headers: &HeaderMap) -> Result<Handle, Refusal> {
    let Some(known) = site.cookies().read(headers, Kind::Login) else { return Ok(Handle::random()) };
    let logins = site.store.logins(&known).await.map_err(|error| Refusal::store(&error))?;
    Ok(if logins.is_empty() { Handle::random() } else { known })
}

/// By HTTP-Redirect where the IdP takes that, else by a form.
fn send(request: &AuthnRequest, relay_state: &Handle) -> Response {
    let relay_state = Some(relay_state.as_str());
    if let Some(url) = request.redirect_url(relay_state) {
        return (StatusCode::SEE_OTHER, [(LOCATION, url)]).into_response();
    }
    match request.post_form(relay_state) {
        Some(form) => page(StatusCode::OK, &Page { form: &form, script: SUBMIT, style: STYLE }),
        // A request travels by one of the two.
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
