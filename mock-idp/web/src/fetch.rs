//! Fetches an SP's metadata from the address it publishes it at.
//!
//! Refuses: another scheme than http or https, more than [`crate::BODY_BYTES`], an answer later than ten seconds.

use crate::BODY_BYTES;
use crate::failure::Failure;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);

/// The text at an address.
pub(crate) async fn metadata(url: &str) -> Result<String, Failure> {
    let refused = |what: String| Failure::field("metadata_url", url, format!("an address with metadata: {what}"));
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(refused("http or https".to_owned()));
    }
    // A process has one provider; whoever came first may have installed it already.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(PATIENCE).build().map_err(|error| refused(error.to_string()))?;
    let response = client.get(url).send().await.and_then(reqwest::Response::error_for_status);
    let mut response = response.map_err(|error| refused(because(&error)))?;
    let mut octets = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| refused(because(&error)))? {
        if octets.len() + chunk.len() > BODY_BYTES {
            return Err(refused(format!("at most {BODY_BYTES} bytes")));
        }
        octets.extend_from_slice(&chunk);
    }
    String::from_utf8(octets).map_err(|_| refused("text in UTF-8".to_owned()))
}

/// An error with what caused it, which reqwest leaves to its reader.
fn because(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
