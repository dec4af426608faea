//! Applications in each vendor's own words: what an option says is what the message shows.

use crate::support::live_signatures;
use mock_idp::app::{Knob, Refusal};
use mock_idp::{App, AuthnRequest, Recipe, Vendor, people};
use std::collections::BTreeSet;
use time::macros::datetime;

const CERTIFICATE: &str = include_str!("../../../fixtures/keys/sp.crt.pem");

/// An application with the two options that none can do without, and these.
fn app(vendor: Vendor, more: &str) -> Result<App, String> {
    let label = |knob: Knob| {
        let option = vendor.options().option.iter().find(|option| option.sets == knob);
        option.map(|option| option.label.clone()).unwrap()
    };
    let (name, urls) = (label(Knob::EntityIds), label(Knob::AcsUrls));
    let text = format!(
        "vendor = \"{}\"\n[options]\n\"{name}\" = [\"https://sp.test\", \"urn:sp\"]\n\"{urls}\" = [\"https://sp.test/acs\", \"https://sp.test/2\"]\n{more}",
        vendor.name()
    );
    App::from_toml(&text).map_err(|error| error.to_string())
}

fn recipe(app: &App, request: Option<&AuthnRequest>) -> Result<Recipe, Refusal> {
    let clock = datetime!(2026-03-04 05:06:07.089 UTC);
    app.recipe(app.idp("http://127.0.0.1:7500"), people::ann(), request, clock)
}

fn xml(vendor: Vendor, more: &str) -> String {
    let app = app(vendor, more).unwrap_or_else(|error| panic!("{more}: {error}"));
    recipe(&app, None).unwrap().build().unwrap().xml
}

#[test]
fn an_application_with_every_option_at_its_default_is_the_vendor_as_it_is() {
    for vendor in Vendor::all() {
        let app = app(vendor, "").unwrap();
        let made = recipe(&app, None).unwrap();
        let sp = mock_idp::Sp::new("https://sp.test", "https://sp.test/acs");
        let plain = Recipe::new(vendor, app.idp("http://127.0.0.1:7500"), sp, made.clock);
        assert_eq!(made.build().unwrap().xml, plain.build().unwrap().xml, "{vendor:?}");
        assert_eq!(made.twin().build(), made.build(), "{vendor:?}");
    }
}

