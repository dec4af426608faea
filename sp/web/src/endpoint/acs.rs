//! The AssertionConsumerService: a posted Response, or an artifact for one, in, a session and a redirect out, or a refusal.
//!
//! What this browser waits for is found by its cookie. The message can pick among the browser's own logins by
//! RelayState, and among the trusted IdPs by its Issuer; what it picked is then held against what is signed.

use super::{artifact, form};
use crate::cookie::Kind;
use crate::handle::Handle;
use crate::local_path::LocalPath;
use crate::options::Unsolicited;
use crate::pending::{self, Picked};
use crate::refusal::Refusal;
use crate::session::Session;
use crate::site::Site;
use crate::store::{Store, StoreError};
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::http::header::{ALLOW, HeaderMap, LOCATION, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use sp::accept::Received;
use sp::{Delivery, Expectation, Identity, Idp};
use std::sync::Arc;

/// How many octets of a form carry one octet of the message at most: base64 makes 4 of 3, the form 3 of each.
const FORM_OCTETS: usize = 4;

pub(crate) async fn acs<S: Store>(State(site): State<Arc<Site<S>>>, request: Request) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let body = form::read(request, FORM_OCTETS * site.sp.limits().message_bytes).await?;
    let received = match artifact::Fields::read(&body)? {
        Some(fields) => artifact::resolve(&site, &fields).await?,
        None => Received::post(&body, &site.sp)?,
    };
    take(&site, &headers, received).await
}

/// By GET only an artifact comes: a Response must not travel in a query (profiles 4.1.2).
pub(crate) async fn acs_by_query<S: Store>(
    State(site): State<Arc<Site<S>>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let Some(fields) = artifact::Fields::read(query.unwrap_or_default().as_bytes())? else {
        return Ok((StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "POST")]).into_response());
    };
    let received = artifact::resolve(&site, &fields).await?;
    take(&site, &headers, received).await
}

/// Accepts or refuses the message, however it came.
async fn take<S: Store>(site: &Site<S>, headers: &HeaderMap, received: Received) -> Result<Response, Refusal> {
    let browser = site.cookies().read(headers, Kind::Login);
    let relay_state = received.relay_state().map(|state| state.as_str().to_owned());
    let picked = picked(site, browser.as_ref(), relay_state.as_deref()).await?;
    let idps = site.idps();
    let idp = idp::<S>(&idps, &received, picked.as_ref())?;
    let expectation = expectation(site, picked.as_ref());

    let delivery = Delivery { endpoint: &site.acs, expectation: &expectation, now: site.clock.now() };
    let validated = received.accept(&site.sp, idp, delivery)?;
    let answered = validated.claim().request_id().is_some();
    let identity = sp::redeem(validated, &site.store, site.clock.now()).await?;

    let picked = picked.filter(|picked| answered || picked.by_relay_state);
    if let (Some(browser), Some(picked)) = (&browser, &picked) {
        site.store.forget_login(browser, &picked.login.relay_state).await.map_err(refuse)?;
    }
    let handle = start_session(site, headers, identity).await?;
    Ok(go(site, &handle, &return_to(picked, relay_state.as_deref())))
}

/// The login of this very browser that the message may answer.
async fn picked<S: Store>(
    site: &Site<S>,
    browser: Option<&Handle>,
    relay_state: Option<&str>,
) -> Result<Option<Picked>, Refusal> {
    let Some(browser) = browser else { return Ok(None) };
    let logins = site.store.logins(browser).await.map_err(refuse)?;
    Ok(pending::pick(logins, relay_state))
}

/// Whose keys to try: the trusted IdP that the message names, or the one that was asked, or the only one. That the
/// choice was right is for the core to say: the signed Issuer must be this IdP, and so must the one that was asked.
fn idp<'a, S>(idps: &'a [Arc<Idp>], received: &Received, picked: Option<&Picked>) -> Result<&'a Idp, Refusal> {
    let hint = received.issuer_hint();
    let named = hint.as_deref().and_then(|hint| Site::<S>::named(idps, hint));
    let asked = picked.and_then(|picked| Site::<S>::named(idps, picked.login.request.idp.as_str()));
    let any = match idps {
        [only] => Some(only.as_ref()),
        // A message that names nobody has other faults, which the core lists.
        [first, ..] if hint.is_none() => Some(first.as_ref()),
        _ => None,
    };
    named.or(asked).or(any).ok_or_else(|| {
        Refusal::issuer_unknown(Idp::one_of(idps.iter().map(AsRef::as_ref)), hint.as_deref().unwrap_or("none"))
    })
}

fn expectation<S>(site: &Site<S>, picked: Option<&Picked>) -> Expectation {
    let request = picked.map(|picked| picked.login.request.clone());
    let expectation = match (request, site.unsolicited) {
        (Some(request), Unsolicited::Accepted) => Expectation::answer_or_unsolicited(request),
        (Some(request), Unsolicited::Refused) => Expectation::answer_to(request),
        (None, Unsolicited::Accepted) => Expectation::unsolicited(),
        (None, Unsolicited::Refused) => Expectation::nothing(),
    };
    match picked.map(|picked| picked.login.until.earlier(pending::LIFETIME)) {
        Some(asked_at) => expectation.demanding(site.demands.clone(), asked_at),
        None => expectation,
    }
}

/// A new session under a new name, so that a name that was planted before the login is worth nothing after it. The
/// session this browser had ends where its cookie comes along; with SameSite it stays at home when the IdP is another
/// site.
async fn start_session<S: Store>(site: &Site<S>, headers: &HeaderMap, identity: Identity) -> Result<Handle, Refusal> {
    if let Some(previous) = site.cookies().read(headers, Kind::Session) {
        site.store.end_session(&previous).await.map_err(refuse)?;
    }
    let issuer = identity.issuer.clone();
    let handle = Handle::random();
    site.store.start_session(&handle, Session::of(identity, site.clock.now())).await.map_err(refuse)?;
    tracing::info!(idp = issuer.as_str(), "logged in");
    Ok(handle)
}

/// Where to: what the browser wished for when it left; or, at a login that the IdP started, a path it may name.
fn return_to(picked: Option<Picked>, relay_state: Option<&str>) -> LocalPath {
    picked.map_or_else(|| LocalPath::or_root(relay_state), |picked| picked.login.return_to)
}

/// 303, so that the browser forgets the form and a reload does not deliver it again.
fn go<S>(site: &Site<S>, session: &Handle, path: &LocalPath) -> Response {
    let cookie = site.cookies().write(Kind::Session, session);
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, path.as_str())]).into_response();
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

fn refuse(error: StoreError) -> Refusal {
    Refusal::store(&error)
}
