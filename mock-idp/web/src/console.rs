//! The console: one page that lists what the mocks offer, with a link to start a login for each of it.

use crate::failure::Failure;
use crate::page;
use crate::world::World;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// The paths of the console.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new().route("/", get(console)).route("/submit.js", get(submit_script))
}

async fn console(State(world): State<Arc<World>>) -> Response {
    match page(&world) {
        Ok(page) => page.into_response(),
        Err(failure) => failure.json(),
    }
}

fn page(world: &World) -> Result<Html<String>, Failure> {
    let idps = world.config.endpoints().into_iter().zip(world.config.vendors.iter().copied()).collect();
    page::console(idps, &world.memory().sps)
}

async fn submit_script() -> Response {
    ([(CONTENT_TYPE, "text/javascript")], page::SUBMIT_SCRIPT).into_response()
}
