//! What the operator can get wrong, and what a start that succeeds prints.

use crate::world::{key, metadata, options, vendor};
use sp::metadata::Service;
use sp_web::{About, KeyPair, MetadataFile, Options, PrivateKey, Unsolicited, Want, bind};
use std::net::TcpListener;

async fn check(options: Options, expected: &str) {
    let error = bind(options).await.expect_err(expected).to_string();
    assert!(error.contains(expected), "{error}");
}

#[tokio::test]
async fn mistakes_of_the_operator() {
    let database = |url: &str| Options { database_url: Some(url.to_owned()), ..options() };
    check(database("postgres://me:secret@db/sp"), "`postgres://...@db/sp` cannot be used").await;
    check(database("postgres://me:secret@db/sp"), "supported is `sqlite:PATH`, or none for memory").await;
    check(database("sqlite::memory:"), "memory is what is used without a database URL").await;
    check(database("sqlite:"), "it names no file").await;
    check(database("sqlite:/nowhere/at/all/sp.db"), "the database failed").await;

    let public_url = |url: &str| Options { public_url: Some(url.to_owned()), ..options() };
    check(public_url("https://sp.example.test/app"), "without a path").await;

    let okta = metadata(vendor("okta"));
    let copy = MetadataFile { name: "copy.xml".to_owned(), ..okta.clone() };
    check(Options { idp_metadata: vec![okta, copy], ..options() }, "copy.xml: the IdP `http://www.okta.com/").await;
    let broken = MetadataFile { name: "broken.xml".to_owned(), octets: b"<html>".to_vec(), signer: None };
    check(Options { idp_metadata: vec![broken], ..options() }, "broken.xml: the metadata cannot be used").await;

    let (private, certificate) = (key().private_key.0, key().certificate);
    let with = |private: &[u8], certificate: &[u8]| {
        let pair = KeyPair { private_key: PrivateKey(private.to_vec()), certificate: certificate.to_vec() };
        Options { key: Some(pair), ..options() }
    };
    check(with(&certificate, &private), "the private key cannot be used").await;
    check(with(&private, &private), "the certificate cannot be used").await;
    let others = mock_idp::Idp::of(vendor("duo"), "http://127.0.0.1:7500").certificate_pem();
    check(with(&private, others.as_bytes()), "of another key than the one that signs").await;
    let earlier = vec![PrivateKey(certificate)];
    check(Options { earlier_keys: earlier, ..options() }, "the private key cannot be used").await;

    let want = Want { encrypted: true, ..Want::default() };
    check(Options { want, key: None, ..options() }, "there is no key that decrypts them").await;
    let about = About { is_signed: true, ..About::default() };
    check(Options { about, key: None, ..options() }, "signed metadata needs one").await;
    let service = Some(Service { name: "Portal".to_owned(), attributes: Vec::new() });
    check(Options { about: About { service, ..About::default() }, ..options() }, "asks for no attribute").await;
}

/// What nobody has decided lets nobody in.
#[test]
fn what_is_not_said_is_strict() {
    let options = Options::new();
    assert!(options.listen.ip().is_loopback());
    assert!(options.idp_metadata.is_empty() && options.key.is_none() && options.earlier_keys.is_empty());
    assert_eq!((options.unsolicited, options.skew.0.as_secs()), (Unsolicited::Refused, 0));
    assert_eq!(options.allow, sp::Allow::default());
}

#[tokio::test]
async fn an_address_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    check(Options { listen, ..options() }, &format!("cannot listen on {listen}")).await;
}

#[tokio::test]
async fn the_line_that_is_printed() {
    let options = Options { public_url: Some("http://sp.example.test".to_owned()), ..options() };
    let server = bind(options).await.unwrap();
    let line = "{\"entity_id\":\"http://sp.example.test/saml/metadata\",\
                \"metadata\":\"http://sp.example.test/saml/metadata\",\
                \"acs\":\"http://sp.example.test/saml/acs\",\
                \"login\":\"http://sp.example.test/saml/login\",\
                \"logout\":\"http://sp.example.test/saml/logout\",\
                \"slo\":\"http://sp.example.test/saml/slo\",\
                \"whoami\":\"http://sp.example.test/saml/whoami\"}";
    assert_eq!(server.ready().json_line(), line);
    assert!(server.address().ip().is_loopback());
}
