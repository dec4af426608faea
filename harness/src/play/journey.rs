//! One login: a browser that starts at the SP or at the IdP, one message delivered, and who is logged in afterwards.
//!
//! The harness is the IdP: it takes the AuthnRequest where the SP sends the browser, and answers with the plan's message.

use std::sync::Arc;

use futures_util::future::join_all;
use mock_idp::request::{self, AuthnRequest, RequestError};
use mock_idp::{Person, Recipe, RecipeError};
use time::format_description::well_known::Rfc3339;

use super::plan::{Plan, Scene, asserted};
use super::stage::Stage;
use crate::browser::{Browser, Page, self_submitting_form};
use crate::delivery::{self, Parcel};
use crate::evidence::Evidence;
use crate::fault::Fault;
use crate::observe::{Observed, logged_in_already, observe};
use crate::scenario::{AT_ONCE, Again, Flow};
use crate::target::Target;
use crate::verdict::Asserted;

/// What became of one message.
#[derive(Debug, Clone)]
pub(crate) struct Played {
    pub(crate) observed: Observed,
    /// Whom the IdP signed for.
    pub(crate) signed: Asserted,
    /// Whom a forgery would name.
    pub(crate) attacker: Asserted,
    /// What is wrong whoever is logged in.
    pub(crate) flaw: Option<String>,
    /// What it was judged by, where that is recorded.
    pub(crate) evidence: Option<Arc<Evidence>>,
}

/// What became of an attempt to play a message.
#[derive(Debug, Clone)]
pub(crate) enum Journey {
    /// It was delivered, or the way there failed.
    Played(Box<Played>),
    /// There is no such message for this target.
    DoesNotApply(String),
}

impl Journey {
    /// Adds what went over the wire to what is recorded.
    fn with_exchanges(mut self, browser: &Browser) -> Self {
        if let Self::Played(played) = &mut self
            && let Some(evidence) = &mut played.evidence
        {
            Arc::make_mut(evidence).exchanges = browser.exchanges();
        }
        self
    }
}

/// The request of an SP.
struct Asked {
    id: String,
    relay_state: Option<String>,
}

/// Plays one message in a fresh browser. `record`: keep what was sent and what came back.
pub(crate) async fn travel(
    target: &Target,
    stage: &Stage,
    plan: &Plan,
    seed: u64,
    record: bool,
) -> Result<Journey, Fault> {
    let browser = stage.browser(target)?;
    if let Some(observed) = precheck(target, stage, &browser).await {
        return Ok(unplayed(observed));
    }
    let asked = match plan.flow {
        Flow::Idp => None,
        Flow::Sp => match start(target, stage, plan, &browser).await? {
            Ok(asked) => Some(asked),
            Err(observed) => return Ok(unplayed(observed)),
        },
    };
    let journey = deliver(target, stage, plan, seed, &browser, asked, record).await?;
    Ok(journey.with_exchanges(&browser))
}

fn unplayed(observed: Observed) -> Journey {
    let (signed, attacker) = Default::default();
    Journey::Played(Box::new(Played { observed, signed, attacker, flaw: None, evidence: None }))
}

/// Nobody may be logged in before anything was sent: such a probe would prove nothing.
async fn precheck(target: &Target, stage: &Stage, browser: &Browser) -> Option<Observed> {
    match logged_in_already(target, &stage.endpoints, browser).await {
        Ok(false) => None,
        Ok(true) => Some(Observed::Unclear("the probe says \"logged in\" before anything was sent".to_owned())),
        Err(trouble) => {
            Some(Observed::Unclear(format!("the probe did not answer before anything was sent: {trouble:?}")))
        }
    }
}

