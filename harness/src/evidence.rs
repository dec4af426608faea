//! What one row was judged by: the message, its twin, and what went over the wire. Reports show it; no verdict is made of it.
//!
//! Texts are kept as they were sent and received, answers up to a named length. Nothing here is secret: the keys are test keys.

use crate::browser::{Page, Trouble};

/// How much of an answer is kept, in characters.
const ANSWER: usize = 600;

/// What one row was judged by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The message as XML, before it was packed.
    pub message: String,
    /// The healthy twin of the very same moment: the same ids and instants, nothing wrong in it.
    pub twin: String,
    /// The request that was answered; `None` for an unsolicited Response.
    pub request_id: Option<String>,
    /// The RelayState that went along.
    pub relay_state: Option<String>,
    /// The clock of the message, RFC 3339.
    pub now: String,
    /// What decided the ids in the message.
    pub seed: u64,
    /// What went over the wire, the oldest first.
    pub exchanges: Vec<Exchange>,
}

/// One HTTP request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// GET or POST.
    pub method: String,
    /// Where it went.
    pub url: String,
    /// How many octets the body had.
    pub sent: usize,
    /// Status, or what prevented an answer.
    pub answer: String,
    /// Where the answer sends the browser.
    pub location: Option<String>,
    /// The beginning of the answer's text.
    pub text: String,
}

impl Exchange {
    /// A request that has no answer yet.
    pub(crate) fn of(request: &reqwest::Request) -> Self {
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        Self {
            method: request.method().to_string(),
            url: request.url().to_string(),
            sent: body.len(),
            answer: String::new(),
            location: None,
            text: String::new(),
        }
    }

    /// A request to a driver on a pipe that has no answer yet.
    pub(crate) fn on_pipe(method: &str, url: &str, sent: usize) -> Self {
        let (answer, location, text) = Default::default();
        Self { method: method.to_owned(), url: url.to_owned(), sent, answer, location, text }
    }

    /// Notes what came back.
    pub(crate) fn answered(&mut self, page: &Result<Page, Trouble>) {
        match page {
            Ok(page) => {
                self.answer = page.status.to_string();
                self.location = page.location.as_ref().map(ToString::to_string);
                self.text = page.body.chars().take(ANSWER).collect();
            }
            Err(Trouble::Dropped(cause)) => self.answer = format!("dropped: {cause}"),
            Err(Trouble::Hung) => "no answer in time".clone_into(&mut self.answer),
        }
    }
}
