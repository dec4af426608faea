//! Starts a login: a browser in, an AuthnRequest to its IdP out, by redirect or by a form that submits itself.
//!
//! Refuses an IdP that is not trusted, and one that takes no requests. A wish to return elsewhere than to a path of
//! ours is not refused but forgotten.

use super::send::send;
use crate::cookie::Kind;
use crate::handle::{Handle, random_octets};
use crate::local_path::LocalPath;
use crate::pending::{self, PendingLogin};
use crate::refusal::Refusal;
use crate::site::Site;
use crate::store::Store;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sp::request::{AuthnRequest, message_id};
use sp::{Idp, PendingRequest};
use std::sync::Arc;

/// What a link to the login may say.
#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    idp: Option<String>,
    return_to: Option<String>,
}

pub(crate) async fn login<S: Store>(
    State(site): State<Arc<Site<S>>>,
    headers: HeaderMap,
    Query(wish): Query<Wish>,
) -> Result<Response, Refusal> {
    let idps = site.idps();
    let Some(idp) = idp::<S>(&idps, wish.idp.as_deref())? else {
        // Several to choose from: the start page lists them.
        return Ok((StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response());
    };
    let now = site.clock.now();
    let request = AuthnRequest::demanding(&site.demands, &message_id(random_octets()), now, &site.sp, idp, &site.acs)
        .map_err(|error| {
        Refusal::login_impossible("idp_takes_no_requests", "an IdP that takes requests", &error.to_string())
    })?;
    let login = PendingLogin {
        relay_state: Handle::random(),
        request: PendingRequest { id: request.id().to_owned(), idp: idp.entity_id().clone() },
        return_to: LocalPath::or_root(wish.return_to.as_deref()),
        until: now.later(pending::LIFETIME),
    };
    let carried = request.carry(Some(login.relay_state.as_str())).map_err(|error| {
        Refusal::login_impossible("request_not_signed", "a request that can be signed", &error.to_string())
    })?;
    let browser = browser(&site, &headers).await?;
    site.store.keep_login(&browser, login).await.map_err(|error| Refusal::store(&error))?;

    let mut response = send(&carried);
    response.headers_mut().append(SET_COOKIE, site.cookies().write(Kind::Login, &browser));
    Ok(response)
}

/// The IdP that was asked for, or the only one; none if there is a choice to make.
fn idp<'a, S>(idps: &'a [Arc<Idp>], wanted: Option<&str>) -> Result<Option<&'a Idp>, Refusal> {
    match (wanted, idps) {
        (Some(wanted), _) => {
            let unknown = || Refusal::login_impossible("idp_unknown", "an IdP that is trusted", wanted);
            Site::<S>::named(idps, wanted).map(Some).ok_or_else(unknown)
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
