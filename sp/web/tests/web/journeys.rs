//! Whole logins that must succeed, for every vendor, over both stores.

use crate::browser::Browser;
use crate::world::{World, metadata, options, vendor};
use mock_idp::{Edits, Recipe, Vendor, request};
use sp_web::Options;

/// A world per store; the folder of the database lives as long as the worlds.
pub(crate) async fn check_over_both_stores(check: impl AsyncFn(&World)) {
    check(&World::new().await).await;
    let folder = tempfile::tempdir().unwrap();
    check(&World::with(over_sqlite(&folder)).await).await;
}

pub(crate) fn over_sqlite(folder: &tempfile::TempDir) -> Options {
    let path = folder.path().join("sp.db");
    Options { database_url: Some(format!("sqlite:{}", path.display())), ..options() }
}

#[tokio::test]
async fn started_here() {
    check_over_both_stores(async |world| {
        for vendor in Vendor::core() {
            let browser = world.browser();
            browser.check_nobody().await;
            let started = world.start(&browser, vendor, "/reports?of=2026#top").await;
            assert!(started.relay_state.len() <= 80);
            let answer = browser.deliver(&world.answer(vendor, &started), Some(&started.relay_state)).await;
            answer.check_accepted("/reports?of=2026#top");
            browser.check_ann().await;
        }
    })
    .await;
}

#[tokio::test]
async fn started_at_the_idp() {
    check_over_both_stores(async |world| {
        for vendor in Vendor::core() {
            let browser = world.browser();
            browser.deliver(&world.unsolicited(vendor), None).await.check_accepted("/");
            browser.check_ann().await;
        }
    })
    .await;
}

#[tokio::test]
async fn encrypted() {
    let world = World::new().await;
    let published = world.browser().get("/saml/metadata").await;
    assert_eq!(published.headers["content-type"], "application/samlmetadata+xml");
    let sp = mock_idp::Sp::from_metadata(&published.body).unwrap();
    assert_eq!((&sp.entity_id, &sp.acs), (&world.ready.entity_id, &world.ready.acs));
    for vendor in Vendor::core() {
        let recipe = Recipe { sp: sp.clone(), ..world.recipe(vendor) };
        let recipe = Recipe { encrypt: Some(recipe.usual_encryption()), ..recipe };
        let message = recipe.build().unwrap();
        assert!(!message.xml.contains("ann@example.test"), "{}", message.xml);
        let browser = world.browser();
        browser.deliver(&message, None).await.check_accepted("/");
        browser.check_ann().await;
    }
}

#[tokio::test]
async fn an_unsolicited_message_may_name_a_path_of_ours() {
    let world = World::new().await;
    // Each row: the RelayState of an unsolicited message, and where it leads.
    let rows = [
        ("/reports", "/reports"),
        ("", "/"),
        ("https://evil.test/", "/"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("\"><script>alert(1)</script>", "/"),
        ("/saml/login", "/"),
    ];
    for (seed, (relay_state, path)) in rows.iter().enumerate() {
        let recipe = Recipe { seed: seed as u64, ..world.recipe(vendor("okta")) };
        let answer = world.browser().deliver(&recipe.build().unwrap(), Some(relay_state)).await;
        answer.check_accepted(path);
        assert!(!answer.body.contains("script"));
    }
}

#[tokio::test]
async fn a_wish_to_return_elsewhere_is_forgotten() {
    let world = World::new().await;
    for (seed, wish) in ["https://evil.test", "//evil.test", "/\\evil.test", "", "/a\n"].iter().enumerate() {
        let browser = world.browser();
        let started = world.start(&browser, vendor("duo"), wish).await;
        let recipe = Recipe { seed: seed as u64, ..world.answer_recipe(vendor("duo"), &started) };
        browser.deliver(&recipe.build().unwrap(), Some(&started.relay_state)).await.check_accepted("/");
    }
}

#[tokio::test]
async fn an_idp_that_takes_requests_only_by_form() {
    let okta = vendor("okta");
    let mut file = metadata(okta);
    let text = String::from_utf8(file.octets).unwrap();
    let redirect = "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\"";
    let (before, rest) = text.split_once(redirect).unwrap();
    file.octets = format!("{before}{}", rest.split_once("/>").unwrap().1).into_bytes();
    let world = World::with(Options { idp_metadata: vec![file], ..options() }).await;

    let browser = world.browser();
    // With one IdP, its name need not be given.
    let page = browser.get("/saml/login?return_to=/a").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<form method=\"post\" action=\"http://127.0.0.1:7500/"), "{}", page.body);
    let value = |name: &str| {
        let (_, rest) = page.body.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        rest.split('"').next().unwrap().replace("&#43;", "+").replace("&#61;", "=")
    };
    let fields = [("SAMLRequest", value("SAMLRequest")), ("RelayState", value("RelayState"))];
    let form = reqwest::Url::parse_with_params("http://idp", fields).unwrap();
    let request = request::from_form(form.query().unwrap()).unwrap();
    let relay_state = request.relay_state.clone().unwrap();
    let message = Recipe { in_response_to: Some(request.id), ..world.recipe(okta) }.build().unwrap();
    browser.deliver(&message, Some(&relay_state)).await.check_accepted("/a");
    browser.check_ann().await;
}

#[tokio::test]
async fn the_start_page_says_who_is_logged_in() {
    let world = World::new().await;
    let browser = world.browser();
    let before = browser.get("/").await;
    assert!(before.body.contains("You are not signed in."), "{}", before.body);
    for vendor in Vendor::core() {
        let entity_id = world.recipe(vendor).idp.entity_id;
        assert!(before.body.contains(&format!(">{entity_id}</a>")), "{}", before.body);
    }
    // With several IdPs, a login that names none leads to the list.
    assert_eq!(browser.get("/saml/login").await.location(), "/");

    let name = "<script>alert(1)</script>".to_owned();
    let edits = Edits { name_id: Some(name), ..Edits::default() };
    let message = Recipe { edits, ..world.recipe(vendor("azure")) }.build().unwrap();
    browser.deliver(&message, None).await.check_accepted("/");
    let after = browser.get("/").await;
    assert!(!after.body.contains("<script>alert"), "{}", after.body);
    assert!(after.body.contains("Archer"), "{}", after.body);
}

#[tokio::test]
async fn a_session_ends_with_the_idps_or_after_eight_hours() {
    let world = World::new().await;
    // Each row: SessionNotOnOrAfter, and how long the session lasts.
    for (seed, (end, seconds)) in [("+10m", 600), ("+24h", 8 * 3600)].into_iter().enumerate() {
        let browser: Browser = world.browser();
        let edits = Edits { session_not_on_or_after: Some(end.to_owned()), ..Edits::default() };
        let recipe = Recipe { edits, seed: seed as u64, ..world.recipe(vendor("okta")) };
        browser.deliver(&recipe.build().unwrap(), None).await.check_accepted("/");
        world.advance(seconds - 1);
        browser.check_ann().await;
        world.advance(1);
        browser.check_nobody().await;
    }
}
