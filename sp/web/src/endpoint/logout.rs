//! Ends a session from here: a browser in, a LogoutRequest to its IdP out, or just the start page (profiles 4.4).
//!
//! Our own session ends first and in any case; whether the IdP's does is for the IdP to say. Only a POST counts, so
//! that a link or an image of another site ends nothing: the session's cookie does not travel with a foreign POST.

use super::send::send;
use crate::cookie::Kind;
use crate::handle::{Handle, random_octets};
use crate::pending::{self, PendingExit};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::site::Site;
use crate::store::{Store, StoreError};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use sp::logout::PendingLogout;
use sp::request::{Carried, LogoutRequest, message_id};
use std::sync::Arc;

pub(crate) async fn logout<S: Store>(
    State(site): State<Arc<Site<S>>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Some(handle) = site.cookies().read(&headers, Kind::Session) else { return Ok(home()) };
    let session = site.store.session(&handle).await.map_err(refuse)?;
    site.store.end_session(&handle).await.map_err(refuse)?;
    let Some(session) = session else { return Ok(home()) };
    tracing::info!(idp = session.issuer, "logged out");
    let Some((request, carried, relay_state)) = request(&site, &session) else { return Ok(home()) };

    let until = site.clock.now().later(pending::LIFETIME);
    let browser = Handle::random();
    let exit = PendingExit { relay_state, logout: request, until };
    site.store.keep_exit(&browser, exit).await.map_err(refuse)?;
    let mut response = send(&carried);
    response.headers_mut().append(SET_COOKIE, site.cookies().write(Kind::Exit, &browser));
    Ok(response)
}

/// The request to the session's IdP; none if that IdP is not trusted any more or takes no logout.
fn request<S>(site: &Site<S>, session: &Session) -> Option<(PendingLogout, Carried, Handle)> {
    let idps = site.idps();
    let idp = Site::<S>::named(&idps, &session.issuer)?;
    let (name_id, index) = (session.name_id.to_core(), session.session_index.as_deref());
    let (id, now) = (message_id(random_octets()), site.clock.now());
    let request = LogoutRequest::new(&id, now, &site.sp, idp, &name_id, index).ok()?;
    let relay_state = Handle::random();
    let carried = request.carry(Some(relay_state.as_str())).ok()?;
    Some((PendingLogout { id, idp: idp.entity_id().clone() }, carried, relay_state))
}

/// Where a browser goes that has no session any more.
pub(super) fn home() -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response()
}

fn refuse(error: StoreError) -> Refusal {
    Refusal::store(&error)
}
