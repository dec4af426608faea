//! An SP under https: judged when its authority is known, out of reach when it is not.

use std::sync::Arc;

use harness::verdict::{Verdict, Whom};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, pki_types};

use super::sp::{self, Fault};
use super::{HEALTHY, PASSED, UNSIGNED, check, run, session_target};

/// Puts TLS in front of an SP; the new base URL and the certificate come back.
async fn behind_tls(plain: &str) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let address = plain.trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, address) = (acceptor.clone(), address.clone());
            tokio::spawn(async move {
                let mut outside = acceptor.accept(stream).await.ok()?;
                let mut inside = tokio::net::TcpStream::connect(address).await.ok()?;
                tokio::io::copy_bidirectional(&mut outside, &mut inside).await.ok()
            });
        }
    });
    (format!("https://localhost:{port}"), made.cert.pem())
}

#[tokio::test]
async fn the_authority_decides_who_is_reached() {
    let (base, certificate) = behind_tls(&sp::start(Fault::None).await).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate).unwrap();
    let okta = || vec![mock_idp::Vendor::named("okta").unwrap()];

    let known = session_target(&base, &format!("[tls]\nca = {:?}\n", file.path()));
    let report = run(&known, okta()).await.unwrap_or_else(|fault| panic!("{fault}"));
    check(&report, HEALTHY, Verdict::Accepted, Some(Whom::Signed), PASSED);
    check(&report, UNSIGNED, Verdict::Refused, None, PASSED);

    let unknown = run(&session_target(&base, ""), okta()).await.unwrap_err();
    assert_eq!(unknown.exit_code(), 3, "{unknown}");

    std::fs::write(file.path(), "no certificate").unwrap();
    let broken = run(&known, okta()).await.unwrap_err();
    assert_eq!(broken.exit_code(), 2);
    assert!(broken.to_string().ends_with("expected certificates in PEM"), "{broken}");
}
