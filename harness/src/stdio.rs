//! The driver protocol over standard input and output: calls in, one JSON object per line; answers out, likewise.
//!
//! A [`Pipe`] belongs to one process and carries many calls at a time, told apart by `id`. To the rest of the harness a driver
//! on a pipe looks as one over HTTP does: `Line` turns its answers into pages with the status that the HTTP form has.
//! A line that is no answer to an open call is no answer at all; it goes to the log. The form is `driver-v1.schema.json`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::{mpsc, oneshot};
use url::Url;

use crate::browser::{Page, Submission, Trouble};

/// The base of a driver's addresses that are calls on its pipe, as in `stdio:/login`.
pub const BASE: &str = "stdio:";

/// The calls that are open on the standard streams of one process.
#[derive(Debug, Clone)]
pub struct Pipe(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    lines: mpsc::UnboundedSender<String>,
    next: AtomicU64,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    calls: HashMap<u64, oneshot::Sender<Map<String, Value>>>,
    is_closed: bool,
}

impl Pipe {
    /// A pipe that writes to `stdin`. What comes back has to be given to [`Pipe::take`].
    pub(crate) fn over(mut stdin: ChildStdin) -> Self {
        let (lines, mut queue) = mpsc::unbounded_channel::<String>();
        // A task of its own: a call that is given up must not leave half a line behind.
        tokio::spawn(async move {
            while let Some(line) = queue.recv().await {
                if stdin.write_all(line.as_bytes()).await.is_err() || stdin.flush().await.is_err() {
                    break;
                }
            }
        });
        Self(Arc::new(Shared { lines, next: AtomicU64::new(1), open: Mutex::default() }))
    }

    /// Hands an answer to whoever waits for it. `false`: nobody does.
    pub(crate) fn take(&self, answer: Map<String, Value>) -> bool {
        let Some(id) = answer.get("id").and_then(Value::as_u64) else {
            return false;
        };
        let Some(caller) = self.open().calls.remove(&id) else {
            return false;
        };
        // The caller may have given up in this very moment.
        let _ = caller.send(answer);
        true
    }

    /// The process has closed its standard output: nobody is going to be answered any more.
    pub(crate) fn close(&self) {
        let mut open = self.open();
        open.is_closed = true;
        open.calls.clear();
    }

    /// Calls the driver and waits for its answer, at most for `limit`.
    pub async fn call(
        &self,
        call: &str,
        mut fields: Map<String, Value>,
        limit: Duration,
    ) -> Result<Map<String, Value>, Trouble> {
        let gone = || Trouble::Dropped("the driver has closed its standard output".to_owned());
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        fields.insert("id".to_owned(), id.into());
        fields.insert("call".to_owned(), call.into());
        let (sender, receiver) = oneshot::channel();
        {
            let mut open = self.open();
            if open.is_closed {
                return Err(gone());
            }
            open.calls.insert(id, sender);
        }
        if self.0.lines.send(format!("{}\n", Value::Object(fields))).is_err() {
            return Err(gone());
        }
        match tokio::time::timeout(limit, receiver).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(gone()),
            Err(_) => {
                self.open().calls.remove(&id);
                Err(Trouble::Hung)
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One browser in front of a driver on a pipe. The driver tells browsers apart by their names, as it would by cookies.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pipe: Pipe,
    browser: String,
    limit: Duration,
}

impl Line {
    /// A fresh browser.
    pub(crate) fn new(pipe: Pipe, limit: Duration) -> Self {
        let number = pipe.0.next.fetch_add(1, Ordering::Relaxed);
        Self { pipe, browser: format!("browser-{number}"), limit }
    }

    /// `stdio:/login?relay_state=..`, `stdio:/health` or `stdio:/reset` as a call.
    pub(crate) async fn get(&self, url: &str) -> Result<Page, Trouble> {
        let away = || Trouble::Dropped(format!("{url} is not the driver's: a driver on a pipe has no pages"));
        let url = Url::parse(url).ok().filter(|url| url.scheme() == "stdio").ok_or_else(away)?;
        let fields = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned().into()));
        self.call(url.path().trim_start_matches('/'), fields.collect()).await
    }

    /// The request to the ACS as a call.
    pub(crate) async fn submit(&self, submission: &Submission) -> Result<Page, Trouble> {
        let mut fields = Map::new();
        fields.insert("method".to_owned(), submission.method.as_str().into());
        let headers = submission.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
        fields.insert("headers".to_owned(), Value::Object(headers.collect()));
        match std::str::from_utf8(&submission.body) {
            Ok(body) => fields.insert("body".to_owned(), body.into()),
            Err(_) => fields.insert("body_base64".to_owned(), STANDARD.encode(&submission.body).into()),
        };
        self.call("acs", fields).await
    }

    async fn call(&self, call: &str, mut fields: Map<String, Value>) -> Result<Page, Trouble> {
        fields.insert("browser".to_owned(), json!(self.browser));
        page(call, self.pipe.call(call, fields, self.limit).await?)
    }
}

/// An answer as the page that a driver over HTTP gives.
fn page(call: &str, answer: Map<String, Value>) -> Result<Page, Trouble> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let flag = |name: &str| answer.get(name).and_then(Value::as_bool);
    let location = text("location").and_then(|location| Url::parse(location).ok());
    let status = match (flag("accepted"), answer.contains_key("error")) {
        (_, true) => 500,
        (Some(false), false) => 403,
        _ if location.is_some() => 302,
        _ => 200,
    };
    let html = text("html").map(str::to_owned);
    let url = Url::parse(&format!("{BASE}/{call}")).map_err(|error| Trouble::Dropped(error.to_string()))?;
    Ok(Page { url, status, location, body: html.unwrap_or_else(|| Value::Object(answer).to_string()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_pages() {
        // Each row: an answer, and status and target of the page it becomes.
        let check = |answer: Value, status, location: Option<&str>| {
            let page = page("acs", answer.as_object().unwrap().clone()).unwrap();
            assert_eq!((page.status, page.location.as_ref().map(Url::as_str)), (status, location), "{answer}");
        };
        check(json!({"id": 1, "accepted": true, "name_id": "a"}), 200, None);
        check(json!({"id": 1, "accepted": false, "reason": "late"}), 403, None);
        check(json!({"id": 1, "error": "boom"}), 500, None);
        check(json!({"id": 1, "accepted": true, "error": "boom"}), 500, None);
        check(json!({"id": 1, "location": "http://idp/sso?a=b"}), 302, Some("http://idp/sso?a=b"));
        check(json!({"id": 1, "ok": true}), 200, None);
        let form = json!({"id": 1, "html": "<form>"}).as_object().unwrap().clone();
        assert_eq!(page("login", form).unwrap().body, "<form>");
    }
}
