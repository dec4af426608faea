//! What SPs meet at one vendor: the SSO endpoint and the metadata.
//!
//! Refuses, with the vendor's page or Response and a sentence that names the field: a request that cannot be read, an SP
//! or ACS URL that is not registered, another binding or NameID than is offered.

use crate::answer::{answer, status};
use crate::change::{Change, HEADER};
use crate::failure::Failure;
use crate::login::{ask, session_of};
use crate::refusal::{self, Why, of_app, refuse};
use crate::sessions::Method;
use crate::slo;
use crate::trace::Received;
use crate::world::{Login, World};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use mock_idp::app::Refusal;
use mock_idp::proof::{self, ProofError};
use mock_idp::request::{self, RequestError};
use mock_idp::{App, AuthnRequest, Vendor};
use std::sync::Arc;

type Here = State<Arc<World>>;

/// How a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    Redirect,
    Post,
}

impl Binding {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Post => "post",
        }
    }
}

/// The SSO endpoint and the metadata of one vendor.
pub(crate) fn routes(vendor: Vendor) -> Router<Arc<World>> {
    let service = &vendor.shape().service;
    let metadata = get(move |State(world): Here, RawQuery(query): RawQuery| async move {
        metadata(vendor, &world, &query.unwrap_or_default())
    });
    let by_query = move |State(world): Here, headers: HeaderMap, RawQuery(query): RawQuery| async move {
        arrive(vendor, &world, &headers, Binding::Redirect, &query.unwrap_or_default())
    };
    let by_form = move |State(world): Here, headers: HeaderMap, body: String| async move {
        arrive(vendor, &world, &headers, Binding::Post, &body)
    };
    // Google's SSO address ends in a query, which is no part of a route.
    let sso_path = service.sso_path.value.split('?').next().unwrap_or_default();
    Router::new()
        .route(sso_path, get(by_query).post(by_form))
        .route(&service.metadata_path.value, metadata.clone())
        .route(&format!("/{}/metadata", vendor.name()), metadata)
}

/// The metadata; of several applications, `sp` names the one whose keys and Issuer it shows.
fn metadata(vendor: Vendor, world: &World, query: &str) -> Response {
    let named = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "sp");
    let idp = named.map_or_else(|| world.idp(vendor), |(_, entity_id)| world.idp_for(vendor, &entity_id));
    ([(CONTENT_TYPE, "application/samlmetadata+xml")], idp.metadata(vendor)).into_response()
}

/// A message came in. Azure's logout endpoint is its login endpoint, so that a logout message may be meant.
fn arrive(vendor: Vendor, world: &World, headers: &HeaderMap, binding: Binding, raw: &str) -> Response {
    if slo::is_logout(binding, raw) {
        return slo::arrive(vendor, world, headers, binding, raw);
    }
    let xml = match binding {
        Binding::Redirect => request::octets_of_query(raw, "SAMLRequest"),
        Binding::Post => request::octets_of_form(raw, "SAMLRequest"),
    };
    let xml = xml.ok().map(|octets| String::from_utf8_lossy(&octets).into_owned());
    let received = Received { binding: binding.name(), raw: raw.to_owned(), xml, ..Received::default() };
    let exchange = world.begin(vendor, Some(received));
    let read = match binding {
        Binding::Redirect => request::from_redirect_query(raw),
        Binding::Post => request::from_form(raw),
    };
    let result = read.map_err(|error| unreadable(vendor, &error));
    let arrived = Arrived { headers, binding, raw };
    finish(vendor, world, exchange, result.and_then(|request| receive(vendor, world, &arrived, exchange, request)))
}

fn unreadable(vendor: Vendor, error: &RequestError) -> Failure {
    refuse(vendor, Why::Unreadable, format!("the AuthnRequest cannot be answered: {error}"))
}

/// A page, or the vendor's error page and a line in the trace.
pub(crate) fn finish(vendor: Vendor, world: &World, exchange: u64, result: Result<Response, Failure>) -> Response {
    result.unwrap_or_else(|failure| {
        tracing::info!(vendor = vendor.name(), reason = %failure, "refused");
        world.memory().trace.refused(exchange, &failure);
        world.news.notify_waiters();
        failure.page(vendor)
    })
}

