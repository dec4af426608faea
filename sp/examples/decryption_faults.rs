//! How long each way of not decrypting takes, beside the others: medians in microseconds.
//!
//! `cargo run --release -p sp --example decryption_faults`. Every fault is sent in turn, round by round, so that what the
//! machine does meanwhile hits all of them. The content is of one length throughout.

use mock_idp::encrypt::{EncryptionFault, KeyTransport, Scheme};
use mock_idp::{Cipher, Encryption, KeyPlacement, Recipe, Sign, Vendor};
use sp::accept::Received;
use sp::{Allow, DecryptionKey, Delivery, EndpointUrl, EntityId, Expectation, Idp, Instant, Limits, Sp};
use std::error::Error;
use std::io::Write;
use std::time::Instant as Stopwatch;
use time::macros::datetime;

const ROUNDS: usize = 400;
const ACS: &str = "https://sp.example.test/acs";
const ENTITY_ID: &str = "https://sp.example.test/metadata";
const KEY: &str = include_str!("../../fixtures/keys/sp.key.pem");
const CERTIFICATE: &str = include_str!("../../fixtures/keys/sp.crt.pem");

/// A message, and the times it took.
struct Row {
    name: String,
    field: String,
    nanoseconds: Vec<u128>,
}

#[expect(clippy::disallowed_methods, reason = "it measures how long things take")]
fn main() -> Result<(), Box<dyn Error>> {
    let now = datetime!(2026-11-25 09:30:00 UTC);
    let vendor = Vendor::named("okta").ok_or("no vendor okta")?;
    let mock = mock_idp::Idp::of(vendor, "https://idp.example.test");
    let at = Instant::from_unix_seconds(now.unix_timestamp()).ok_or("no such instant")?;
    let allow = Allow { rsa15: true, ..Allow::default() };
    let idp = sp::metadata::read_idp(mock.metadata(vendor).as_bytes(), &allow, at, &Limits::default())?.remove(0);
    let acs = EndpointUrl::new(ACS)?;
    let key = DecryptionKey::from_file(KEY.as_bytes())?;
    let us = Sp::builder(EntityId::new(ENTITY_ID)?, acs.clone()).decryption_key(key).build();

    for (scheme, cipher) in [
        (Scheme::OaepMgf1p, Cipher::Aes256Gcm),
        (Scheme::OaepMgf1p, Cipher::Aes256Cbc),
        (Scheme::Pkcs1, Cipher::Aes256Cbc),
    ] {
        let transport = KeyTransport { scheme, ..KeyTransport::default() };
        let encryption = Encryption { transport, ..Encryption::new(cipher, KeyPlacement::InKeyInfo) };
        let mut rows = vec![row("none: accepted", encryption, None, vendor, &mock, now)?];
        for fault in EncryptionFault::ALL {
            let is_declared = matches!(
                fault,
                EncryptionFault::DeclaredCipher | EncryptionFault::DeclaredTransport | EncryptionFault::DeclaredDigest
            );
            // What an EncryptionMethod names is no secret; the others must not be told apart.
            if fault.applies(encryption) && !is_declared {
                rows.push(row(&format!("{fault:?}"), encryption, Some(*fault), vendor, &mock, now)?);
            }
        }
        for _ in 0..ROUNDS {
            for row in &mut rows {
                let begin = Stopwatch::now();
                let accepted = accept(&row.field, &us, &idp, &acs, at);
                row.nanoseconds.push(begin.elapsed().as_nanos());
                if accepted != row.name.starts_with("none") {
                    return Err(format!("{}: another verdict than expected", row.name).into());
                }
            }
        }
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{scheme:?} {cipher:?}, {ROUNDS} rounds")?;
        for row in &mut rows {
            row.nanoseconds.sort_unstable();
            let at =
                |part: usize| row.nanoseconds.get(ROUNDS * part / 100).copied().unwrap_or_default() as f64 / 1000.0;
            writeln!(
                out,
                "{:<20} median {:>7.1}   quarter {:>7.1}   three quarters {:>7.1}",
                row.name,
                at(50),
                at(25),
                at(75)
            )?;
        }
    }
    Ok(())
}

/// Only the Assertion is signed, so that a stranger's ciphertext is decrypted at all.
fn row(
    name: &str,
    encryption: Encryption,
    fault: Option<EncryptionFault>,
    vendor: Vendor,
    mock: &mock_idp::Idp,
    now: time::OffsetDateTime,
) -> Result<Row, Box<dyn Error>> {
    let to = mock_idp::Sp::new(ENTITY_ID, ACS).encrypting(CERTIFICATE);
    let mut recipe = Recipe::new(vendor, mock.clone(), to, now);
    recipe.sign = Sign::Assertion;
    recipe.encrypt = Some(Encryption { fault, ..encryption });
    Ok(Row { name: name.to_owned(), field: recipe.build()?.base64(), nanoseconds: Vec::with_capacity(ROUNDS) })
}

fn accept(field: &str, us: &Sp, idp: &Idp, acs: &EndpointUrl, now: Instant) -> bool {
    let expectation = Expectation::unsolicited();
    Received::post_value(field, us)
        .and_then(|received| received.accept(us, idp, Delivery { endpoint: acs, expectation: &expectation, now }))
        .is_ok()
}
