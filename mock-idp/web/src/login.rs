//! What people meet at one vendor: the login form, the session, the start of an unsolicited login.
//!
//! Refuses, with a page that names the field: a person nobody knows, an attack or quirk nobody knows, a form that was
//! sent twice.

use crate::answer::{answer, status};
use crate::change::{Asked, Change};
use crate::failure::Failure;
use crate::page;
use crate::refusal::{Why, refuse};
use crate::sessions::Method;
use crate::sso::{asked, finish};
use crate::world::{Login, World};
use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use mock_idp::{Person, Sign, Vendor};
use serde::Deserialize;
use std::sync::Arc;

type Here = State<Arc<World>>;

/// The pages for people of one vendor.
pub(crate) fn routes(vendor: Vendor) -> Router<Arc<World>> {
    let own = |path: &str| format!("/{}/{path}", vendor.name());
    let log_in = move |State(world): Here, form: Result<Form<LoginForm>, FormRejection>| async move {
        match form {
            Ok(Form(form)) => log_in(vendor, &world, &form),
            Err(rejection) => unusable(vendor, &world, "form", rejection.body_text()),
        }
    };
    let start = move |State(world): Here, headers: HeaderMap, query: Result<Query<Start>, QueryRejection>| async move {
        match query {
            Ok(Query(start)) => {
                let exchange = world.begin(vendor, None);
                finish(vendor, &world, exchange, begin(vendor, &world, &headers, exchange, start))
            }
            Err(rejection) => unusable(vendor, &world, "query", rejection.body_text()),
        }
    };
    Router::new().route(&own("login"), post(log_in)).route(&own("start"), get(start))
}

fn unusable(vendor: Vendor, world: &World, field: &'static str, found: String) -> Response {
    let failure = Failure::field(field, found, "the documented fields");
    finish(vendor, world, world.begin(vendor, None), Err(failure))
}

/// The form in which someone says who they are; the login waits for it.
pub(crate) fn ask(world: &World, login: Login) -> Result<Html<String>, Failure> {
    let mut memory = world.memory();
    let people = memory.directory.people().iter().take(page::SHOWN_PEOPLE).cloned().collect();
    let key = memory.wait(login.clone());
    drop(memory);
    page::login(&login, &key, people)
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
    #[serde(default)]
    method: String,
    attack: Option<String>,
    quirk: Option<String>,
    #[serde(default)]
    encrypt: bool,
    #[serde(default)]
    sign: String,
}

fn log_in(vendor: Vendor, world: &World, form: &LoginForm) -> Response {
    let expected = "a login under way; start again at the SP";
    let resumed = world.memory().resume(&form.login);
    let Some(login) = resumed.filter(|login| login.vendor == vendor) else {
        let failure = Failure::field("login", &form.login, expected);
        return finish(vendor, world, world.begin(vendor, None), Err(failure));
    };
    let exchange = login.exchange;
    let key = form.login.clone();
    let result = identified(world, form).and_then(|(person, change, method)| {
        with_session(world, Login { change: change.or(login.change.clone()), ..login.clone() }, &person, method)
    });
    // A slip in the form does not end the login: the same form takes the next try.
    if matches!(result, Err(Failure::Field { .. })) {
        world.memory().wait_as(key, login);
    }
    finish(vendor, world, exchange, result)
}

/// Who it is, what is to be different, and how they log in.
fn identified(world: &World, form: &LoginForm) -> Result<(Person, Change, Method), Failure> {
    let name = if form.other.trim().is_empty() { form.user.trim() } else { form.other.trim() };
    let (person, tagged) = world.memory().directory.named(name)?;
    let (attack, quirk) = (form.attack.clone(), form.quirk.clone());
    let sign = sign_named(&form.sign)?;
    let asked = Asked { attack, quirk, encrypt: form.encrypt, sign, ..Asked::default() };
    Ok((person, tagged.or(Change::of(&asked, "form")?), Method::named(&form.method)?))
}

