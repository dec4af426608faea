//! What an acceptance takes from the allocator: how often, and how much at most, beside the size of the message.
//!
//! `cargo bench -p benches --bench memory`. Exact counts, the same on every run; also shows that time is linear in size.

use benches::sheet::say;
use benches::{Case, Error, encrypted, recipe, with_groups};
use mock_idp::Sign;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() -> Result<(), Error> {
    say("| message | octets | allocations | octets at most | times the message |\n|---|---|---|---|---|")?;
    let mut cases = Case::all()?;
    cases.push(Case::of(encrypted(recipe("okta", Sign::Assertion)?))?);
    for groups in [100, 1_000, 3_000, 8_000] {
        cases.push(Case::of(with_groups(recipe("okta", Sign::Both)?, groups))?);
    }
    // Before counting starts, as the counting allocator is slow.
    let times = cases.iter().map(nanoseconds_per_octet).collect::<Result<Vec<_>, _>>()?;
    for case in &cases {
        // The first run sets up what the libraries keep.
        case.accept()?;
        let profiler = dhat::Profiler::builder().testing().build();
        let accepted = case.accept()?;
        let counted = dhat::HeapStats::get();
        drop((accepted, profiler));
        let (octets, most) = (case.xml.len(), counted.max_bytes);
        let ratio = most as f64 / octets as f64;
        say(&format!("| {} | {octets} | {} | {most} | {ratio:.2} |", case.name, counted.total_blocks))?;
    }
    say("\n| message | octets | ns per octet |\n|---|---|---|")?;
    for (case, time) in cases.iter().zip(times) {
        say(&format!("| {} | {} | {time:.2} |", case.name, case.xml.len()))?;
    }
    Ok(())
}

/// The best of some runs.
fn nanoseconds_per_octet(case: &Case) -> Result<f64, Error> {
    let mut best = f64::INFINITY;
    for _ in 0..40 {
        let begin = Instant::now();
        case.accept()?;
        best = best.min(begin.elapsed().as_nanos() as f64);
    }
    Ok(best / case.xml.len() as f64)
}
