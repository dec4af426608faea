//! Where the time of an acceptance goes: the parts of the floor, and what is added to them, in one set of rounds.
//!
//! `cargo bench -p benches --bench stages [-- --quick]`. For finer parts, count instructions: `examples/repeat.rs`.

use benches::rounds::{Rounds, lane};
use benches::sheet::say;
use benches::{Case, Error, Floor, encrypted, recipe};
use mock_idp::Sign;

const LANES: [&str; 6] = ["floor", "base64", "digests", "signature values", "base64 and XML", "accept"];

fn main() -> Result<(), Error> {
    let rounds = if std::env::args().any(|argument| argument == "--quick") { 20 } else { 150 };
    let mut cases = Case::all()?;
    cases.push(Case::of(encrypted(recipe("okta", Sign::Assertion)?))?);
    say("| message | stage | us | share of the floor |\n|---|---|---|---|")?;
    for case in cases {
        let floor = Floor::of(&case)?;
        let mut lanes = [
            lane(|| floor.run().is_ok()),
            lane(|| floor.base64().is_ok()),
            lane(|| floor.digests().is_ok()),
            lane(|| floor.signature_values().is_ok()),
            lane(|| case.read().is_ok()),
            lane(|| case.accept().is_ok()),
        ];
        let played = Rounds::play(&mut lanes, rounds)?;
        for (place, name) in LANES.into_iter().enumerate() {
            let (us, share) = (played.microseconds(place), played.ratio(place, 0));
            say(&format!("| {} | {name} | {us:.2} | {share:.3} |", case.name))?;
        }
        let reading = played.ratio(4, 0) - played.ratio(1, 0);
        let rest = played.ratio(5, 0) - 1.0 - reading;
        say(&format!("| {} | of which XML | | {reading:.3} |", case.name))?;
        say(&format!("| {} | of which canonical octets, objects, rules | | {rest:.3} |", case.name))?;
    }
    Ok(())
}
