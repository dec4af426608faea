//! What an IdP could sign: a vendor, a quirk and edits in, the mock's signed message through every rule. Here the input gets
//! past the signature, so that it reaches the objects and the rules.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mock_idp::{Edits, Recipe, Vendor, quirks};
use sp_fuzz::{WORLD, recipe};

fuzz_target!(|input: &[u8]| {
    let [vendor, quirk, edits @ ..] = input else { return };
    let Some(edits) = std::str::from_utf8(edits).ok().and_then(|text| toml::from_str::<Edits>(text).ok()) else {
        return;
    };
    let vendors: Vec<Vendor> = Vendor::all().collect();
    let vendor = vendors[usize::from(*vendor) % vendors.len()];
    let quirk = quirks::ALL.get(usize::from(*quirk));
    if let Ok(message) = (Recipe { edits, quirk, ..recipe(vendor) }).build() {
        let _ = WORLD.inspect(message.xml.as_bytes());
    }
});
