//! Resolves an artifact: the fields a browser brought in, the message that its IdP gave for it out (bindings 3.6).
//!
//! Refuses an artifact of an IdP that is not trusted, an endpoint without TLS that is not on this machine, an answer that
//! takes too long or is too large, and redirects. Where the call goes stands in the IdP's metadata, never in the message.

use crate::handle::random_octets;
use crate::refusal::Refusal;
use crate::site::Site;
use axum::http::StatusCode;
use reqwest::redirect::Policy;
use sp::accept::Received;
use sp::artifact::{Artifact, resolved};
use sp::request::{ArtifactResolve, message_id};
use sp::{Idp, Rejection};
use std::time::Duration;

/// How long an IdP may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the SOAP binding marks our request (bindings 3.2.3).
const SOAP_ACTION: &str = "http://www.oasis-open.org/committees/security";

/// The fields of a delivery by artifact, each at most once.
pub(super) struct Fields {
    artifact: String,
    relay_state: Option<String>,
}

impl Fields {
    /// None if there is no artifact. One that stands twice, or beside a message, is refused as two messages.
    pub(super) fn read(encoded: &[u8]) -> Result<Option<Self>, Refusal> {
        let (mut artifact, mut relay_state) = (None, None);
        let mut others = false;
        for (name, value) in form_urlencoded::parse(encoded) {
            let slot = match name.as_ref() {
                "SAMLart" => &mut artifact,
                "RelayState" => &mut relay_state,
                "SAMLResponse" | "SAMLRequest" => {
                    others = true;
                    continue;
                }
                _ => continue,
            };
            others |= slot.replace(value.into_owned()).is_some();
        }
        match artifact {
            None => Ok(None),
            Some(_) if others => Err(bad("field_repeated", "one artifact and no other message", "more than one")),
            Some(artifact) => Ok(Some(Self { artifact, relay_state })),
        }
    }
}

/// The message behind the artifact.
pub(super) async fn resolve<S>(site: &Site<S>, fields: &Fields) -> Result<Received, Refusal> {
    let artifact = Artifact::read(&fields.artifact)?;
    let idps = site.idps();
    let idp = idp(&idps, &artifact)?;
    let now = site.clock.now();
    let resolve =
        ArtifactResolve::new(&message_id(random_octets()), now, &site.sp, idp, &artifact).map_err(|error| {
            bad("artifact_not_resolvable", "an IdP whose artifacts can be resolved", &error.to_string())
        })?;
    let answer = call(&resolve, site.sp.limits().message_bytes).await?;
    let relay_state = fields.relay_state.as_deref();
    Ok(resolved(&answer, resolve.id(), relay_state, &site.sp, idp, site.clock.now())?)
}

/// The trusted IdP whose artifact it is; if it is nobody's, why it is not the first one's.
fn idp<'a>(idps: &'a [std::sync::Arc<Idp>], artifact: &Artifact) -> Result<&'a Idp, Refusal> {
    let mut refused: Option<Rejection> = None;
    for idp in idps {
        match artifact.resolution_service(idp) {
            Ok(_) => return Ok(idp),
            Err(rejection) => refused = refused.or(Some(rejection)),
        }
    }
    Err(refused.map_or_else(|| bad("artifact_of_other_idp", "an artifact of a trusted IdP", "no IdP"), Refusal::from))
}

/// Posts the request, and reads at most so many octets of the answer.
async fn call(resolve: &ArtifactResolve, most: usize) -> Result<Vec<u8>, Refusal> {
    let location = resolve.location().as_str();
    if !location.starts_with("https://") && !is_on_this_machine(location) {
        return Err(unreachable("an endpoint with TLS", location));
    }
    // Someone else may have named a provider already, and either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(PATIENCE).redirect(Policy::none()).build();
    let failed = |error: reqwest::Error| unreachable("an answer", &error.without_url().to_string());
    let request = client.map_err(failed)?.post(location).header("content-type", "text/xml");
    let request = request.header("soapaction", SOAP_ACTION).body(resolve.soap().to_owned());
    let mut response = request.send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    let mut octets = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        octets.extend_from_slice(&chunk);
        if most < octets.len() {
            return Err(unreachable(&format!("at most {most} octets"), "more"));
        }
    }
    Ok(octets)
}

fn is_on_this_machine(location: &str) -> bool {
    let host = location.strip_prefix("http://").and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

fn bad(reason: &'static str, expected: &str, found: &str) -> Refusal {
    Refusal::http(StatusCode::BAD_REQUEST, reason, "bindings-3.6.4-a", expected, found)
}

fn unreachable(expected: &str, found: &str) -> Refusal {
    Refusal::http(StatusCode::BAD_GATEWAY, "artifact_endpoint_unreachable", "bindings-3.6.6", expected, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tls_only_on_this_machine() {
        for near in ["http://127.0.0.1:80/a", "http://localhost/a", "http://[::1]:9/a"] {
            assert!(is_on_this_machine(near), "{near}");
        }
        for far in ["http://127.0.0.1.evil.test/", "http://localhost@evil.test/", "http://idp.test", "ftp://localhost/"]
        {
            assert!(!is_on_this_machine(far), "{far}");
        }
    }
}
