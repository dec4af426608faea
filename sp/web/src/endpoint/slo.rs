//! The SingleLogoutService: an IdP's LogoutRequest in, sessions ended and a LogoutResponse out; or the answer to ours in.
//!
//! By GET the query is taken exactly as it was received, because the signature is over its octets. A LogoutRequest needs
//! no cookie: it is signed, and says whose sessions end. A LogoutResponse must answer the logout of this very browser.

use super::form;
use super::logout::home;
use super::send::send;
use crate::cookie::Kind;
use crate::handle::random_octets;
use crate::refusal::Refusal;
use crate::site::Site;
use crate::store::{Store, StoreError};
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::http::header::HeaderMap;
use axum::response::{IntoResponse, Response};
use sp::Idp;
use sp::logout::{LogoutDelivery, LogoutOrder, LogoutOutcome, Received, redeem_logout};
use sp::request::{LogoutResponse, LogoutStatus, message_id};
use std::sync::Arc;

/// How many octets of a form carry one octet of the message at most: base64 makes 4 of 3, the form 3 of each.
const FORM_OCTETS: usize = 4;

pub(crate) async fn slo_by_redirect<S: Store>(
    State(site): State<Arc<Site<S>>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let received = Received::redirect(query.as_deref().unwrap_or_default(), &site.sp).map_err(Refusal::of_logout)?;
    take(&site, &headers, received).await
}

pub(crate) async fn slo_by_post<S: Store>(
    State(site): State<Arc<Site<S>>>,
    request: Request,
) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let body = form::read(request, FORM_OCTETS * site.sp.limits().message_bytes).await?;
    take(&site, &headers, Received::post(&body, &site.sp).map_err(Refusal::of_logout)?).await
}

async fn take<S: Store>(site: &Site<S>, headers: &HeaderMap, received: Received) -> Result<Response, Refusal> {
    let idps = site.idps();
    let hint = received.issuer_hint();
    let named = hint.as_deref().and_then(|hint| Site::<S>::named(&idps, hint));
    let idp = named.ok_or_else(|| {
        Refusal::issuer_unknown(Idp::one_of(idps.iter().map(AsRef::as_ref)), hint.as_deref().unwrap_or("none"))
    })?;
    match received.is_request() {
        true => carry_out(site, idp, received).await,
        false => hear(site, headers, idp, received).await,
    }
}

/// Ends the sessions that are meant, and says so.
async fn carry_out<S: Store>(site: &Site<S>, idp: &Idp, received: Received) -> Result<Response, Refusal> {
    let delivery = LogoutDelivery { endpoint: &site.slo, now: site.clock.now() };
    let validated = received.accept_request(&site.sp, idp, delivery).map_err(Refusal::of_logout)?;
    let order = redeem_logout(validated, &site.store, site.clock.now()).await.map_err(Refusal::of_logout)?;
    let ended = site.store.end_sessions(&order).await.map_err(refuse)?;
    tracing::info!(idp = idp.entity_id().as_str(), ended, "logged out by the IdP");
    Ok(answer(site, idp, &order))
}

/// The LogoutResponse. An IdP that takes none, as Azure does not, gets a plain 200.
fn answer<S>(site: &Site<S>, idp: &Idp, order: &LogoutOrder) -> Response {
    let (id, now) = (message_id(random_octets()), site.clock.now());
    let response = LogoutResponse::new(&id, now, &site.sp, idp, &order.request_id, LogoutStatus::Success);
    let relay_state = order.relay_state.as_ref().map(|state| state.as_str());
    match response.and_then(|response| response.carry(relay_state)) {
        Ok(carried) => send(&carried),
        Err(_) => (StatusCode::OK, "You are signed out.\n").into_response(),
    }
}

/// Takes the answer to a logout that this browser started; its session has ended already.
async fn hear<S: Store>(
    site: &Site<S>,
    headers: &HeaderMap,
    idp: &Idp,
    received: Received,
) -> Result<Response, Refusal> {
    let exit = match site.cookies().read(headers, Kind::Exit) {
        Some(browser) => site.store.take_exit(&browser).await.map_err(refuse)?,
        None => None,
    };
    let delivery = LogoutDelivery { endpoint: &site.slo, now: site.clock.now() };
    let pending = exit.as_ref().map(|exit| &exit.logout);
    let response = received.accept_response(&site.sp, idp, pending, delivery).map_err(Refusal::of_logout)?;
    match response.outcome() {
        LogoutOutcome::Complete => {}
        LogoutOutcome::Partial => tracing::warn!(idp = idp.entity_id().as_str(), "the logout is partial"),
        LogoutOutcome::Failed(why) => tracing::warn!(idp = idp.entity_id().as_str(), why, "the logout failed"),
    }
    Ok(home())
}

fn refuse(error: StoreError) -> Refusal {
    Refusal::store(&error)
}
