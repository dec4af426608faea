//! Applications over HTTP: the options of an admin page in, and what a browser and an SP then meet.

use crate::here::{ACS, Here, flate, posted, value};
use mock_idp::app::{Knob, OptionFact};
use mock_idp::key::SigningKey;
use mock_idp::names::{HTTP_POST, SAML, SAMLP};
use mock_idp::{DigestAlgorithm, Idp, SignatureAlgorithm, Vendor, base64};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const CERTIFICATE: &str = include_str!("../../../../fixtures/keys/sp.crt.pem");
const KEY: &str = include_str!("../../../../fixtures/keys/sp.key.pem");
const NOW: &str = "2026-03-04T05:06:07Z";

fn named(vendor: &str) -> Vendor {
    Vendor::named(vendor).unwrap()
}

/// The label of the option that decides this, where the vendor has one.
fn label(vendor: Vendor, knob: Knob) -> Option<&'static str> {
    vendor.options().option.iter().find(|option| option.sets == knob).map(|option| option.label.as_str())
}

/// An application with the two options that none can do without, and these.
fn app(vendor: Vendor, options: &Value) -> Value {
    let mut all = options.clone();
    for (knob, usual) in [(Knob::EntityIds, "urn:sp"), (Knob::AcsUrls, ACS)] {
        let label = label(vendor, knob).unwrap();
        if all.get(label).is_none() {
            all[label] = json!(usual);
        }
    }
    json!({ "vendor": vendor.name(), "name": "app", "options": all })
}

impl Here {
    /// Mocks with this application alone, whose clock stands still; the same calls then get the same bytes.
    async fn with_app(vendor: Vendor, options: &Value) -> Self {
        let here = Self::start(Vec::new()).await;
        here.set_up(vendor, options).await;
        here
    }

    async fn set_up(&self, vendor: Vendor, options: &Value) {
        self.api("/api/reset", json!({})).await;
        self.api("/api/clock", json!({ "now": NOW })).await;
        let (status, answer) = self.api("/api/apps", app(vendor, options)).await;
        assert_eq!(status, StatusCode::OK, "{options}: {answer}");
    }

    /// The Response to a login that starts at the IdP.
    async fn started(&self, vendor: Vendor) -> String {
        let (status, page) = self.get(&format!("/{}/start?user=ann", vendor.name())).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        posted(&page).xml
    }
}

/// Options that make others show: what is not encrypted has no cipher.
fn with_encryption(vendor: Vendor) -> Value {
    let mut options = json!({});
    let (Some(on), Some(certificate)) = (label(vendor, Knob::Encrypt), label(vendor, Knob::EncryptionCertificate))
    else {
        return options;
    };
    let fact = vendor.options().option.iter().find(|option| option.sets == Knob::Encrypt).unwrap();
    let word = fact.values.iter().find(|(_, meaning)| *meaning == "true");
    options[on] = word.map_or(json!(true), |(word, _)| json!(word));
    options[certificate] = json!(CERTIFICATE);
    options
}

#[tokio::test]
async fn every_word_of_every_list_shows_in_the_message() {
    let here = Here::start(Vec::new()).await;
    let mut played = 0;
    for vendor in Vendor::all() {
        let lists = |option: &&OptionFact| !option.values.is_empty();
        // These two decide what is asked of a request and of a session; they have tests of their own.
        let elsewhere = |option: &&OptionFact| matches!(option.sets, Knob::WantsSigned | Knob::HonorForceAuthn);
        for option in vendor.options().option.iter().filter(lists).filter(|option| !elsewhere(option)) {
            let mut by_meaning: BTreeMap<&str, String> = BTreeMap::new();
            // A word that stands for nothing leaves the wire shape as it is.
            for (word, meaning) in option.values.iter().filter(|(_, meaning)| !meaning.is_empty()) {
                let encrypted = matches!(option.sets, Knob::Cipher | Knob::Transport | Knob::Encrypt);
                let mut options = if encrypted { with_encryption(vendor) } else { json!({}) };
                options[&option.label] = json!(word);
                here.set_up(vendor, &options).await;
                let xml = here.started(vendor).await;
                by_meaning.insert(meaning, xml);
                played += 1;
            }
            let different: BTreeSet<&String> = by_meaning.values().collect();
            assert_eq!(different.len(), by_meaning.len(), "{vendor:?} {}: two words make one message", option.label);
        }
    }
    assert!(played > 80, "{played}");
}

