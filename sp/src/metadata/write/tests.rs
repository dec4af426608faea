//! Our metadata: its text with little and with everything, read back by another reader, and its signature.

use super::*;
use crate::config::{Allow, EndpointUrl, EntityId, SigningKey};
use crate::limits::Limits;

const KEY: &[u8] = include_bytes!("../../../../fixtures/keys/sp.key.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../../../fixtures/keys/sp.crt.pem");

fn sp() -> crate::SpBuilder {
    Sp::builder(EntityId::new("https://sp.test/?a&b").unwrap(), EndpointUrl::new("https://sp.test/acs").unwrap())
        .acs(EndpointUrl::new("https://sp.test/acs2").unwrap())
        .want_assertion_signed()
}

fn everything() -> (Sp, Published) {
    let key = SigningKey::from_file(KEY).unwrap().certificate(CERTIFICATE).unwrap();
    let sp =
        sp().single_logout(EndpointUrl::new("https://sp.test/slo").unwrap()).signing_key(key).sign_requests().build();
    let attribute = |name: &str, is_required: bool| RequestedAttribute {
        name: name.to_owned(),
        name_format: Some("urn:oasis:names:tc:SAML:2.0:attrname-format:basic".to_owned()),
        friendly_name: (!is_required).then(|| "\"nick\"".to_owned()),
        is_required,
    };
    let contact = Contact {
        kind: ContactKind::Technical,
        company: Some("A & B".to_owned()),
        given_name: Some("Ann".to_owned()),
        surname: Some("Archer".to_owned()),
        email_address: Some("ann@example.test".to_owned()),
    };
    let published = Published {
        encryption_certificates: vec![vec![0x30, 0]],
        refuses_cbc: false,
        valid_until: Instant::parse("2026-11-26T00:00:00Z").ok(),
        cache_duration: Some(Duration::from_secs(3600)),
        name_id_formats: vec!["urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress".to_owned()],
        artifact: true,
        service: Some(Service {
            name: "Portal <1>".to_owned(),
            attributes: vec![attribute("mail", true), attribute("nick", false)],
        }),
        organization: Some(Organization {
            name: "example".to_owned(),
            display_name: "Example".to_owned(),
            url: "https://example.test".to_owned(),
        }),
        contacts: vec![contact],
    };
    (sp, published)
}

#[test]
fn metadata_says_what_the_settings_say() {
    let valid_until = Instant::parse("2026-11-26T00:00:00Z").ok();
    let published = Published { encryption_certificates: vec![vec![0x30, 0]], valid_until, ..Published::default() };
    let written = write_sp(&sp().build(), &published);
    insta::assert_snapshot!(written);
    let tree = roxmltree::Document::parse(&written).unwrap();
    assert_eq!(tree.root_element().attribute("entityID"), Some("https://sp.test/?a&b"));
}

#[test]
fn cbc_is_offered_unless_it_is_refused() {
    let written = |refuses_cbc: bool| {
        let certificates = vec![vec![0x30, 0]];
        write_sp(
            &sp().build(),
            &Published { encryption_certificates: certificates, refuses_cbc, ..Published::default() },
        )
    };
    assert!(written(false).contains("#aes256-cbc") && written(false).contains("#aes256-gcm"));
    assert!(!written(true).contains("-cbc") && written(true).contains("#aes256-gcm"));
}

#[test]
fn metadata_with_everything() {
    let (sp, published) = everything();
    let written = write_sp(&sp, &published);
    roxmltree::Document::parse(&written).unwrap();
    let certificate = base64::encode(sp.signing_key().unwrap().certificate_der().unwrap());
    insta::assert_snapshot!(written.replace(&certificate, "CERTIFICATE"));
}

/// Signed by our key, so that whoever pins our certificate gets past the signature: to "this is an SP's".
#[test]
fn signed_metadata() {
    let (sp, published) = everything();
    let written = write_signed_sp(&sp, &published, "_m1").unwrap();
    let now = Instant::parse("2026-11-25T00:00:00Z").unwrap();
    let read = |file: &str| {
        let read =
            crate::metadata::read_signed(file.as_bytes(), CERTIFICATE, &Allow::default(), now, &Limits::default());
        read.unwrap_err().to_string()
    };
    assert!(read(&written).contains("metadata of a Service Provider"), "{}", read(&written));
    assert!(read(&written.replace("Archer", "Ancher")).contains("digest_mismatch"));
    // The mock's code, which shares nothing with ours, finds the same.
    let certificates = [sp.signing_key().unwrap().certificate_der().unwrap().to_vec()];
    mock_idp::proof::of_xml(written.as_bytes(), &certificates).unwrap();
    let changed = written.replace("Archer", "Ancher");
    assert_eq!(mock_idp::proof::of_xml(changed.as_bytes(), &certificates), Err(mock_idp::proof::ProofError::Digest));
    assert!(read(&write_sp(&sp, &published)).contains("metadata_not_signed"));
    let (_, entity) = written.split_once('\n').unwrap();
    let wrapped = format!("<md:EntitiesDescriptor xmlns:md=\"{METADATA}\">{entity}</md:EntitiesDescriptor>");
    assert!(read(&wrapped).contains("metadata_not_signed"));
    assert!(write_signed_sp(&self::sp().build(), &published, "_m1").is_err());
}
