//! Signature wrapping, generated: a forged and a genuine element in every place of each other, never accepted as forged.
//!
//! The named attacks are the placements that fooled somebody. This tries all of them: for every position among the children
//! of every element, the one element is put there with the other one around it or beside it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, Memory, accept, idp, recipe, sp, sp_with_logout};
use mock_idp::logout::{LogoutRecipe, Subject};
use mock_idp::tree::{Element, Node};
use mock_idp::wire::spell;
use mock_idp::{Person, Recipe, Sign, Vendor, base64, people, read};
use sp::logout::{LogoutDelivery, Received, redeem_logout};
use sp::{EndpointUrl, Idp, Rejection};
use std::collections::BTreeMap;

/// The genuine message and an unsigned one about the attacker.
struct Pair {
    genuine: Element,
    forged: Element,
}

impl Pair {
    fn of(vendor: Vendor, sign: Sign) -> Self {
        let genuine = Recipe { sign, ..recipe(vendor) };
        let forged = Recipe { sign: Sign::Neither, person: people::mallory(), seed: 2, ..genuine.clone() };
        let tree = |recipe: Recipe| read::element(&recipe.build().unwrap().xml).unwrap();
        Self { genuine: tree(genuine), forged: tree(forged) }
    }
}

/// Every element below `root`, each as the numbers of the children on the way to it.
fn paths(root: &Element) -> Vec<Vec<usize>> {
    let mut found = vec![vec![]];
    for (number, child) in root.children.iter().enumerate() {
        if let Node::Element(child) = child {
            found.extend(paths(child).into_iter().map(|rest| [vec![number], rest].concat()));
        }
    }
    found
}

fn at<'e>(root: &'e mut Element, path: &[usize]) -> &'e mut Element {
    path.iter().fold(root, |element, number| match &mut element.children[*number] {
        Node::Element(child) => child,
        other => panic!("{other:?} is no element"),
    })
}

/// `guest` in every place of `host`.
pub(crate) fn placements(host: &Element, guest: &Element) -> Vec<Element> {
    let mut all = Vec::new();
    for path in paths(host) {
        let count = at(&mut host.clone(), &path).children.len();
        for place in 0..=count {
            let mut changed = host.clone();
            at(&mut changed, &path).insert(place, guest.clone());
            all.push(changed);
        }
    }
    all
}

/// The same element with the genuine Signature where its own would stand.
pub(crate) fn carrying(mut forged: Element, signature: &Element) -> Element {
    let behind_issuer = forged.position("Issuer").map_or(0, |issuer| issuer + 1);
    forged.insert(behind_issuer, signature.clone());
    forged
}

fn with_assertion(response: &Element, assertion: &Element) -> Element {
    let mut response = response.clone();
    let place = response.position("Assertion").unwrap();
    response.take("Assertion");
    response.take("Signature");
    response.insert(place, assertion.clone());
    response
}

/// Around a signed Assertion: forged in genuine, genuine in forged, with and without the genuine Signature on the forged one.
fn around_assertion(pair: &Pair) -> Vec<Element> {
    let mut response = pair.genuine.clone();
    response.take("Signature");
    let genuine = response.child("Assertion").unwrap().clone();
    let forged = pair.forged.child("Assertion").unwrap();
    let mut bare = genuine.clone();
    let signature = bare.take("Signature").unwrap();
    let carrier = carrying(forged.clone(), &signature);
    let mut all = placements(&response, forged);
    all.extend(placements(&response, &carrier));
    for (host, guest) in [(forged, &genuine), (&carrier, &bare), (&carrier, &genuine)] {
        all.extend(placements(&with_assertion(&response, host), guest));
    }
    all
}

/// Around a signed Response, likewise.
fn around_response(pair: &Pair) -> Vec<Element> {
    let mut bare = pair.genuine.clone();
    let signature = bare.take("Signature").unwrap();
    let carrier = carrying(pair.forged.clone(), &signature);
    let mut all = placements(&pair.genuine, &pair.forged);
    all.extend(placements(&pair.genuine, pair.forged.child("Assertion").unwrap()));
    for (host, guest) in [(&pair.forged, &pair.genuine), (&carrier, &bare), (&carrier, &pair.genuine)] {
        all.extend(placements(host, guest));
    }
    all
}

