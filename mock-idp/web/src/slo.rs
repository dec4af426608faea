//! Single Logout at one vendor, both directions and both bindings: a person, or an SP's message, ends a session; every
//! other SP of the session is told, one after the other through the browser; whoever asked gets the answer.
//!
//! Refuses, in the vendor's words: logout messages at a vendor that has none, what cannot be read, an SP nobody knows, an
//! SP whose logout endpoint is not known, an unsigned request where the vendor wants it signed, an answer to nothing.

use crate::failure::Failure;
use crate::login::{cookie, cookie_value};
use crate::page;
use crate::refusal::{Why, refuse};
use crate::sessions::{Party, Session};
use crate::sso::{Binding, finish};
use crate::trace::{Received, Sent};
use crate::world::World;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use mock_idp::facts::LogoutBinding;
use mock_idp::logout::read::{self, Content, LogoutMessage};
use mock_idp::logout::{LogoutEdits, LogoutRecipe, Subject};
use mock_idp::names::{PARTIAL_LOGOUT, SUCCESS};
use mock_idp::sp::LogoutEndpoint;
use mock_idp::{Sp, Vendor, request};
use std::collections::VecDeque;
use std::sync::Arc;

type Here = State<Arc<World>>;

/// A logout that waits for the answer of an SP.
#[derive(Clone, Debug)]
pub(crate) struct Logout {
    vendor: Vendor,
    /// The LogoutRequest whose answer is awaited.
    outstanding: String,
    /// The SPs that are still to be told.
    remaining: VecDeque<Party>,
    /// Whether every SP so far has ended its session.
    complete: bool,
    /// The SP that asked for it, if one did.
    origin: Option<Origin>,
}

#[derive(Clone, Debug)]
struct Origin {
    sp: Sp,
    endpoint: LogoutEndpoint,
    request_id: String,
    relay_state: Option<String>,
}

impl Logout {
    /// Whether this is the answer it waits for.
    pub(crate) fn waits_for(&self, vendor: Vendor, request_id: &str) -> bool {
        self.vendor == vendor && self.outstanding == request_id
    }
}

/// The logout endpoint of one vendor, and the page on which a person signs out.
pub(crate) fn routes(vendor: Vendor) -> Router<Arc<World>> {
    let service = &vendor.shape().service;
    let by_query = move |State(world): Here, headers: HeaderMap, RawQuery(query): RawQuery| async move {
        arrive(vendor, &world, &headers, Binding::Redirect, &query.unwrap_or_default())
    };
    let by_form = move |State(world): Here, headers: HeaderMap, body: String| async move {
        arrive(vendor, &world, &headers, Binding::Post, &body)
    };
    let own = get(move |State(world): Here, headers: HeaderMap| async move { sign_out(vendor, &world, &headers) });
    let router = Router::new().route(&format!("/{}/logout", vendor.name()), own);
    match service.slo_path.as_ref().filter(|path| path.value != service.sso_path.value) {
        Some(path) => router.route(&path.value, get(by_query).post(by_form)),
        None => router,
    }
}

/// Whether a query or form at the SSO endpoint holds a logout message.
pub(crate) fn is_logout(binding: Binding, raw: &str) -> bool {
    if form_urlencoded::parse(raw.as_bytes()).any(|(name, _)| name == "SAMLResponse") {
        return true;
    }
    let read = match binding {
        Binding::Redirect => request::from_redirect_query(raw),
        Binding::Post => request::from_form(raw),
    };
    matches!(read, Err(request::RequestError::OtherMessage { found, .. }) if found.starts_with("Logout"))
}

/// A logout message came in.
pub(crate) fn arrive(vendor: Vendor, world: &World, headers: &HeaderMap, binding: Binding, raw: &str) -> Response {
    let xml = ["SAMLRequest", "SAMLResponse"].into_iter().find_map(|field| {
        let octets = match binding {
            Binding::Redirect => request::octets_of_query(raw, field),
            Binding::Post => request::octets_of_form(raw, field),
        };
        octets.ok().map(|octets| String::from_utf8_lossy(&octets).into_owned())
    });
    let received = Received { binding: binding.name(), raw: raw.to_owned(), xml, ..Received::default() };
    let exchange = world.begin(vendor, Some(received));
    let result = receive(vendor, world, headers, exchange, binding, raw);
    finish(vendor, world, exchange, result)
}

