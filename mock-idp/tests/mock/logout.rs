//! Logout messages of every vendor: the bytes on file, signed where they should be, broken on request.

use crate::support::live_signatures;
use mock_idp::logout::read::{self, Content};
use mock_idp::logout::{Kind, LogoutEdits, LogoutFault, LogoutRecipe, Subject};
use mock_idp::{Idp, SignatureAlgorithm, Vendor, base64, people};
use time::macros::datetime;

const SLO: &str = "https://sp.example.test/slo";

fn request(vendor: Vendor) -> LogoutRecipe {
    let subject = Subject::of(vendor, &people::ann(), ["_session-1"]);
    let clock = datetime!(2026-03-04 05:06:07.089 UTC);
    LogoutRecipe::request(vendor, Idp::of(vendor, "http://127.0.0.1:7500"), SLO, subject, clock)
}

fn response(vendor: Vendor) -> LogoutRecipe {
    LogoutRecipe { kind: Kind::Response { in_response_to: Some("_request-1".to_owned()) }, ..request(vendor) }
}

fn both(vendor: Vendor) -> [LogoutRecipe; 2] {
    [request(vendor), response(vendor)]
}

#[test]
fn the_bytes_of_every_vendor() {
    for vendor in Vendor::all() {
        for (name, recipe) in [("logout_request", request(vendor)), ("logout_response", response(vendor))] {
            let recipe = LogoutRecipe { relay_state: Some("back here".to_owned()), ..recipe };
            let redirect = recipe.redirect().unwrap();
            let all = format!("{}\n\n{}\n\n{}\n", recipe.post().unwrap().xml, redirect.xml, redirect.query);
            insta::assert_snapshot!(format!("{}_{name}", vendor.name()), all);
        }
    }
}

#[test]
fn a_form_carries_a_live_signature() {
    for recipe in Vendor::all().flat_map(both) {
        let form = recipe.post().unwrap();
        let live = live_signatures(&form.xml, &recipe.idp);
        assert_eq!(live.len(), usize::from(recipe.sign), "{:?}", recipe.vendor);
        assert!(live.iter().all(|live| live.id == form.id), "{:?}", recipe.vendor);
        assert_eq!(recipe.post().unwrap(), form, "{:?}", recipe.vendor);
    }
}

/// The octets a Redirect signature covers, and the signature.
fn parts(query: &str) -> (&str, Vec<u8>) {
    let (signed, signature) = query.split_once("&Signature=").unwrap();
    let signature: String = form_urlencoded::parse(format!("s={signature}").as_bytes()).map(|pair| pair.1).collect();
    (signed, base64::decode(&signature).unwrap())
}

#[test]
fn a_query_is_signed_over_its_own_octets() {
    for recipe in Vendor::all().flat_map(both) {
        let recipe = LogoutRecipe { relay_state: Some("a b/ü".to_owned()), sign: true, ..recipe };
        let redirect = recipe.redirect().unwrap();
        let (signed, signature) = parts(&redirect.query);
        assert_eq!(recipe.idp.key().sign(recipe.signature, signed.as_bytes()).unwrap(), signature);
        let lower = recipe.vendor.shape().logout.lower_case_escapes.value;
        assert!(signed.contains(if lower { "RelayState=a%20b%2f%c3%bc" } else { "RelayState=a%20b%2F%C3%BC" }));
        let read = read::from_redirect_query(&redirect.query).unwrap();
        assert_eq!((read.id, read.issuer), (redirect.id, recipe.idp.entity_id.clone()));
        assert_eq!((read.signed, read.relay_state.as_deref()), (true, Some("a b/ü")));
        assert!(!redirect.xml.contains("Signature"), "{:?}", recipe.vendor);
    }
}