/// A request as it came.
struct Arrived<'a> {
    headers: &'a HeaderMap,
    binding: Binding,
    raw: &'a str,
}

impl Arrived<'_> {
    /// Whether it is signed as the application demands it.
    fn check_signature(&self, app: &App) -> Result<(), Refusal> {
        if !app.settings.wants_signed_requests {
            return Ok(());
        }
        let certificates = &app.settings.request_certificates;
        let proven = match self.binding {
            Binding::Redirect => proof::of_query(self.raw, certificates),
            Binding::Post => request::octets_of_form(self.raw, "SAMLRequest")
                .map_err(ProofError::Message)
                .and_then(|xml| proof::of_xml(&xml, certificates)),
        };
        proven.map(|_| ()).map_err(|error| match error {
            ProofError::Unsigned => Refusal::Unsigned,
            _ => Refusal::Signature,
        })
    }
}

/// Destination is not compared: Azure ignores it, and behind a proxy the browser's view differs from the mock's.
fn receive(
    vendor: Vendor,
    world: &World,
    arrived: &Arrived<'_>,
    exchange: u64,
    request: AuthnRequest,
) -> Result<Response, Failure> {
    let headers = arrived.headers;
    world.memory().trace.read(exchange, |received| note(received, &request));
    let known = world.memory().sp_of(vendor, &request)?;
    let login = Login {
        request_id: Some(request.id.clone()),
        relay_state: request.relay_state.clone(),
        contexts: request.authn_contexts.clone(),
        ..Login::unsolicited(exchange, vendor, known)
    };
    let app = login.app.as_deref();
    let signed = app.map_or(Ok(()), |app| arrived.check_signature(app)).map_err(|refusal| of_app(vendor, &refusal));
    let own_format = app.and_then(|app| app.settings.name_id_format.as_deref());
    let configured = own_format.unwrap_or(&vendor.shape().login.name_id_format.value);
    let checked = signed
        .and_then(|()| refusal::check(vendor, &request))
        .and_then(|()| refusal::name_id_format(vendor, configured, &request));
    let name_id_format = match checked {
        Ok(format) => format,
        Err(failure) => return Ok(status(world, &login, failure)?.into_response()),
    };
    let change = asked(headers, request.relay_state.as_deref())?;
    let honors_force = app.is_none_or(|app| app.settings.honor_force_authn);
    let login = Login { name_id_format, change, ..login };
    let session = session_of(vendor, world, headers).filter(|_| !(request.force_authn && honors_force));
    // Azure answers a session of the wrong kind with an error; elsewhere the person is asked again.
    let enough = |method: Method| vendor.name() == "azure" || method.class(vendor, &login.contexts).is_ok();
    match session.filter(|(_, _, method)| enough(*method)) {
        Some((key, person, method)) => match answer(world, &login, &person, method) {
            Ok((page, party)) => {
                world.memory().sessions.used(vendor, &key, party);
                Ok(page.into_response())
            }
            Err(failure) => Ok(status(world, &login, failure)?.into_response()),
        },
        None if request.is_passive => {
            let failure = refuse(vendor, Why::Passive, "`IsPassive` is `true`, and nobody is logged in as asked");
            Ok(status(world, &login, failure)?.into_response())
        }
        None => Ok(ask(world, login)?.into_response()),
    }
}

fn note(received: &mut Received, request: &AuthnRequest) {
    received.kind = "AuthnRequest";
    received.id = Some(request.id.clone());
    received.issuer = Some(request.issuer.clone());
    received.acs_url = request.acs_url.clone();
    received.destination = request.destination.clone();
    received.signed = request.signed;
    received.relay_state = request.relay_state.clone();
}

/// What header and RelayState ask for; the header is heard first.
pub(crate) fn asked(headers: &HeaderMap, relay_state: Option<&str>) -> Result<Change, Failure> {
    let words = headers.get(HEADER).map(|value| value.to_str().unwrap_or_default());
    let by_header = words.map(|words| Change::of_words(words, HEADER)).transpose()?.unwrap_or_default();
    Ok(by_header.or(Change::of_relay_state(relay_state)?))
}
