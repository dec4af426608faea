//! The SOAP answer that an artifact is exchanged for, and the message in it through every rule: never a panic, and whoever is
//! accepted is the one whom the seeds' IdP signed for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mock_idp::{Idp, Vendor};
use sp::{Delivery, Expectation, PendingRequest};
use sp_fuzz::{REQUEST_ID, RESOLVE_ID, WORLD};
use std::sync::LazyLock;

/// Whom the call goes to.
static ASKED: LazyLock<&sp::Idp> = LazyLock::new(|| {
    let okta = Idp::of(Vendor::named("okta").expect("a vendor"), "https://idp.example.test");
    WORLD.idp(&okta.entity_id).expect("an IdP")
});

fuzz_target!(|soap: &[u8]| {
    let idp = *ASKED;
    let Ok(received) = sp::artifact::resolved(soap, RESOLVE_ID, None, &WORLD.sp, idp, WORLD.now) else { return };
    let expectation =
        Expectation::answer_to(PendingRequest { id: REQUEST_ID.to_owned(), idp: idp.entity_id().clone() });
    let delivery = Delivery { endpoint: &WORLD.acs, expectation: &expectation, now: WORLD.now };
    if let Ok(validated) = received.accept(&WORLD.sp, idp, delivery) {
        assert!(format!("{validated:?}").contains("\"ann@example.test\""), "{validated:?}");
    }
});
