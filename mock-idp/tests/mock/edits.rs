//! Edits from TOML: each changes what it names, fills placeholders, and nothing unknown gets through.

use crate::support::{live_signatures, recipe};
use mock_idp::{Edits, Recipe, RecipeError, Vendor};

fn built(edits: &str) -> String {
    let edits: Edits = toml::from_str(edits).unwrap();
    let recipe = Recipe { edits, ..recipe(Vendor::named("azure").unwrap()) };
    let xml = recipe.build().unwrap().xml;
    assert_eq!(live_signatures(&xml, &recipe.idp).len(), usize::from(xml.contains("<Assertion ")));
    xml
}

#[test]
fn edits_change_what_they_name() {
    // Each row: the edit, what then stands in the message, and what no longer does.
    for (edits, there, gone) in [
        (
            r#"audience = ["https://other.test", "${SP}"]"#,
            "<Audience>https://other.test</Audience><Audience>https://sp.example.test/metadata</Audience>",
            "",
        ),
        (r#"audiences = [["${SP}"], ["x"]]"#, "</AudienceRestriction><AudienceRestriction><Audience>x<", ""),
        (r#"destination = """#, r#"Destination="""#, r#"Destination="https"#),
        (r#"without = ["destination"]"#, "Recipient=", "Destination="),
        (r#"without = ["conditions"]"#, "<Subject>", "<Conditions"),
        (r#"without = ["in_response_to"]"#, "Recipient=", "InResponseTo"),
        (r#"without = ["assertion"]"#, "samlp:Status", "Assertion "),
        (r#"in_response_to = "${REQUEST_ID}-2""#, r#"InResponseTo="_request-1-2""#, r#""_request-1""#),
        (r#"confirmation_in_response_to = "_other""#, r#"InResponseTo="_other""#, ""),
        (r#"not_on_or_after = "-1s""#, r#"NotOnOrAfter="2026-03-04T05:06:06.089Z""#, ""),
        (r#"issue_instant = "=2026-03-04""#, r#"IssueInstant="2026-03-04""#, r#"IssueInstant="2026-03-04T"#),
        (r#"name_id = "${ATTACKER}""#, ">mallory@example.test</NameID>", ""),
        (r#"issuer = "${IDP}x""#, "ffee/x</Issuer>", "ffee/</Issuer>"),
        (r#"response_issuer = "urn:other""#, ">urn:other<", ""),
        (
            r#"attributes = { role = ["a", "b"] }"#,
            r#"<Attribute Name="role"><AttributeValue>a</AttributeValue><AttributeValue>b<"#,
            "",
        ),
        (r#"sub_status = "urn:second""#, r#"Success"><samlp:StatusCode Value="urn:second"/></samlp:StatusCode>"#, ""),
        (r#"status_message = "no <luck>""#, "<samlp:StatusMessage>no &lt;luck&gt;</samlp:StatusMessage>", ""),
        ("one_time_use = true", "<OneTimeUse/>", ""),
        (r#"session_not_on_or_after = "+1h""#, r#"SessionNotOnOrAfter="2026-03-04T06:06:07.089Z""#, ""),
        (r#"confirmation_not_before = "now""#, r#"NotBefore="2026-03-04T05:06:07.089Z""#, ""),
        (r#"version = "1.1""#, r#"Version="1.1""#, r#"Version="2.0""#),
        (r#"consent = "urn:given""#, r#"Consent="urn:given""#, ""),
    ] {
        let xml = built(edits);
        assert!(xml.contains(there), "{edits}: {xml}");
        assert!(gone.is_empty() || !xml.contains(gone), "{edits}: {xml}");
    }
}

#[test]
fn a_twin_has_no_edits() {
    let edits: Edits = toml::from_str(r#"audience = ["x"]"#).unwrap();
    let edited = Recipe { edits, ..recipe(Vendor::named("duo").unwrap()) };
    assert_eq!(edited.twin().build(), recipe(Vendor::named("duo").unwrap()).build());
}

#[test]
fn what_is_unknown_is_refused() {
    let refused = |edits: &str| toml::from_str::<Edits>(edits).unwrap_err().to_string();
    assert!(refused(r#"audiense = ["x"]"#).contains("unknown field `audiense`"));
    assert!(refused(r#"without = ["everything"]"#).contains("unknown variant `everything`"));
    let edits: Edits = toml::from_str(r#"not_before = "soon""#).unwrap();
    let error = Recipe { edits, ..recipe(Vendor::named("duo").unwrap()) }.build().unwrap_err();
    assert!(matches!(error, RecipeError::Moment(_)), "{error}");
    assert!(error.to_string().starts_with("`soon` is no moment"));
}
