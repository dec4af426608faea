//! What an SP did with a message: its HTTP answers in, an [`Observed`] out.
//!
//! A status code alone is never a verdict: who is logged in is read from the probe, the driver's answer or the page, as the
//! target file says. No answer, a dropped connection and a server error are kept apart from a refusal.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::browser::{Browser, Page, Trouble};
use crate::target::{Endpoints, Mode, ServerError, Target, attributes_of};

/// What was seen after a message was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// Someone is logged in.
    LoggedIn(Identity),
    /// Nobody is; with the SP's own reason, if it shows one.
    NotLoggedIn(Option<String>),
    /// The connection was dropped, or the SP answered with a server error.
    Crashed(String),
    /// No answer in time.
    Hung(String),
    /// Something that fits no verdict.
    Unclear(String),
}

/// Who is logged in, as far as the SP shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The NameID; `None` when the SP accepted without one.
    pub name_id: Option<String>,
    /// The attributes; `None` when the SP shows none at all.
    pub attributes: Option<BTreeMap<String, Vec<String>>>,
}

impl From<Trouble> for Observed {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Dropped(cause) => Self::Crashed(format!("the connection was dropped: {cause}")),
            Trouble::Hung => Self::Hung("no answer within the time limit".to_owned()),
        }
    }
}

/// Whether somebody is logged in before anything was sent. `Err` when the probe itself fails.
pub async fn logged_in_already(target: &Target, endpoints: &Endpoints, browser: &Browser) -> Result<bool, Trouble> {
    let Some(probe) = &endpoints.probe else {
        return Ok(false);
    };
    let page = browser.get(probe).await?;
    Ok(target.outcome.accept.holds(page.status, &page.body))
}

/// Reads what became of a message from the answer of the ACS and whatever follows it.
pub async fn observe(
    target: &Target,
    endpoints: &Endpoints,
    browser: &Browser,
    answer: Result<Page, Trouble>,
) -> Observed {
    let answer = match answer {
        Ok(answer) => answer,
        Err(trouble) => return trouble.into(),
    };
    match &target.outcome.mode {
        Mode::Driver { .. } => read_driver(&answer),
        Mode::AcsResponse => read_page(target, &answer).unwrap_or_else(|| refusal(target, &answer)),
        Mode::Session { .. } => read_session(target, endpoints, browser, answer).await,
    }
}

async fn read_session(target: &Target, endpoints: &Endpoints, browser: &Browser, answer: Page) -> Observed {
    let Some(probe) = &endpoints.probe else {
        return Observed::Unclear("the target has no probe".to_owned());
    };
    let hops = target.login.as_ref().map_or(6, |login| login.max_hops);
    follow(browser, &answer, hops, &endpoints.acs).await;
    match browser.get(probe).await {
        Ok(page) => read_page(target, &page).unwrap_or_else(|| refusal(target, &answer)),
        Err(trouble) => trouble.into(),
    }
}

/// Follows the SP to where it sends the browser after a login, never away from its host. What it finds is of no interest.
async fn follow(browser: &Browser, answer: &Page, hops: usize, acs: &str) {
    let mut page = answer.clone();
    for _ in 0..hops {
        let is_ours = page.location.as_ref().is_none_or(|location| same_host(location, acs));
        if !is_ours {
            return;
        }
        match browser.step(&page).await {
            Some(Ok(next)) => page = next,
            Some(Err(_)) | None => return,
        }
    }
}

fn same_host(url: &url::Url, acs: &str) -> bool {
    url::Url::parse(acs).is_ok_and(|acs| acs.host_str() == url.host_str())
}

/// Who is logged in according to a page; `None` when nobody is.
fn read_page(target: &Target, page: &Page) -> Option<Observed> {
    let outcome = &target.outcome;
    if !outcome.accept.holds(page.status, &page.body) {
        return None;
    }
    Some(Observed::LoggedIn(Identity {
        name_id: outcome.name_id.as_ref().and_then(|extract| extract.find(&page.body)),
        attributes: outcome.attributes.as_ref().and_then(|attributes| attributes.find(&page.body)),
    }))
}

/// Nobody is logged in: a refusal, unless the answer was a server error.
fn refusal(target: &Target, answer: &Page) -> Observed {
    let is_error = (500..600).contains(&answer.status);
    if is_error && target.outcome.server_error == ServerError::Crashed {
        return Observed::Crashed(format!("the AssertionConsumerService answered {}", answer.status));
    }
    Observed::NotLoggedIn(target.outcome.reason.as_ref().and_then(|extract| extract.find(&answer.body)))
}

/// Driver protocol version 1.
fn read_driver(answer: &Page) -> Observed {
    let value = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
    let accepted = value.get("accepted").and_then(Value::as_bool);
    match (answer.status, accepted) {
        (200, Some(true)) => Observed::LoggedIn(Identity {
            name_id: value.get("name_id").and_then(Value::as_str).map(str::to_owned),
            attributes: value.get("attributes").filter(|value| value.is_object()).map(attributes_of),
        }),
        (403, Some(false)) => Observed::NotLoggedIn(value.get("reason").and_then(Value::as_str).map(str::to_owned)),
        (500..600, _) => Observed::Crashed(format!("the driver answered {}{}", answer.status, error_of(&value))),
        (status, _) => Observed::Unclear(format!(
            "the driver answered {status}, which protocol version 1 does not know; expected 200 with accepted = true, or 403 with accepted = false"
        )),
    }
}

fn error_of(value: &Value) -> String {
    value.get("error").and_then(Value::as_str).map(|error| format!(": {error}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(status: u16, body: &str) -> Page {
        Page { url: url::Url::parse("http://127.0.0.1/acs").unwrap(), status, location: None, body: body.to_owned() }
    }

    #[test]
    fn drivers() {
        // Each row: status and body of a driver's answer, and what was observed.
        let check = |status, body: &str, expected: &str| {
            let observed = format!("{:?}", read_driver(&page(status, body)));
            assert!(observed.starts_with(expected), "{status} {body}: {observed}");
        };
        check(
            200,
            "{\"accepted\":true,\"name_id\":\"a\"}",
            "LoggedIn(Identity { name_id: Some(\"a\"), attributes: None })",
        );
        check(
            200,
            "{\"accepted\":true,\"name_id\":null,\"attributes\":{}}",
            "LoggedIn(Identity { name_id: None, attributes: Some({}) })",
        );
        check(403, "{\"accepted\":false,\"reason\":\"late\"}", "NotLoggedIn(Some(\"late\"))");
        check(500, "{\"error\":\"boom\"}", "Crashed(\"the driver answered 500: boom\")");
        check(200, "<html>error</html>", "Unclear");
        check(403, "", "Unclear");
        check(200, "{\"accepted\":false}", "Unclear");
        check(404, "", "Unclear");
    }
}
