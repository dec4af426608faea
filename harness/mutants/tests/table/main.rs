//! Plays every refusal against every mutant, message by message, and holds the committed table to what came out.
//!
//! Red when a refusal fools no mutant and is not listed as unprovable, when a mutant falls for nothing, when a mutant
//! refuses a healthy twin (it would be broken, not faulty), when the SP without a fault accepts a refusal, or when the
//! table is not what `MUTANTS=write` would write.

#![expect(clippy::unwrap_used, reason = "in tests a panic is the report")]

mod player;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use harness::mutants::{self as list, Mutant, Table};
use harness::scenario::{self, Expect};
use harness::select::{Case, all_cases};
use mutants::Switch;
use player::{Row, World};

/// What came out, of all rows together.
#[derive(Default)]
struct Outcome {
    fooled: BTreeMap<String, BTreeSet<String>>,
    unproven_rows: Vec<String>,
    broken: BTreeSet<String>,
    accepted_without_fault: Vec<String>,
}

fn switches(mutant: &Mutant) -> Vec<Switch> {
    let known = |name: &String| Switch::named(name).unwrap_or_else(|| panic!("{}: no switch `{name}`", mutant.id));
    mutant.switches.iter().map(known).collect()
}

#[test]
fn the_table_is_what_the_mutants_do() {
    let mutants: Vec<_> = list::all().unwrap().iter().map(|mutant| (mutant.id.as_str(), switches(mutant))).collect();
    let cases = all_cases(scenario::all().unwrap());
    let refusals: Vec<_> = cases.into_iter().filter(|case| case.scenario.expect == Expect::Refused).collect();
    let outcome = play(&refusals, &mutants);
    let table: Table = outcome.fooled.iter().map(|(id, by)| (id.clone(), by.iter().cloned().collect())).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("table.toml");
    if std::env::var_os("MUTANTS").is_some_and(|what| what == "write") {
        std::fs::write(&path, written(&table)).expect("the table can be written");
    }
    let mut wrong = String::new();
    let mut say = |what: &str, list: Vec<String>| {
        if !list.is_empty() {
            writeln!(wrong, "{what}:\n  {}", list.join("\n  ")).unwrap();
        }
    };
    say("accepted by the SP without any fault", outcome.accepted_without_fault);
    say("mutants that refuse a healthy message", outcome.broken.into_iter().collect());
    let used: BTreeSet<_> = table.values().flatten().map(String::as_str).collect();
    say(
        "mutants that nothing unmasks",
        mutants.iter().filter(|(id, _)| !used.contains(id)).map(|(id, _)| (*id).to_owned()).collect(),
    );
    let unprovable = list::unprovable().unwrap();
    let refused_ids: BTreeSet<_> = refusals.iter().map(|case| case.scenario.id.clone()).collect();
    say(
        "unprovable, but there is no such refusal",
        unprovable.keys().filter(|id| !refused_ids.contains(*id)).cloned().collect(),
    );
    say("unprovable, but proven", unprovable.keys().filter(|id| table.contains_key(*id)).cloned().collect());
    let unproven = |row: &String| !unprovable.contains_key(row.split(' ').next().unwrap_or_default());
    say("refusals that fool no mutant", outcome.unproven_rows.into_iter().filter(unproven).collect());
    let on_file = std::fs::read_to_string(&path).unwrap_or_default();
    if on_file != written(&table) {
        say(
            "harness/mutants/table.toml is old",
            vec!["MUTANTS=write cargo test -p mutants --features table".to_owned()],
        );
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn written(table: &Table) -> String {
    let mut text = String::from(
        "# Per refusal, the mutants that accept its message. Written by `MUTANTS=write cargo test -p mutants --features table`.\n",
    );
    for (scenario, fooled) in table {
        let list: Vec<_> = fooled.iter().map(|id| format!("{id:?}")).collect();
        writeln!(text, "{scenario:?} = [{}]", list.join(", ")).unwrap();
    }
    text
}

/// All rows, on as many threads as there are cores: what is planted is planted per thread.
fn play(cases: &[Case<'_>], mutants: &[(&str, Vec<Switch>)]) -> Outcome {
    let outcome = Mutex::new(Outcome::default());
    let twins_seen = Mutex::new(BTreeSet::new());
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let world = World::new();
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Some(row) = world.row(case) else { continue };
                    let is_new_twin = twins_seen.lock().unwrap().insert(row.twin_key());
                    judge(&world, &row, is_new_twin, mutants, &outcome);
                }
            });
        }
    });
    outcome.into_inner().unwrap()
}

fn judge(world: &World, row: &Row<'_>, is_new_twin: bool, mutants: &[(&str, Vec<Switch>)], outcome: &Mutex<Outcome>) {
    let name = row.name();
    let mut fooled = BTreeSet::new();
    let mut broken = BTreeSet::new();
    for (id, switches) in mutants {
        if is_new_twin && !world.accepts_twin(row, switches) {
            broken.insert(format!("{id}: the twin of {name}"));
        }
        if world.accepts(row, switches) {
            fooled.insert((*id).to_owned());
        }
    }
    let accepted = world.accepts(row, &[]);
    let mut outcome = outcome.lock().unwrap();
    if accepted {
        outcome.accepted_without_fault.push(name.clone());
    }
    if fooled.is_empty() {
        outcome.unproven_rows.push(name);
    } else {
        outcome.fooled.entry(row.scenario().to_owned()).or_default().extend(fooled);
    }
    outcome.broken.extend(broken);
}
