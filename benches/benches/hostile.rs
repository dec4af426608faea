//! Refusing must not cost more than accepting: every attack of the mock beside its healthy twin, in one set of rounds.
//!
//! `cargo bench -p benches --bench hostile [-- --quick]`. An attack may add signatures, an encrypted name or octets, so its
//! twin has as many signatures and as much encryption, and the last line compares with the cost of an acceptance of as
//! many octets. What seems dearer than that is measured once more: under load a whole turn may be a slow one.

use benches::rounds::{Rounds, lane};
use benches::sheet::say;
use benches::{Case, Error, encrypted, recipe};
use mock_idp::recipe::EncryptedPart;
use mock_idp::{Recipe, Sign, attacks};

/// What a refusal may cost of an acceptance; the rest is put down to noise.
const MOST: f64 = 1.05;

fn main() -> Result<(), Error> {
    let rounds = if std::env::args().any(|argument| argument == "--quick") { 10 } else { 60 };
    let layouts = layouts()?;
    let (mut worst, mut count, mut dearer) = (0.0f64, 0, 0);
    say("| attack | message | refuse / accept | octets / octets of the twin | refused as |\n|---|---|---|---|---|")?;
    for attack in attacks::ALL.iter().filter(|attack| attack.presentations == 1) {
        for healthy in &layouts {
            let recipe = Recipe { attack: Some(attack), ..healthy.clone() };
            if !(attack.applies)(&recipe) {
                continue;
            }
            let attacked = Case::of(recipe)?;
            let twin = Case::of(as_dear(healthy.clone(), &attacked))?;
            let Err(rejection) = attacked.accept() else { return Err(format!("{} is accepted", attack.id).into()) };
            twin.accept()?;
            let mut lanes = [lane(|| twin.accept().is_ok()), lane(|| attacked.accept().is_err())];
            let octets = attacked.xml.len() as f64 / twin.xml.len() as f64;
            let mut ratio = Rounds::play(&mut lanes, rounds)?.ratio(1, 0);
            if ratio > octets.max(1.0) * MOST {
                ratio = ratio.min(Rounds::play(&mut lanes, 3 * rounds)?.ratio(1, 0));
            }
            let reason = rejection.reason().name();
            say(&format!("| {} | {} | {ratio:.2} | {octets:.2} | {reason} |", attack.id, twin.name))?;
            (worst, count) = (worst.max(ratio / octets.max(1.0)), count + 1);
            dearer += usize::from(ratio > octets.max(1.0) * MOST);
        }
    }
    say(&format!(
        "{count} refusals; the dearest costs {worst:.2} of an acceptance of its size; {dearer} cost more than {MOST}"
    ))
}

/// The healthy message with as many signatures and as much encryption as an attack on it: no more of either is paid for.
fn as_dear(mut healthy: Recipe, attacked: &Case) -> Recipe {
    if attacked.xml.contains("EncryptedID>") {
        healthy.encrypt_parts = vec![EncryptedPart::NameId];
    }
    if attacked.xml.matches("SignatureValue>").count() > 2 {
        healthy.sign = Sign::Both;
    }
    healthy
}

/// One layout of each kind, of two vendors.
fn layouts() -> Result<Vec<Recipe>, Error> {
    Ok(vec![
        recipe("azure", Sign::Assertion)?,
        recipe("okta", Sign::Both)?,
        recipe("okta", Sign::Response)?,
        encrypted(recipe("okta", Sign::Assertion)?),
    ])
}
