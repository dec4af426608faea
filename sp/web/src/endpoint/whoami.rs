//! Who is logged in, as JSON: the session's cookie in, the identity out; 401 without a session.

use super::session;
use crate::refusal::Refusal;
use crate::site::Site;
use crate::store::Store;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::sync::Arc;

pub(crate) async fn whoami<S: Store>(
    State(site): State<Arc<Site<S>>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let Some(session) = session(&site, &headers).await? else {
        return Ok((StatusCode::UNAUTHORIZED, Json(json!({ "error": "nobody is logged in" }))).into_response());
    };
    let identity = json!({
        "name_id": session.name_id.value,
        "name_id_format": session.name_id.format,
        "attributes": session.attributes_by_name(),
        "issuer": session.issuer,
        "session_index": session.session_index,
        "authn_context": session.authn_context,
        "ends": session.ends,
    });
    Ok(Json(identity).into_response())
}
