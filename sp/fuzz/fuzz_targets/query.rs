//! The query of the HTTP-Redirect binding, and an artifact: never a panic, never more octets than the limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sp::logout::LogoutDelivery;
use sp_fuzz::WORLD;

fuzz_target!(|query: &str| {
    let _ = sp::artifact::Artifact::read(query);
    for idp in WORLD.idps.iter().take(2) {
        let Ok(received) = sp::logout::Received::redirect(query, &WORLD.sp) else { continue };
        let _ = received.accept_request(&WORLD.sp, idp, LogoutDelivery { endpoint: &WORLD.slo, now: WORLD.now });
    }
});
