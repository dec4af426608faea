//! An IdP's metadata, from a file, as an aggregate and signed: never a panic, an IdP that is read has a key, and under a
//! pinned certificate nothing is read but the entity that was signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mock_idp::{Idp, Vendor};
use sp::{Allow, Limits};
use sp_fuzz::WORLD;
use std::sync::LazyLock;

/// The one mock that signs its metadata.
static SIGNER: LazyLock<Idp> = LazyLock::new(|| {
    let azure = Vendor::named("azure").expect("a vendor");
    Idp::of(azure, "https://idp.example.test")
});

fuzz_target!(|file: &[u8]| {
    let (allow, limits) = (Allow::default(), Limits::default());
    if let Ok(idps) = sp::metadata::read_idp(file, &allow, WORLD.now, &limits) {
        assert!(idps.iter().all(|idp| !idp.keys().is_empty()));
    }
    if let Ok(signed) = sp::metadata::read_signed(file, SIGNER.certificate_der(), &allow, WORLD.now, &limits) {
        assert!(signed.idps.iter().all(|idp| idp.entity_id().as_str() == SIGNER.entity_id));
    }
});
