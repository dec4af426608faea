//! The pages: plain values in, HTML out. askama escapes every value; no page needs JavaScript.

use crate::Endpoints;
use crate::failure::Failure;
use askama::Template;
use axum::response::Html;
use mock_idp::{Attack, Person, Quirk, Sp, Vendor, attacks, people, quirks};

/// Nothing from elsewhere, no frames; the one script is the mock's own.
pub(crate) const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Submits the only form of the auto-posting page.
pub(crate) const SUBMIT_SCRIPT: &str = "document.forms[0].submit();\n";

#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    title: &'a str,
    action: String,
    key: &'a str,
    sp: &'a str,
    people: Vec<Person>,
}

/// The form in which someone says who they are.
pub(crate) fn login(vendor: Vendor, key: &str, sp: &str) -> Result<Html<String>, Failure> {
    let action = format!("/{}/login", vendor.name());
    render(&Login { title: vendor.title(), action, key, sp, people: people::all() })
}

#[derive(Template)]
#[template(path = "post.html")]
struct Post<'a> {
    title: &'a str,
    acs: &'a str,
    response: &'a str,
    relay_state: Option<&'a str>,
}

/// The page that posts a Response to the SP, by itself or by a button (bindings 3.5.4).
pub(crate) fn post(
    vendor: Vendor,
    acs: &str,
    response: &str,
    relay_state: Option<&str>,
) -> Result<Html<String>, Failure> {
    render(&Post { title: vendor.title(), acs, response, relay_state })
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    heading: &'a str,
    text: &'a str,
}

/// What went wrong, for the person in front of the browser.
pub(crate) fn error(vendor: Vendor, text: &str) -> Result<Html<String>, Failure> {
    render(&Message { title: vendor.title(), heading: "This login cannot go on", text })
}

/// The session here is over.
pub(crate) fn signed_out(vendor: Vendor) -> Result<Html<String>, Failure> {
    render(&Message { title: vendor.title(), heading: "Signed out", text: "The session at this mock has ended." })
}

#[derive(Template)]
#[template(path = "console.html")]
struct Console<'a> {
    title: &'a str,
    idps: Vec<(Endpoints, Vendor)>,
    sps: &'a [Sp],
    people: Vec<Person>,
    attacks: &'static [Attack],
    quirks: &'static [Quirk],
}

/// What is here: vendors, SPs, attacks and quirks.
pub(crate) fn console(idps: Vec<(Endpoints, Vendor)>, sps: &[Sp]) -> Result<Html<String>, Failure> {
    render(&Console {
        title: "any vendor",
        idps,
        sps,
        people: people::all(),
        attacks: attacks::ALL,
        quirks: quirks::ALL,
    })
}

fn render(template: &impl Template) -> Result<Html<String>, Failure> {
    template.render().map(Html).map_err(|_| Failure::Page)
}
