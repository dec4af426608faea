//! The body of a form, at the ACS and at the logout endpoint: never a panic, and what is decoded is within the limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sp_fuzz::WORLD;

fuzz_target!(|body: &[u8]| {
    let _ = sp::accept::Received::post(body, &WORLD.sp);
    let _ = sp::logout::Received::post(body, &WORLD.sp);
});
