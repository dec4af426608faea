//! Each row spoils one thing in a metadata file that is taken otherwise.

use super::*;
use crate::config::{Endpoint, EndpointUrl};

const CERTIFICATE: &str = include_str!("../../../../fixtures/keys/sp.crt.pem");

fn certificate() -> String {
    CERTIFICATE.lines().filter(|line| !line.starts_with("-----")).collect::<Vec<_>>().join("\n")
}

fn file(role: &str, attributes: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" \
         entityID=\"https://idp.test/\" {attributes}>{role}</EntityDescriptor>"
    )
}

fn role(descriptors: &str) -> String {
    format!(
        "<IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\" WantAuthnRequestsSigned=\"true\">{descriptors}\
         <SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:SOAP\" Location=\"https://idp.test/soap\"/>\
         <SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://idp.test/sso\"/></IDPSSODescriptor>"
    )
}

fn descriptor(attributes: &str, certificates: &[&str]) -> String {
    let data: String = certificates.iter().map(|c| format!("<ds:X509Certificate>{c}</ds:X509Certificate>")).collect();
    format!("<KeyDescriptor {attributes}><ds:KeyInfo><ds:X509Data>{data}</ds:X509Data></ds:KeyInfo></KeyDescriptor>")
}

fn read(file: &str) -> Result<Vec<Idp>, String> {
    let now = Instant::parse("2026-11-25T00:00:00Z").unwrap();
    read_idp(file.as_bytes(), &Allow::default(), now, &Limits::default()).map_err(|error| error.to_string())
}

#[test]
fn a_plain_file() {
    let idps = read(&file(&role(&descriptor("use=\"signing\"", &[&certificate()])), "")).unwrap();
    let [idp] = idps.as_slice() else { panic!("one IdP") };
    assert_eq!(idp.entity_id().as_str(), "https://idp.test/");
    assert_eq!(idp.keys().len(), 1);
    assert!(idp.wants_signed_requests());
    assert_eq!(idp.single_sign_on(), [Endpoint::Post(EndpointUrl::new("https://idp.test/sso").unwrap())]);
}

#[test]
fn which_certificates_are_keys() {
    let good = certificate();
    let keys = |descriptors: &str| read(&file(&role(descriptors), "")).map(|idps| idps[0].keys().len());
    assert_eq!(keys(&descriptor("", &[&good])), Ok(1));
    assert_eq!(
        keys(&(descriptor("use=\"signing\"", &[&good]) + &descriptor("use=\"signing\"", &[&good]))),
        Ok(1),
        "the same twice"
    );
    assert_eq!(
        keys(&(descriptor("use=\"signing\"", &["MAA="]) + &descriptor("use=\"signing\"", &[&good]))),
        Ok(1),
        "one is unusable"
    );
    assert!(keys(&descriptor("use=\"encryption\"", &[&good])).is_err(), "a key for encryption");
    assert!(keys(&descriptor("use=\"signing\"", &["MAA=", &good])).is_err(), "the second of a chain");
    assert!(keys("").is_err(), "none");
}

