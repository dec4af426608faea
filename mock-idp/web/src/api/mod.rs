//! The control API under `/api`: JSON in, JSON out, for test suites that steer the mocks.
//!
//! One list of operations is both the router and the OpenAPI document. Refuses, as `{"error", "field", "found", "allowed"}`:
//! JSON that is none, fields and values nobody knows. Changes are taken as JSON and from no other web site's pages, so
//! that a page from elsewhere cannot steer a mock on the visitor's machine.

use crate::failure::Failure;
use crate::world::World;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, any, get, on};
use axum::{Json, Router};
use mock_idp::Vendor;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::Arc;

mod apps;
mod check;
mod here;
mod keys;
mod openapi;
mod people;
mod queue;
mod sps;
mod trace;

type Answer = Result<Value, Failure>;
type Later = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// One operation: what it is for, what it takes, what it does.
pub(crate) struct Operation {
    verb: Verb,
    path: &'static str,
    /// Its name in generated clients.
    id: &'static str,
    about: &'static str,
    /// The properties of the JSON it takes; for GET and DELETE the parameters of the query.
    fields: &'static [Field],
    /// The status of success.
    success: u16,
    run: Run,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

enum Run {
    Now(fn(&World, &Call) -> Answer),
    Wait(fn(Arc<World>, Call) -> Later),
}

/// One property or parameter.
struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
    about: &'static str,
}

enum Kind {
    Text,
    Number,
    Flag,
    Object,
    /// A list of objects.
    List,
    /// One of these words.
    Word(fn(&World) -> Vec<String>),
}

const fn may(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, kind, required: false, about }
}

const fn must(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, kind, required: true, about }
}

/// Every operation, in the order of the document.
static OPERATIONS: &[&[Operation]] = &[
    here::OPERATIONS,
    sps::OPERATIONS,
    apps::OPERATIONS,
    keys::OPERATIONS,
    people::OPERATIONS,
    queue::OPERATIONS,
    trace::OPERATIONS,
];

fn operations() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().copied().flatten()
}

/// What an operation was called with.
struct Call {
    uri: Uri,
    body: Value,
}

impl Call {
    /// The parameters of the query.
    fn query<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let read = Query::<T>::try_from_uri(&self.uri);
        read.map(|Query(value)| value)
            .map_err(|rejection| Failure::field("query", rejection.body_text(), "the documented parameters"))
    }

    /// The properties of the body.
    fn body<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        T::deserialize(&self.body)
            .map_err(|error| Failure::field("body", error.to_string(), "JSON of the documented form"))
    }
}

/// A query that asks for one vendor's, or for all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfVendor {
    vendor: Option<String>,
}

/// The one vendor that a list is asked for.
fn only_vendor(world: &World, call: &Call) -> Result<Option<Vendor>, Failure> {
    let OfVendor { vendor } = call.query()?;
    vendor.map(|name| world.vendor(&name)).transpose()
}

/// The paths of the API.
pub(crate) fn routes() -> Router<Arc<World>> {
    let mut router = Router::new().route("/healthz", get(|| async { "ok\n" })).route("/api/{*rest}", any(unknown));
    for operation in operations() {
        let filter = match operation.verb {
            Verb::Get => MethodFilter::GET,
            Verb::Post => MethodFilter::POST,
            Verb::Put => MethodFilter::PUT,
            Verb::Delete => MethodFilter::DELETE,
        };
        let handler = move |State(world): State<Arc<World>>, uri: Uri, headers: HeaderMap, body: Bytes| async move {
            call(operation, world, uri, &headers, &body).await
        };
        router = router.route(operation.path, on(filter, handler));
    }
    router.method_not_allowed_fallback(other_verb)
}

/// What an API says to a body that is too large, which a layer around it cuts off before anyone has read it.
pub(crate) fn telling_too_large(router: Router) -> Router {
    let tell = async |response: Response| match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge.json(),
        _ => response,
    };
    router.layer(map_response(tell))
}

async fn unknown(uri: Uri) -> Response {
    let mut paths: Vec<String> = operations().map(|operation| operation.path.to_owned()).collect();
    paths.dedup();
    let failure = Failure::not_among("path", uri.path(), paths);
    (StatusCode::NOT_FOUND, failure.json()).into_response()
}

async fn other_verb(method: Method, uri: Uri) -> Response {
    let here = operations().filter(|operation| operation.path == uri.path());
    let verbs = here.map(|operation| openapi::verb(operation.verb).to_uppercase()).collect();
    let failure = Failure::not_among("method", method.as_str(), verbs);
    (StatusCode::METHOD_NOT_ALLOWED, failure.json()).into_response()
}

async fn call(
    operation: &'static Operation,
    world: Arc<World>,
    uri: Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let read = read(operation, &world, headers, body).and_then(|body| {
        let takes_query = matches!(operation.verb, Verb::Get | Verb::Delete);
        let query = || check::query(operation, &world, uri.query().unwrap_or_default());
        if takes_query { query() } else { check::body(operation, &world, &body) }.map(|()| body)
    });
    let answer = match read {
        Ok(body) => match operation.run {
            Run::Now(run) => run(&world, &Call { uri, body }),
            Run::Wait(run) => run(world, Call { uri, body }).await,
        },
        Err(failure) => Err(failure),
    };
    let success = StatusCode::from_u16(operation.success).unwrap_or_default();
    answer.map_or_else(Failure::json, |value| (success, Json(value)).into_response())
}

/// The body as JSON, an empty object where there is none.
fn read(operation: &Operation, world: &World, headers: &HeaderMap, body: &[u8]) -> Result<Value, Failure> {
    if operation.verb == Verb::Get {
        return Ok(Value::Null);
    }
    // A browser names the site whose page asks; programs do not.
    let elsewhere = |origin: &&[u8]| **origin != *world.config.public_url.as_bytes();
    if headers.get(ORIGIN).map(|origin| origin.as_bytes()).filter(elsewhere).is_some() {
        return Err(Failure::Forbidden("`Origin` is another web site; the control API is for programs"));
    }
    if body.is_empty() {
        return Ok(json!({}));
    }
    let kind = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Failure::field("Content-Type", kind, "`application/json`"));
    }
    serde_json::from_slice(body).map_err(|error| Failure::field("body", error.to_string(), "JSON"))
}

/// The vendors that are served.
fn vendors(world: &World) -> Vec<String> {
    world.vendor_names()
}
