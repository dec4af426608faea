//! The control API under `/api`: JSON in, JSON out, for test suites that steer the mocks.
//!
//! Refuses, as `{"error": ...}` with the field's name: JSON that is none, unknown vendors, attacks, quirks and times. Takes
//! JSON only, so that a web page from elsewhere cannot steer a mock on the visitor's machine.

use crate::change::{Asked, Change};
use crate::failure::Failure;
use crate::world::{Clock, World};
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use mock_idp::{Sp, attacks, quirks};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

type Here = State<Arc<World>>;
type Body<T> = Result<Json<T>, JsonRejection>;

/// The paths of the API.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/api/idps", get(idps))
        .route("/api/attacks", get(list_attacks))
        .route("/api/quirks", get(list_quirks))
        .route("/api/queue", post(|here: Here, body: Body<Queued>| async move { respond(queue(&here.0, body)) }))
        .route(
            "/api/sps",
            get(sps).post(|here: Here, body: Body<Registered>| async move { respond(register(&here.0, body)) }),
        )
        .route("/api/requests", get(requests))
        .route("/api/clock", post(|here: Here, body: Body<SetClock>| async move { respond(clock(&here.0, body)) }))
        .route("/api/reset", post(reset))
}

fn respond(result: Result<(StatusCode, Value), Failure>) -> Response {
    match result {
        Ok((status, value)) => (status, Json(value)).into_response(),
        Err(failure) => failure.json(),
    }
}

fn body<T>(body: Body<T>) -> Result<T, Failure> {
    body.map(|Json(value)| value)
        .map_err(|rejection| Failure::field("body", rejection.body_text(), "JSON of the documented form"))
}

async fn idps(State(world): Here) -> Json<Value> {
    let described = world.config.endpoints().into_iter().zip(&world.config.vendors).map(|(endpoints, vendor)| {
        let approximate: Vec<String> = vendor.approximations().into_iter().map(|fact| fact.path).collect();
        json!({ "title": vendor.title(), "endpoints": endpoints, "approximate": approximate })
    });
    Json(described.collect())
}

async fn list_attacks() -> Json<Value> {
    let described = attacks::ALL.iter().map(|attack| {
        json!({ "id": attack.id, "about": attack.about, "source": attack.source, "forges": attack.forges, "needs": attack.needs })
    });
    Json(described.collect())
}

async fn list_quirks() -> Json<Value> {
    let described = quirks::ALL
        .iter()
        .map(|quirk| json!({ "id": quirk.id, "about": quirk.about, "source": quirk.source, "needs": quirk.needs }));
    Json(described.collect())
}

/// What the next Response of a vendor looks like.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Queued {
    vendor: String,
    attack: Option<String>,
    quirk: Option<String>,
    #[serde(default)]
    encrypt: bool,
    sign: Option<mock_idp::Sign>,
}

fn queue(world: &World, queued: Body<Queued>) -> Result<(StatusCode, Value), Failure> {
    let queued = body(queued)?;
    let vendor = world.vendor(&queued.vendor)?;
    let asked = Asked { attack: queued.attack, quirk: queued.quirk, encrypt: queued.encrypt, sign: queued.sign };
    let waiting = world.memory().enqueue(vendor, Change::of(&asked)?);
    Ok((StatusCode::OK, json!({ "vendor": vendor.name(), "waiting": waiting })))
}

/// An SP, by its metadata or by name and address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Registered {
    metadata: Option<String>,
    entity_id: Option<String>,
    acs: Option<String>,
    encryption_certificate: Option<String>,
}

fn register(world: &World, registered: Body<Registered>) -> Result<(StatusCode, Value), Failure> {
    let sp = sp_of(body(registered)?)?;
    world.memory().register(sp.clone())?;
    Ok((StatusCode::CREATED, described(&sp)))
}

fn sp_of(registered: Registered) -> Result<Sp, Failure> {
    let sp = match (registered.metadata, registered.entity_id, registered.acs) {
        (Some(metadata), None, None) => Sp::from_metadata(&metadata)
            .map_err(|error| Failure::field("metadata", error.to_string(), "metadata of an SP"))?,
        (None, Some(entity_id), Some(acs)) => Sp::new(entity_id, acs),
        _ => return Err(Failure::field("body", "something else", "`metadata`, or `entity_id` and `acs`")),
    };
    match registered.encryption_certificate {
        Some(pem) => {
            let with = sp.encrypting(&pem);
            let unread = || Failure::field("encryption_certificate", "unreadable", "a certificate in PEM");
            with.encryption_certificate.is_some().then_some(with).ok_or_else(unread)
        }
        None => Ok(sp),
    }
}

async fn sps(State(world): Here) -> Json<Value> {
    Json(world.memory().sps.iter().map(described).collect())
}

fn described(sp: &Sp) -> Value {
    json!({ "entity_id": sp.entity_id, "acs": sp.acs, "can_encrypt": sp.encryption_certificate.is_some() })
}

async fn requests(State(world): Here) -> Response {
    Json(&world.memory().log).into_response()
}

/// A time, an offset, or neither to go back to the machine's clock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    now: Option<String>,
    #[serde(default)]
    offset_seconds: i64,
}

fn clock(world: &World, set: Body<SetClock>) -> Result<(StatusCode, Value), Failure> {
    let set = body(set)?;
    let clock = match set.now {
        Some(now) => {
            let instant = OffsetDateTime::parse(&now, &Rfc3339);
            Clock::Fixed(instant.map_err(|_| Failure::field("now", now, "an instant as in RFC 3339"))?)
        }
        None => Clock::Shifted(Duration::seconds(set.offset_seconds)),
    };
    world.memory().clock = clock;
    Ok((StatusCode::OK, json!({ "now": mock_idp::moment::format(clock.now(), true) })))
}

async fn reset(State(world): Here) -> Json<Value> {
    world.reset();
    Json(json!({ "reset": true }))
}