fn sign_named(word: &str) -> Result<Option<Sign>, Failure> {
    let known = crate::change::SIGNS;
    match known.iter().find(|(name, _)| *name == word) {
        Some((_, sign)) => Ok(Some(*sign)),
        None if word.is_empty() => Ok(None),
        None => Err(Failure::not_among("sign", word, known.map(|(name, _)| name.to_owned()).to_vec())),
    }
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
    #[serde(default)]
    sign: String,
    #[serde(default)]
    method: String,
}

/// The person starts at the IdP (profiles 4.1.5).
fn begin(vendor: Vendor, world: &World, headers: &HeaderMap, exchange: u64, start: Start) -> Result<Response, Failure> {
    let sign = sign_named(&start.sign)?;
    let words = Asked { attack: start.attack, quirk: start.quirk, encrypt: start.encrypt, sign, ..Asked::default() };
    let known = world.memory().sp_named(vendor, start.sp.as_deref())?;
    let settings = known.1.as_deref().map(|app| &app.settings);
    // Azure: with verification certificates required, logins that start at the IdP are off (MSEA
    // howto-enforce-signed-saml-authentication). Nothing like it is known of the others.
    if vendor.name() == "azure" && settings.is_some_and(|settings| settings.wants_signed_requests) {
        return Err(refuse(vendor, Why::Unsigned, "a login that starts here has no request that could be signed"));
    }
    if let Some(url) = settings.and_then(|settings| settings.start_url.as_ref()) {
        return Ok(Redirect::to(url).into_response());
    }
    let usual = settings.and_then(|settings| settings.relay_state.clone());
    let relay_state = start.relay_state.filter(|relay_state| !relay_state.is_empty()).or(usual);
    let change = asked(headers, relay_state.as_deref())?.or(Change::of(&words, "link")?);
    let login = Login { relay_state, change, ..Login::unsolicited(exchange, vendor, known) };
    match (start.user.filter(|user| !user.is_empty()), session_of(vendor, world, headers)) {
        (Some(user), _) => {
            let (person, tagged) = world.memory().directory.named(&user)?;
            let change = tagged.or(login.change.clone());
            with_session(world, Login { change, ..login }, &person, Method::named(&start.method)?)
        }
        (None, Some((key, person, method))) => {
            let (page, party) = answer(world, &login, &person, method)?;
            world.memory().sessions.used(vendor, &key, party);
            Ok(page.into_response())
        }
        (None, None) => Ok(ask(world, login)?.into_response()),
    }
}

/// The Response, and the cookie that spares the next login its form.
fn with_session(world: &World, login: Login, person: &Person, method: Method) -> Result<Response, Failure> {
    let (page, party) = match answer(world, &login, person, method) {
        Ok(answered) => answered,
        Err(failure) => return Ok(status(world, &login, failure)?.into_response()),
    };
    let mut memory = world.memory();
    let key = memory.random.id("{hex:32}");
    memory.sessions.begin(login.vendor, key.clone(), person.clone(), method);
    memory.sessions.used(login.vendor, &key, party);
    drop(memory);
    Ok(([(SET_COOKIE, cookie(world, login.vendor, &key, ""))], page).into_response())
}

/// Who is logged in with the cookies of this request: the session's key, the person, and how they logged in.
pub(crate) fn session_of(vendor: Vendor, world: &World, headers: &HeaderMap) -> Option<(String, Person, Method)> {
    let key = cookie_value(world, vendor, headers)?;
    let memory = world.memory();
    let session = memory.sessions.find(vendor, &key)?;
    Some((key, session.person.clone(), session.method))
}

/// The name has the mock's own address in it: ports of one host share their cookies.
fn cookie_name(world: &World, vendor: Vendor) -> String {
    let origin = world.config.public_url.split_once("://").map_or("", |(_, after)| after);
    let place: String = origin.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("samlspec_mock_{}_{place}", vendor.name())
}

/// The line that sets the cookie of a session; `more` may end it.
pub(crate) fn cookie(world: &World, vendor: Vendor, value: &str, more: &str) -> String {
    format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{more}", cookie_name(world, vendor))
}

/// The value of the cookie of this mock.
pub(crate) fn cookie_value(world: &World, vendor: Vendor, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(world, vendor);
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}
