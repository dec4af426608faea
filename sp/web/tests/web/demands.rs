//! What the operator demands of every message: each row is refused for its own reason, and its twin logs Ann in.

use crate::browser::Answer;
use crate::world::{World, key, options, vendor};
use mock_idp::encrypt::{Cipher, Encryption, KeyPlacement};
use mock_idp::{Edits, Recipe, Sign};
use sp_web::{Cbc, KeyPair, Options, PrivateKey, Want};

/// Delivers the message of this recipe to a browser of its own, and sees who is logged in then.
async fn deliver(world: &World, recipe: Recipe) -> Answer {
    let browser = world.browser();
    let answer = browser.deliver(&recipe.build().unwrap(), None).await;
    match answer.status {
        303 => browser.check_ann().await,
        _ => browser.check_nobody().await,
    }
    answer
}

/// Okta's message, encrypted by this cipher to the certificate in our metadata.
async fn encrypted(world: &World, cipher: Cipher, seed: u64) -> Recipe {
    let published = world.browser().get("/saml/metadata").await.body;
    let sp = mock_idp::Sp::from_metadata(&published).unwrap();
    let encrypt = Some(Encryption::new(cipher, KeyPlacement::InKeyInfo));
    Recipe { sp, encrypt, seed, ..world.recipe(vendor("okta")) }
}

#[tokio::test]
async fn signatures() {
    let response = Want { response_signed: true, ..Want::default() };
    let assertion = Want { assertion_signed: true, ..Want::default() };
    for (want, missing, reason, twin) in [
        (response, Sign::Assertion, "response_not_signed", Sign::Response),
        (assertion, Sign::Response, "assertion_not_signed", Sign::Assertion),
    ] {
        let world = World::with(Options { want, ..options() }).await;
        let signed = |sign, seed| Recipe { sign, seed, ..world.recipe(vendor("okta")) };
        deliver(&world, signed(missing, 1)).await.check_refused(reason);
        deliver(&world, signed(twin, 2)).await.check_accepted("/");
        deliver(&world, signed(Sign::Both, 3)).await.check_accepted("/");
        let published = world.browser().get("/saml/metadata").await.body;
        assert_eq!(published.contains("WantAssertionsSigned=\"true\""), want.assertion_signed, "{published}");
    }
}

/// The one refusal that is public: it is decided before anything is decrypted.
#[tokio::test]
async fn encryption() {
    let want = Want { encrypted: true, ..Want::default() };
    let world = World::with(Options { want, ..options() }).await;
    let refused = deliver(&world, world.recipe(vendor("okta"))).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("<h1>Unencrypted assertions are not allowed</h1>"), "{}", refused.body);
    assert!(refused.log_line().unwrap().contains("assertion_not_encrypted"));
    // Whoever does encrypt is told nothing.
    let edits = Edits { audience: Some(vec!["https://other.test".to_owned()]), ..Edits::default() };
    let for_others = Recipe { edits, ..encrypted(&world, Cipher::Aes256Gcm, 2).await };
    deliver(&world, for_others).await.check_refused("audience_mismatch");
    deliver(&world, encrypted(&world, Cipher::Aes256Gcm, 3).await).await.check_accepted("/");
}

#[tokio::test]
async fn cbc() {
    let world = World::with(Options { cbc: Cbc::Refused, ..options() }).await;
    assert!(!world.browser().get("/saml/metadata").await.body.contains("-cbc\""), "it is not offered");
    deliver(&world, encrypted(&world, Cipher::Aes256Cbc, 1).await)
        .await
        .check_refused("encryption_algorithm_not_allowed");
    deliver(&world, encrypted(&world, Cipher::Aes256Gcm, 2).await).await.check_accepted("/");
    // Of one IdP alone.
    let cbc = Cbc::RefusedFrom(vec![world.recipe(vendor("duo")).idp.entity_id]);
    let world = World::with(Options { cbc, ..options() }).await;
    deliver(&world, encrypted(&world, Cipher::Aes256Cbc, 3).await).await.check_accepted("/");
    let okta = encrypted(&world, Cipher::Aes256Cbc, 4).await;
    let duo = Recipe { sp: okta.sp, encrypt: okta.encrypt, ..world.recipe(vendor("duo")) };
    deliver(&world, duo).await.check_refused("encryption_algorithm_not_allowed");
}

/// Our own keys roll over: an IdP that still has the earlier certificate is understood as long as its key is kept.
#[tokio::test]
async fn an_earlier_key_of_ours() {
    let before = World::new().await;
    let to_the_earlier = encrypted(&before, Cipher::Aes256Gcm, 1).await;
    let duo = mock_idp::Idp::of(vendor("duo"), "http://127.0.0.1:7500");
    let next = KeyPair {
        private_key: PrivateKey(include_bytes!("../../../../fixtures/keys/duo.key.pem").to_vec()),
        certificate: duo.certificate_pem().into_bytes(),
    };
    for (earlier_keys, reason) in [(vec![key().private_key], None), (Vec::new(), Some("decryption_failed"))] {
        let world = World::with(Options { key: Some(next.clone()), earlier_keys, ..options() }).await;
        deliver(&world, encrypted(&world, Cipher::Aes256Gcm, 2).await).await.check_accepted("/");
        let (sp, encrypt) = (encrypted(&world, Cipher::Aes256Gcm, 3).await.sp, to_the_earlier.encrypt);
        let encryption_certificate = to_the_earlier.sp.encryption_certificate.clone();
        let sp = mock_idp::Sp { encryption_certificate, ..sp };
        let answer = deliver(&world, Recipe { sp, encrypt, seed: 3, ..world.recipe(vendor("okta")) }).await;
        match reason {
            None => answer.check_accepted("/"),
            Some(reason) => answer.check_refused(reason),
        }
    }
}

/// A Service Provider without a key takes what is not encrypted, and offers nothing else.
#[tokio::test]
async fn no_key() {
    let with_key = World::new().await;
    let to_a_key = encrypted(&with_key, Cipher::Aes256Gcm, 1).await;
    let world = World::with(Options { key: None, ..options() }).await;
    let published = world.browser().get("/saml/metadata").await.body;
    assert!(!published.contains("KeyDescriptor"), "{published}");
    deliver(&world, world.recipe(vendor("okta"))).await.check_accepted("/");
    let encryption_certificate = to_a_key.sp.encryption_certificate;
    let sp = mock_idp::Sp { encryption_certificate, ..world.recipe(vendor("okta")).sp };
    let encrypted = Recipe { sp, encrypt: to_a_key.encrypt, seed: 2, ..world.recipe(vendor("okta")) };
    deliver(&world, encrypted).await.check_refused("decryption_failed");
}