#[test]
fn every_place() {
    let sp = sp();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let mut accepted = 0;
    for vendor in Vendor::core() {
        let idp = idp(vendor);
        for sign in [Sign::Assertion, Sign::Response, Sign::Both] {
            let pair = Pair::of(vendor, sign);
            assert!(accept(&spell(&pair.genuine), &sp, &idp).is_ok(), "the twin {vendor:?} {sign:?}");
            let assertions = if sign.assertion() { around_assertion(&pair) } else { Vec::new() };
            let responses = if sign.response() { around_response(&pair) } else { Vec::new() };
            for message in assertions.into_iter().chain(responses) {
                match accept(&spell(&message), &sp, &idp) {
                    Ok(identity) => {
                        accepted += 1;
                        assert_eq!(
                            identity.name_id.value,
                            "ann@example.test",
                            "{vendor:?} {sign:?}: {}",
                            spell(&message)
                        );
                    }
                    Err(rejection) => *reasons.entry(rejection.reason().name()).or_default() += 1,
                }
            }
        }
    }
    let refused: usize = reasons.values().sum();
    assert_eq!(accepted, 0, "a second Assertion or Response anywhere is refused");
    assert!(refused > 5_000, "{refused}");
    println!("{refused} placements refused: {reasons:?}");
}

/// The same around a signed LogoutRequest: another message, the same verifier.
#[test]
fn every_place_of_other_messages() {
    let vendor = Vendor::named("okta").unwrap();
    let idp = idp(vendor);
    let request = |person: &Person, sign: bool| {
        let subject = Subject::of(vendor, person, ["_s1"]);
        let mock = mock_idp::Idp::of(vendor, "https://idp.example.test");
        let recipe = LogoutRecipe { sign, ..LogoutRecipe::request(vendor, mock, SLO, subject, common::NOW) };
        let octets = base64::decode(&recipe.post().unwrap().base64()).unwrap();
        read::element(std::str::from_utf8(&octets).unwrap()).unwrap()
    };
    let pair = Pair { genuine: request(&people::ann(), true), forged: request(&people::mallory(), false) };
    assert_eq!(logged_out(&spell(&pair.genuine), &idp).unwrap(), "ann@example.test", "the twin");
    let mut bare = pair.genuine.clone();
    let carrier = carrying(pair.forged.clone(), &bare.take("Signature").unwrap());
    let mut messages = placements(&pair.genuine, &pair.forged);
    for (host, guest) in [(&pair.forged, &pair.genuine), (&carrier, &bare), (&carrier, &pair.genuine)] {
        messages.extend(placements(host, guest));
    }
    let accepted: Vec<_> = messages.iter().filter_map(|message| logged_out(&spell(message), &idp).ok()).collect();
    // What stands inside the Signature is outside the digest; if anything is taken, then as it was signed.
    assert!(accepted.iter().all(|name| name == "ann@example.test"), "{accepted:?}");
    println!("{} placements, {} taken for what was signed", messages.len(), accepted.len());
    assert!(messages.len() > 50 && accepted.is_empty());
}

const SLO: &str = "https://sp.example.test/slo";

/// Whose sessions this LogoutRequest ends.
fn logged_out(xml: &str, idp: &Idp) -> Result<String, Rejection> {
    let sp = sp_with_logout(SLO);
    let field = base64::encode(xml.as_bytes()).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let delivery = LogoutDelivery { endpoint: &EndpointUrl::new(SLO).unwrap(), now: common::now() };
    let received = Received::post(format!("SAMLRequest={field}").as_bytes(), &sp)?;
    let validated = received.accept_request(&sp, idp, delivery)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let order = runtime.block_on(redeem_logout(validated, &Memory::default(), common::now()))?;
    Ok(order.name_id.value)
}