#[test]
fn options_are_what_the_message_shows() {
    let azure = Vendor::named("azure").unwrap();
    let okta = Vendor::named("okta").unwrap();
    let google = Vendor::named("google").unwrap();
    let duo = Vendor::named("duo").unwrap();
    let auth0 = Vendor::named("auth0").unwrap();
    // Each row: vendor, options, what then stands there, and what does not.
    for (vendor, options, there, gone) in [
        (azure, r#""Signing Algorithm" = "SHA-1""#, "xmldsig#rsa-sha1", "rsa-sha256"),
        (azure, r#""Name identifier format" = "Persistent""#, "2.0:nameid-format:persistent", "emailAddress\">"),
        (azure, r#""Unique User Identifier (Name ID)" = "user.givenname""#, ">Ann</NameID>", ""),
        (azure, r#""Include attribute name format" = true"#, "attrname-format:uri", ""),
        (
            azure,
            r#""Additional claims" = { "role" = "\"admin\"" }"#,
            r#"Name="role"><AttributeValue>admin<"#,
            "surname",
        ),
        (azure, r#""Customize the name of the group claim" = "teams""#, r#"Name="teams""#, "claims/groups"),
        (azure, r#""AccessTokenLifetime" = 600"#, r#"NotOnOrAfter="2026-03-04T05:16:07.089Z""#, "T06:06"),
        (okta, r#""Digest Algorithm" = "SHA1""#, "xmldsig#sha1", "xmlenc#sha256"),
        (okta, r#""Attribute Statements" = { "mail" = "user.email" }"#, r#"Name="mail""#, "firstName"),
        (okta, r#""Group Attribute Statements" = { "g" = "Starts with: eng" }"#, ">engineering<", ">staff<"),
        (okta, r#""SAML Issuer ID" = "urn:own""#, ">urn:own<", "okta.com/exk"),
        (okta, r#""Recipient URL" = "https://r.test""#, r#"Recipient="https://r.test""#, ""),
        (okta, r#""Authentication context class" = "Password""#, "classes:Password<", ""),
        (okta, r#""Maximum App Session Lifetime" = 60"#, r#"SessionNotOnOrAfter="2026-03-04T05:07:07.089Z""#, ""),
        (google, r#""Name ID format" = "EMAIL""#, "nameid-format:emailAddress", ""),
        (google, r#""Group membership (optional)" = { "g" = ["staff", "none"] }"#, ">staff<", ">engineering<"),
        (duo, r#""Map attributes" = { "<Email Address>" = "mail" }"#, r#"Name="mail""#, "firstName"),
        (duo, r#""Create attributes" = { "org" = "one" }"#, ">one<", ""),
        (duo, r#""Role attributes" = { "role" = ["admin=engineering", "guest=others"] }"#, ">admin<", "guest"),
        (auth0, r#""lifetimeInSeconds" = 60"#, r#"NotOnOrAfter="2026-03-04T05:07:07.089Z""#, "T06:06"),
        (auth0, r#""mappings" = { "email" = "mail" }"#, r#"Name="mail""#, "givenname"),
    ] {
        let xml = xml(vendor, options);
        assert!(xml.contains(there), "{options}: {xml}");
        assert!(gone.is_empty() || !xml.contains(gone), "{options}: {xml}");
    }
}

#[test]
fn what_is_signed_is_what_the_page_says() {
    // Each row: vendor, options, and which elements carry a signature that holds.
    for (vendor, options, expected) in [
        ("azure", "", "Assertion"),
        ("azure", r#""Signing Option" = "Sign SAML response""#, "Response"),
        ("azure", r#""Signing Option" = "Sign SAML response and assertion""#, "Response Assertion"),
        ("okta", r#""Response" = "Unsigned""#, "Assertion"),
        ("okta", r#""Assertion Signature" = "Unsigned""#, "Response"),
        ("duo", r#""Sign assertion" = false"#, "Response"),
        ("google", "", "Assertion"),
        ("google", r#""Signed response" = true"#, "Response"),
        ("auth0", r#""signResponse" = true"#, "Response"),
        ("azure", r#""SAML signing certificates" = ["next", "current"]"#, "Assertion"),
    ] {
        let app = app(Vendor::named(vendor).unwrap(), options).unwrap();
        let recipe = recipe(&app, None).unwrap();
        let live = live_signatures(&recipe.build().unwrap().xml, &recipe.idp);
        let names: Vec<String> = live.into_iter().map(|live| live.of).collect();
        assert_eq!(names.join(" "), expected, "{vendor} {options}");
    }
}

#[test]
fn encryption_is_what_the_page_says() {
    let okta = Vendor::named("okta").unwrap();
    let certificate =
        format!("\"Encryption Certificate\" = \"\"\"{CERTIFICATE}\"\"\"\n\"Assertion Encryption\" = \"Encrypted\"\n");
    assert!(xml(okta, &certificate).contains("aes256-cbc") && xml(okta, &certificate).contains("rsa-oaep-mgf1p"));
    let other =
        format!("{certificate}\"Encryption Algorithm\" = \"AES128-GCM\"\n\"Key Transport Algorithm\" = \"RSA-1.5\"");
    assert!(xml(okta, &other).contains("aes128-gcm") && xml(okta, &other).contains("rsa-1_5"));
}

#[test]
fn a_request_chooses_among_what_is_registered() {
    let app = app(Vendor::named("azure").unwrap(), "").unwrap();
    let asked =
        |issuer: &str| AuthnRequest { id: "_r".to_owned(), issuer: issuer.to_owned(), ..AuthnRequest::default() };
    let plain = recipe(&app, Some(&asked("urn:sp"))).unwrap();
    assert_eq!((plain.sp.entity_id.as_str(), plain.sp.acs.as_str()), ("urn:sp", "https://sp.test/acs"));
    assert_eq!(plain.in_response_to.as_deref(), Some("_r"));
    let with = |change: fn(&mut AuthnRequest)| {
        let mut request = asked("urn:sp");
        change(&mut request);
        recipe(&app, Some(&request))
    };
    assert_eq!(with(|one| one.acs_url = Some("https://sp.test/2".to_owned())).unwrap().sp.acs, "https://sp.test/2");
    assert_eq!(with(|one| one.acs_index = Some("1".to_owned())).unwrap().sp.acs, "https://sp.test/2");
    let persistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    let formatted =
        with(|one| one.name_id_policy = Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned()));
    assert!(formatted.unwrap().build().unwrap().xml.contains(persistent));
    assert!(matches!(with(|one| one.acs_url = Some("https://x.test".to_owned())), Err(Refusal::ReplyUrl { .. })));
    assert!(matches!(with(|one| one.acs_index = Some("2".to_owned())), Err(Refusal::ReplyIndex { .. })));
    assert!(matches!(with(|one| one.issuer = "urn:else".to_owned()), Err(Refusal::Issuer { .. })));
    assert!(matches!(with(|one| one.name_id_policy = Some("urn:no".to_owned())), Err(Refusal::NameIdFormat { .. })));
}

#[test]
fn what_is_wrong_is_named() {
    let azure = Vendor::named("azure").unwrap();
    let okta = Vendor::named("okta").unwrap();
    let refused = |vendor, options: &str| app(vendor, options).unwrap_err();
    for (vendor, options, expected) in [
        (azure, r#""Sining Option" = "x""#, "has no option `Sining Option`; it has `Identifier (Entity ID)`"),
        (azure, r#""Signing Option" = "both""#, "`Signing Option` is `both`, expected one of `Sign SAML assertion`"),
        (azure, r#""Token encryption" = "yes""#, "`Token encryption` is `yes`, expected `true` or `false`"),
        (azure, r#""AccessTokenLifetime" = "long""#, "is `long`, expected a number"),
        (azure, r#""Additional claims" = { "role" = "user.nothing" }"#, "is `user.nothing`, expected one of"),
        (azure, r#""SAML signing certificates" = ["old"]"#, "is [`old`], expected `current`, `next`"),
        (azure, r#""Import Certificate" = "x""#, "expected a certificate in PEM"),
        (
            okta,
            "\"Response\" = \"Unsigned\"\n\"Assertion Signature\" = \"Unsigned\"",
            "one of `Response`, `Assertion Signature` must stay on",
        ),
        (okta, r#""Group Attribute Statements" = { "g" = "Ends with: x" }"#, "expected `Starts with: ...`"),
    ] {
        let error = refused(vendor, options);
        assert!(error.contains(expected), "{options}: {error}");
    }
    let parsed = |text: &str| App::from_toml(text).unwrap_err().to_string();
    assert!(parsed("vendor = \"oktta\"").starts_with("`vendor` is `oktta`, expected one of `duo`, `azure`"));
    assert!(parsed("vendor = \"okta\"\ncolour = 1").contains("unknown field `colour`"));
    assert_eq!(parsed("vendor = \"okta\""), "`Audience URI (SP Entity ID)` is missing");
    assert!(
        parsed("vendor = \"okta\"\n[options]\n\"Single sign-on URL\" = \"javascript:x\"")
            .contains("expected URLs with http")
    );
}

#[test]
fn every_option_has_one_label_and_a_source() {
    for vendor in Vendor::all() {
        let options = &vendor.options().option;
        let labels: BTreeSet<&str> = options.iter().map(|option| option.label.as_str()).collect();
        assert_eq!(labels.len(), options.len(), "{vendor:?}");
        assert!(options.iter().all(|option| !option.source.is_empty() && option.date.starts_with("20")), "{vendor:?}");
    }
}
