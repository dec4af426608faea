//! Each row spoils one thing in a metadata file that is taken otherwise.

use super::*;

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
}
