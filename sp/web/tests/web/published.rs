//! What our metadata says, as an IdP fetches it.

use crate::world::{World, key, options, start};
use sp::metadata::{Contact, ContactKind, Organization, RequestedAttribute, Service, read_signed};
use sp::{Allow, Limits};
use sp_web::{About, Options};
use std::time::Duration;

fn about() -> About {
    let mail =
        RequestedAttribute { name: "mail".to_owned(), name_format: None, friendly_name: None, is_required: true };
    let contact = Contact {
        kind: ContactKind::Support,
        company: None,
        given_name: None,
        surname: None,
        email_address: Some("help@example.test".to_owned()),
    };
    let organization = Organization {
        name: "example".to_owned(),
        display_name: "Example & Co".to_owned(),
        url: "https://example.test".to_owned(),
    };
    About {
        is_signed: false,
        valid_for: Some(Duration::from_secs(86_400)),
        service: Some(Service { name: "The Portal".to_owned(), attributes: vec![mail] }),
        organization: Some(organization),
        contacts: vec![contact],
    }
}

async fn published(world: &World) -> String {
    let answer = world.browser().get("/saml/metadata").await;
    assert_eq!(answer.status, 200);
    answer.body
}

#[tokio::test]
async fn what_the_operator_says_of_us() {
    let plain = published(&World::new().await).await;
    let world = World::with(Options { about: about(), ..options() }).await;
    let full = published(&world).await;
    for words in [
        "<md:ServiceName xml:lang=\"en\">The Portal</md:ServiceName>",
        "<md:RequestedAttribute Name=\"mail\" isRequired=\"true\"/>",
        "<md:OrganizationDisplayName xml:lang=\"en\">Example &amp; Co</md:OrganizationDisplayName>",
        "<md:ContactPerson contactType=\"support\">",
        "<md:EmailAddress>mailto:help@example.test</md:EmailAddress>",
        "validUntil=\"2026-01-16T12:00:00Z\"",
    ] {
        assert!(full.contains(words), "{words}: {full}");
        assert!(!plain.contains(words), "{words}: {plain}");
    }
    // The end moves along, so that what is fetched is never over.
    world.advance(3600);
    assert!(published(&world).await.contains("validUntil=\"2026-01-16T13:00:00Z\""));
}

/// Whoever pins our certificate gets past the signature, to "this is an SP's"; what was changed does not get there.
#[tokio::test]
async fn signed() {
    let read = |file: &str| {
        let certificate = key().certificate;
        read_signed(file.as_bytes(), &certificate, &Allow::default(), start(), &Limits::default())
            .unwrap_err()
            .to_string()
    };
    let about = About { is_signed: true, ..about() };
    let world = World::with(Options { about, ..options() }).await;
    let file = published(&world).await;
    assert!(read(&file).contains("metadata of a Service Provider"), "{}", read(&file));
    assert!(read(&file.replace("help@example.test", "evil@example.test")).contains("digest_mismatch"));
    assert!(read(&published(&World::new().await).await).contains("metadata_not_signed"));
    let id = |file: &str| file.split(" ID=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned()).unwrap();
    assert_ne!(id(&file), id(&published(&world).await), "each copy has an ID of its own");
}
