//! Starts the Service Provider: [`Options`] in, a bound [`Server`] out, then HTTP until told to stop.
//!
//! Refuses what the operator got wrong, by name: an address in use, metadata that is none, two IdPs of one name, a
//! database of another kind.

use crate::options::{EncryptionPair, Options};
use crate::router::router;
use crate::site::{PublicUrl, PublicUrlError, Site};
use crate::store::{DatabaseUrl, MemoryStore, SqliteStore, Store, StoreError};
use axum::Router;
use serde::Serialize;
use sp::metadata::{Published, read_idp, write_sp};
use sp::{ConfigError, DecryptionKey, Idp, Limits, Sp};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use x509_parser::pem::Pem;

/// How long requests under way may take to finish after the order to stop.
const STOPPING: Duration = Duration::from_secs(5);

/// Why the Service Provider does not run. The operator's to mend.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Serving failed.
    #[error("serving failed: {0}")]
    Serve(io::Error),
    /// The public URL is none.
    #[error(transparent)]
    PublicUrl(#[from] PublicUrlError),
    /// An IdP's metadata cannot be used.
    #[error("{name}: {source}")]
    Metadata {
        /// The file.
        name: String,
        /// What is wrong with it.
        source: ConfigError,
    },
    /// Two files describe one IdP, so it is open which keys hold.
    #[error("{name}: the IdP `{entity_id}` is described more than once")]
    IdpRepeated {
        /// The second file.
        name: String,
        /// The IdP.
        entity_id: String,
    },
    /// The pair for encryption, or a name made from the public URL, cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where everything is; what the command prints when it is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// Our name.
    pub entity_id: String,
    /// Where our metadata is.
    pub metadata: String,
    /// Where Responses go.
    pub acs: String,
    /// Where logins start.
    pub login: String,
    /// Where to ask who is logged in.
    pub whoami: String,
}

impl Ready {
    /// As one line of JSON.
    pub fn json_line(&self) -> String {
        // Five strings always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A Service Provider that listens, so that a connection already succeeds.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    ready: Ready,
}

/// Opens the store and the listener.
pub async fn bind(options: Options) -> Result<Server, RunError> {
    let listen = |source| RunError::Listen { address: options.listen, source };
    // The database first: whoever cannot remember must not take connections.
    let database = options.database_url.as_deref().map(DatabaseUrl::new).transpose()?;
    let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let public_url = match &options.public_url {
        Some(url) => PublicUrl::new(url)?,
        None => PublicUrl::new(&format!("http://{address}"))?,
    };
    let ready = public_url.ready();
    let router = match database {
        Some(url) => router_over(SqliteStore::open(&url, options.clock.clone()).await?, options, public_url)?,
        None => router_over(MemoryStore::new(options.clock.clone()), options, public_url)?,
    };
    Ok(Server { listener, address, router, ready })
}

/// Serves until the process is told to stop. `on_ready` runs once, when connections succeed.
pub async fn run(options: Options, on_ready: impl FnOnce(&Ready)) -> Result<(), RunError> {
    let server = bind(options).await?;
    on_ready(server.ready());
    server.serve(told_to_stop()).await
}

impl Server {
    /// Where everything is.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Where it listens, with the port it got.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is done, then lets requests under way finish, within bounds.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), RunError> {
        let (stopped, stopping) = tokio::sync::oneshot::channel::<()>();
        let graceful = async move {
            stop.await;
            // Nobody waits for this if serving has ended by itself.
            let _ = stopped.send(());
        };
        let patience = async move {
            // An error means that the server is gone, and then nobody needs patience.
            if stopping.await.is_ok() {
                tokio::time::sleep(STOPPING).await;
            }
        };
        tokio::select! {
            served = axum::serve(self.listener, self.router).with_graceful_shutdown(graceful) => {
                served.map_err(RunError::Serve)
            }
            () = patience => Ok(()),
        }
    }
}

fn router_over<S: Store>(store: S, options: Options, public_url: PublicUrl) -> Result<Router, RunError> {
    let idps = read_idps(&options)?;
    for idp in idps.iter().filter(|idp| idp.wants_signed_requests()) {
        tracing::warn!(idp = idp.entity_id().as_str(), "the IdP asks for signed requests, which are not sent yet");
    }
    let acs = public_url.acs()?;
    let sp = Sp::builder(public_url.entity_id()?, acs.clone())
        .decryption_key(DecryptionKey::from_file(&options.encryption.private_key)?)
        .skew(options.skew)
        .build();
    let published =
        Published { encryption_certificates: vec![certificate_der(&options.encryption)?], valid_until: None };
    let metadata = write_sp(&sp, &published);
    let Options { unsolicited, clock, .. } = options;
    Ok(router(Arc::new(Site { sp, acs, metadata, idps, public_url, unsolicited, clock, store })))
}

fn read_idps(options: &Options) -> Result<Vec<Idp>, RunError> {
    let mut idps: Vec<Idp> = Vec::new();
    for file in &options.idp_metadata {
        let name = || file.name.clone();
        let read = read_idp(&file.octets, &options.allow, options.clock.now(), &Limits::default());
        for idp in read.map_err(|source| RunError::Metadata { name: name(), source })? {
            if idps.iter().any(|known| known.entity_id() == idp.entity_id()) {
                return Err(RunError::IdpRepeated { name: name(), entity_id: idp.entity_id().to_string() });
            }
            idps.push(idp);
        }
    }
    Ok(idps)
}

fn certificate_der(pair: &EncryptionPair) -> Result<Vec<u8>, ConfigError> {
    let wrong = || ConfigError::Certificate { why: "the file for encryption is no certificate in PEM".to_owned() };
    let (block, _) = Pem::read(io::Cursor::new(&pair.certificate)).map_err(|_| wrong())?;
    if block.label != "CERTIFICATE" { Err(wrong()) } else { Ok(block.contents) }
}

/// Ctrl-C, or the polite signal of a process manager.
async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    // An error means that no such signal can come; then only the process's end ends us.
    if interrupted.await.is_err() {
        std::future::pending::<()>().await;
    }
}
