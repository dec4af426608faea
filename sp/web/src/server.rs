//! Starts the Service Provider: [`Options`] in, a bound [`Server`] out, then HTTP until told to stop.
//!
//! Refuses what the operator got wrong, by name: an address in use, metadata that is none, two IdPs of one name, a
//! database of another kind.

use crate::connections::{self, HEAD};
use crate::options::{Options, Reread};
use crate::ourselves::{self, OurMetadata};
use crate::router::router;
use crate::site::{PublicUrl, PublicUrlError, Site};
use crate::store::{DatabaseUrl, MemoryStore, SqliteStore, Store, StoreError};
use crate::trust::Trust;
use axum::Router;
use serde::Serialize;
use sp::ConfigError;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

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
    /// AES in CBC mode is refused from an IdP that no file describes.
    #[error(
        "the IdP `{0}`, from which CBC mode is refused, is in no metadata file; write its entityID as it stands there"
    )]
    IdpUnknown(String),
    /// A key of ours, our metadata, or a name made from the public URL cannot be used.
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
    /// Where logouts start, by POST.
    pub logout: String,
    /// Where logout messages go.
    pub slo: String,
    /// Where to ask who is logged in.
    pub whoami: String,
}

impl Ready {
    /// As one line of JSON.
    pub fn json_line(&self) -> String {
        // A few strings always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Runs beside the endpoints and never ends by itself.
type Beside = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A Service Provider that listens, so that a connection already succeeds.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    beside: Beside,
    ready: Ready,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).field("ready", &self.ready).finish_non_exhaustive()
    }
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
    let (router, beside) = match database {
        Some(url) => router_over(SqliteStore::open(&url, options.clock.clone()).await?, options, public_url)?,
        None => router_over(MemoryStore::new(options.clock.clone()), options, public_url)?,
    };
    Ok(Server { listener, address, router, beside, ready })
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
            () = connections::serve(self.listener, self.router, HEAD, graceful) => {}
            () = patience => {}
            () = self.beside => {}
        }
        Ok(())
    }
}

/// The endpoints, and what must run beside them.
fn router_over<S: Store>(store: S, options: Options, public_url: PublicUrl) -> Result<(Router, Beside), RunError> {
    let trust = Trust::new(&options.idp_metadata, options.allow, options.cbc.clone(), options.clock.now())?;
    let sp = ourselves::core(&options, &public_url)?;
    let metadata = OurMetadata::of(&options, &sp)?;
    let (acs, slo) = (public_url.acs()?, public_url.slo()?);
    let Options { unsolicited, demands, clock, reread, .. } = options;
    let site = Arc::new(Site { sp, acs, slo, metadata, trust, public_url, unsolicited, demands, clock, store });
    let keep_current = Box::pin(keep_current(Arc::clone(&site), reread));
    Ok((router(site), keep_current))
}

/// Reads the metadata files again and again, as long as it is polled.
async fn keep_current<S: Store>(site: Arc<Site<S>>, reread: Reread) {
    let Reread::Every(period) = reread else { return std::future::pending().await };
    let mut ticks = tokio::time::interval(period);
    // The first tick is at once, and the files have just been read.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let site = Arc::clone(&site);
        let read = tokio::task::spawn_blocking(move || site.trust.reread(|name| std::fs::read(name), site.clock.now()));
        if read.await.is_err() {
            tracing::warn!("reading the metadata again failed");
        }
    }
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
