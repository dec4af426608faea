//! What the operator can get wrong, and what a start that succeeds prints.

use crate::world::{metadata, options, vendor};
use sp_web::{EncryptionPair, MetadataFile, Options, bind};
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
    let broken = MetadataFile { name: "broken.xml".to_owned(), octets: b"<html>".to_vec() };
    check(Options { idp_metadata: vec![broken], ..options() }, "broken.xml: the metadata cannot be used").await;

    let test = EncryptionPair::test();
    let swapped = EncryptionPair { certificate: test.private_key.clone(), private_key: test.certificate };
    check(Options { encryption: swapped, ..options() }, "the private key cannot be used").await;
    let no_certificate = EncryptionPair { certificate: test.private_key.clone(), private_key: test.private_key };
    check(Options { encryption: no_certificate, ..options() }, "no certificate in PEM").await;
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