fn receive(
    vendor: Vendor,
    world: &World,
    headers: &HeaderMap,
    exchange: u64,
    binding: Binding,
    raw: &str,
) -> Result<Response, Failure> {
    if vendor.shape().logout.bindings.value.is_empty() {
        return Err(refuse(vendor, Why::NoLogout, "a logout message, and this vendor has no Single Logout"));
    }
    let message = match binding {
        Binding::Redirect => read::from_redirect_query(raw),
        Binding::Post => read::from_form(raw),
    };
    let message = message.map_err(|error| refuse(vendor, Why::Unreadable, error))?;
    world.memory().trace.read(exchange, |received| note(received, &message));
    let sp = world.memory().known_sp(vendor, &message.issuer)?;
    match &message.content {
        Content::Request { name_id, session_indexes, .. } => {
            if vendor.shape().logout.wants_signed.value && !message.signed {
                return Err(refuse(vendor, Why::Unsigned, "`Signature` is missing: this vendor wants it signed"));
            }
            let endpoint = endpoint(vendor, &sp, Some(binding)).ok_or_else(|| no_endpoint(&sp))?;
            let session = end_session(vendor, world, headers, &sp, name_id, session_indexes);
            let mut remaining: VecDeque<Party> = session.map(|session| session.parties.into()).unwrap_or_default();
            remaining.retain(|party| party.sp.entity_id != sp.entity_id);
            let (request_id, relay_state) = (message.id.clone(), message.relay_state.clone());
            let origin = Some(Origin { sp, endpoint, request_id, relay_state });
            let logout = Logout { vendor, outstanding: String::new(), remaining, complete: true, origin };
            proceed(world, exchange, logout)
        }
        Content::Response { in_response_to, status, sub_status } => {
            let found = in_response_to.clone().unwrap_or_default();
            let waiting = world.memory().waiting_logout(vendor, &found);
            let expected = "the ID of a LogoutRequest that waits for an answer";
            let mut logout = waiting.ok_or_else(|| Failure::field("InResponseTo", found, expected))?;
            logout.complete &= status == SUCCESS && sub_status.is_none();
            proceed(world, exchange, logout)
        }
    }
}

fn note(received: &mut Received, message: &LogoutMessage) {
    received.kind = match message.content {
        Content::Request { .. } => "LogoutRequest",
        Content::Response { .. } => "LogoutResponse",
    };
    received.id = Some(message.id.clone());
    received.issuer = Some(message.issuer.clone());
    received.destination = message.destination.clone();
    received.signed = message.signed;
    received.relay_state = message.relay_state.clone();
}

fn no_endpoint(sp: &Sp) -> Failure {
    let expected = "an SP with a SingleLogoutService; register its metadata, or `slo` with POST /api/sps";
    Failure::field("Issuer", &sp.entity_id, expected)
}

/// Ends the session that an SP means: that of the browser's cookie, or one with this NameID and SessionIndex.
fn end_session(
    vendor: Vendor,
    world: &World,
    headers: &HeaderMap,
    sp: &Sp,
    name_id: &str,
    session_indexes: &[String],
) -> Option<Session> {
    let fits = |party: &Party| {
        let index = party.session_index.as_ref();
        let named = session_indexes.is_empty() || index.is_some_and(|index| session_indexes.contains(index));
        party.sp.entity_id == sp.entity_id && party.name_id == name_id && named
    };
    let by_cookie = cookie_value(world, vendor, headers);
    let mut memory = world.memory();
    let ended = by_cookie.and_then(|key| memory.sessions.end_if(vendor, &key, fits));
    ended.or_else(|| memory.sessions.end_first(vendor, fits))
}

/// A person signs out at the IdP: every SP of the session is told.
fn sign_out(vendor: Vendor, world: &World, headers: &HeaderMap) -> Response {
    let ended = cookie_value(world, vendor, headers).and_then(|key| world.memory().sessions.end(vendor, &key));
    let mut remaining: VecDeque<Party> = ended.map(|session| session.parties.into()).unwrap_or_default();
    if vendor.shape().logout.bindings.value.is_empty() {
        remaining.clear();
    }
    let result = if remaining.is_empty() {
        page::signed_out(vendor, true).map(IntoResponse::into_response)
    } else {
        let exchange = world.begin(vendor, None);
        let logout = Logout { vendor, outstanding: String::new(), remaining, complete: true, origin: None };
        Ok(finish(vendor, world, exchange, proceed(world, exchange, logout)))
    };
    let gone = [(SET_COOKIE, cookie(world, vendor, "", "; Max-Age=0"))];
    result.map_or_else(|failure| failure.page(vendor), |page| (gone, page).into_response())
}

