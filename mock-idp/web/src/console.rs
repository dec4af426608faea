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
    page(&world).map_or_else(Failure::json, IntoResponse::into_response)
}

fn page(world: &World) -> Result<Html<String>, Failure> {
    let idps = world.config.endpoints().into_iter().zip(world.config.vendors.iter().copied()).collect();
    let memory = world.memory();
    let people = memory.directory.people().iter().take(page::SHOWN_PEOPLE).cloned().collect();
    page::console(idps, &memory.sps, &memory.apps, people)
}

async fn submit_script() -> Response {
    ([(CONTENT_TYPE, "text/javascript")], page::SUBMIT_SCRIPT).into_response()
}
