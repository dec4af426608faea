//! A whole message through every stage: never a panic, and whoever is accepted is the one whom the seeds' IdPs signed for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sp_fuzz::WORLD;

fuzz_target!(|message: &[u8]| {
    if let Ok(shown) = WORLD.inspect(message).verdict {
        assert_eq!(shown.name_id.value, "ann@example.test");
    }
});
