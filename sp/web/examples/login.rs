//! A login with axum and the core alone, in memory: `cargo run -p sp-web --example login -- idp.xml`, then open
//! <http://127.0.0.1:7700/login>. A real application keeps `State` per browser and across nodes, as `sp-web` does.

use aws_lc_rs::rand;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use sp::request::{AuthnRequest, Carried, message_id};
use sp::{Allow, Delivery, EndpointUrl, EntityId, Expectation, Idp, Limits, PendingRequest, Sp, accept, metadata};
use sp_web::{Clock, MemoryStore};
use std::error::Error;
use std::sync::{Arc, Mutex};

struct App {
    sp: Sp,
    idp: Idp,
    acs: EndpointUrl,
    clock: Clock,
    store: MemoryStore,
    pending: Mutex<Option<PendingRequest>>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::fs::read(std::env::args().nth(1).ok_or("the IdP's metadata, please")?)?;
    let clock = Clock::system();
    let idp = metadata::read_idp(&file, &Allow::default(), clock.now(), &Limits::of_metadata())?.remove(0);
    let acs = EndpointUrl::new("http://127.0.0.1:7700/acs")?;
    let sp = Sp::builder(EntityId::new("http://127.0.0.1:7700/metadata")?, acs.clone()).build();
    let app = App { sp, idp, acs, store: MemoryStore::new(clock.clone()), clock, pending: Mutex::default() };
    let router = Router::new().route("/login", get(login)).route("/acs", post(receive)).with_state(Arc::new(app));
    Ok(axum::serve(tokio::net::TcpListener::bind("127.0.0.1:7700").await?, router).await?)
}

async fn login(State(app): State<Arc<App>>) -> Result<Response, String> {
    let mut random = [0; 20];
    rand::fill(&mut random).map_err(|error| error.to_string())?;
    let request = AuthnRequest::new(&message_id(random), app.clock.now(), &app.sp, &app.idp, &app.acs);
    let request = request.map_err(|error| error.to_string())?;
    let pending = PendingRequest { id: request.id().to_owned(), idp: app.idp.entity_id().clone() };
    *app.pending.lock().map_err(|error| error.to_string())? = Some(pending);
    match request.carry(None).map_err(|error| error.to_string())? {
        Carried::Redirect(url) => Ok(Redirect::to(&url).into_response()),
        Carried::Form(form) => Err(format!("this IdP wants a form posted to {}", form.action)),
    }
}

async fn receive(State(app): State<Arc<App>>, body: axum::body::Bytes) -> Result<String, &'static str> {
    let pending = app.pending.lock().ok().and_then(|mut pending| pending.take()).ok_or(sp::PUBLIC_SENTENCE)?;
    let expectation = Expectation::answer_to(pending);
    let delivery = Delivery { endpoint: &app.acs, expectation: &expectation, now: app.clock.now() };
    let refused = |rejection: sp::Rejection| rejection.public_sentence();
    let validated = accept::post(&body, &app.sp, &app.idp, delivery).map_err(refused)?;
    let identity = sp::redeem(validated, &app.store, app.clock.now()).await.map_err(refused)?;
    Ok(format!("Hello, {}!", identity.name_id.value))
}
