//! A logout message that a form brought, as a request and as an answer, through every rule: never a panic, and whoever is to
//! be logged out is the one whom the seeds' IdPs signed for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sp::logout::Received;
use sp_fuzz::{WORLD, escaped};

fuzz_target!(|message: &[u8]| {
    let value = escaped(message);
    for field in ["SAMLRequest", "SAMLResponse"] {
        let body = format!("{field}={value}&RelayState=x");
        WORLD.log_out(|| Received::post(body.as_bytes(), &WORLD.sp));
    }
});
