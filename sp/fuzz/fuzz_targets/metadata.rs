//! An IdP's metadata, from a file and signed: never a panic, and an IdP that is read has a key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sp::{Allow, Limits};
use sp_fuzz::WORLD;

fuzz_target!(|file: &[u8]| {
    if let Ok(idps) = sp::metadata::read_idp(file, &Allow::default(), WORLD.now, &Limits::default()) {
        assert!(idps.iter().all(|idp| !idp.keys().is_empty()));
    }
});
