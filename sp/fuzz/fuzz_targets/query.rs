//! The query of the HTTP-Redirect binding, through every rule of a logout, and an artifact: never a panic, never more octets
//! than the limit, and whoever is to be logged out is the one whom the seeds' IdPs signed for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sp::logout::Received;
use sp_fuzz::WORLD;

fuzz_target!(|query: &str| {
    let _ = sp::artifact::Artifact::read(query);
    WORLD.log_out(|| Received::redirect(query, &WORLD.sp));
});
