//! The pages: plain values in, HTML out. askama escapes every value; no page needs JavaScript.

use crate::Endpoints;
use crate::change::SIGNS;
use crate::failure::Failure;
use crate::refusal::{Told, manners};
use crate::sessions::Method;
use crate::world::Login;
use askama::Template;
use axum::response::Html;
use mock_idp::facts::Confidence;
use mock_idp::{App, Attack, Person, Quirk, Sp, Vendor, attacks, quirks};
use std::sync::Arc;

/// Nothing from elsewhere, no frames; the one script is the mock's own.
pub(crate) const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Submits the only form of the auto-posting page.
pub(crate) const SUBMIT_SCRIPT: &str = "document.forms[0].submit();\n";

/// People who get a button on the login page; the others are typed.
pub(crate) const SHOWN_PEOPLE: usize = 12;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    title: &'a str,
    action: String,
    key: &'a str,
    sp: &'a str,
    contexts: &'a [String],
    second_factor: bool,
    people: Vec<Person>,
    attacks: &'static [Attack],
    quirks: &'static [Quirk],
    signs: Vec<&'static str>,
}

/// The form in which someone says who they are.
pub(crate) fn login(login: &Login, key: &str, people: Vec<Person>) -> Result<Html<String>, Failure> {
    render(&LoginPage {
        title: login.vendor.title(),
        action: format!("/{}/login", login.vendor.name()),
        key,
        sp: &login.sp.entity_id,
        contexts: &login.contexts,
        second_factor: login.method() == Method::SecondFactor,
        people,
        attacks: attacks::ALL,
        quirks: quirks::ALL,
        signs: SIGNS.iter().map(|(word, _)| *word).collect(),
    })
}

#[derive(Template)]
#[template(path = "post.html")]
struct Post<'a> {
    title: &'a str,
    to: &'a str,
    field: &'a str,
    message: &'a str,
    relay_state: Option<&'a str>,
}

/// The page that posts a message to the SP, by itself or by a button (bindings 3.5.4).
pub(crate) fn post(
    vendor: Vendor,
    to: &str,
    field: &str,
    message: &str,
    relay_state: Option<&str>,
) -> Result<Html<String>, Failure> {
    render(&Post { title: vendor.title(), to, field, message, relay_state })
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    heading: &'a str,
    code: Option<&'a str>,
    text: &'a str,
    detail: Option<&'a str>,
    source: Option<&'a str>,
}

/// What went wrong, for the person in front of the browser: the vendor's words, then the mock's.
pub(crate) fn error(vendor: Vendor, told: Option<&'static Told>, detail: &str) -> Result<Html<String>, Failure> {
    let known = told.filter(|told| matches!(told.confidence, Confidence::High | Confidence::Medium));
    render(&Message {
        title: vendor.title(),
        heading: "This cannot go on",
        code: told.and_then(|told| told.code.as_deref()),
        text: told.map_or("The mock cannot go on.", |told| &told.text),
        detail: Some(detail),
        source: known.map(|told| told.source.as_str()),
    })
}

/// There is no such page.
pub(crate) fn not_found(text: &str) -> Result<Html<String>, Failure> {
    let (heading, title) = ("Not here", "any vendor");
    render(&Message { title, heading, code: None, text, detail: None, source: None })
}

/// The session here is over, and those at the SPs as far as they could be told.
pub(crate) fn signed_out(vendor: Vendor, complete: bool) -> Result<Html<String>, Failure> {
    let partly = Some("Not every Service Provider of the session could be told, or one of them could not end its own.");
    render(&Message {
        title: vendor.title(),
        heading: "Signed out",
        code: None,
        text: "The session at this mock has ended.",
        detail: if complete { None } else { partly },
        source: None,
    })
}

#[derive(Template)]
#[template(path = "console.html")]
struct Console<'a> {
    title: &'a str,
    idps: Vec<(Endpoints, Vendor)>,
    sps: &'a [Sp],
    apps: &'a [Arc<App>],
    people: Vec<Person>,
    attacks: &'static [Attack],
    quirks: &'static [Quirk],
}

impl Console<'_> {
    /// Where the words of the mock are its own.
    fn approximate_words(&self, vendor: &Vendor) -> bool {
        !matches!(manners(*vendor).confidence, Confidence::High | Confidence::Medium)
    }
}

/// What is here: vendors, SPs, attacks and quirks.
pub(crate) fn console(
    idps: Vec<(Endpoints, Vendor)>,
    sps: &[Sp],
    apps: &[Arc<App>],
    people: Vec<Person>,
) -> Result<Html<String>, Failure> {
    render(&Console { title: "any vendor", idps, sps, apps, people, attacks: attacks::ALL, quirks: quirks::ALL })
}

/// Fills a page in.
pub(crate) fn render(template: &impl Template) -> Result<Html<String>, Failure> {
    template.render().map(Html).map_err(|_| Failure::Page)
}
