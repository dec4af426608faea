//! The mock beside recordings of the real products: order of elements and attributes, prefixes, declarations, algorithms,
//! white space and form of KeyInfo, point by point.
//!
//! What belongs to one login (names, ids, digests, instants) is left out of the comparison; everything else is compared as it
//! is written.

use crate::support::recipe;
use mock_idp::read;
use mock_idp::tree::{Element, Node};
use mock_idp::{Recipe, Sign, Vendor};
use std::path::Path;

fn recorded(name: &str) -> Element {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/recorded");
    let text = std::fs::read_to_string(folder.join(format!("{name}.response.xml"))).unwrap();
    read::element(text.trim()).unwrap()
}

fn made(vendor: &str, sign: Sign, encrypted: bool) -> Element {
    let recipe = Recipe { sign, ..recipe(Vendor::named(vendor).unwrap()) };
    let encrypt = encrypted.then(|| recipe.usual_encryption());
    read::element(&Recipe { encrypt, ..recipe }.build().unwrap().xml).unwrap()
}

/// One line per start tag and per piece of text, with what belongs to one login replaced by its kind.
fn points(element: &Element) -> Vec<String> {
    let mut lines = Vec::new();
    collect(element, &mut lines);
    lines
}

fn collect(element: &Element, lines: &mut Vec<String>) {
    // How many attributes there are, and of which names, is up to the administrator: one of each form is compared.
    if element.local() == "AttributeStatement" {
        lines.push(tag(element));
        return;
    }
    lines.push(tag(element));
    for node in &element.children {
        match node {
            Node::Element(child) => collect(child, lines),
            Node::Text(text) if text.value.trim().is_empty() => lines.push(format!("{:?}", text.value)),
            Node::Text(text) => lines.push(format!("{} holds {}", element.name, kind(element.local(), &text.value))),
            other => lines.push(format!("{other:?}")),
        }
    }
}

fn tag(element: &Element) -> String {
    let shown = element.attributes.iter().map(|attribute| {
        let value = match attribute.name.as_str() {
            "Algorithm" | "Version" | "Type" | "Method" | "Value" | "NameFormat" | "xsi:type" => {
                attribute.value.clone()
            }
            name if name.starts_with("xmlns") => attribute.value.clone(),
            name => kind(name, &attribute.value),
        };
        format!(" {}={value}", attribute.name)
    });
    format!("<{}{}>", element.name, shown.collect::<String>())
}

/// The form of a value: how long an instant, an ID or a line of base64 is, not what it says.
fn kind(place: &str, value: &str) -> String {
    let lines = value.lines().count();
    match place {
        "ID" | "URI" => value.chars().map(|one| if one.is_ascii_alphanumeric() { 'x' } else { one }).collect(),
        // Dashes and underscores are letters of the first half here.
        "SessionIndex" => {
            let first = value.chars().take(1).map(|one| if one == '_' { one } else { 'x' });
            first.chain(value.chars().skip(1).map(|one| if one == ':' { one } else { 'x' })).collect()
        }
        "IssueInstant" | "NotBefore" | "NotOnOrAfter" | "AuthnInstant" | "SessionNotOnOrAfter" => {
            format!("instant of {}", value.len())
        }
        "AuthnContextClassRef" => value.to_owned(),
        "X509Certificate" | "SignatureValue" | "DigestValue" | "CipherValue" => format!("base64 in {lines} lines"),
        "KeyName" => format!("name of {}", value.len()),
        _ => "text".to_owned(),
    }
}

fn compare(recording: &str, vendor: &str, sign: Sign, encrypted: bool) {
    let (real, mock) = (points(&recorded(recording)), points(&made(vendor, sign, encrypted)));
    for (number, (real, mock)) in real.iter().zip(&mock).enumerate() {
        assert_eq!(mock, real, "{vendor} beside {recording}, point {number}");
    }
    assert_eq!(mock.len(), real.len(), "{vendor} beside {recording}");
}

/// The first Attribute of this Name, with its values.
fn attribute(response: &Element, name: &str) -> String {
    let all = response.walk();
    let found = all.iter().find(|element| element.local() == "Attribute" && element.get("Name") == Some(name));
    let found = found.unwrap_or_else(|| panic!("no {name}"));
    let values: Vec<String> = found.elements().map(|value| format!("{}{}", tag(value), found.children.len())).collect();
    format!("{} {values:?}", tag(found))
}

#[test]
fn keycloak() {
    compare("keycloak-response-to-python3-saml", "keycloak", Sign::Response, false);
    compare("keycloak-assertion-to-node-saml", "keycloak", Sign::Assertion, false);
    compare("keycloak-both-to-python3-saml", "keycloak", Sign::Both, false);
    compare("keycloak-encrypted-to-python3-saml", "keycloak", Sign::Response, true);
    let (real, mock) = (recorded("keycloak-both-to-python3-saml"), made("keycloak", Sign::Both, false));
    for name in ["urn:oid:0.9.2342.19200300.100.1.3", "Role"] {
        assert_eq!(attribute(&mock, name), attribute(&real, name));
    }
}

#[test]
fn simplesamlphp() {
    compare("ssp-to-python3-saml", "simplesamlphp", Sign::Both, false);
    compare("ssp-to-node-saml", "simplesamlphp", Sign::Both, false);
    compare("sspenc-to-python3-saml", "simplesamlphp", Sign::Response, true);
    let (real, mock) = (recorded("ssp-to-python3-saml"), made("simplesamlphp", Sign::Both, false));
    for name in ["urn:oid:0.9.2342.19200300.100.1.1", "urn:oid:0.9.2342.19200300.100.1.3"] {
        assert_eq!(attribute(&mock, name), attribute(&real, name));
    }
}

/// No vendor of its own, but the source of three quirks: what they claim is what the recording shows.
#[test]
fn lemonldap_shows_what_quirks_claim() {
    let real = recorded("llng-to-pysaml2");
    let all = real.walk();
    let find = |local: &str| all.iter().find(|element| element.local() == local).copied();
    assert!(find("KeyValue").is_some() && find("X509Data").is_none(), "key_value");
    assert!(find("SignatureValue").unwrap().text().lines().all(|line| line.len() <= 64), "lines_of_64");
    assert!(find("Attribute").unwrap().get("FriendlyName").is_some(), "friendly_names");
    assert!(find("AttributeValue").unwrap().attributes.is_empty(), "untyped_values");
}

#[test]
fn the_windows_are_those_of_the_recordings() {
    let window = |response: &Element, local: &str, name: &str| {
        let all = response.walk();
        let found = all.iter().find(|element| element.local() == local).unwrap().get(name).unwrap().to_owned();
        time::OffsetDateTime::parse(&found, &time::format_description::well_known::Rfc3339).unwrap()
    };
    for (recording, vendor) in [("keycloak-both-to-python3-saml", "keycloak"), ("ssp-to-python3-saml", "simplesamlphp")]
    {
        let (real, mock) = (recorded(recording), made(vendor, Sign::Both, false));
        for (local, name) in [
            ("Assertion", "IssueInstant"),
            ("Conditions", "NotBefore"),
            ("Conditions", "NotOnOrAfter"),
            ("SubjectConfirmationData", "NotOnOrAfter"),
            ("AuthnStatement", "AuthnInstant"),
            ("AuthnStatement", "SessionNotOnOrAfter"),
        ] {
            let after =
                |response: &Element| window(response, local, name) - window(response, "Response", "IssueInstant");
            assert_eq!(after(&mock), after(&real), "{vendor} {local} {name}");
        }
    }
}