async fn deliver(
    target: &Target,
    stage: &Stage,
    plan: &Plan,
    seed: u64,
    browser: &Browser,
    asked: Option<Asked>,
    record: bool,
) -> Result<Journey, Fault> {
    let scene =
        Scene { idp: stage.idp(plan.idp), asked: stage.idp(plan.asked), sp: stage.sp.clone(), now: stage.now() };
    let recipe = plan.recipe(target, scene, asked.as_ref().map(|asked| asked.id.as_str()), seed);
    let message = match recipe.build() {
        Ok(message) => message,
        // A vendor whose messages lack what the attack is on has no such message either.
        Err(error @ (RecipeError::DoesNotApply { .. } | RecipeError::Missing(_))) => {
            return Ok(Journey::DoesNotApply(error.to_string()));
        }
        Err(error) => return Err(cannot_be_made(&error)),
    };
    let signed = asserted(&message);
    let mut about_attacker = recipe.twin();
    about_attacker.person = recipe.attacker.clone();
    let mut attacker = asserted(&about_attacker.build().map_err(|error| cannot_be_made(&error))?);
    // What this vendor does not send of the attacker must not turn up either.
    attacker.attributes.insert("the attacker".to_owned(), known_of(&recipe.attacker));
    let relay_state = match asked {
        Some(asked) => asked.relay_state,
        None => stage.endpoints.relay_state(&recipe.idp.entity_id)?,
    };
    let parcel = Parcel { xml: message.xml, relay_state, acs: stage.endpoints.acs.clone() };
    let evidence = if record { Some(Arc::new(evidence(&recipe, &parcel)?)) } else { None };
    let wire = Wire { target, stage, plan };
    let (observed, flaw) = if plan.presentations == 1 {
        let observed = wire.send(browser, &parcel).await;
        let astray = plan.lands.then(|| astray(stage.endpoints.lands.as_deref(), browser)).flatten();
        (observed, led_away(browser).or(astray))
    } else if plan.again == Again::AtOnce {
        wire.at_once(browser, &parcel).await?
    } else {
        let again = plan.again(&recipe).build().map_err(|error| cannot_be_made(&error))?;
        (wire.twice(browser, &parcel, &Parcel { xml: again.xml, ..parcel.clone() }).await?, None)
    };
    Ok(Journey::Played(Box::new(Played { observed, signed, attacker, flaw, evidence })))
}

/// How a plan's message goes to the target.
struct Wire<'a> {
    target: &'a Target,
    stage: &'a Stage,
    plan: &'a Plan,
}

impl Wire<'_> {
    async fn send(&self, browser: &Browser, parcel: &Parcel) -> Observed {
        let answer = browser.submit(&self.stage.endpoints.acs, &self.plan.delivery.pack(parcel)).await;
        observe(self.target, &self.stage.endpoints, browser, answer).await
    }

    /// The second time decides, which is in another browser.
    async fn twice(&self, browser: &Browser, first: &Parcel, second: &Parcel) -> Result<Observed, Fault> {
        let observed = self.send(browser, first).await;
        if !matches!(observed, Observed::LoggedIn(_)) {
            return Ok(Observed::Unclear(format!("the first presentation was not accepted: {observed:?}")));
        }
        match self.another_browser().await? {
            Ok(thief) => Ok(self.send(&thief, second).await),
            Err(observed) => Ok(observed),
        }
    }

    /// In many browsers at the same time. Each is connected already, so that all that is left is to send.
    async fn at_once(&self, browser: &Browser, parcel: &Parcel) -> Result<(Observed, Option<String>), Fault> {
        let mut browsers = vec![browser.clone()];
        while browsers.len() < AT_ONCE {
            match self.another_browser().await? {
                Ok(browser) => browsers.push(browser),
                Err(observed) => return Ok((observed, None)),
            }
        }
        Ok(only_one(join_all(browsers.iter().map(|browser| self.send(browser, parcel))).await))
    }

    async fn another_browser(&self) -> Result<Result<Browser, Observed>, Fault> {
        let browser = self.stage.browser(self.target)?;
        Ok(match precheck(self.target, self.stage, &browser).await {
            Some(observed) => Err(observed),
            None => Ok(browser),
        })
    }
}

/// Of many at once exactly one may log in; then the message counts as refused, for the others were.
fn only_one(seen: Vec<Observed>) -> (Observed, Option<String>) {
    let is_decision = |seen: &Observed| matches!(seen, Observed::LoggedIn(_) | Observed::NotLoggedIn(_));
    if let Some(trouble) = seen.iter().find(|seen| !is_decision(seen)) {
        return (trouble.clone(), None);
    }
    let count = seen.len();
    let (mut accepted, refused): (Vec<_>, Vec<_>) =
        seen.into_iter().partition(|seen| matches!(seen, Observed::LoggedIn(_)));
    match (accepted.pop(), accepted.len(), refused.into_iter().next()) {
        (Some(_), 0, Some(refused)) => (refused, None),
        (Some(one), others, _) => (one, Some(format!("{} of {count} that came at once were accepted", others + 1))),
        (None, ..) => (Observed::Unclear(format!("none of {count} that came at once was accepted")), None),
    }
}

/// A login that did not end where it was started for, although RelayState came back as it was sent.
fn astray(lands: Option<&str>, browser: &Browser) -> Option<String> {
    let exchanges = browser.exchanges();
    let is_there = lands.is_some_and(|lands| exchanges.iter().any(|one| one.location.as_deref() == Some(lands)));
    (!is_there).then(|| format!("the browser never came to {}, which the login was started for", lands.unwrap_or("?")))
}

