//! The mocks over TLS: a certificate authority made for this one run, and a listener that speaks TLS.
//!
//! The authority's key is made anew each time and never leaves the process, so that trusting it outlives nothing.
//! Refuses: a name that cannot stand in a certificate; drops connections that do not finish their handshake in
//! [`HANDSHAKE`].

use crate::{Config, router};
use axum::serve::Listener;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::server::TlsStream;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Connections that wait to be served.
const WAITING: usize = 64;

/// A certificate authority for one run, and a certificate for the mocks by it.
#[derive(Clone, Debug)]
pub struct TestCa {
    certificate_pem: String,
    server: Arc<ServerConfig>,
}

impl TestCa {
    /// An authority, and a certificate for these hosts (names or addresses), `localhost` and the loopback addresses.
    pub fn new(hosts: &[String]) -> io::Result<Self> {
        let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
        names.extend(hosts.iter().filter(|host| !["localhost", "127.0.0.1", "::1"].contains(&host.as_str())).cloned());
        let (authority, authority_key) = authority()?;
        let own = authority.self_signed(&authority_key).map_err(io::Error::other)?;
        let issuer = Issuer::new(authority, authority_key);
        let mut parameters = CertificateParams::new(names).map_err(io::Error::other)?;
        parameters.distinguished_name.push(DnType::CommonName, "samlspec mock IdP");
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = parameters.signed_by(&key, &issuer).map_err(io::Error::other)?;
        let chain = vec![certificate.der().clone()];
        let private = PrivatePkcs8KeyDer::from(key.serialize_der());
        let server = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private.into()))
            .map_err(io::Error::other)?;
        Ok(Self { certificate_pem: own.pem(), server: Arc::new(server) })
    }

    /// The authority's certificate, for whoever shall trust the mocks.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }
}

fn authority() -> io::Result<(CertificateParams, KeyPair)> {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, "samlspec test CA, of one run");
    Ok((parameters, KeyPair::generate().map_err(io::Error::other)?))
}

/// Serves the mocks over TLS until the process ends.
pub async fn serve_tls(config: Config, listener: TcpListener, ca: &TestCa) -> io::Result<()> {
    let address = listener.local_addr()?;
    let (sender, incoming) = mpsc::channel(WAITING);
    let acceptor = TlsAcceptor::from(Arc::clone(&ca.server));
    let accepting = accept(listener, acceptor, sender);
    let serving = axum::serve(Incoming { incoming, address }, router(config)).into_future();
    tokio::select! {
        served = serving => served,
        () = accepting => Ok(()),
    }
}

/// Takes connections; each does its handshake beside the others, so that a slow one holds nobody up.
async fn accept(
    mut listener: TcpListener,
    acceptor: TlsAcceptor,
    sender: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    loop {
        // axum's own listener: it waits a little where the system has run out of descriptors.
        let (stream, address) = Listener::accept(&mut listener).await;
        let (acceptor, sender) = (acceptor.clone(), sender.clone());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => drop(sender.send((stream, address)).await),
                Ok(Err(error)) => tracing::debug!(%address, %error, "no handshake"),
                Err(_) => tracing::debug!(%address, "no handshake in time"),
            }
        });
    }
}

struct Incoming {
    incoming: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Listener for Incoming {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.incoming.recv().await {
            Some(connection) => connection,
            // The other end lives as long as the server.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}
