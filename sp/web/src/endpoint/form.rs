//! Takes the body of a form off the wire: a request in, its octets out.
//!
//! Refuses another Content-Type than a form's, any Content-Encoding, more octets than the limit, and a body that takes
//! too long. What is refused is still read to its end, within bounds: a connection that is cut while its body is under
//! way shows the browser no page, and looks like a crash.

use crate::refusal::Refusal;
use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use futures_util::StreamExt;
use std::time::Duration;

/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often the limit is read and thrown away before the connection is cut.
const DISCARDED: usize = 8;

/// The only Content-Type of the HTTP-POST binding (bindings 3.5.4).
const FORM: &str = "application/x-www-form-urlencoded";

/// Reads the body of a form of at most `limit` octets.
pub(super) async fn read(request: Request, limit: usize) -> Result<Vec<u8>, Refusal> {
    let (head, body) = request.into_parts();
    let checked = check_head(&head.headers);
    let limit_here = if checked.is_ok() { limit } else { 0 };
    let read = tokio::time::timeout(PATIENCE, read_body(body, limit_here, limit * DISCARDED)).await;
    checked?;
    read.map_err(|_| too_slow())?
}

fn check_head(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default()).unwrap_or("none");
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case(FORM) || headers.get_all(CONTENT_TYPE).iter().count() != 1 {
        return Err(unsupported("content_type_unsupported", FORM, content_type));
    }
    if let Some(encoding) = headers.get(CONTENT_ENCODING) {
        return Err(unsupported("content_encoding_unsupported", "none", encoding.to_str().unwrap_or("not text")));
    }
    Ok(())
}

async fn read_body(body: Body, limit: usize, discarded: usize) -> Result<Vec<u8>, Refusal> {
    let mut stream: BodyDataStream = body.into_data_stream();
    let mut octets = Vec::new();
    let mut seen = 0_usize;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| broken())?;
        seen = seen.saturating_add(chunk.len());
        if discarded < seen {
            break;
        }
        if seen <= limit {
            octets.extend_from_slice(&chunk);
        }
    }
    if limit < seen { Err(too_large(limit, seen)) } else { Ok(octets) }
}

fn unsupported(reason: &'static str, expected: &str, found: &str) -> Refusal {
    Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason, "rfc9110-15.5.16", expected, found)
}

fn too_large(limit: usize, seen: usize) -> Refusal {
    let (expected, found) = (format!("at most {limit} octets"), format!("at least {seen}"));
    Refusal::http(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "rfc9110-15.5.14", &expected, &found)
}

fn too_slow() -> Refusal {
    let expected = format!("a body within {} seconds", PATIENCE.as_secs());
    Refusal::http(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "rfc9110-15.5.9", &expected, "less than that")
}

fn broken() -> Refusal {
    Refusal::http(StatusCode::BAD_REQUEST, "body_broken", "rfc9110-15.5.1", "a whole body", "a part")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(headers: &[(&str, &str)], octets: usize, expected: Result<usize, StatusCode>) {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(vec![b'x'; octets])).unwrap();
        let read = read(request, 100).await;
        let status = |refusal| axum::response::IntoResponse::into_response(refusal).status();
        assert_eq!(read.map(|octets| octets.len()).map_err(status), expected, "{headers:?}");
    }

    #[tokio::test]
    async fn bodies() {
        let form = ("content-type", FORM);
        let unsupported = Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        check(&[form], 0, Ok(0)).await;
        check(&[form], 100, Ok(100)).await;
        check(&[form], 101, Err(StatusCode::PAYLOAD_TOO_LARGE)).await;
        check(&[form], 100_000, Err(StatusCode::PAYLOAD_TOO_LARGE)).await;
        check(&[("content-type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8")], 1, Ok(1)).await;
        check(&[], 1, unsupported).await;
        check(&[("content-type", "multipart/form-data; boundary=x")], 1, unsupported).await;
        check(&[("content-type", "text/xml")], 1, unsupported).await;
        check(&[("content-type", "application/x-www-form-urlencoded2")], 1, unsupported).await;
        check(&[form, ("content-type", "text/xml")], 1, unsupported).await;
        check(&[form, ("content-encoding", "gzip")], 1, unsupported).await;
        check(&[form, ("content-encoding", "identity")], 1, unsupported).await;
    }
}
