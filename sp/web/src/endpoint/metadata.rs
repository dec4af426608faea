//! Our metadata, for IdPs: nothing in, an EntityDescriptor out (metadata 2.4.4, media type of appendix A).

use crate::site::Site;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use std::sync::Arc;

pub(crate) async fn metadata<S>(State(site): State<Arc<Site<S>>>) -> ([(HeaderName, &'static str); 2], String) {
    let headers =
        [(CONTENT_TYPE, "application/samlmetadata+xml"), (CONTENT_DISPOSITION, "inline; filename=\"sp-metadata.xml\"")];
    (headers, site.metadata.clone())
}
