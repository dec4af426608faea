//! Certificates and private keys, as files that an operator uploads: never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sp::{DecryptionKey, EntityId, Idp, SigningKey};

fuzz_target!(|file: &[u8]| {
    let name = EntityId::new("https://idp.example.test").expect("a name");
    let _ = Idp::builder(name).certificate(file).and_then(|builder| builder.build());
    let _ = DecryptionKey::from_file(file);
    let _ = SigningKey::from_file(file);
});
