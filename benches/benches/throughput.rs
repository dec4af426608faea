//! How long one acceptance takes, by vendor and layout, beside its floor: tracked by criterion from run to run.
//!
//! `cargo bench -p benches --bench throughput`. Compare ratios, not microseconds: see the bench `ratios`.

use benches::{Case, Error, Floor};
use criterion::{Criterion, Throughput};
use std::hint::black_box;

fn main() -> Result<(), Error> {
    let mut criterion = Criterion::default().configure_from_args();
    for case in Case::all()? {
        let floor = Floor::of(&case)?;
        let mut group = criterion.benchmark_group(&case.name);
        group.throughput(Throughput::Elements(1));
        group.bench_function("floor", |bencher| bencher.iter(|| black_box(floor.run().is_ok())));
        group.bench_function("accept", |bencher| bencher.iter(|| black_box(case.accept().is_ok())));
        group.finish();
    }
    criterion.final_summary();
    Ok(())
}
