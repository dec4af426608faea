//! The trace: what came in and what went out at each exchange with an SP, oldest first, the oldest forgotten first.
//!
//! Holds whole messages, so it is bounded twice: [`EXCHANGES`] of them, and [`RAW_BYTES`] of each message as it came.

use crate::failure::Failure;
use serde::Serialize;
use std::collections::VecDeque;

/// Exchanges that are kept.
pub(crate) const EXCHANGES: usize = 300;

/// How much of a query or form is kept as it came.
const RAW_BYTES: usize = 64 * 1024;

/// One exchange: a request and its answer, or either of them alone.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Exchange {
    /// Its number since the start or the last reset, from 1.
    pub(crate) number: u64,
    /// When it began, by the mock's clock.
    pub(crate) at: String,
    /// Whose mock it was.
    pub(crate) vendor: &'static str,
    /// What the SP sent.
    pub(crate) received: Option<Received>,
    /// What the mock sent to the SP.
    pub(crate) sent: Option<Sent>,
    /// Why there is no answer, or why it is an error.
    pub(crate) refused: Option<Refused>,
    /// Whether a test suite has taken the request.
    #[serde(skip)]
    pub(crate) taken: bool,
}

/// A message from an SP.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Received {
    /// `AuthnRequest`, `LogoutRequest` or `LogoutResponse`; empty where it could not be read.
    pub(crate) kind: &'static str,
    /// `redirect` or `post`.
    pub(crate) binding: &'static str,
    /// Its ID.
    pub(crate) id: Option<String>,
    /// The SP's entityID.
    pub(crate) issuer: Option<String>,
    /// Where the answer should go.
    pub(crate) acs_url: Option<String>,
    /// Where it was meant to go.
    pub(crate) destination: Option<String>,
    /// Whether a signature came along.
    pub(crate) signed: bool,
    /// What has to go back with the answer.
    pub(crate) relay_state: Option<String>,
    /// The query or form as it came, cut where it is too long.
    pub(crate) raw: String,
    /// The XML, as far as it could be decoded.
    pub(crate) xml: Option<String>,
}

/// A message to an SP.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Sent {
    /// The mock's time when it left; a form may have waited for a person since the exchange began.
    pub(crate) at: String,
    /// `Response`, `LogoutRequest` or `LogoutResponse`.
    pub(crate) kind: &'static str,
    /// `redirect` or `post`.
    pub(crate) binding: &'static str,
    /// The SP's entityID.
    pub(crate) sp: String,
    /// Where it goes.
    pub(crate) to: String,
    /// Its ID.
    pub(crate) id: String,
    /// What it answers.
    pub(crate) in_response_to: Option<String>,
    /// Whom it is about.
    pub(crate) user: Option<String>,
    /// The attack in it.
    pub(crate) attack: Option<&'static str>,
    /// The quirk in it.
    pub(crate) quirk: Option<&'static str>,
    /// Who asked for these: the queue, a user name and so on.
    pub(crate) asked_by: Vec<&'static str>,
    /// What is signed.
    pub(crate) sign: &'static str,
    /// Whether the Assertion is encrypted.
    pub(crate) encrypted: bool,
    /// What goes with it.
    pub(crate) relay_state: Option<String>,
    /// The field or query as it leaves: base64 for a form, the whole query for a redirect.
    pub(crate) raw: String,
    /// The message.
    pub(crate) xml: String,
    /// The same message without attack and quirk, where there is one of them.
    pub(crate) twin: Option<String>,
}

/// Why a request got no answer, or an error.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Refused {
    /// The vendor's code.
    pub(crate) code: Option<&'static str>,
    /// Which field, and why.
    pub(crate) reason: String,
}

/// The exchanges so far.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    exchanges: VecDeque<Exchange>,
    last: u64,
}

impl Trace {
    /// Begins an exchange and returns its number.
    pub(crate) fn begin(&mut self, vendor: &'static str, at: String, received: Option<Received>) -> u64 {
        self.last += 1;
        let received = received.map(|received| Received { raw: cut(&received.raw), ..received });
        let (number, sent, refused) = (self.last, None, None);
        self.exchanges.push_back(Exchange { number, at, vendor, received, sent, refused, taken: false });
        if self.exchanges.len() > EXCHANGES {
            self.exchanges.pop_front();
        }
        number
    }

    /// Completes an exchange with what was read of its request.
    pub(crate) fn read(&mut self, number: u64, change: impl FnOnce(&mut Received)) {
        if let Some(received) = self.get_mut(number).and_then(|exchange| exchange.received.as_mut()) {
            change(received);
        }
    }

    /// Completes an exchange with its answer.
    pub(crate) fn sent(&mut self, number: u64, sent: Sent) {
        if let Some(exchange) = self.get_mut(number) {
            exchange.sent = Some(sent);
        }
    }

    /// Completes an exchange with the reason why there is no answer, or a bad one.
    pub(crate) fn refused(&mut self, number: u64, failure: &Failure) {
        if let Some(exchange) = self.get_mut(number) {
            exchange.refused = Some(Refused { code: failure.code(), reason: failure.to_string() });
        }
    }

    /// The exchange of this number.
    pub(crate) fn get(&self, number: u64) -> Option<&Exchange> {
        self.exchanges.iter().find(|exchange| exchange.number == number)
    }

    /// Everything that is still kept, oldest first.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.exchanges.iter()
    }

    /// The oldest request that nobody has taken yet, of this vendor or of any.
    pub(crate) fn take(&mut self, vendor: Option<&str>) -> Option<Exchange> {
        let fits = |exchange: &&mut Exchange| {
            !exchange.taken && exchange.received.is_some() && vendor.is_none_or(|name| name == exchange.vendor)
        };
        let found = self.exchanges.iter_mut().find(fits)?;
        found.taken = true;
        Some(found.clone())
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Exchange> {
        self.exchanges.iter_mut().find(|exchange| exchange.number == number)
    }
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(RAW_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_once_and_the_trace_is_bounded() {
        let mut trace = Trace::default();
        let long = || Some(Received { raw: "ü".repeat(RAW_BYTES), ..Received::default() });
        for _ in 0..EXCHANGES + 5 {
            trace.begin("duo", String::new(), long());
        }
        assert_eq!((trace.all().count(), trace.get(5).is_none(), trace.get(6).is_some()), (EXCHANGES, true, true));
        assert!(trace.get(6).unwrap().received.as_ref().unwrap().raw.len() <= RAW_BYTES);
        assert_eq!(trace.take(Some("okta")).map(|exchange| exchange.number), None);
        assert_eq!(trace.take(Some("duo")).map(|exchange| exchange.number), Some(6));
        assert_eq!(trace.take(None).map(|exchange| exchange.number), Some(7));
    }
}
