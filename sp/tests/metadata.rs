//! Metadata of every vendor and of recorded IdPs is read; Azure's, which is signed, is verified against a pinned key.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, changed, now};
use mock_idp::Vendor;
use mock_idp::quirks::Quirk;
use mock_idp::step::Step;
use mock_idp::tree::Element;
use sp::{Allow, Limits, metadata};
use std::path::Path;

fn mock(vendor: Vendor) -> mock_idp::Idp {
    mock_idp::Idp::of(vendor, "https://idp.example.test")
}

#[test]
fn every_vendors_metadata() {
    for vendor in Vendor::all() {
        let mock = mock(vendor);
        let idps = metadata::read_idp(mock.metadata(vendor).as_bytes(), &Allow::default(), now(), &Limits::default());
        let idps = idps.unwrap();
        let [idp] = idps.as_slice() else { panic!("one IdP") };
        assert_eq!(idp.entity_id().as_str(), mock.entity_id);
        assert!(!idp.single_sign_on().is_empty() && !idp.keys().is_empty(), "{}", vendor.name());
        // Google takes no logout messages, Okta's metadata names them only where an application has switched them on.
        let logout = idp.services().single_logout.len();
        assert!(logout == 0 || mock.slo_url.is_some(), "{}", vendor.name());
    }
}

/// As JumpCloud writes it: an entityID that is no URI, a key of 4096 bits, one NameIDFormat, and no Redirect unless it is
/// switched on.
#[test]
fn an_entity_id_that_is_a_word() {
    let certificate = include_str!("../../fixtures/keys/rsa4096.crt.pem");
    let certificate: String = certificate.lines().filter(|line| !line.starts_with('-')).collect();
    let file = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         entityID=\"JumpCloud\"><md:IDPSSODescriptor WantAuthnRequestsSigned=\"false\" \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><md:KeyDescriptor use=\"signing\"><ds:KeyInfo \
         xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>\
         </ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
         <md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat><md:SingleSignOnService \
         Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://sso.jumpcloud.com/saml2/portal\"/>\
         </md:IDPSSODescriptor></md:EntityDescriptor>"
    );
    let idp = metadata::read_idp(file.as_bytes(), &Allow::default(), now(), &Limits::default()).unwrap().remove(0);
    assert_eq!((idp.entity_id().as_str(), idp.keys().len(), idp.wants_signed_requests()), ("JumpCloud", 1, false));
    let url = sp::EndpointUrl::new("https://sso.jumpcloud.com/saml2/portal").unwrap();
    assert_eq!(idp.single_sign_on(), [sp::Endpoint::Post(url)]);
}

#[test]
fn every_recorded_metadata() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/recorded"));
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(".metadata.xml")).collect();
    assert!(files.len() >= 10);
    for file in files {
        // Some were recorded with an end of a few days: they are read as on the day of the recording.
        let octets = std::fs::read(&file).unwrap();
        let then = sp::Instant::parse("2024-01-01T00:00:00Z").unwrap();
        let read = metadata::read(&octets, &Allow::default(), then, &Limits::default());
        assert_eq!(read.unwrap().idps.len(), 1, "{}", file.display());
    }
}

/// Keys count until the end that the metadata gives, for logins as for logouts; it is looked at with each message.
#[test]
fn metadata_ends_while_it_is_in_use() {
    let okta = Vendor::named("okta").unwrap();
    let file = mock(okta).metadata(okta).replacen("entityID=", "validUntil=\"2026-11-25T09:30:10Z\" entityID=", 1);
    let idp = metadata::read_idp(file.as_bytes(), &Allow::default(), now(), &Limits::default()).unwrap().remove(0);
    let login = common::recipe(okta).build().unwrap().xml;
    let slo = sp::EndpointUrl::new("https://sp.example.test/slo").unwrap();
    let subject = mock_idp::logout::Subject::of(okta, &mock_idp::people::ann(), ["_s1"]);
    let logout = mock_idp::logout::LogoutRecipe::request(okta, mock(okta), slo.as_str(), subject, common::NOW);
    let query = mock_idp::logout::LogoutRecipe { sign: true, ..logout }.redirect().unwrap().query;
    let verdicts = |seconds: i64| {
        let now = common::at(seconds);
        let login = common::accept_at(&login, &common::sp(), &idp, now).map(drop);
        let sp = common::sp_with_logout(slo.as_str());
        let delivery = sp::logout::LogoutDelivery { endpoint: &slo, now };
        let logout = sp::logout::Received::redirect(&query, &sp).unwrap().accept_request(&sp, &idp, delivery).map(drop);
        [login, logout].map(|result| result.map_err(|rejection| rejection.reason().name()))
    };
    assert_eq!(verdicts(9), [Ok(()), Ok(())]);
    assert_eq!(verdicts(10), [Err("metadata_expired"), Err("metadata_expired")]);
}

