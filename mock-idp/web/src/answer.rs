//! Makes the Response of a login: who, for whom, and what is queued in; the auto-posting page out.

use crate::change::sign_word;
use crate::failure::Failure;
use crate::page;
use crate::sessions::{Method, Party};
use crate::trace::Sent;
use crate::world::{Login, World};
use axum::response::Html;
use mock_idp::edit::Part;
use mock_idp::{Edits, Message, Person, Recipe, moment, people};

const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

/// The page that posts the Response for this person, and the SP's part in the session.
///
/// What a queue entry asks for comes before what the user name, the form or the link asks for.
pub(crate) fn answer(
    world: &World,
    login: &Login,
    person: &Person,
    method: Method,
) -> Result<(Html<String>, Party), Failure> {
    let class = method.class(login.vendor, &login.contexts)?;
    let queued = world.memory().dequeue(login.vendor).unwrap_or_default();
    let change = queued.or(login.change.clone());
    let healthy = recipe(world, login, person, class);
    let mut recipe = healthy.clone();
    change.apply(&mut recipe);
    let message = if change.is_replay() { again(world, login)? } else { recipe.build()? };
    let twin = Recipe { sign: recipe.sign, encrypt: recipe.encrypt, ..healthy };
    let spoilt = recipe.attack.is_some() || recipe.quirk.is_some() || recipe.edits != twin.edits;
    let twin = if spoilt { twin.build().ok().map(|twin| twin.xml) } else { None };
    let party = party(login, &message);
    let sent = Sent { twin, asked_by: change.by().to_vec(), user: Some(person.user_name.clone()), ..sent(&recipe) };
    Ok((send(world, login, &message, sent)?, party))
}

/// The page that posts a Response without an Assertion, where the vendor answers so; else the vendor's error page.
pub(crate) fn status(world: &World, login: &Login, failure: Failure) -> Result<Html<String>, Failure> {
    let Failure::Vendor { told, .. } = &failure else { return Err(failure) };
    let Some((status, sub_status)) = told.status.clone() else { return Err(failure) };
    let mut recipe = recipe(world, login, &people::ann(), None);
    recipe.edits = Edits {
        without: vec![Part::Assertion],
        status: Some(status),
        sub_status: Some(sub_status),
        status_message: Some(told.text.clone()),
        ..Edits::default()
    };
    // There is nothing to encrypt.
    recipe.encrypt = None;
    let message = recipe.build()?;
    world.memory().trace.refused(login.exchange, &failure);
    send(world, login, &message, sent(&recipe))
}

fn recipe(world: &World, login: &Login, person: &Person, class: Option<String>) -> Recipe {
    let idp = world.idp_for(login.vendor, &login.sp.entity_id);
    let mut memory = world.memory();
    let (clock, seed) = (memory.clock.now(), memory.next_seed());
    let name_id = match login.name_id_format.as_deref() {
        Some(PERSISTENT) => Some(person.object_id()),
        Some(TRANSIENT) => Some(memory.random.id("_{hex:32}")),
        _ => None,
    };
    let name_id_format = login.name_id_format.clone();
    let mut recipe = Recipe {
        person: person.clone(),
        in_response_to: login.request_id.clone(),
        edits: Edits { authn_context: class, name_id, name_id_format, ..Edits::default() },
        seed,
        ..Recipe::new(login.vendor, idp, login.sp.clone(), clock)
    };
    if let Some(app) = &login.app {
        app.furnish(&mut recipe, person);
    }
    recipe
}

/// A replay sends the previous Response of this vendor again.
fn again(world: &World, login: &Login) -> Result<Message, Failure> {
    let last = world.memory().last.get(login.vendor.name()).cloned();
    let expected = "something to repeat: log in once before";
    last.filter(|message| message.acs == login.sp.acs).ok_or_else(|| Failure::field("attack", "replay", expected))
}

fn party(login: &Login, message: &Message) -> Party {
    Party {
        sp: login.sp.clone(),
        name_id: message.name_id.clone().unwrap_or_default(),
        name_id_format: login.name_id_format.clone().or_else(|| login.app.as_ref()?.settings.name_id_format.clone()),
        session_index: message.session_index.clone(),
    }
}

fn sent(recipe: &Recipe) -> Sent {
    Sent {
        at: moment::format(recipe.clock, true).unwrap_or_default(),
        kind: "Response",
        binding: "post",
        attack: recipe.attack.map(|attack| attack.id),
        quirk: recipe.quirk.map(|quirk| quirk.id),
        sign: sign_word(recipe.sign),
        encrypted: recipe.encrypt.is_some(),
        ..Sent::default()
    }
}

/// Writes the message into the trace and makes its page.
fn send(world: &World, login: &Login, message: &Message, sent: Sent) -> Result<Html<String>, Failure> {
    let base64 = message.base64();
    let sent = Sent {
        sp: login.sp.entity_id.clone(),
        to: login.sp.acs.clone(),
        id: message.response_id.clone(),
        in_response_to: message.in_response_to.clone(),
        relay_state: login.relay_state.clone(),
        raw: base64.clone(),
        xml: message.xml.clone(),
        ..sent
    };
    let (vendor, acs) = (login.vendor.name(), login.sp.acs.as_str());
    tracing::info!(vendor, response = message.response_id, acs, attack = sent.attack, quirk = sent.quirk, "sent");
    let mut memory = world.memory();
    memory.trace.sent(login.exchange, sent);
    memory.last.insert(vendor, message.clone());
    drop(memory);
    world.news.notify_waiters();
    page::post(login.vendor, &login.sp.acs, "SAMLResponse", &base64, login.relay_state.as_deref())
}
