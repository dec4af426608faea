//! A browser without a screen: cookies, redirects one by one, forms that submit themselves.
//!
//! In go URLs and forms; out come pages, or the trouble that prevented one. It judges nothing, and it never runs scripts: a
//! form counts as self-submitting when nobody could type into it and the page submits it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, LOCATION};
use url::Url;

use crate::evidence::Exchange;
use crate::fault::Fault;
use crate::stdio::{Line, Pipe};

/// How many exchanges of one browser are remembered; a login that needs more goes around in circles.
const EXCHANGES: usize = 40;

/// How much of an answer is read; no page of a login is longer.
const PAGE_BYTES: usize = 4 << 20;

/// One browser with its cookies. A fresh one has none.
#[derive(Debug, Clone)]
pub struct Browser {
    wire: Wire,
    log: Arc<Mutex<Vec<Exchange>>>,
}

/// What lies between a browser and the SP.
#[derive(Debug, Clone)]
enum Wire {
    /// HTTP.
    Http(reqwest::Client),
    /// The pipe of a driver.
    Pipe(Line),
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it came from.
    pub url: Url,
    /// Its HTTP status.
    pub status: u16,
    /// Where it sends the browser, if it does.
    pub location: Option<Url>,
    /// Its text.
    pub body: String,
}

/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The connection was refused or broke off.
    Dropped(String),
    /// Nothing came within the time limit.
    Hung,
}

/// What to send.
#[derive(Debug, Clone)]
pub struct Submission {
    /// POST or GET.
    pub method: reqwest::Method,
    /// Headers beside the usual ones.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body, or the query of a GET.
    pub body: Vec<u8>,
}

/// A form of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where it goes, as written.
    pub action: String,
    /// Whether it is posted.
    pub is_post: bool,
    /// Its fields, in order.
    pub fields: Vec<(String, String)>,
}

/// Whose certificates are believed under `https`.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// Nobody's: only `http` is spoken. Reading the machine's authorities takes longer than a login does.
    #[default]
    Nobody,
    /// Those of the machine's authorities.
    Machine,
    /// Only those that were issued under these, or are these.
    Only(Vec<reqwest::Certificate>),
}

impl Trust {
    /// Trust in the certificates of one PEM file.
    pub fn in_file(path: &Path) -> Result<Self, Fault> {
        let wrong = |error: &dyn std::fmt::Display| {
            Fault::usage(format!("{}: {error}; expected certificates in PEM", path.display()))
        };
        let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
        let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| wrong(&error))?;
        if certificates.is_empty() {
            return Err(wrong(&"no certificate in it"));
        }
        Ok(Self::Only(certificates))
    }

    /// An HTTP client that follows no redirects and knows no proxy.
    pub(crate) fn client(&self) -> reqwest::ClientBuilder {
        // The first call decides for the process; every call says the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        match self {
            Self::Nobody => client.tls_certs_only([]),
            Self::Machine => client,
            Self::Only(certificates) => client.tls_certs_only(certificates.clone()),
        }
    }
}

impl Browser {
    /// A fresh browser that believes the machine's authorities.
    pub fn new(timeout: Duration) -> Result<Self, Fault> {
        Self::trusting(&Trust::Machine, timeout)
    }

    /// A fresh browser that believes these certificates.
    pub fn trusting(trust: &Trust, timeout: Duration) -> Result<Self, Fault> {
        let client = trust.client().cookie_store(true).timeout(timeout).build();
        let client = client.map_err(|error| Fault::usage(format!("no HTTP client: {error}")))?;
        Ok(Self { wire: Wire::Http(client), log: Arc::default() })
    }

    /// A fresh browser in front of a driver on a pipe.
    pub fn on_pipe(pipe: Pipe, timeout: Duration) -> Self {
        Self { wire: Wire::Pipe(Line::new(pipe, timeout)), log: Arc::default() }
    }

