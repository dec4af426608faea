//! The same messages accepted by other stacks, in turns with ours: each as a ratio to the floor.
//!
//! `cargo bench -p benches --bench peers [-- --quick] [--samael PROGRAM] [--xmlsec1 PROGRAM]`. What each of them does is said
//! in `benches::peers`, and in the README of this package which are not here.

use benches::peers::{NAMES, Options};
use benches::rounds::{Lane, Rounds, lane};
use benches::sheet::say;
use benches::{Case, Error, Floor};

fn main() -> Result<(), Error> {
    let options = Options::read(150, 20)?;
    say(
        "| message | octets | floor us | sp / floor | bergshamra, signatures only | samael | xmlsec1, signature only |",
    )?;
    say("|---|---|---|---|---|---|---|")?;
    let mut notes = Vec::new();
    for case in Case::all()? {
        let floor = Floor::of(&case)?;
        let (names, mut lanes): (Vec<_>, Vec<Lane<'_>>) =
            options.peers(&case, &mut notes).into_iter().map(|peer| (peer.name, peer.lane)).unzip();
        lanes.insert(0, lane(|| floor.run().is_ok()));
        lanes.insert(1, lane(|| case.accept().is_ok()));
        let played = Rounds::play(&mut lanes, options.rounds)?;
        let of = |name: &str| match names.iter().position(|peer| *peer == name) {
            Some(place) => format!("{:.2}", played.ratio(place + 2, 0)),
            None => "-".to_owned(),
        };
        let (name, octets, peers) = (&case.name, case.xml.len(), NAMES.map(of).join(" | "));
        let (microseconds, ratio) = (played.microseconds(0), played.ratio(1, 0));
        say(&format!("| {name} | {octets} | {microseconds:.1} | **{ratio:.2}** | {peers} |"))?;
    }
    options.say_skipped(&notes)
}
