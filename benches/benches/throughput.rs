//! The whole table: every vendor in every signed layout, other algorithms, encryption, sizes, one thread and two, and the
//! other stacks that take the message.
//!
//! `cargo bench -p benches --bench throughput [-- --quick] [--samael PROGRAM] [--xmlsec1 PROGRAM]`. Writes
//! `target/bench/throughput.csv` and one plot beside it.

use benches::peers::Options;
use benches::rounds::{Lane, Rounds, lane};
use benches::sheet::{self, Row};
use benches::{Case, Error, Floor, encrypted, recipe, signed_with, with_groups};
use mock_idp::{Recipe, Sign, SignatureAlgorithm, Vendor};
use std::hint::black_box;
use std::path::Path;
use std::sync::Barrier;
use std::time::Instant;

fn main() -> Result<(), Error> {
    let options = Options::read(100, 12)?;
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    sheet::head()?;
    for recipe in recipes()? {
        let case = Case::of(recipe)?;
        let measured = measure(&case, &options, &mut notes)?;
        measured.iter().try_for_each(Row::say)?;
        rows.extend(measured);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
    std::fs::create_dir_all(&folder)?;
    sheet::write_csv(&rows, &folder.join("throughput.csv"))?;
    let is_shown = |row: &Row| row.threads == 1 && !matches!(row.stage.as_str(), "floor" | "read");
    let shown: Vec<Row> = rows.into_iter().filter(is_shown).collect();
    sheet::write_svg(
        &shown,
        "full acceptance, and other stacks, as a ratio to the floor",
        &folder.join("throughput.svg"),
    )?;
    options.say_skipped(&notes)?;
    sheet::say("written: target/bench/throughput.csv, target/bench/throughput.svg")
}

/// Everything about one message: floor, reading and acceptance by one thread, acceptance by two, the other stacks.
fn measure(case: &Case, options: &Options, notes: &mut Vec<String>) -> Result<Vec<Row>, Error> {
    let floor = Floor::of(case)?;
    let (peers, mut lanes): (Vec<_>, Vec<Lane<'_>>) =
        options.peers(case, notes).into_iter().map(|peer| (peer.name, peer.lane)).unzip();
    lanes.insert(0, lane(|| floor.run().is_ok()));
    lanes.insert(1, lane(|| case.read().is_ok()));
    lanes.insert(2, lane(|| case.accept().is_ok()));
    let played = Rounds::play(&mut lanes, options.rounds)?;
    let stages = ["floor", "read", "accept"].into_iter().chain(peers).enumerate();
    let of_lane = |(place, stage)| row(case, stage, 1, played.microseconds(place), played.ratio(place, 0));
    let mut rows: Vec<Row> = stages.map(of_lane).collect();
    let best = |threads| (0..options.rounds).map(|_| per_second(case, threads)).fold(0.0, f64::max);
    let speed_up = best(2) / best(1);
    rows.push(row(case, "accept", 2, played.microseconds(2) / speed_up, played.ratio(2, 0) / speed_up));
    sheet::say(&format!(
        "two threads accept {speed_up:.2} times as many {} by {} as one",
        case.name,
        case.algorithm()
    ))?;
    Ok(rows)
}

fn recipes() -> Result<Vec<Recipe>, Error> {
    let mut recipes = Vec::new();
    for vendor in Vendor::all() {
        for sign in [Sign::Assertion, Sign::Response, Sign::Both] {
            recipes.push(signed_with(recipe(vendor.name(), sign)?, SignatureAlgorithm::RsaSha256));
        }
    }
    let okta = || recipe("okta", Sign::Assertion);
    for algorithm in [
        SignatureAlgorithm::RsaSha384,
        SignatureAlgorithm::RsaSha512,
        SignatureAlgorithm::RsaPssSha256,
        SignatureAlgorithm::RsaPssSha384,
        SignatureAlgorithm::RsaPssSha512,
        SignatureAlgorithm::EcdsaSha256,
        SignatureAlgorithm::EcdsaSha384,
        SignatureAlgorithm::EcdsaSha512,
        SignatureAlgorithm::Ed25519,
    ] {
        recipes.push(signed_with(okta()?, algorithm));
    }
    recipes.extend([encrypted(okta()?), encrypted(recipe("azure", Sign::Assertion)?)]);
    for groups in [100, 1_000, 8_000] {
        recipes.push(with_groups(okta()?, groups));
    }
    Ok(recipes)
}

fn row(case: &Case, stage: &str, threads: usize, microseconds: f64, ratio: f64) -> Row {
    let (case, algorithm, octets) = (case.name.clone(), case.algorithm(), case.xml.len());
    Row { case, algorithm, octets, stage: stage.to_owned(), threads, microseconds, ratio }
}

/// How many messages so many threads accept in a second, over a few milliseconds. The best of many such stretches is
/// one in which every thread had a processor.
fn per_second(case: &Case, threads: usize) -> f64 {
    const RUNS: u32 = 64;
    let runs = RUNS.min(1 + 2_000_000 / u32::try_from(case.xml.len()).unwrap_or(u32::MAX));
    let ready = Barrier::new(threads);
    let times: Vec<f64> = std::thread::scope(|scope| {
        let run = || {
            ready.wait();
            let begin = Instant::now();
            for _ in 0..runs {
                black_box(case.accept().is_ok());
            }
            begin.elapsed().as_secs_f64()
        };
        let started: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        started.into_iter().map(|thread| thread.join().unwrap_or(f64::INFINITY)).collect()
    });
    // The slowest thread counts for all.
    (threads * runs as usize) as f64 / times.into_iter().fold(0.0, f64::max)
}
