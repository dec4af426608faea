//! The control API as a test suite meets it: what it does, what it refuses, and that its document is true.

use crate::here::{ACS, Here, posted};
use mock_idp::{Sp, Vendor};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn the_api_says_what_it_refuses() {
    let here = Here::start(Vec::new()).await;
    for (path, body, named) in [
        ("/api/queue", json!({ "vendor": "nobody" }), "`vendor` is `nobody`"),
        ("/api/queue", json!({ "vendor": "okta", "attack": "x" }), "`attack` is `x`"),
        ("/api/queue", json!({ "vendor": "okta", "atack": "x" }), "unknown field `atack`"),
        ("/api/queue", json!({ "vendor": "okta", "attack": "x" }), "expected one of unsigned, tampered"),
        ("/api/queue", json!({ "vendor": "okta", "times": 0 }), "`times` is `0`"),
        ("/api/queue", json!({ "vendor": "okta", "edits": { "nmae": 1 } }), "unknown field `nmae`"),
        ("/api/queue", json!({ "vendor": "okta", "sign": "all" }), "`sign` is `all`, expected one of response, "),
        ("/api/queue", json!({}), "`vendor` is missing"),
        ("/api/queue", json!({ "vendor": 1 }), "`vendor` is `1`, expected a text"),
        ("/api/queue", json!({ "vendor": "okta", "encrypt": "yes" }), "`encrypt` is `yes`, expected true or false"),
        ("/api/queue", json!({ "vendor": "okta", "logout": "x" }), "`logout` is `x`, expected one of unsigned, "),
        ("/api/keys", json!({ "vendor": "okta", "certificates": "next" }), "`certificates` is `next`, expected a list"),
        ("/api/queue", json!([]), "`body` is"),
        ("/api/people", json!({ "user_name": "a b" }), "without spaces"),
        ("/api/requests/take", json!({ "wait_seconds": 61 }), "`wait_seconds` is `61`, expected 0 to 60"),
        ("/api/requests/take", json!({ "vendor": "nobody" }), "expected one of duo, azure"),
        ("/api/sps", json!({ "metadata_url": "file:///etc/passwd" }), "http or https"),
        ("/api/sps", json!({ "metadata_url": "http://127.0.0.1:1/" }), "`metadata_url` is"),
        ("/api/sps", json!({ "entity_id": "x" }), "or `entity_id` and `acs`"),
        ("/api/reset", json!({ "now": 1 }), "unknown field `now`"),
        ("/api/clock", json!({ "offset_seconds": i64::MAX }), "a year from 1900"),
        ("/api/sps", json!({ "metadata": "<a/>" }), "no SPSSODescriptor"),
        ("/api/sps", json!({ "entity_id": "x", "acs": "javascript:x" }), "http or https"),
        ("/api/clock", json!({ "now": "noon" }), "`now` is `noon`"),
    ] {
        let (status, answer) = here.api(path, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert!(answer["error"].as_str().unwrap().contains(named), "{answer}");
    }
    for (path, field, allowed) in [
        ("/api/exchanges?vendor=x", "vendor", "okta"),
        ("/api/exchanges?vender=okta", "vender", "vendor"),
        ("/api/exchange?number=-1", "number", ""),
        ("/api/exchange", "number", ""),
        ("/api/exchange?number=99", "number", ""),
        ("/api/people?x=1", "x", ""),
        ("/api/reset", "method", "POST"),
    ] {
        let (status, answer) = here.get(path).await;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(status.is_client_error() && answer["field"] == field, "{path}: {answer}");
        let listed = answer["allowed"].as_array().cloned().unwrap_or_default();
        assert!(allowed.is_empty() || listed.contains(&json!(allowed)), "{path}: {answer}");
    }
    let long = json!({ "metadata": "x".repeat(mock_idp_web::BODY_BYTES) });
    let (status, answer) = here.api("/api/sps", long).await;
    assert_eq!((status, &answer["field"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("body")));
    assert!(answer["error"].as_str().unwrap().contains("expected at most 262144 octets"), "{answer}");
    // A form from another site carries no JSON.
    assert_eq!(here.form("/api/queue", &[("vendor", "okta")]).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_document_says_what_the_router_takes() {
    let here = Here::start(vec![Sp::new("urn:sp", ACS)]).await;
    let document: Value = serde_json::from_str(&here.get("/api/openapi.json").await.1).unwrap();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 9, "{paths:?}");
    for (path, operations) in paths {
        for (verb, operation) in operations.as_object().unwrap() {
            assert!(operation["summary"].as_str().unwrap().ends_with('.'), "{verb} {path}");
            let unknown = match verb.as_str() {
                "get" | "delete" => continue,
                _ => json!({ "no_such_field": 1 }),
            };
            let (status, answer) = here.send(verb, path, &unknown).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{verb} {path}");
            let error = answer["error"].as_str().unwrap();
            assert!(error.contains("unknown field `no_such_field`"), "{verb} {path}: {error}");
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            for (name, property) in schema["properties"].as_object().unwrap() {
                let value = match property["type"].as_str().unwrap() {
                    "integer" => json!(1),
                    "boolean" => json!(false),
                    "object" => json!({}),
                    "array" => json!([]),
                    _ => property["enum"].get(0).cloned().unwrap_or(json!("x")),
                };
                let (_, answer) = here.send(verb, path, &json!({ name: value })).await;
                let error = answer["error"].as_str().unwrap_or_default();
                let unfit = error.contains("unknown field") || error.contains("invalid type");
                assert!(!unfit, "{verb} {path} {name}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn routes_and_document_are_the_same() {
    let here = Here::start(Vec::new()).await;
    let document: Value = serde_json::from_str(&here.get("/api/openapi.json").await.1).unwrap();
    let paths = document["paths"].as_object().unwrap();
    for (path, operations) in paths {
        for verb in ["get", "post", "put", "delete", "patch"] {
            // A field nobody knows keeps the call from changing anything.
            let (status, answer) = here.send(verb, path, &json!({ "no_such_field": 1 })).await;
            let served = status != StatusCode::METHOD_NOT_ALLOWED && status != StatusCode::NOT_FOUND;
            assert_eq!(served, operations.get(verb).is_some(), "{verb} {path}: {answer}");
            if !served {
                let listed: Vec<String> =
                    operations.as_object().unwrap().keys().map(|verb| verb.to_uppercase()).collect();
                assert_eq!(answer["allowed"], json!(listed), "{verb} {path}");
            }
        }
    }
    let (status, answer) = here.send("get", "/api/nothing", &json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let listed: Vec<&str> = answer["allowed"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    assert_eq!(listed, paths.keys().collect::<Vec<_>>(), "{answer}");
}

#[tokio::test]
async fn a_page_from_elsewhere_cannot_steer() {
    let here = Here::start(Vec::new()).await;
    for (origin, expected) in [("http://evil.test", StatusCode::FORBIDDEN), (here.base.as_str(), StatusCode::OK)] {
        let request = here.browser.post(format!("{}/api/reset", here.base)).header("origin", origin);
        assert_eq!(request.send().await.unwrap().status(), expected, "{origin}");
    }
}

#[tokio::test]
async fn requests_are_taken_and_awaited() {
    let here = Here::start(Vec::new()).await;
    let nothing = here.api("/api/requests/take", json!({})).await;
    assert_eq!(nothing, (StatusCode::OK, Value::Null));
    let wait = json!({ "vendor": "okta", "wait_seconds": 30 });
    let okta = Vendor::named("okta").unwrap();
    let ((_, taken), _) = tokio::join!(here.api("/api/requests/take", wait), here.request(okta, ""));
    assert_eq!((&taken["received"]["issuer"], &taken["received"]["id"]), (&json!("urn:sp"), &json!("_r1")));
    assert!(taken["received"]["xml"].as_str().unwrap().contains("<p:AuthnRequest"));
    assert_eq!(here.api("/api/requests/take", json!({})).await.1, Value::Null);
}

#[tokio::test]
async fn people_are_edited_and_imported() {
    let here = Here::start(vec![Sp::new("urn:sp", ACS)]).await;
    let zoe = json!({ "user_name": "zoe@a.test", "first_name": "Zoe", "groups": ["night shift"] });
    assert_eq!(here.api("/api/people", zoe).await.0, StatusCode::OK);
    let xml = posted(&here.get("/okta/start?user=zoe").await.1).xml;
    assert!(xml.contains(">zoe@a.test<") && xml.contains(">night shift<"), "{xml}");
    let csv = json!({ "csv": "user_name,last_name\nyan@a.test,Young\n" });
    assert_eq!(here.send("put", "/api/people", &csv).await, (StatusCode::OK, json!({ "people": 1 })));
    assert_eq!(here.get("/okta/start?user=zoe").await.0, StatusCode::BAD_REQUEST);
    let gone = here.send("delete", "/api/people?user_name=yan@a.test", &json!({})).await;
    assert_eq!(gone.0, StatusCode::OK);
    let bad = here.send("put", "/api/people", &json!({ "csv": "name\nx" })).await.1;
    assert!(bad["error"].as_str().unwrap().contains("unknown field `name`"), "{bad}");
}

#[tokio::test]
async fn clock_trace_and_reset() {
    let here = Here::start(Vec::new()).await;
    here.api("/api/sps", json!({ "entity_id": "urn:sp", "acs": ACS })).await;
    here.api("/api/clock", json!({ "now": "2030-01-02T03:04:05Z" })).await;
    let then = posted(&here.get("/duo/start?user=ann").await.1).xml;
    assert!(then.contains(r#"IssueInstant="2030-01-02T03:04:05Z""#), "{then}");
    let trace: Value = serde_json::from_str(&here.get("/api/exchanges").await.1).unwrap();
    assert_eq!((&trace[0]["received"], &trace[0]["sent"]["user"]), (&Value::Null, &json!("ann@example.test")));
    here.api("/api/reset", json!({})).await;
    assert_eq!(here.get("/api/exchanges").await.1, "[]");
    assert_eq!(here.get("/api/sps").await.1, "[]");
}
