//! What browsers meet at one vendor: AuthnRequests, the login form, the session, the start of an unsolicited login.
//!
//! Refuses, with a page that names the field: a request that cannot be read, an SP or ACS URL that is not registered, a
//! person nobody knows.

use crate::answer::{answer, no_passive};
use crate::change::{Asked, Change};
use crate::failure::Failure;
use crate::page;
use crate::world::{Event, Login, World, person_named};
use axum::Router;
use axum::extract::{Form, Query, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use mock_idp::{AuthnRequest, Person, Vendor, request};
use serde::Deserialize;
use std::sync::Arc;

type Here = State<Arc<World>>;

/// The paths of one vendor.
pub(crate) fn routes(vendor: Vendor) -> Router<Arc<World>> {
    let service = &vendor.shape().service;
    let own = |path: &str| format!("/{}/{path}", vendor.name());
    let metadata = get(move |State(world): Here| async move { metadata(vendor, &world) });
    let by_query = move |State(world): Here, headers: HeaderMap, RawQuery(query): RawQuery| async move {
        let read = request::from_redirect_query(&query.unwrap_or_default());
        finish(vendor, &world, arrive(vendor, &world, &headers, read))
    };
    let by_form = move |State(world): Here, headers: HeaderMap, body: String| async move {
        finish(vendor, &world, arrive(vendor, &world, &headers, request::from_form(&body)))
    };
    // Google's SSO address ends in a query, which is no part of a route.
    let sso_path = service.sso_path.value.split('?').next().unwrap_or_default();
    let mut router = Router::new()
        .route(sso_path, get(by_query).post(by_form))
        .route(&service.metadata_path.value, metadata.clone())
        .route(&own("metadata"), metadata)
        .route(
            &own("login"),
            post(move |State(world): Here, Form(form): Form<LoginForm>| async move {
                finish(vendor, &world, log_in(vendor, &world, &form))
            }),
        )
        .route(
            &own("start"),
            get(move |State(world): Here, headers: HeaderMap, Query(start): Query<Start>| async move {
                finish(vendor, &world, begin(vendor, &world, &headers, start))
            }),
        )
        .route(
            &own("logout"),
            get(move |State(world): Here, headers: HeaderMap| async move {
                finish(vendor, &world, log_out(vendor, &world, &headers))
            }),
        );
    // Azure's logout endpoint is its login endpoint, which names the message it does not answer.
    if let Some(path) = service.slo_path.as_ref().filter(|path| path.value != service.sso_path.value) {
        router = router.route(
            &path.value,
            get(move || async move { not_answered(vendor) }).post(move || async move { not_answered(vendor) }),
        );
    }
    router
}

fn metadata(vendor: Vendor, world: &World) -> Response {
    let text = world.config.idp(vendor).metadata(vendor);
    ([(CONTENT_TYPE, "application/samlmetadata+xml")], text).into_response()
}

fn not_answered(vendor: Vendor) -> Response {
    Failure::NotDone("this mock does not answer logout messages; /logout under the vendor's name ends its session")
        .page(vendor)
}

/// A page, or the vendor's error page and a line in the log.
fn finish(vendor: Vendor, world: &World, result: Result<Response, Failure>) -> Response {
    result.unwrap_or_else(|failure| {
        tracing::info!(vendor = vendor.name(), reason = %failure, "refused");
        world.memory().record(vendor, Event::Refused { reason: failure.to_string() });
        failure.page(vendor)
    })
}

/// An AuthnRequest came in.
///
/// Destination is not compared: Azure ignores it, and behind a proxy the browser's view differs from the mock's.
fn arrive(
    vendor: Vendor,
    world: &World,
    headers: &HeaderMap,
    read: Result<AuthnRequest, request::RequestError>,
) -> Result<Response, Failure> {
    let request = read?;
    let event = Event::Request {
        id: request.id.clone(),
        issuer: request.issuer.clone(),
        acs_url: request.acs_url.clone(),
        destination: request.destination.clone(),
        signed: request.signed,
    };
    world.memory().record(vendor, event);
    let sp = world.memory().sp_of(&request)?;
    let login =
        Login { vendor, sp, request_id: Some(request.id), relay_state: request.relay_state, change: Change::default() };
    match session(vendor, world, headers).filter(|_| !request.force_authn) {
        Some(person) => Ok(answer(world, &login, &person)?.into_response()),
        None if request.is_passive => Ok(no_passive(world, &login)?.into_response()),
        None => Ok(ask(world, login)?.into_response()),
    }
}

fn ask(world: &World, login: Login) -> Result<Html<String>, Failure> {
    let (vendor, sp) = (login.vendor, login.sp.entity_id.clone());
    let key = world.memory().wait(login);
    page::login(vendor, &key, &sp)
}

/// The login form.
#[derive(Debug, Deserialize)]
struct LoginForm {
    #[serde(default)]
    login: String,
    #[serde(default)]
    user: String,
    /// What was typed; it wins over the button.
    #[serde(default)]
    other: String,
}

fn log_in(vendor: Vendor, world: &World, form: &LoginForm) -> Result<Response, Failure> {
    let name = if form.other.trim().is_empty() { form.user.trim() } else { form.other.trim() };
    let (person, tagged) = person_named(name)?;
    let expected = "a login under way; start again at the SP";
    let login = world.memory().resume(&form.login).ok_or_else(|| Failure::field("login", &form.login, expected))?;
    if login.vendor != vendor {
        return Err(Failure::field("login", &form.login, "a login under way at this vendor"));
    }
    with_session(world, &Login { change: tagged.or(login.change), ..login }, &person)
}

/// The query of an unsolicited login.
#[derive(Debug, Deserialize)]
struct Start {
    user: Option<String>,
    sp: Option<String>,
    relay_state: Option<String>,
    attack: Option<String>,
    quirk: Option<String>,
    #[serde(default)]
    encrypt: bool,
    sign: Option<mock_idp::Sign>,
}

/// The person starts at the IdP (profiles 4.1.5).
fn begin(vendor: Vendor, world: &World, headers: &HeaderMap, start: Start) -> Result<Response, Failure> {
    let asked = Asked { attack: start.attack, quirk: start.quirk, encrypt: start.encrypt, sign: start.sign };
    let change = Change::of(&asked)?;
    let sp = world.memory().sp_named(start.sp.as_deref())?;
    let relay_state = start.relay_state.filter(|relay_state| !relay_state.is_empty());
    let login = Login { vendor, sp, request_id: None, relay_state, change };
    match (start.user.filter(|user| !user.is_empty()), session(vendor, world, headers)) {
        (Some(user), _) => {
            let (person, tagged) = person_named(&user)?;
            with_session(world, &Login { change: tagged.or(change), ..login }, &person)
        }
        (None, Some(person)) => Ok(answer(world, &login, &person)?.into_response()),
        (None, None) => Ok(ask(world, login)?.into_response()),
    }
}

/// The Response, and the cookie that spares the next login its form.
fn with_session(world: &World, login: &Login, person: &Person) -> Result<Response, Failure> {
    let page = answer(world, login, person)?;
    let key = world.memory().begin_session(login.vendor, person);
    Ok(([(SET_COOKIE, cookie(login.vendor, &key, ""))], page).into_response())
}

fn log_out(vendor: Vendor, world: &World, headers: &HeaderMap) -> Result<Response, Failure> {
    if let Some(key) = cookie_value(vendor, headers) {
        world.memory().end_session(vendor, &key);
    }
    Ok(([(SET_COOKIE, cookie(vendor, "", "; Max-Age=0"))], page::signed_out(vendor)?).into_response())
}

fn session(vendor: Vendor, world: &World, headers: &HeaderMap) -> Option<Person> {
    world.memory().session(vendor, &cookie_value(vendor, headers)?)
}

fn cookie_name(vendor: Vendor) -> String {
    format!("samlspec_mock_{}", vendor.name())
}

fn cookie(vendor: Vendor, value: &str, more: &str) -> String {
    format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{more}", cookie_name(vendor))
}

fn cookie_value(vendor: Vendor, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(vendor);
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}