/// What becomes of a file when Azure's certificate is pinned for it.
fn verified(file: &str, signer: &mock_idp::Idp) -> Result<String, String> {
    let certificate = signer.certificate_der();
    let read = metadata::read_signed(file.as_bytes(), certificate, &Allow::default(), now(), &Limits::default());
    read.map(|metadata| metadata.idps.iter().map(|idp| idp.entity_id().to_string()).collect())
        .map_err(|error| error.to_string())
}

#[test]
fn signed_metadata() {
    let azure = Vendor::named("azure").unwrap();
    let mock = mock(azure);
    let file = mock.metadata(azure);
    assert_eq!(verified(&file, &mock), Ok(mock.entity_id.clone()));
    let refused = |file: &str| verified(file, &mock).unwrap_err();
    let forged = file.replacen(&mock.sso_url, "https://evil.example.test/sso", 1);
    assert_ne!(forged, file);
    assert!(refused(&forged).contains("digest_mismatch"));
    let attacker = mock.clone().with_key(mock_idp::key::attacker(), azure);
    assert!(refused(&attacker.metadata(azure)).contains("signature_invalid"));
    let (_, entity) = file.split_once("?>").unwrap();
    let (start, end) =
        (entity.find("<Signature").unwrap(), entity.find("</Signature>").unwrap() + "</Signature>".len());
    let (signature, without) = (&entity[start..end], format!("{}{}", &entity[..start], &entity[end..]));
    assert!(refused(&without).contains("metadata_not_signed"));

    // Wrapping: the genuine entity stands inside a forged one, which carries the genuine Signature, or a copy of it.
    let md = "urn:oasis:names:tc:SAML:2.0:metadata";
    let aggregate =
        |inside: &str| format!("<EntitiesDescriptor xmlns=\"{md}\" ID=\"_x\">{inside}</EntitiesDescriptor>");
    assert!(refused(&aggregate(entity)).contains("metadata_not_signed"));
    assert!(refused(&aggregate(&format!("{signature}{without}"))).contains("reference_mismatch"));
    assert!(refused(&aggregate(&format!("{signature}{entity}"))).contains("reference_mismatch"));
    let id = without.split("ID=\"").nth(1).unwrap().split('"').next().unwrap();
    let same_id = aggregate(&format!("{signature}{without}")).replacen("_x", id, 1);
    assert!(refused(&same_id).contains("duplicate_id"));
    let other_id = same_id.replacen(&format!("entityID=\"{}\"", mock.entity_id), "entityID=\"https://evil.test\"", 1);
    let other_id = format!(
        "{}{}",
        &other_id[..other_id.find("</Signature>").unwrap()],
        other_id[other_id.find("</Signature>").unwrap()..].replacen(id, "_y", 1)
    );
    assert!(refused(&other_id).contains("digest_mismatch"), "{}", refused(&other_id));
}

/// Puts two IdPs into an aggregate, and signs that.
static AGGREGATE: Quirk = changed(&[Step::Signed(|bench| {
    let entity = |name: &str| {
        let vendor = Vendor::named(name).unwrap();
        let file = mock(vendor).metadata(vendor);
        let (_, file) = file.split_once("?>").unwrap();
        let mut entity = mock_idp::read::element(file).unwrap();
        while entity.take("Signature").is_some() {}
        entity.set("ID", format!("_{name}"));
        entity
    };
    let aggregate = Element::new("x:EntitiesDescriptor").with("xmlns:x", "urn:oasis:names:tc:SAML:2.0:metadata");
    bench.response = aggregate.with("ID", "_all").holding(entity("okta")).holding(entity("azure"));
    bench.sign_response()
})]);

/// A federation signs its aggregate: every IdP in it counts, and nothing that was put in later.
#[test]
fn a_signed_aggregate() {
    let okta = Vendor::named("okta").unwrap();
    let recipe = mock_idp::Recipe { quirk: Some(&AGGREGATE), ..common::recipe(okta) };
    let file = recipe.build().unwrap().xml;
    let names = [okta, Vendor::named("azure").unwrap()].map(|vendor| mock(vendor).entity_id);
    assert_eq!(verified(&file, &mock(okta)), Ok(names.concat()));
    let forged = file.replacen(&mock(okta).sso_url, "https://evil.example.test/sso", 1);
    assert_ne!(forged, file);
    assert!(verified(&forged, &mock(okta)).unwrap_err().contains("digest_mismatch"));
    let other = mock(okta).with_key(mock_idp::key::attacker(), okta);
    assert!(verified(&file, &other).unwrap_err().contains("signature_invalid"));
}
