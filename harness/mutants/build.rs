//! Sets the cfg under which the Service Provider's sources have faults to plant. Only this package sets it.

fn main() {
    println!("cargo::rustc-cfg=samlspec_mutants");
}
