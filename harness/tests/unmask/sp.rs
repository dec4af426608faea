//! Tiny SPs with one fault each. They tell hostile messages from healthy ones by counting, which is enough for the rows played.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mock_idp::{Idp, Vendor};

/// What is wrong with an SP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// It logs in whoever a message names last, signed or not.
    AcceptsEverything,
    /// It logs in nobody.
    RefusesEverything,
    /// It drops the connection on a hostile message.
    DropsConnection,
    /// It answers 500 to a hostile message.
    Answers500,
    /// It never answers a hostile message.
    Hangs,
    /// Its error page has the status 200.
    ErrorPageIs200,
    /// It logs in somebody else, whoever is named.
    WrongUser,
    /// It knows only the signed user.
    KnowsOnlyAnn,
    /// After one hostile message it refuses everybody.
    BreaksForGood,
    /// Its probe shows someone logged in whatever happens.
    ProbeLies,
    /// It adds a group that nobody signed.
    AddsGroup,
    /// It sends the browser wherever RelayState says.
    FollowsRelayState,
    /// It logs in nobody twice.
    RemembersMessages,
}

struct Sp {
    fault: Fault,
    base: String,
    sessions: Mutex<HashMap<String, String>>,
    seen: Mutex<HashSet<Option<String>>>,
    next: AtomicU64,
    is_broken: AtomicBool,
}

/// Starts an SP; its base URL comes back.
pub(crate) async fn start(fault: Fault) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let sp = Arc::new(Sp {
        fault,
        base: base.clone(),
        sessions: Mutex::default(),
        seen: Mutex::default(),
        next: AtomicU64::new(1),
        is_broken: AtomicBool::new(false),
    });
    let routes = Router::new()
        .route("/login", get(login))
        .route("/acs", post(acs))
        .route("/driver/acs", post(driver))
        .route("/driver/health", get(|| async { "{\"ok\":true}" }))
        .route("/driver/login", get(login))
        .route("/whoami", get(whoami))
        .with_state(sp);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    base
}

type Fields = HashMap<String, String>;

/// Sends the browser to Okta by a form that submits itself.
async fn login(State(sp): State<Arc<Sp>>, Query(query): Query<Fields>) -> Html<String> {
    let id = format!("_r{}", sp.next.fetch_add(1, Ordering::Relaxed));
    let request = format!(
        "<samlp:AuthnRequest xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol' xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion' ID='{id}' Version='2.0' IssueInstant='2026-01-15T12:00:00Z'><saml:Issuer>{}</saml:Issuer></samlp:AuthnRequest>",
        sp.base
    );
    let okta = Idp::of(Vendor::named("okta").unwrap(), harness::target::DEFAULT_PUBLIC_URL);
    let relay_state = query.get("relay_state").cloned().unwrap_or_default();
    Html(format!(
        "<body onload='document.forms[0].submit()'><form method='post' action='{}'><input type='hidden' name='SAMLRequest' value='{}'><input type='hidden' name='RelayState' value='{relay_state}'></form>",
        okta.sso_url,
        STANDARD.encode(request)
    ))
}

/// Whom the SP would log in, or nobody.
fn decide(sp: &Sp, fields: &Fields) -> Option<String> {
    let octets = STANDARD.decode(fields.get("SAMLResponse").cloned().unwrap_or_default()).unwrap_or_default();
    let xml = String::from_utf8_lossy(&octets).into_owned();
    let is_healthy = xml.matches("Assertion>").count() == 1 && xml.contains("SignatureValue>");
    // The text in front of the last closing tag of a NameID.
    let (before, _) = xml.rsplit_once("NameID>")?;
    let (before, _) = before.rsplit_once('<')?;
    let last = before.rsplit_once('>')?.1.to_owned();
    if !is_healthy {
        match sp.fault {
            Fault::AcceptsEverything => return Some(last),
            Fault::DropsConnection => panic!("hostile message"),
            Fault::BreaksForGood => sp.is_broken.store(true, Ordering::Relaxed),
            _ => {}
        }
        return None;
    }
    match sp.fault {
        Fault::RefusesEverything => None,
        Fault::BreaksForGood if sp.is_broken.load(Ordering::Relaxed) => None,
        Fault::KnowsOnlyAnn if last != "ann@example.test" => None,
        Fault::WrongUser => Some("bob@example.test".to_owned()),
        _ => Some(last),
    }
}

async fn acs(State(sp): State<Arc<Sp>>, Form(fields): Form<Fields>) -> Response {
    let Some(name) = decide(&sp, &fields) else {
        return match sp.fault {
            Fault::Hangs => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                StatusCode::OK.into_response()
            }
            Fault::Answers500 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Fault::ErrorPageIs200 => Html("<h1>Error</h1>").into_response(),
            _ => (StatusCode::FORBIDDEN, "no").into_response(),
        };
    };
    if sp.fault == Fault::RemembersMessages && !sp.seen.lock().unwrap().insert(fields.get("SAMLResponse").cloned()) {
        return (StatusCode::FORBIDDEN, "again").into_response();
    }
    let session = format!("s{}", sp.next.fetch_add(1, Ordering::Relaxed));
    sp.sessions.lock().unwrap().insert(session.clone(), name);
    let cookie = format!("session={session}; Path=/");
    let followed = fields.get("RelayState").filter(|_| sp.fault == Fault::FollowsRelayState);
    let location = followed.cloned().unwrap_or_else(|| "/".to_owned());
    (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, location)]).into_response()
}

async fn whoami(State(sp): State<Arc<Sp>>, headers: HeaderMap) -> Response {
    let cookie = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let session = cookie.split("session=").nth(1).unwrap_or_default().split(';').next().unwrap_or_default();
    let name = sp.sessions.lock().unwrap().get(session).cloned();
    let name = name.or((sp.fault == Fault::ProbeLies).then(|| "ann@example.test".to_owned()));
    match name {
        Some(name) if sp.fault == Fault::AddsGroup => {
            format!("{{\"name_id\":\"{name}\",\"attributes\":{{\"groups\":[\"contractors\"]}}}}").into_response()
        }
        Some(name) => format!("{{\"name_id\":\"{name}\"}}").into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// The same behind the driver protocol.
async fn driver(State(sp): State<Arc<Sp>>, Form(fields): Form<Fields>) -> Response {
    match decide(&sp, &fields) {
        Some(name) => format!("{{\"accepted\":true,\"name_id\":\"{name}\"}}").into_response(),
        None if sp.fault == Fault::ErrorPageIs200 => Html("<h1>Error</h1>").into_response(),
        None if sp.fault == Fault::Answers500 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        None => (StatusCode::FORBIDDEN, "{\"accepted\":false,\"reason\":\"no\"}").into_response(),
    }
}