    /// What went over the wire so far, the oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.log.lock().map(|log| log.clone()).unwrap_or_default()
    }

    /// Fetches a page.
    pub async fn get(&self, url: &str) -> Result<Page, Trouble> {
        match &self.wire {
            Wire::Http(client) => self.send(client, client.get(url)).await,
            Wire::Pipe(line) => self.note(Exchange::on_pipe("GET", url, 0), line.get(url).await),
        }
    }

    /// Posts a form.
    pub async fn post(&self, url: &str, fields: &[(String, String)]) -> Result<Page, Trouble> {
        match &self.wire {
            Wire::Http(client) => self.send(client, client.post(url).form(fields)).await,
            Wire::Pipe(line) => self.note(Exchange::on_pipe("POST", url, 0), line.get(url).await),
        }
    }

    /// Sends octets as they are.
    pub async fn submit(&self, url: &str, submission: &Submission) -> Result<Page, Trouble> {
        let client = match &self.wire {
            Wire::Http(client) => client,
            Wire::Pipe(line) => {
                let exchange = Exchange::on_pipe("POST", url, submission.body.len());
                return self.note(exchange, line.submit(submission).await);
            }
        };
        let request = if submission.method == reqwest::Method::GET {
            let query = String::from_utf8_lossy(&submission.body);
            client.get(format!("{url}?{query}"))
        } else {
            client.request(submission.method.clone(), url).body(submission.body.clone())
        };
        let request = submission.headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(client, request).await
    }

    async fn send(&self, client: &reqwest::Client, request: reqwest::RequestBuilder) -> Result<Page, Trouble> {
        let request = request.build().map_err(|error| trouble(&error))?;
        let exchange = Exchange::of(&request);
        let page = read(client.execute(request).await).await;
        self.note(exchange, page)
    }

    /// Remembers an exchange.
    fn note(&self, mut exchange: Exchange, page: Result<Page, Trouble>) -> Result<Page, Trouble> {
        exchange.answered(&page);
        if let Ok(mut log) = self.log.lock()
            && log.len() < EXCHANGES
        {
            log.push(exchange);
        }
        page
    }

    /// One step further from `page`: its redirect, or its self-submitting form. `None` when it stays.
    pub async fn step(&self, page: &Page) -> Option<Result<Page, Trouble>> {
        if let Some(location) = &page.location {
            return Some(self.get(location.as_str()).await);
        }
        let form = self_submitting_form(&page.body)?;
        let url = page.url.join(&form.action).ok()?;
        if form.is_post {
            return Some(self.post(url.as_str(), &form.fields).await);
        }
        let mut url = url;
        url.query_pairs_mut().clear().extend_pairs(&form.fields);
        Some(self.get(url.as_str()).await)
    }
}

async fn read(answer: Result<reqwest::Response, reqwest::Error>) -> Result<Page, Trouble> {
    let mut answer = answer.map_err(|error| trouble(&error))?;
    let url = answer.url().clone();
    let status = answer.status().as_u16();
    let location = answer.headers().get(LOCATION).and_then(|value| url.join(value.to_str().ok()?).ok());
    let location = location.filter(|_| (300..400).contains(&status));
    let is_text = answer.headers().get(CONTENT_TYPE).is_none_or(|kind| !kind.as_bytes().starts_with(b"image/"));
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| trouble(&error))? {
        if is_text && body.len() + chunk.len() <= PAGE_BYTES {
            body.extend_from_slice(&chunk);
        }
    }
    Ok(Page { url, status, location, body: String::from_utf8_lossy(&body).into_owned() })
}

fn trouble(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return Trouble::Hung;
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    Trouble::Dropped(text)
}

/// The form of a page that submits itself: it carries a SAML message, or all its fields are hidden and a script submits it.
pub fn self_submitting_form(html: &str) -> Option<Form> {
    if !html.contains("<form") && !html.contains("<FORM") {
        return None;
    }
    let page = scraper::Html::parse_document(html);
    let forms = scraper::Selector::parse("form").ok()?;
    let inputs = scraper::Selector::parse("input, textarea, select").ok()?;
    let submits_itself = html.contains("submit()");
    page.select(&forms).find_map(|form| {
        let fields: Vec<_> = form.select(&inputs).map(|input| field(input.value())).collect();
        let is_message = fields.iter().any(|field| matches!(field.name, "SAMLRequest" | "SAMLResponse"));
        let is_hidden = fields.iter().all(|field| field.is_hidden);
        let goes_by_itself = is_message || (is_hidden && submits_itself);
        if !goes_by_itself {
            return None;
        }
        let named = fields.iter().filter(|field| !field.name.is_empty());
        Some(Form {
            action: form.value().attr("action").unwrap_or_default().to_owned(),
            is_post: form.value().attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
            fields: named.map(|field| (field.name.to_owned(), field.value.to_owned())).collect(),
        })
    })
}

struct Field<'a> {
    name: &'a str,
    value: &'a str,
    is_hidden: bool,
}

fn field(input: &scraper::node::Element) -> Field<'_> {
    let kind = input.attr("type").unwrap_or("text");
    Field {
        name: input.attr("name").unwrap_or_default(),
        value: input.attr("value").unwrap_or_default(),
        is_hidden: ["hidden", "submit", "button"].iter().any(|hidden| kind.eq_ignore_ascii_case(hidden)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        // Each row: a page, and the action of its self-submitting form.
        let check = |html: &str, action: Option<&str>| {
            assert_eq!(self_submitting_form(html).map(|form| form.action).as_deref(), action, "{html}");
        };
        check("<p>nothing</p>", None);
        check("<form action='/login'><input name=user><input type=submit></form>", None);
        check("<form action='/idp' method=post><input type=hidden name=SAMLRequest value=x></form>", Some("/idp"));
        check(
            "<body onload='document.forms[0].submit()'><form action='/next'><input type=hidden name=a value=b></form>",
            Some("/next"),
        );
        check(
            "<form action='/a'><input name=q></form><form action='/b'><input type=hidden name=SAMLResponse></form>",
            Some("/b"),
        );
    }

    #[test]
    fn fields_are_decoded() {
        let form = self_submitting_form("<form METHOD=POST><input type=hidden name=RelayState value='a&amp;b'><input type=hidden name=SAMLRequest value='PHM+'></form>").unwrap();
        assert!(form.is_post);
        assert_eq!(form.fields, [("RelayState".into(), "a&b".into()), ("SAMLRequest".into(), "PHM+".into())]);
    }
}