#[test]
fn what_is_refused() {
    let good = role(&descriptor("", &[&certificate()]));
    assert!(read(&file(&good, "validUntil=\"2026-11-25T00:00:01Z\"")).is_ok());
    assert!(read(&file(&good, "validUntil=\"2026-11-25T00:00:00Z\"")).unwrap_err().contains("valid until"));
    assert!(read(&file("", "")).unwrap_err().contains("no SAML 2.0 IdP"));
    assert!(
        read(&file(&good.replace("HTTP-POST\" Location=\"https:", "HTTP-POST\" Location=\"javascript:"), "")).is_err()
    );
    assert!(read(&file(&good.replace("SAML:2.0:protocol", "SAML:1.1:protocol"), "")).is_err());
    assert!(read("<a/>").unwrap_err().contains("EntityDescriptor"));
    assert!(read("").is_err());
    let one = file(&good, "").replace("<?xml version=\"1.0\"?>", "");
    let two =
        format!("<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">{one}{one}</EntitiesDescriptor>");
    assert!(read(&two).unwrap_err().contains("twice"));
    let two = format!(
        "<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">{one}{}</EntitiesDescriptor>",
        one.replace("https://idp.test/\"", "https://idp2.test/\"")
    );
    assert_eq!(read(&two).unwrap().len(), 2);
    assert!(read(&file(&format!("{good}{good}"), "")).unwrap_err().contains("several IDPSSODescriptors"));
    let of_saml_1 = good.replace("SAML:2.0:protocol", "SAML:1.1:protocol");
    assert_eq!(read(&file(&format!("{of_saml_1}{good}"), "")).unwrap().len(), 1);
}

/// Entities stand in aggregates, in aggregates inside of them, and nowhere else.
#[test]
fn where_entities_stand() {
    let entity = |name: &str| {
        file(&role(&descriptor("", &[&certificate()])), "")
            .replace("<?xml version=\"1.0\"?>", "")
            .replace("https://idp.test/\"", &format!("{name}\""))
    };
    let md = "urn:oasis:names:tc:SAML:2.0:metadata";
    let nested = format!("<EntitiesDescriptor>{}</EntitiesDescriptor>", entity("inner"));
    let extension = format!("<Extensions>{}</Extensions>", entity("extension"));
    let aggregate =
        format!("<EntitiesDescriptor xmlns=\"{md}\">{extension}{}{nested}</EntitiesDescriptor>", entity("a"));
    let names: Vec<_> = read(&aggregate).unwrap().iter().map(|idp| idp.entity_id().to_string()).collect();
    assert_eq!(names, ["a", "inner"]);
}

#[test]
fn a_fault_of_one_entity_refuses_that_one() {
    let good = role(&descriptor("", &[&certificate()]));
    let entity = |name: &str, attributes: &str, role: &str| {
        file(role, attributes)
            .replace("<?xml version=\"1.0\"?>", "")
            .replace("https://idp.test/\"", &format!("{name}\""))
    };
    let aggregate = |attributes: &str, entities: &[String]| {
        let entities = entities.concat();
        format!(
            "<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" {attributes}>{entities}</EntitiesDescriptor>"
        )
    };
    let now = Instant::parse("2026-11-25T00:00:00Z").unwrap();
    let read = |file: &str| super::read(file.as_bytes(), &Allow::default(), now, &Limits::default());
    let over = "validUntil=\"2026-11-24T00:00:00Z\"";
    let some = [entity("a", "", &good), entity("b", over, &good), entity("c", "", &role("")), entity("d", "", "")];
    let metadata = read(&aggregate("cacheDuration=\"P1DT1H\" validUntil=\"2026-12-01T00:00:00Z\"", &some)).unwrap();
    assert_eq!(metadata.idps.iter().map(|idp| idp.entity_id().as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(metadata.skipped.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(metadata.cache_duration, Some(Duration::from_secs(25 * 3600)));
    assert_eq!(metadata.idps[0].services().valid_until, metadata.valid_until);
    assert!(metadata.valid_until.is_some());
    let error = |file: &str| read(file).unwrap_err().to_string();
    assert!(error(&aggregate(over, &some)).contains("valid until 2026-11-24"));
    assert!(error(&aggregate("", &some[1..2])).contains("none of its IdPs can be used; of b"));
    assert!(error(&aggregate("cacheDuration=\"-P1D\"", &some)).contains("cacheDuration"));
    assert!(error(&aggregate("cacheDuration=\"soon\"", &some)).contains("cacheDuration"));
}

/// A federation's file is larger than any message may be.
#[test]
fn a_file_larger_than_a_message() {
    let one = file(&role(&descriptor("", &[&certificate()])), "");
    let logo = format!("<Extensions><x xmlns=\"urn:x\">{}</x></Extensions><IDPSSODescriptor", "A".repeat(3 << 20));
    let large = one.replacen("<IDPSSODescriptor", &logo, 1);
    let now = Instant::parse("2026-11-25T09:30:00Z").unwrap();
    let read = |limits: &Limits| read_idp(large.as_bytes(), &Allow::default(), now, limits).map(|idps| idps.len());
    assert_eq!(read(&Limits::of_metadata()), Ok(1));
    let refused = read(&Limits::default()).unwrap_err().to_string();
    assert!(refused.contains("message_too_large") && refused.contains(GIVE_FEWER), "{refused}");
    let refused = read(&Limits { nodes: 3, ..Limits::of_metadata() }).unwrap_err().to_string();
    assert!(refused.contains("xml_limit_exceeded") && refused.contains(GIVE_FEWER), "{refused}");
}

/// An aggregate of so many IdPs with this role.
fn federation(count: usize, role: &str) -> String {
    let entity = file(role, "").replace("<?xml version=\"1.0\"?>", "");
    let entities =
        (0..count).map(|number| entity.replace("https://idp.test/\"", &format!("https://idp.test/{number}\"")));
    let entities: String = entities.collect();
    format!("<EntitiesDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">{entities}</EntitiesDescriptor>")
}

/// Thousands of IdPs are read, each by its own name and key; more than any federation has are refused.
#[test]
fn a_federation() {
    let now = Instant::parse("2026-11-25T09:30:00Z").unwrap();
    let read = |file: &str| read_idp(file.as_bytes(), &Allow::default(), now, &Limits::of_metadata());
    let file = federation(2_000, &role(&descriptor("", &[&certificate()])));
    assert!(Limits::default().message_bytes < file.len(), "it is larger than a message may be");
    let idps = read(&file).unwrap();
    assert_eq!((idps.len(), idps[1_999].entity_id().as_str()), (2_000, "https://idp.test/1999"));
    let least = "<IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>";
    let refused = |count: usize| read(&federation(count, least)).unwrap_err().to_string();
    assert!(refused(MOST_IDPS).contains("none of its IdPs can be used"));
    let more = refused(MOST_IDPS + 1);
    assert!(more.contains("more than 20000 IdPs") && more.contains(GIVE_FEWER), "{more}");
}

/// An xs:anyURI has its blanks taken off (XML Schema 2, 3.2.17); what is left is compared octet by octet.
#[test]
fn blanks_around_names_and_addresses() {
    let one = file(&role(&descriptor("", &[&certificate()])), "");
    let spaced = one.replace("\"https://idp.test/\"", "\" https://idp.test/&#10;\"");
    let spaced = spaced.replace("\"https://idp.test/sso\"", "\"\thttps://idp.test/sso \"");
    let idp = read(&spaced).unwrap().remove(0);
    assert_eq!(idp.entity_id().as_str(), "https://idp.test/");
    assert_eq!(idp.single_sign_on(), [Endpoint::Post(EndpointUrl::new("https://idp.test/sso").unwrap())]);
    let blank = one.replace("\"https://idp.test/\"", "\" \"");
    assert!(read(&blank).unwrap_err().contains("it is empty"));
    let inside = one.replace("\"https://idp.test/sso\"", "\"https://idp.test/s so\"");
    assert!(read(&inside).unwrap_err().contains("not an absolute http(s) URL"));
}

/// Each row: a file somebody gives for an IdP's metadata, and what the error says of it.
#[test]
fn files_given_by_mistake() {
    let sp = file("<SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>", "");
    let rows = [
        (sp.as_str(), "metadata of a Service Provider (`https://idp.test/`)"),
        ("", "empty"),
        (CERTIFICATE, "a certificate"),
        ("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----", "private key"),
        ("https://idp.test/metadata", "a URL"),
        ("{\"issuer\": \"https://idp.test\"}", "JSON"),
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        ("<html><body>Sign in</body></html>", "a web page"),
        ("<p:Response xmlns:p=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>", "a login message"),
        ("<a/>", "root is a"),
        ("hello", "xml_malformed"),
    ];
    for (file, words) in rows {
        let error = read(file).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    let wide: Vec<u8> = format!("\u{feff}{sp}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let now = Instant::parse("2026-11-25T00:00:00Z").unwrap();
    let error = read_idp(&wide, &Allow::default(), now, &Limits::default()).unwrap_err().to_string();
    assert!(error.contains("the file is UTF-16"), "{error}");
}

#[test]
fn what_an_idp_offers() {
    let more = "<ArtifactResolutionService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:SOAP\" index=\"1\" Location=\"https://idp.test/art\"/>\
        <SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://idp.test/slo\" ResponseLocation=\"https://idp.test/slo2\"/>\
        <NameIDFormat/><NameIDFormat> urn:oasis:names:tc:SAML:2.0:nameid-format:persistent </NameIDFormat>";
    let with = |more: &str| read(&file(&role(&(descriptor("", &[&certificate()]) + more)), ""));
    let idps = with(more).unwrap();
    let services = idps[0].services();
    assert_eq!(services.name_id_formats, ["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"]);
    assert_eq!(services.artifact_resolution[0].location.as_str(), "https://idp.test/art");
    let logout = &services.single_logout[0];
    assert_eq!(logout.response_endpoint(), Endpoint::Redirect(EndpointUrl::new("https://idp.test/slo2").unwrap()));
    assert!(with(&more.replace("index=\"1\"", "")).unwrap_err().contains("no index"));
    assert!(with(&more.replace("https://idp.test/slo2", "javascript:alert(1)")).is_err());
}
