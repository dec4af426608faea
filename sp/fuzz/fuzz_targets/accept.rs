//! A whole message through every stage: never a panic, whoever is accepted is the one whom the seeds' IdPs signed for, and
//! no Signature is good that bergshamra finds wrong.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sp_fuzz::{WORLD, bergshamra_agrees};

fuzz_target!(|message: &[u8]| {
    let report = WORLD.inspect(message);
    if let Ok(shown) = report.verdict {
        assert_eq!(shown.name_id.value, "ann@example.test");
        assert!(bergshamra_agrees(&report.xml.expect("what was accepted was decoded")));
    }
});
