//! The mock over TLS, as a client meets it that trusts nothing but the authority of this run.

use mock_idp::Vendor;
use mock_idp_web::{Config, TestCa, serve_tls};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

fn connector(ca: &TestCa) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.certificate_pem().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn the_authority_of_this_run_is_enough_and_no_other_is() {
    let (ca, other) = (TestCa::new(&["mock.test".to_owned()]).unwrap(), TestCa::new(&[]).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = Config::new("https://mock.test", vec![Vendor::named("okta").unwrap()]);
    let serving = ca.clone();
    tokio::spawn(async move { serve_tls(config, listener, &serving).await });
    // Somebody who connects and says nothing holds nobody up.
    let _silent = TcpStream::connect(address).await.unwrap();
    for name in ["mock.test", "localhost", "127.0.0.1"] {
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from(name).unwrap();
        let mut stream = connector(&ca).connect(name, stream).await.unwrap();
        stream.write_all(b"GET /api/idps HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        // A peer that closes without close_notify is no matter here.
        let _ = stream.read_to_string(&mut answer).await;
        assert!(answer.contains("https://mock.test/") && !answer.contains("evil.test"), "{answer}");
    }
    for (ca, name) in [(&other, "localhost"), (&ca, "elsewhere.test")] {
        let stream = TcpStream::connect(address).await.unwrap();
        assert!(connector(ca).connect(ServerName::try_from(name).unwrap(), stream).await.is_err(), "{name}");
    }
}
