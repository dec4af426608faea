//! Which path leads to which endpoint, and the headers that every answer carries.

use crate::endpoint::{acs, acs_by_query, home, login, logout, metadata, slo_by_post, slo_by_redirect, whoami};
use crate::site::Site;
use crate::store::Store;
use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::routing::{get, post};
use std::sync::Arc;
use tower_http::set_header::SetResponseHeaderLayer;

/// Where logins start.
pub(crate) const LOGIN: &str = "/saml/login";

/// Where Responses are delivered.
pub(crate) const ACS: &str = "/saml/acs";

/// Where logouts start.
pub(crate) const LOGOUT: &str = "/saml/logout";

/// Where logout messages are delivered, by GET and by POST.
pub(crate) const SLO: &str = "/saml/slo";

/// Where our metadata is.
pub(crate) const METADATA: &str = "/saml/metadata";

/// Where to ask who is logged in.
pub(crate) const WHOAMI: &str = "/saml/whoami";

/// Submits the form that carries an AuthnRequest.
pub(crate) const SUBMIT: &str = "/assets/submit.js";

/// How our pages look.
pub(crate) const STYLE: &str = "/assets/style.css";

/// What our pages may load and do: our own style and script, nothing inline, nothing from elsewhere. There is no
/// `form-action`: the one form we have goes to an IdP, and browsers hold its redirects against that list, too.
const CONTENT_POLICY: &str =
    "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Carried by every answer, also by those that axum gives by itself.
fn headers() -> [(HeaderName, HeaderValue); 5] {
    [
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

/// The endpoints over a site.
pub fn router<S: Store>(site: Arc<Site<S>>) -> Router {
    let router = Router::new()
        .route("/", get(home::<S>))
        .route(LOGIN, get(login::<S>))
        .route(ACS, post(acs::<S>).get(acs_by_query::<S>))
        .route(LOGOUT, post(logout::<S>))
        .route(SLO, get(slo_by_redirect::<S>).post(slo_by_post::<S>))
        .route(METADATA, get(metadata::<S>))
        .route(WHOAMI, get(whoami::<S>))
        .route("/healthz", get(async || "ok\n"))
        .route(SUBMIT, get(([(CONTENT_TYPE, "text/javascript")], include_str!("../assets/submit.js"))))
        .route(STYLE, get(([(CONTENT_TYPE, "text/css")], include_str!("../assets/style.css"))))
        .with_state(site);
    headers()
        .into_iter()
        .fold(router, |router, (name, value)| router.layer(SetResponseHeaderLayer::overriding(name, value)))
}