#[tokio::test]
async fn an_option_is_what_the_message_shows() {
    // Each row: vendor, options, what then stands in the Response, and what does not.
    let rows = [
        (
            "azure",
            json!({ "Unique User Identifier (Name ID)": "user.givenname" }),
            ">Ann</NameID>",
            "ann@example.test</N",
        ),
        ("azure", json!({ "Additional claims": { "role": "\"admin\"" } }), ">admin<", "surname"),
        ("azure", json!({ "Include attribute name format": true }), "attrname-format:uri", ""),
        ("azure", json!({ "Customize the name of the group claim": "teams" }), "Name=\"teams\"", "claims/groups"),
        ("azure", json!({ "AccessTokenLifetime": 600 }), "NotOnOrAfter=\"2026-03-04T05:16:07", "T06:06"),
        ("azure", json!({ "SAML signing certificates": ["next", "current"] }), "<X509Certificate>", ""),
        ("okta", json!({ "Response": "Unsigned" }), "ann@example.test", ""),
        ("okta", json!({ "Attribute Statements": { "mail": "user.email" } }), "Name=\"mail\"", "firstName"),
        ("okta", json!({ "Group Attribute Statements": { "g": "Starts with: eng" } }), ">engineering<", ">staff<"),
        ("okta", json!({ "SAML Issuer ID": "urn:own" }), ">urn:own<", "okta.com/exk"),
        ("okta", json!({ "Recipient URL": "https://r.test" }), "Recipient=\"https://r.test\"", ""),
        ("okta", json!({ "Destination URL": "https://d.test" }), "Destination=\"https://d.test\"", ""),
        ("okta", json!({ "Maximum App Session Lifetime": 60 }), "SessionNotOnOrAfter=\"2026-03-04T05:07:07", ""),
        ("google", json!({ "Group membership (optional)": { "g": ["staff"] } }), ">staff<", ">engineering<"),
        ("duo", json!({ "Map attributes": { "<Email Address>": "mail" } }), "Name=\"mail\"", "firstName"),
        ("duo", json!({ "Create attributes": { "org": "one" } }), ">one<", ""),
        ("duo", json!({ "Role attributes": { "role": ["admin=engineering", "guest=no"] } }), ">admin<", ">guest<"),
        ("duo", json!({ "Sign assertion": false }), "ann@example.test", ""),
        ("google", json!({ "Signed response": true }), "ann@example.test", ""),
        ("keycloak", json!({ "Include OneTimeUse Condition": true }), "OneTimeUse", ""),
        ("keycloak", json!({ "Include AuthnStatement": false }), "ann@example.test", "AuthnStatement"),
        ("pingfederate", json!({ "Minutes Before": 2 }), "NotBefore=\"2026-03-04T05:04:07", ""),
        ("pingfederate", json!({ "Minutes After": 7 }), "NotOnOrAfter=\"2026-03-04T05:13:07", ""),
        ("adfs", json!({ "NotBeforeSkew": 3, "TokenLifetime": 9 }), "NotBefore=\"2026-03-04T05:03:07", "06:06:07"),
        ("okta", with_encryption(named("okta")), "EncryptedAssertion", "ann@example.test"),
    ];
    let here = Here::start(Vec::new()).await;
    for (vendor, options, there, gone) in rows {
        let vendor = named(vendor);
        here.set_up(vendor, &options).await;
        let xml = here.started(vendor).await;
        assert!(xml.contains(there), "{options}: {xml}");
        assert!(gone.is_empty() || !xml.contains(gone), "{options}: {xml}");
    }
}

