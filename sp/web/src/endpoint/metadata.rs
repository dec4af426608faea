//! Our metadata, for IdPs: nothing in, an EntityDescriptor out (metadata 2.4.4, media type of appendix A).

use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

pub(crate) async fn metadata<S>(State(site): State<Arc<Site<S>>>) -> Response {
    let headers =
        [(CONTENT_TYPE, "application/samlmetadata+xml"), (CONTENT_DISPOSITION, "inline; filename=\"sp-metadata.xml\"")];
    match site.metadata.write(&site.sp, site.clock.now()) {
        Ok(metadata) => (headers, metadata).into_response(),
        // It was written at the start, by the same key.
        Err(error) => {
            tracing::error!(%error, "our metadata cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