/// Tells the next SP, or gives the answer to whoever asked. An SP without an endpoint makes the logout a partial one.
fn proceed(world: &World, exchange: u64, mut logout: Logout) -> Result<Response, Failure> {
    let vendor = logout.vendor;
    while let Some(party) = logout.remaining.pop_front() {
        let Some(endpoint) = endpoint(vendor, &party.sp, None) else {
            logout.complete = false;
            continue;
        };
        let subject = Subject {
            name_id: party.name_id.clone(),
            format: vendor.shape().logout.name_id_format.value.then(|| format_of(vendor, &party)),
            name_qualifier: None,
            sp_name_qualifier: None,
            session_indexes: party.session_index.iter().cloned().collect(),
        };
        let clock = world.memory().clock.now();
        let recipe = LogoutRecipe::request(
            vendor,
            world.idp_for(vendor, &party.sp.entity_id),
            &endpoint.location,
            subject,
            clock,
        );
        let (id, response) = send(world, exchange, &party.sp, endpoint.binding, recipe)?;
        logout.outstanding = id;
        world.memory().wait_for_logout(logout);
        return Ok(response);
    }
    let Some(origin) = logout.origin else {
        return page::signed_out(vendor, logout.complete).map(IntoResponse::into_response);
    };
    let (to, clock) = (&origin.endpoint.response_location, world.memory().clock.now());
    let recipe =
        LogoutRecipe::response(vendor, world.idp_for(vendor, &origin.sp.entity_id), to, Some(origin.request_id), clock);
    let sub_status = if logout.complete { None } else { Some(PARTIAL_LOGOUT.to_owned()) };
    let edits = LogoutEdits { sub_status, ..LogoutEdits::default() };
    let recipe = LogoutRecipe { relay_state: origin.relay_state, edits, ..recipe };
    send(world, exchange, &origin.sp, origin.endpoint.binding, recipe).map(|(_, response)| response)
}

fn format_of(vendor: Vendor, party: &Party) -> String {
    party.name_id_format.clone().unwrap_or_else(|| vendor.shape().login.name_id_format.value.clone())
}

/// The SP's endpoint by a binding that the vendor speaks, the preferred one first.
fn endpoint(vendor: Vendor, sp: &Sp, preferred: Option<Binding>) -> Option<LogoutEndpoint> {
    let wanted = preferred.map(|binding| match binding {
        Binding::Redirect => LogoutBinding::Redirect,
        Binding::Post => LogoutBinding::Post,
    });
    let spoken = &vendor.shape().logout.bindings.value;
    let mut order = wanted.iter().filter(|binding| spoken.contains(binding)).chain(spoken);
    order.find_map(|binding| sp.logout.iter().find(|endpoint| endpoint.binding == *binding)).cloned()
}

/// Sends a message through the browser, and returns its ID; a fault that is queued goes into it.
fn send(
    world: &World,
    exchange: u64,
    sp: &Sp,
    binding: LogoutBinding,
    recipe: LogoutRecipe,
) -> Result<(String, Response), Failure> {
    let vendor = recipe.vendor;
    let mut memory = world.memory();
    let fault = memory.dequeue_logout(vendor);
    let recipe = LogoutRecipe { fault, seed: memory.next_seed(), ..recipe };
    drop(memory);
    let (kind, in_response_to) = match &recipe.kind {
        mock_idp::logout::Kind::Request(_) => ("LogoutRequest", None),
        mock_idp::logout::Kind::Response { in_response_to } => ("LogoutResponse", in_response_to.clone()),
    };
    let common = Sent {
        at: mock_idp::moment::format(recipe.clock, true).unwrap_or_default(),
        kind,
        in_response_to,
        sp: sp.entity_id.clone(),
        to: recipe.destination.clone(),
        relay_state: recipe.relay_state.clone(),
        asked_by: if fault.is_some() { vec!["queue"] } else { Vec::new() },
        ..Sent::default()
    };
    let (sent, response) = match binding {
        LogoutBinding::Redirect => {
            let made = recipe.redirect()?;
            let twin = if fault.is_some() { recipe.twin().redirect().ok().map(|twin| twin.xml) } else { None };
            let response = Redirect::to(&made.url).into_response();
            (Sent { binding: "redirect", id: made.id, raw: made.url, xml: made.xml, twin, ..common }, response)
        }
        LogoutBinding::Post => {
            let made = recipe.post()?;
            let twin = if fault.is_some() { recipe.twin().post().ok().map(|twin| twin.xml) } else { None };
            let raw = made.base64();
            let page = page::post(vendor, &recipe.destination, made.field, &raw, recipe.relay_state.as_deref())?;
            (Sent { binding: "post", id: made.id, raw, xml: made.xml, twin, ..common }, page.into_response())
        }
    };
    tracing::info!(vendor = vendor.name(), kind, to = sent.to, "sent");
    let id = sent.id.clone();
    world.memory().trace.sent(exchange, sent);
    world.news.notify_waiters();
    Ok((id, response))
}
