//! The trace in the browser: a list of exchanges, and each of them with everything there is to see.
//!
//! Works without JavaScript. Refuses: a number that is none or was forgotten.

use crate::explain::Explained;
use crate::failure::Failure;
use crate::page::render;
use crate::trace::{Exchange, Received, Sent};
use crate::world::World;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mock_idp::{Attack, Quirk, attacks, quirks};
use std::sync::Arc;

mod bundle;
mod diff;
mod xml;

use diff::{Change, diff};
use xml::Document;

type Here = State<Arc<World>>;

/// The paths of the viewer.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/trace", get(|State(world): Here| async move { respond(list(&world)) }))
        .route(
            "/trace/{number}",
            get(|State(world): Here, Path(number): Path<String>| async move { respond(one(&world, &number)) }),
        )
        .route(
            "/trace/{number}/{file}",
            get(|State(world): Here, Path((number, name)): Path<(String, String)>| async move {
                file(&world, &number, &name).unwrap_or_else(not_found)
            }),
        )
}

fn respond(page: Result<Html<String>, Failure>) -> Response {
    page.map_or_else(not_found, IntoResponse::into_response)
}

fn not_found(failure: Failure) -> Response {
    match crate::page::not_found(&failure.to_string()) {
        Ok(page) => (axum::http::StatusCode::NOT_FOUND, page).into_response(),
        Err(failure) => failure.json(),
    }
}

#[derive(Template)]
#[template(path = "trace.html")]
struct List<'a> {
    title: &'a str,
    exchanges: Vec<Exchange>,
}

fn list(world: &World) -> Result<Html<String>, Failure> {
    let exchanges = world.memory().trace.all().rev().cloned().collect();
    render(&List { title: "any vendor", exchanges })
}

#[derive(Template)]
#[template(path = "exchange.html")]
struct One<'a> {
    title: &'a str,
    exchange: &'a Exchange,
    received: Option<Side<'a, Received>>,
    sent: Option<Side<'a, Sent>>,
    attack: Option<&'static Attack>,
    quirk: Option<&'static Quirk>,
    explained: Vec<String>,
    changes: Vec<Change>,
    inspect: Option<String>,
}

/// One message with what is shown of it.
struct Side<'a, T> {
    message: &'a T,
    document: Document,
    curl: String,
}

fn one(world: &World, number: &str) -> Result<Html<String>, Failure> {
    let exchange = find(world, number)?;
    let vendor = world.vendor(exchange.vendor)?;
    let endpoint = world.idp(vendor).sso_url;
    let received = exchange.received.as_ref().map(|message| Side {
        message,
        document: Document::read(message.xml.as_deref().unwrap_or_default()),
        curl: bundle::curl_of_received(message, &endpoint),
    });
    let sent = exchange.sent.as_ref().map(|message| Side {
        message,
        document: Document::read(&message.xml),
        curl: bundle::curl_of_sent(message),
    });
    render(&One {
        title: vendor.title(),
        exchange: &exchange,
        attack: exchange.sent.as_ref().and_then(|sent| attacks::named(sent.attack?)),
        quirk: exchange.sent.as_ref().and_then(|sent| quirks::named(sent.quirk?)),
        explained: explained(world, &exchange)?,
        changes: changes(exchange.sent.as_ref(), sent.as_ref().map(|side| &side.document)),
        inspect: exchange.sent.as_ref().filter(|sent| sent.kind == "Response").map(bundle::inspect_command),
        received,
        sent,
    })
}

/// What a strict SP says to the message.
fn explained(world: &World, exchange: &Exchange) -> Result<Vec<String>, Failure> {
    let (Some(sent), Some(explain)) = (&exchange.sent, &world.config.explain) else { return Ok(Vec::new()) };
    if sent.kind != "Response" {
        return Ok(Vec::new());
    }
    let vendor = world.vendor(exchange.vendor)?;
    let metadata = world.idp_for(vendor, &sent.sp).metadata(vendor);
    Ok(explain.lines(&Explained {
        message: &sent.raw,
        idp_metadata: &metadata,
        sp_entity_id: &sent.sp,
        acs: &sent.to,
        request_id: sent.in_response_to.as_deref(),
        now: &sent.at,
    }))
}

fn changes(sent: Option<&Sent>, document: Option<&Document>) -> Vec<Change> {
    let (Some(twin), Some(document)) = (sent.and_then(|sent| sent.twin.as_deref()), document) else {
        return Vec::new();
    };
    let lines = |document: &Document| {
        let line = |line: &xml::Line| format!("{}{}", "  ".repeat(line.depth), line.text());
        document.lines.iter().map(line).collect::<Vec<_>>()
    };
    diff(&lines(&Document::read(twin)), &lines(document))
}

fn find(world: &World, number: &str) -> Result<Exchange, Failure> {
    let found = number.parse().ok().and_then(|number| world.memory().trace.get(number).cloned());
    found.ok_or_else(|| Failure::field("number", number, "the number of an exchange that is still kept"))
}

fn file(world: &World, number: &str, name: &str) -> Result<Response, Failure> {
    let exchange = find(world, number)?;
    let vendor = world.vendor(exchange.vendor)?;
    let idp = exchange.sent.as_ref().map_or_else(|| world.idp(vendor), |sent| world.idp_for(vendor, &sent.sp));
    if name == "bundle.tar" {
        let tar = bundle::tar(&exchange, &idp.metadata(vendor), &idp.sso_url).map_err(|_| Failure::Page)?;
        return Ok(attachment("application/x-tar", &format!("exchange-{number}.tar"), tar));
    }
    let sent = exchange.sent.as_ref();
    let text = match name {
        "received.xml" => exchange.received.and_then(|received| received.xml),
        "sent.xml" => sent.map(|sent| sent.xml.clone()),
        "healthy.xml" => sent.and_then(|sent| sent.twin.clone()),
        _ => None,
    };
    let known = ["bundle.tar", "received.xml", "sent.xml", "healthy.xml"].map(str::to_owned).to_vec();
    let text = text.ok_or_else(|| Failure::not_among("file", name, known))?;
    Ok(attachment("application/xml", name, text.into_bytes()))
}

/// Never shown in the page: what an attack wrote is for reading as a file.
fn attachment(kind: &'static str, name: &str, octets: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{}\"", name.replace(['"', '\\', '\r', '\n'], ""));
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], octets).into_response()
}
