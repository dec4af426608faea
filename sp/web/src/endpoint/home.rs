//! The start page: who is logged in, and a link to each IdP.

use super::{page, session};
use crate::refusal::Refusal;
use crate::router::{LOGIN, LOGOUT, METADATA, STYLE};
use crate::session::Session;
use crate::site::Site;
use crate::store::Store;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::HeaderMap;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "home.html")]
struct Page<'a> {
    session: Option<&'a Session>,
    idps: Vec<Link<'a>>,
    metadata: &'static str,
    logout: &'static str,
    style: &'static str,
}

/// A link that starts a login.
struct Link<'a> {
    name: &'a str,
    href: String,
}

pub(crate) async fn home<S: Store>(State(site): State<Arc<Site<S>>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let session = session(&site, &headers).await?;
    let trusted = site.idps();
    let idps = trusted.iter().map(|idp| link(idp.entity_id().as_str())).collect();
    Ok(page(
        StatusCode::OK,
        &Page { session: session.as_ref(), idps, metadata: METADATA, logout: LOGOUT, style: STYLE },
    ))
}

fn link(entity_id: &str) -> Link<'_> {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("idp", entity_id).finish();
    Link { name: entity_id, href: format!("{LOGIN}?{query}") }
}
