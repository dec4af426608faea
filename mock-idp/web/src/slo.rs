//! Single logout at one vendor: the end of the session here.
//!
//! Refuses logout messages of SPs where the vendor does not answer them.

use crate::failure::Failure;
use crate::login::{cookie, cookie_value};
use crate::page;
use crate::refusal::{Why, refuse};
use crate::sso::{Binding, finish};
use crate::trace::Received;
use crate::world::World;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use mock_idp::{Vendor, request};
use std::sync::Arc;

type Here = State<Arc<World>>;

/// The logout endpoint of one vendor, and the page on which a person signs out.
pub(crate) fn routes(vendor: Vendor) -> Router<Arc<World>> {
    let service = &vendor.shape().service;
    let by_query = move |State(world): Here, headers: HeaderMap, RawQuery(query): RawQuery| async move {
        arrive(vendor, &world, &headers, Binding::Redirect, &query.unwrap_or_default())
    };
    let by_form = move |State(world): Here, headers: HeaderMap, body: String| async move {
        arrive(vendor, &world, &headers, Binding::Post, &body)
    };
    let own = get(move |State(world): Here, headers: HeaderMap| async move {
        let result = sign_out(vendor, &world, &headers);
        result.unwrap_or_else(|failure| failure.page(vendor))
    });
    let router = Router::new().route(&format!("/{}/logout", vendor.name()), own);
    match service.slo_path.as_ref().filter(|path| path.value != service.sso_path.value) {
        Some(path) => router.route(&path.value, get(by_query).post(by_form)),
        None => router,
    }
}

/// Whether a query or form at the SSO endpoint holds a logout message.
pub(crate) fn is_logout(binding: Binding, raw: &str) -> bool {
    if form_urlencoded::parse(raw.as_bytes()).any(|(name, _)| name == "SAMLResponse") {
        return true;
    }
    let read = match binding {
        Binding::Redirect => request::from_redirect_query(raw),
        Binding::Post => request::from_form(raw),
    };
    matches!(read, Err(request::RequestError::OtherMessage { found, .. }) if found.starts_with("Logout"))
}

/// A logout message came in.
pub(crate) fn arrive(vendor: Vendor, world: &World, _: &HeaderMap, binding: Binding, raw: &str) -> Response {
    let received = Received { binding: binding.name(), raw: raw.to_owned(), ..Received::default() };
    let exchange = world.begin(vendor, Some(received));
    finish(vendor, world, exchange, Err(refuse(vendor, Why::NoLogout, "a logout message")))
}

fn sign_out(vendor: Vendor, world: &World, headers: &HeaderMap) -> Result<Response, Failure> {
    if let Some(key) = cookie_value(world, vendor, headers) {
        world.memory().sessions.end(vendor, &key);
    }
    Ok(([(SET_COOKIE, cookie(world, vendor, "", "; Max-Age=0"))], page::signed_out(vendor)?).into_response())
}
