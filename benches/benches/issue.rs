//! How fast the mock issues messages, beside the RSA signatures it cannot do without.
//!
//! `cargo bench -p benches --bench issue [-- --quick] [--gate]`. The lanes take turns; a share of 1 would mean that nothing
//! but signing costs time. With `--gate` it ends with exit code 1 when a share is below [`GOAL`]; without, as one of all
//! benches, it only says so.

use benches::rounds::{Rounds, lane};
use benches::sheet::say;
use benches::{Error, encrypted, recipe};
use mock_idp::{Recipe, Sign, SignatureAlgorithm};
use std::process::ExitCode;

/// The least share of the time of a whole message that its signatures take.
const GOAL: f64 = 0.8;

fn main() -> Result<ExitCode, Error> {
    let is_told = |flag: &str| std::env::args().any(|argument| argument == flag);
    let rounds = if is_told("--quick") { 20 } else { 100 };
    say("| message | signatures | signing us | issuing us | share |\n|---|---|---|---|---|")?;
    let mut below = 0;
    for vendor in ["duo", "azure", "okta", "google", "auth0", "keycloak"] {
        for sign in [Sign::Assertion, Sign::Both] {
            let plain = recipe(vendor, sign)?;
            below += usize::from(measure(&plain, vendor, rounds)? < GOAL);
        }
    }
    // Encrypting is the SP's public key and a cipher on top; shown, not held against the goal.
    measure(&encrypted(recipe("okta", Sign::Assertion)?), "okta, encrypted", rounds)?;
    say(&format!("{below} below the goal of {GOAL}"))?;
    Ok(if below == 0 || !is_told("--gate") { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Signs as many times as the message does, then makes the message.
fn measure(recipe: &Recipe, name: &str, rounds: usize) -> Result<f64, Error> {
    let signatures = usize::from(recipe.sign.response()) + usize::from(recipe.sign.assertion());
    // As long as a SignedInfo is.
    let octets = [b'x'; 700];
    let key = recipe.idp.key();
    let mut lanes = [
        lane(|| (0..signatures).all(|_| key.sign(SignatureAlgorithm::RsaSha256, &octets).is_ok())),
        lane(|| recipe.build().is_ok()),
    ];
    let played = Rounds::play(&mut lanes, rounds)?;
    let (signing, issuing, share) = (played.microseconds(0), played.microseconds(1), played.ratio(0, 1));
    say(&format!("| {name} {:?} | {signatures} | {signing:.0} | {issuing:.0} | {share:.3} |", recipe.sign))?;
    Ok(share)
}