#[tokio::test]
async fn a_signature_stands_where_the_page_says() {
    let here = Here::start(Vec::new()).await;
    // Each row: vendor, options, how many Signatures there are, and whether the Response has one of its own.
    for (vendor, options, count, response) in [
        ("okta", json!({}), 2, true),
        ("okta", json!({ "Response": "Unsigned" }), 1, false),
        ("okta", json!({ "Assertion Signature": "Unsigned" }), 1, true),
        ("duo", json!({ "Sign assertion": false }), 1, true),
        ("google", json!({ "Signed response": true }), 1, true),
        ("azure", json!({ "Signing Option": "Sign SAML response and assertion" }), 2, true),
    ] {
        here.set_up(named(vendor), &options).await;
        let xml = here.started(named(vendor)).await;
        let before_assertion = xml.split(":Assertion ").next().unwrap().split("<Assertion ").next().unwrap();
        assert_eq!(xml.matches("SignatureValue>").count(), 2 * count, "{vendor} {options}");
        assert_eq!(before_assertion.contains("SignatureValue>"), response, "{vendor} {options}: {xml}");
    }
}

#[tokio::test]
async fn every_kind_of_option_is_played_here() {
    let own = include_str!("apps.rs");
    let options = || Vendor::all().flat_map(|vendor| &vendor.options().option);
    let played = |option: &&OptionFact| {
        let by_list = !option.values.is_empty() && option.sets != Knob::WantsSigned;
        by_list || own.contains(&format!("\"{}\":", option.label)) || own.contains(&format!("Knob::{:?})", option.sets))
    };
    let kinds: Vec<Knob> = options().filter(played).map(|option| option.sets).collect();
    let missing: Vec<&str> =
        options().filter(|option| !kinds.contains(&option.sets)).map(|option| option.label.as_str()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// An AuthnRequest in its canonical spelling, so that its octets are what an enveloped signature digests.
fn authn_request(issuer: &str, more: &str, signature: &str) -> String {
    format!(
        "<p:AuthnRequest xmlns:p=\"{SAMLP}\"{more} ID=\"_r1\" IssueInstant=\"2026-01-01T00:00:00Z\" ProtocolBinding=\"{HTTP_POST}\" Version=\"2.0\"><a:Issuer xmlns:a=\"{SAML}\">{issuer}</a:Issuer>{signature}</p:AuthnRequest>"
    )
}

/// The query of a redirect, signed by the SP's key where asked for.
fn redirect(xml: &str, key: Option<&SigningKey>) -> String {
    let pair =
        |name: &str, value: &str| form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    let message = pair("SAMLRequest", &base64::encode(&flate(xml.as_bytes())));
    let Some(key) = key else { return message };
    let algorithm = SignatureAlgorithm::RsaSha256;
    let signed = format!("{message}&{}", pair("SigAlg", algorithm.uri()));
    let value = key.sign(algorithm, signed.as_bytes()).unwrap();
    format!("{signed}&{}", pair("Signature", &base64::encode(&value)))
}

/// The same request with an enveloped signature.
fn enveloped(issuer: &str, key: &SigningKey) -> String {
    let (exclusive, algorithm) = ("http://www.w3.org/2001/10/xml-exc-c14n#", SignatureAlgorithm::RsaSha256);
    let digest = base64::encode(&DigestAlgorithm::Sha256.digest(authn_request(issuer, "", "").as_bytes()));
    let info = format!(
        "<d:SignedInfo xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\"><d:CanonicalizationMethod Algorithm=\"{exclusive}\"></d:CanonicalizationMethod><d:SignatureMethod Algorithm=\"{}\"></d:SignatureMethod><d:Reference URI=\"#_r1\"><d:Transforms><d:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></d:Transform><d:Transform Algorithm=\"{exclusive}\"></d:Transform></d:Transforms><d:DigestMethod Algorithm=\"{}\"></d:DigestMethod><d:DigestValue>{digest}</d:DigestValue></d:Reference></d:SignedInfo>",
        algorithm.uri(),
        DigestAlgorithm::Sha256.uri()
    );
    let value = base64::encode(&key.sign(algorithm, info.as_bytes()).unwrap());
    let signature = format!(
        "<d:Signature xmlns:d=\"http://www.w3.org/2000/09/xmldsig#\">{info}<d:SignatureValue>{value}</d:SignatureValue></d:Signature>"
    );
    authn_request(issuer, "", &signature)
}

#[tokio::test]
async fn requests_have_to_be_signed_where_the_page_says() {
    let (key, other) = (SigningKey::from_pem(KEY).unwrap(), mock_idp::key::attacker());
    let mut played = 0;
    for vendor in Vendor::all() {
        let (Some(wants), Some(certificates)) =
            (label(vendor, Knob::WantsSigned), label(vendor, Knob::RequestCertificates))
        else {
            continue;
        };
        let here = Here::with_app(vendor, &json!({ wants: true, certificates: CERTIFICATE })).await;
        let path = vendor.shape().service.sso_path.value.clone();
        let xml = authn_request("urn:sp", "", "");
        for (query, expected) in [
            (redirect(&xml, Some(&key)), None),
            (redirect(&xml, None), Some("is not signed")),
            (redirect(&xml, Some(&other)), Some("does not verify")),
            (redirect(&xml, Some(&key)).replace("SigAlg=", "SigAlg=x"), Some("does not verify")),
        ] {
            let (status, page) = here.get(&format!("{path}?{query}")).await;
            let asks = page.contains("Who are you");
            assert_eq!((asks, status == StatusCode::OK), (expected.is_none(), expected.is_none()), "{vendor:?} {page}");
            assert!(expected.is_none_or(|expected| page.contains(expected)), "{vendor:?}: {page}");
        }
        for (xml, expected) in [
            (enveloped("urn:sp", &key), "Who are you"),
            (xml.clone(), "is not signed"),
            (enveloped("urn:sp", &other), "does not verify"),
            (enveloped("urn:sp", &key).replace("2026-01-01", "2026-01-02"), "does not verify"),
        ] {
            let encoded = base64::encode(xml.as_bytes());
            let (_, page) = here.form(&path, &[("SAMLRequest", &encoded)]).await;
            assert!(page.contains(expected), "{vendor:?}: {page}");
        }
        let start = format!("/{}/start?user=ann", vendor.name());
        assert_eq!(here.get(&start).await.0 == StatusCode::OK, vendor.name() != "azure", "{vendor:?}");
        // Where the page does not say so, nobody looks at it.
        let here = Here::with_app(vendor, &json!({ certificates: CERTIFICATE })).await;
        assert!(here.get(&format!("{path}?{}", redirect(&xml, None))).await.1.contains("Who are you"), "{vendor:?}");
        played += 1;
    }
    assert!(played >= 8, "{played}");
}

#[tokio::test]
async fn identifiers_and_reply_urls_are_several_with_a_default() {
    let azure = named("azure");
    let urls = json!([ACS, "http://sp.test/second"]);
    let options = json!({
        label(azure, Knob::EntityIds).unwrap(): ["urn:sp", "urn:second"], label(azure, Knob::AcsUrls).unwrap(): urls,
    });
    let here = Here::with_app(azure, &options).await;
    let path = &azure.shape().service.sso_path.value;
    let acs = |url: &str| format!(" AssertionConsumerServiceURL=\"{url}\"");
    let index = " AssertionConsumerServiceIndex=\"1\"".to_owned();
    // Each row: Issuer, what the request says about the reply, and where the Response goes or why there is none.
    for (issuer, more, expected) in [
        ("urn:sp", String::new(), Ok(ACS)),
        ("urn:second", String::new(), Ok(ACS)),
        ("urn:sp", acs("http://sp.test/second"), Ok("http://sp.test/second")),
        ("urn:sp", index.clone(), Ok("http://sp.test/second")),
        ("urn:sp", acs("http://sp.test/third"), Err("AADSTS50011")),
        ("urn:sp", index.replace('1', "7"), Err("AADSTS50011")),
        ("urn:third", String::new(), Err("AADSTS700016")),
    ] {
        let xml = authn_request(issuer, &more, "").replace(&format!(" ProtocolBinding=\"{HTTP_POST}\""), "");
        here.get("/azure/logout").await;
        let (_, page) = here.get(&format!("{path}?{}", redirect(&xml, None))).await;
        match expected {
            Ok(url) => {
                let answer = posted(&here.log_in(azure, &page, "ann").await.1);
                assert_eq!(answer.action, url, "{issuer} {more}");
                assert!(answer.xml.contains(&format!("<Audience>{issuer}</Audience>")), "{}", answer.xml);
            }
            Err(code) => assert!(page.contains(code), "{issuer} {more}: {page}"),
        }
    }
}

#[tokio::test]
async fn logins_that_start_at_the_idp() {
    for vendor in Vendor::all() {
        if let Some(label) = label(vendor, Knob::RelayState) {
            let here = Here::with_app(vendor, &json!({ label: "http://sp.test/home" })).await;
            let start = format!("/{}/start?user=ann", vendor.name());
            let usual = posted(&here.get(&start).await.1).relay_state;
            assert_eq!(usual.as_deref(), Some("http://sp.test/home"), "{vendor:?}");
            let own = posted(&here.get(&format!("{start}&relay_state=own")).await.1).relay_state;
            assert_eq!(own.as_deref(), Some("own"));
        }
        if let Some(label) = label(vendor, Knob::StartUrl) {
            let here = Here::with_app(vendor, &json!({ label: "http://sp.test/login" })).await;
            let response = here.browser.get(format!("{}/{}/start", here.base, vendor.name())).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::SEE_OTHER);
            assert_eq!(response.headers()["location"], "http://sp.test/login");
        }
    }
}

#[tokio::test]
async fn force_authn_counts_where_the_page_says() {
    let okta = named("okta");
    for (word, asks) in [("Yes", true), ("No", false)] {
        let here = Here::with_app(okta, &json!({ "Honor Force Authentication": word })).await;
        here.started(okta).await;
        let xml = authn_request("urn:sp", " ForceAuthn=\"true\"", "");
        let path = &okta.shape().service.sso_path.value;
        let (_, page) = here.get(&format!("{path}?{}", redirect(&xml, None))).await;
        assert_eq!(value(&page, "input[name=login]").is_some(), asks, "{word}: {page}");
    }
}

#[tokio::test]
async fn a_logout_goes_where_the_page_says() {
    for vendor in Vendor::all() {
        let Some(label) = label(vendor, Knob::LogoutUrl) else { continue };
        let here = Here::with_app(vendor, &json!({ label: "http://sp.test/slo" })).await;
        here.started(vendor).await;
        here.get(&format!("/{}/logout", vendor.name())).await;
        let trace: Value = serde_json::from_str(&here.get("/api/exchanges").await.1).unwrap();
        let sent = &trace.as_array().unwrap().last().unwrap()["sent"];
        let expected = if vendor.shape().logout.bindings.value.is_empty() { "Response" } else { "LogoutRequest" };
        assert_eq!(sent["kind"], expected, "{vendor:?}: {sent}");
        assert!(expected == "Response" || sent["to"].as_str().unwrap().starts_with("http://sp.test/slo"), "{sent}");
    }
}

/// The certificate of a vendor's mock after these words, and how many its metadata lists.
async fn keys(here: &Here, vendor: Vendor) -> (String, usize) {
    let (_, metadata) = here.get(&format!("/{}/metadata", vendor.name())).await;
    let xml = here.started(vendor).await;
    let (_, after) = xml.split_once("X509Certificate>").unwrap();
    let certificate: String = after.split('<').next().unwrap().split_whitespace().collect();
    let listed = metadata.split("<X509Certificate>").chain(metadata.split(":X509Certificate>")).count() - 2;
    assert!(metadata.replace(['\n', ' '], "").contains(certificate.get(..60).unwrap()), "{metadata}");
    (certificate, listed)
}

#[tokio::test]
async fn certificates_roll_over_for_an_application_and_for_a_whole_mock() {
    for vendor in [named("okta"), named("azure"), named("google")] {
        let here = Here::with_app(vendor, &json!({})).await;
        let plain = keys(&here, vendor).await;
        let current = Idp::of(vendor, &here.base).certificate_der().to_vec();
        assert_eq!(plain.0, base64::encode(&current), "{vendor:?}");
        let label = label(vendor, Knob::Certificates).unwrap();
        here.set_up(vendor, &json!({ label: ["current", "next"] })).await;
        let announced = keys(&here, vendor).await;
        assert!(announced.0 == plain.0 && announced.1 > plain.1, "{vendor:?}");
        here.set_up(vendor, &json!({ label: "next" })).await;
        let rolled = keys(&here, vendor).await;
        assert!(rolled.0 != plain.0 && rolled.1 == plain.1, "{vendor:?}");
        // An application that says nothing about it follows the mock.
        here.set_up(vendor, &json!({})).await;
        let roll = json!({ "vendor": vendor.name(), "certificates": ["next", "current"] });
        let (status, answer) = here.api("/api/keys", roll).await;
        assert_eq!((status, &answer["certificates"]), (StatusCode::OK, &json!(["next", "current"])));
        assert_eq!(keys(&here, vendor).await, (rolled.0.clone(), announced.1));
        let listed: Value = serde_json::from_str(&here.get("/api/keys?vendor=okta").await.1).unwrap();
        assert!(listed[0]["signs"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"), "{listed}");
        here.api("/api/reset", json!({})).await;
        here.set_up(vendor, &json!({})).await;
        assert_eq!(keys(&here, vendor).await.0, plain.0);
    }
}

#[tokio::test]
async fn applications_are_listed_replaced_and_taken_out() {
    let here = Here::start(Vec::new()).await;
    let okta = named("okta");
    let (_, first) = here.api("/api/apps", app(okta, &json!({ "Name ID format": "Persistent" }))).await;
    assert_eq!((&first["name"], &first["entity_ids"]), (&json!("app"), &json!(["urn:sp"])));
    let listed: Value = serde_json::from_str(&here.get("/api/apps?vendor=okta").await.1).unwrap();
    assert_eq!(listed, json!([first]));
    assert_eq!(listed[0]["options"]["Name ID format"], "Persistent");
    assert_eq!(here.get("/api/apps?vendor=duo").await.1, "[]");
    // The list is what it takes.
    let again = json!({ "apps": [{ "vendor": "okta", "name": "app", "options": listed[0]["options"] }] });
    assert_eq!(here.send("put", "/api/apps", &again).await, (StatusCode::OK, json!({ "apps": 1 })));
    assert_eq!(serde_json::from_str::<Value>(&here.get("/api/apps").await.1).unwrap(), listed);
    let toml = "vendor = \"duo\"\n[options]\n\"Entity ID\" = \"urn:t\"\n\"Assertion Consumer Service (ACS) URL\" = \"http://t.test\"";
    let (status, by_toml) = here.api("/api/apps", json!({ "toml": toml })).await;
    assert_eq!((status, &by_toml["name"]), (StatusCode::OK, &json!("urn:t")), "{by_toml}");
    assert!(here.get("/").await.1.contains("Persistent"), "the console shows the options");
    // A vendor with an application learns nobody, another one still does.
    let stranger = redirect(&authn_request("urn:new", &format!(" AssertionConsumerServiceURL=\"{ACS}\""), ""), None);
    for (vendor, learns) in [(okta, false), (named("azure"), true)] {
        let (_, page) = here.get(&format!("{}?{stranger}", vendor.shape().service.sso_path.value)).await;
        assert_eq!(page.contains("Who are you"), learns, "{page}");
    }
    let gone = here.send("delete", "/api/apps?vendor=okta&name=app", &json!({})).await;
    assert_eq!(gone, (StatusCode::OK, json!({ "removed": "app" })));
    let options: Value = serde_json::from_str(&here.get("/api/options?vendor=okta").await.1).unwrap();
    let signed = options["options"].as_array().unwrap().iter().find(|option| option["label"] == "Response").unwrap();
    assert_eq!((&signed["default"], &signed["values"]), (&json!("Signed"), &json!(["Signed", "Unsigned"])));
}

#[tokio::test]
async fn what_cannot_be_set_up_is_named_with_what_can() {
    let here = Here::start(Vec::new()).await;
    let okta = named("okta");
    let with = |option: &str, value: Value| app(okta, &json!({ option: value }));
    // Each row: a body, the field at fault, a part of the sentence, and one of the values that are allowed, if listed.
    for (body, field, sentence, allowed) in [
        (json!({ "vendor": "octa" }), "vendor", "`vendor` is `octa`", "okta"),
        (json!({ "toml": "vendor = \"octa\"" }), "vendor", "`vendor` is `octa`", "okta"),
        (json!({ "vendor": "okta" }), "Audience URI (SP Entity ID)", "is missing", ""),
        (with("Respons", json!("Signed")), "options", "Okta has no option `Respons`", "Response"),
        (with("Response", json!("yes")), "Response", "`Response` is `yes`, expected one of", "Unsigned"),
        (with("Response", json!(1)), "Response", "`Response` is `1`, expected one of", "Signed"),
        (with("Response", json!(-1)), "Response", "`Response` is `-1`, expected a text, a number that", ""),
        (with("Response", json!({ "a": { "b": 1 } })), "Response", "an object from names to texts", ""),
        (with("samlAssertionLifetimeSeconds", json!("x")), "samlAssertionLifetimeSeconds", "a number", ""),
        (with("samlAssertionLifetimeSeconds", json!(4_000_000_000_u32)), "samlAssertionLifetimeSeconds", "at most", ""),
        (with("Application username", json!("user.shoe")), "Application username", "`user.shoe`", "user.email"),
        (with("Encryption Certificate", json!("x")), "Encryption Certificate", "a certificate in PEM", ""),
        (with("Assertion Encryption", json!("Encrypted")), "Encryption Certificate", "is missing", ""),
        (with("Signed Requests", json!(true)), "Signature Certificate", "is missing", ""),
        (with("Single sign-on URL", json!("javascript:x")), "Single sign-on URL", "http or https", ""),
        (with("Single Logout URL", json!("javascript:x")), "Single Logout URL", "http or https", ""),
        (json!({ "toml": "vendor = 1" }), "", "line 1: invalid type: integer `1`", ""),
        (json!({ "toml": "vendor = \"okta\"", "vendor": "okta" }), "body", "`toml` alone", ""),
    ] {
        let (status, answer) = here.api("/api/apps", body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer["error"].as_str().unwrap().contains(sentence), "{body}: {answer}");
        assert_eq!(answer["field"].as_str().unwrap_or_default(), field, "{body}: {answer}");
        let listed = answer["allowed"].as_array().cloned().unwrap_or_default();
        assert!(allowed.is_empty() || listed.contains(&json!(allowed)), "{body}: {answer}");
    }
    assert_eq!(here.api("/api/apps", app(okta, &json!({}))).await.0, StatusCode::OK, "the twin of all of them");
    let mut twin = app(okta, &json!({}));
    twin["name"] = json!("other");
    let (status, answer) = here.api("/api/apps", twin).await;
    assert_eq!((status, &answer["found"]), (StatusCode::BAD_REQUEST, &json!("urn:sp")), "{answer}");
    // What cannot be put leaves what is there.
    let both = json!({ "apps": [{ "vendor": "okta", "options": { "Response": "no" } }] });
    assert_eq!(here.send("put", "/api/apps", &both).await.0, StatusCode::BAD_REQUEST);
    assert!(here.get("/api/apps").await.1.contains("\"app\""));
    for (certificates, sentence) in [
        (json!(["old"]), "`certificates` is `old`, expected one of current, next"),
        (json!([]), "expected one of current, next"),
        (json!(["next", "next"]), "each of them at most once"),
    ] {
        let (status, answer) = here.api("/api/keys", json!({ "vendor": "okta", "certificates": certificates })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(answer["error"].as_str().unwrap().contains(sentence), "{answer}");
    }
}