/// Where a browser was sent that is no place of the target's.
fn led_away(browser: &Browser) -> Option<String> {
    let exchanges = browser.exchanges();
    let place = exchanges.iter().find_map(|exchange| {
        exchange.location.as_ref().filter(|location| delivery::is_stranger(&exchange.url, location))
    })?;
    Some(format!("RelayState led the browser away, to {place}"))
}

/// The message beside its healthy twin of the same seed and clock, so that a difference is what was done to it.
fn evidence(recipe: &Recipe, parcel: &Parcel) -> Result<Evidence, Fault> {
    let twin = recipe.twin().build().map_err(|error| cannot_be_made(&error))?;
    Ok(Evidence {
        message: parcel.xml.clone(),
        twin: twin.xml,
        request_id: recipe.in_response_to.clone(),
        relay_state: parcel.relay_state.clone(),
        now: recipe.clock.format(&Rfc3339).unwrap_or_default(),
        seed: recipe.seed,
        exchanges: Vec::new(),
    })
}

fn known_of(person: &Person) -> Vec<String> {
    let names = [&person.user_name, &person.email, &person.first_name, &person.last_name];
    names.into_iter().chain(&person.groups).cloned().collect()
}

fn cannot_be_made(error: &RecipeError) -> Fault {
    Fault::usage(format!("the message cannot be made: {error}"))
}

/// Starts a login at the SP and follows it until it asks the IdP. The inner error is what was seen instead.
async fn start(
    target: &Target,
    stage: &Stage,
    plan: &Plan,
    browser: &Browser,
) -> Result<Result<Asked, Observed>, Fault> {
    let idp = stage.idp(plan.asked);
    let Some(login) = stage.endpoints.login(&idp.entity_id)? else {
        return Ok(Err(Observed::Unclear("the target starts no logins".to_owned())));
    };
    let hops = target.login.as_ref().map_or(6, |login| login.max_hops);
    let mut page = match browser.get(&login).await {
        Ok(page) => page,
        Err(trouble) => return Ok(Err(Observed::Unclear(format!("GET {login} was not answered: {trouble:?}")))),
    };
    for _ in 0..=hops {
        if let Some(asked) = read_request(&page, &idp.sso_url) {
            return Ok(asked.map_err(Observed::Unclear));
        }
        match browser.step(&page).await {
            Some(Ok(next)) => page = next,
            Some(Err(trouble)) => return Ok(Err(Observed::Unclear(format!("the login broke off: {trouble:?}")))),
            None => break,
        }
    }
    Ok(Err(Observed::Unclear(format!(
        "the login never reached the IdP at {}: the last page was {} with status {}",
        idp.sso_url, page.url, page.status
    ))))
}

/// The request in a page that goes to the IdP; `None` when it goes elsewhere.
fn read_request(page: &Page, sso_url: &str) -> Option<Result<Asked, String>> {
    if let Some(location) = &page.location {
        if !goes_to(location, sso_url) {
            return None;
        }
        return Some(asked(request::from_redirect_query(location.query().unwrap_or_default())));
    }
    let form = self_submitting_form(&page.body)?;
    if !goes_to(&page.url.join(&form.action).ok()?, sso_url) {
        return None;
    }
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
    Some(asked(request::from_form(&body)))
}

fn asked(request: Result<AuthnRequest, RequestError>) -> Result<Asked, String> {
    match request {
        Ok(request) => Ok(Asked { id: request.id, relay_state: request.relay_state }),
        Err(error) => Err(format!("the SP's AuthnRequest cannot be read: {error}")),
    }
}

fn goes_to(url: &url::Url, sso_url: &str) -> bool {
    let Ok(sso) = url::Url::parse(sso_url) else {
        return false;
    };
    url.origin() == sso.origin() && url.path() == sso.path()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Identity;

    #[test]
    fn one_of_many_at_once() {
        let accepted = || Observed::LoggedIn(Identity::default());
        let refused = || Observed::NotLoggedIn(Some("used".to_owned()));
        // Each row: what was seen, and what that comes to.
        let check = |seen: Vec<Observed>, expected: (Observed, Option<&str>)| {
            let (observed, flaw) = only_one(seen);
            assert_eq!((observed, flaw.as_deref()), expected);
        };
        check(vec![refused(), accepted(), refused()], (refused(), None));
        check(vec![accepted(), refused(), accepted()], (accepted(), Some("2 of 3 that came at once were accepted")));
        check(vec![accepted()], (accepted(), Some("1 of 1 that came at once were accepted")));
        let none = Observed::Unclear("none of 2 that came at once was accepted".to_owned());
        check(vec![refused(), refused()], (none, None));
        check(vec![accepted(), Observed::Hung("x".into()), refused()], (Observed::Hung("x".into()), None));
    }
}