#[test]
fn what_was_said_is_read_again() {
    for vendor in Vendor::all() {
        let asked = read::read(request(vendor).post().unwrap().xml.as_bytes()).unwrap();
        let Content::Request { name_id, session_indexes, .. } = asked.content else { panic!("a response?") };
        assert_eq!((name_id.as_str(), session_indexes), ("ann@example.test", vec!["_session-1".to_owned()]));
        assert_eq!(asked.destination.as_deref(), Some(SLO));
        let edits = toml::from_str::<LogoutEdits>(
            r#"sub_status = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout"
            status_message = "not everywhere""#,
        );
        let partial = LogoutRecipe { edits: edits.unwrap(), ..response(vendor) };
        let said = read::read(partial.post().unwrap().xml.as_bytes()).unwrap();
        let Content::Response { in_response_to, status, sub_status } = said.content else { panic!("a request?") };
        assert_eq!(in_response_to.as_deref(), Some("_request-1"));
        assert!(status.ends_with(":Success") && sub_status.unwrap().ends_with(":PartialLogout"));
    }
}

#[test]
fn a_fault_breaks_the_signature_and_nothing_else() {
    for recipe in Vendor::all().flat_map(both) {
        for &fault in LogoutFault::ALL {
            let broken = LogoutRecipe { fault: Some(fault), sign: true, ..recipe.clone() };
            let context = format!("{:?} {fault:?}", recipe.vendor);
            let form = broken.post().unwrap();
            // The weak algorithm's signature is a good one, and for an SP to refuse.
            let expected = usize::from(fault == LogoutFault::WeakAlgorithm);
            assert_eq!(live_signatures(&form.xml, &recipe.idp).len(), expected, "{context}");
            let query = broken.redirect().unwrap().query;
            let good = query.contains("&Signature=") && {
                let (signed, signature) = parts(&query);
                let algorithms = [SignatureAlgorithm::RsaSha1, recipe.signature];
                let names = |algorithm: &SignatureAlgorithm| signed.to_lowercase().ends_with(&ending(*algorithm));
                let named = algorithms.into_iter().find(names);
                named.is_some_and(|named| recipe.idp.key().sign(named, signed.as_bytes()).unwrap() == signature)
            };
            assert_eq!(usize::from(good), expected, "{context}");
            assert_eq!(broken.twin().post().unwrap(), LogoutRecipe { sign: true, ..recipe.clone() }.post().unwrap());
        }
    }
}

fn ending(algorithm: SignatureAlgorithm) -> String {
    algorithm.uri().rsplit('#').next().map(|name| format!("%23{name}")).unwrap()
}

#[test]
fn edits_change_one_field_each() {
    let azure = Vendor::named("azure").unwrap();
    // Each row: an edit, what then stands there, and what no longer does.
    for (edits, there, gone) in [
        (r#"reason = "urn:why""#, r#"Reason="urn:why""#, ""),
        (r#"not_on_or_after = "-1s""#, r#"NotOnOrAfter="2026-03-04T05:06:06.089Z""#, "T06:06"),
        (r#"without = ["not_on_or_after"]"#, "", "NotOnOrAfter"),
        (r#"without = ["session_index"]"#, "", "SessionIndex"),
        (r#"session_indexes = ["a", "b"]"#, ">a</samlp:SessionIndex><samlp:SessionIndex>b<", "_session-1"),
        (r#"name_id_format = "urn:f""#, r#"<NameID Format="urn:f""#, ""),
        (r#"issuer = "urn:other""#, ">urn:other</Issuer>", "sts.windows.net"),
        (r#"destination = "https://else.test/""#, r#"Destination="https://else.test/""#, "sp.example.test"),
        (r#"id = "_own""#, r##"URI="#_own""##, ""),
        (r#"without = ["name_id"]"#, "", "NameID"),
    ] {
        let recipe = LogoutRecipe { edits: toml::from_str(edits).unwrap(), ..request(azure) };
        let xml = recipe.post().unwrap().xml;
        assert!(xml.contains(there), "{edits}: {xml}");
        assert!(gone.is_empty() || !xml.contains(gone), "{edits}: {xml}");
    }
    assert!(toml::from_str::<LogoutEdits>("ressaon = 1").unwrap_err().to_string().contains("unknown field"));
}
