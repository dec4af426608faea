//! Makes the Response of a login: who, for whom, and what is queued in; the auto-posting page out.

use crate::failure::Failure;
use crate::page;
use crate::world::{Event, Login, World};
use axum::response::Html;
use mock_idp::{Edits, Message, Person, Recipe};

/// The page that posts the Response for this person.
///
/// What a queue entry asks for comes before what the user name or the link asks for.
pub(crate) fn answer(world: &World, login: &Login, person: &Person) -> Result<Html<String>, Failure> {
    let queued = world.memory().dequeue(login.vendor).unwrap_or_default();
    let change = queued.or(login.change);
    let mut recipe = recipe(world, login, person);
    change.apply(&mut recipe);
    let message = if change.is_replay() { again(world, login)? } else { recipe.build()? };
    record(world, login, &recipe, &message);
    page::post(login.vendor, &login.sp.acs, &message.base64(), login.relay_state.as_deref())
}

/// The page that posts a Response without an Assertion: nobody is logged in and the SP wanted no questions asked.
pub(crate) fn no_passive(world: &World, login: &Login) -> Result<Html<String>, Failure> {
    let mut recipe = recipe(world, login, &mock_idp::people::ann());
    recipe.edits = Edits {
        without: vec![mock_idp::edit::Part::Assertion],
        status: Some(mock_idp::names::RESPONDER.to_owned()),
        sub_status: Some("urn:oasis:names:tc:SAML:2.0:status:NoPassive".to_owned()),
        ..Edits::default()
    };
    let message = recipe.build()?;
    record(world, login, &recipe, &message);
    page::post(login.vendor, &login.sp.acs, &message.base64(), login.relay_state.as_deref())
}

fn recipe(world: &World, login: &Login, person: &Person) -> Recipe {
    let mut memory = world.memory();
    let (clock, seed) = (memory.clock.now(), memory.next_seed());
    Recipe {
        person: person.clone(),
        in_response_to: login.request_id.clone(),
        seed,
        ..Recipe::new(login.vendor, world.config.idp(login.vendor), login.sp.clone(), clock)
    }
}

/// A replay sends the previous Response of this vendor again.
fn again(world: &World, login: &Login) -> Result<Message, Failure> {
    let last = world.memory().last.get(login.vendor.name()).cloned();
    let expected = "something to repeat: log in once before";
    last.filter(|message| message.acs == login.sp.acs).ok_or_else(|| Failure::field("attack", "replay", expected))
}

fn record(world: &World, login: &Login, recipe: &Recipe, message: &Message) {
    let mut memory = world.memory();
    memory.record(
        login.vendor,
        Event::Response {
            in_response_to: message.in_response_to.clone(),
            acs: login.sp.acs.clone(),
            user: recipe.person.user_name.clone(),
            attack: recipe.attack.map(|attack| attack.id),
            quirk: recipe.quirk.map(|quirk| quirk.id),
        },
    );
    memory.last.insert(login.vendor.name(), message.clone());
    tracing::info!(vendor = login.vendor.name(), response = message.response_id, acs = login.sp.acs, "response sent");
}
