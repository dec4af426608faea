//! Which certificates become keys: of a chain the first one alone, whichever way it was given.

mod common;

use common::{accept, outcome, recipe, sp, trusted};
use mock_idp::{Recipe, SignatureAlgorithm, Vendor, key};
use sp::{Allow, EntityId, Idp};

#[test]
fn only_the_leaf_of_a_chain_signs() {
    let vendor = Vendor::named("okta").unwrap();
    let healthy = recipe(vendor);
    let authority = healthy.idp.clone().with_key(key::attacker(), vendor);
    let (leaf_pem, authority_pem) = (healthy.idp.certificate_pem(), authority.certificate_pem());
    let by_the_authority = Recipe { idp: authority, ..healthy.clone() };
    let verdict = |recipe: &Recipe, idp: &Idp| outcome(&accept(&recipe.build().unwrap().xml, &sp(), idp));

    let pinned = |file: String| {
        let name = EntityId::new(&healthy.idp.entity_id).unwrap();
        Idp::builder(name).certificate(file.as_bytes()).unwrap().build().unwrap()
    };
    let chain = pinned(format!("{leaf_pem}{authority_pem}"));
    assert_eq!(verdict(&healthy, &chain), "accepted as ann@example.test");
    assert_eq!(verdict(&by_the_authority, &chain), "signature_invalid");
    assert_eq!(verdict(&by_the_authority, &pinned(authority_pem.clone())), "accepted as ann@example.test");

    // The same as two X509Certificates of one KeyDescriptor.
    let body = |pem: &str| pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let metadata = healthy.idp.metadata(vendor);
    let end = metadata.find("X509Certificate>").unwrap() + "X509Certificate>".len();
    let close = metadata[end..].find('>').unwrap() + end + 1;
    let name = metadata[..end].rsplit('<').next().unwrap().trim_end_matches('>');
    let second = format!("<{name}>{}</{name}>", body(&authority_pem));
    let metadata = format!("{}{second}{}", &metadata[..close], &metadata[close..]);
    let mut idps =
        sp::metadata::read_idp(metadata.as_bytes(), &Allow::default(), common::now(), &sp::Limits::default()).unwrap();
    let idp = idps.remove(0);
    assert_eq!(verdict(&healthy, &idp), "accepted as ann@example.test");
    assert_eq!(verdict(&by_the_authority, &idp), "signature_invalid");
}

/// A key signs by the algorithms of its kind alone.
#[test]
fn an_algorithm_needs_a_key_of_its_kind() {
    let vendor = Vendor::named("okta").unwrap();
    let pinned = trusted(&recipe(vendor).idp, vendor, Allow::default());
    for algorithm in [SignatureAlgorithm::EcdsaSha256, SignatureAlgorithm::EcdsaSha512, SignatureAlgorithm::Ed25519] {
        let mut recipe = Recipe { signature: algorithm, ..recipe(vendor) };
        recipe.idp = recipe.idp.with_key(key::fitting(algorithm, vendor.key()), vendor);
        let xml = recipe.build().unwrap().xml;
        assert_eq!(outcome(&accept(&xml, &sp(), &pinned)), "algorithm_key_mismatch", "{algorithm:?}");
        let own = trusted(&recipe.idp, vendor, Allow::default());
        assert_eq!(outcome(&accept(&xml, &sp(), &own)), "accepted as ann@example.test", "{algorithm:?}");
    }
}
