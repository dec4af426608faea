//! Waiting for the sign that a process is ready.

use std::path::Path;
use std::time::Duration;

use super::log::FirstJson;
use crate::browser::Trust;
use crate::fault::Fault;
use crate::stdio::Pipe;
use crate::target::{ReadySign, Words};

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// How long one call of `health` may take. The limit of the whole wait is the file's.
const HEALTH_LIMIT: Duration = Duration::from_secs(600);

/// The standard streams of the process that is waited for.
pub(super) struct Streams(pub(super) FirstJson, pub(super) Option<Pipe>);

impl Streams {
    /// Of a process that somebody else started.
    pub(super) fn none() -> Self {
        Self(FirstJson::never(), None)
    }
}

/// Where sockets are looked for, and whose certificates are believed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) folder: &'a Path,
    pub(super) trust: &'a Trust,
}

/// Waits for the sign, without a limit of its own. The result is what the JSON line said, or nothing.
pub(super) async fn wait(
    sign: &ReadySign,
    words: &Words,
    Streams(first_json, pipe): Streams,
    Surroundings { folder, trust }: Surroundings<'_>,
) -> Result<Vec<(String, String)>, Fault> {
    match sign {
        ReadySign::Url(url, status) => wait_url(&words.fill(url)?, *status, trust).await?,
        ReadySign::Tcp(address) => {
            let address = words.fill(address)?;
            while tokio::net::TcpStream::connect(&address).await.is_err() {
                tokio::time::sleep(PAUSE).await;
            }
        }
        ReadySign::Unix(path) => {
            let path = folder.join(words.fill(path)?);
            while tokio::net::UnixStream::connect(&path).await.is_err() {
                tokio::time::sleep(PAUSE).await;
            }
        }
        ReadySign::JsonLine => {
            let object = first_json.wait().await;
            let texts = object.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())));
            return Ok(texts.collect());
        }
        ReadySign::Stdio => {
            let answered = match pipe {
                Some(pipe) => pipe.call("health", serde_json::Map::new(), HEALTH_LIMIT).await.is_ok(),
                None => false,
            };
            // What closes its output instead of answering is about to end, and then that is said.
            if !answered {
                std::future::pending::<()>().await;
            }
        }
    }
    Ok(Vec::new())
}

async fn wait_url(url: &str, status: u16, trust: &Trust) -> Result<(), Fault> {
    let client = trust
        .client()
        .timeout(Duration::from_secs(2))
        .build()
        .map_err(|error| Fault::usage(format!("no HTTP client: {error}")))?;
    loop {
        if let Ok(answer) = client.get(url).send().await
            && answer.status().as_u16() == status
        {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The sign in words.
pub(super) fn describe(sign: &ReadySign) -> String {
    match sign {
        ReadySign::Url(url, status) => format!("GET {url} to answer {status}"),
        ReadySign::Tcp(address) => format!("{address} to take connections"),
        ReadySign::Unix(path) => format!("the socket {path} to take connections"),
        ReadySign::JsonLine => "one line of JSON on stdout".to_owned(),
        ReadySign::Stdio => "one line of JSON on stdout that answers the call `health`".to_owned(),
    }
}
