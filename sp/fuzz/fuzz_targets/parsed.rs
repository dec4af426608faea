//! The reader alone: never a panic, and what it takes, it takes again from its own canonical octets.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Some(canonical) = sp::fuzzing::canonical_octets(octets, &[]) else { return };
    if let Some((exclusive, _)) = canonical.first() {
        assert!(sp::fuzzing::tree(exclusive.as_bytes()).is_some(), "{exclusive}");
    }
});
