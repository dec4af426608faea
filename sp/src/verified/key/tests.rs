//! Signatures over `octets` that OpenSSL 3 made with the keys in `fixtures/keys` (those of the short RSA keys were thrown
//! away), ECDSA's in the form of XML Signature: what the mock does not sign is held against another library here.

use super::*;
use crate::verified::algorithm::DigestAlgorithm::Sha224;

const RSA1024: &str = include_str!("../../../../fixtures/keys/rsa1024.crt.pem");
const ED448: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBmDCCARigAwIBAgIUCwB12Ng+P5+KZuqgI8uqvtFQuLIwBQYDK2VxMBsxGTAX\n\
BgNVBAMMEGlkcC5leGFtcGxlLnRlc3QwIBcNMjYxMTI1MTUyNjIzWhgPMjEyNjEx\n\
MDExNTI2MjNaMBsxGTAXBgNVBAMMEGlkcC5leGFtcGxlLnRlc3QwQzAFBgMrZXED\n\
OgDnsGxqCajUGoJA3T9skFcg+NoAqFcqkM9wXRZz+UKIN5WDc/I8QwVX63yiBwQl\n\
F40+ui3pzXNKDACjUzBRMB0GA1UdDgQWBBQJZY0C71u0I0I71P8iNyI3/+w0zDAf\n\
BgNVHSMEGDAWgBQJZY0C71u0I0I71P8iNyI3/+w0zDAPBgNVHRMBAf8EBTADAQH/\n\
MAUGAytlcQNzAJagnJ5PlvEZ/AGpeUfM8zmR2bf04JyjjpdFsEX+VDYbS4xRZ6zQ\n\
HS34wJEQJH0f4khqe3RdAV/dgCjo+szwppc+PCTxbZRrJ1M0/n56+61VoxGcWxlQ\n\
0ETNcAZsD3xz/f/uXyYwmE087RkF2VYrkLE9AA==\n\
-----END CERTIFICATE-----\n\
";
const RSA512: &str = include_str!("../../../../fixtures/keys/rsa512.crt.pem");

/// The certificate of a mock that signs with this key.
fn certificate(key: mock_idp::key::SigningKey) -> Vec<u8> {
    let vendor = mock_idp::Vendor::named("okta").unwrap();
    mock_idp::Idp::of(vendor, "https://idp.example.test").with_key(key, vendor).certificate_der().to_vec()
}

/// Whether the key takes the algorithm at all, and then the signature, and no changed one.
fn verdict(key: &TrustedKey, algorithm: SignatureAlgorithm, value: &str) -> Result<(), &'static str> {
    let value = crate::decoded::base64::decode(value.as_bytes()).unwrap();
    let keys = std::slice::from_ref(key);
    let made = |octets: &[u8], value: &[u8]| {
        one_made(keys, algorithm, octets, value).map_err(|rejection| {
            assert!(["1 that did not make it", "none"].contains(&rejection.found()), "{rejection}");
            rejection.reason().name()
        })
    };
    made(b"octets", &value)?;
    assert_eq!(made(b"other octets", &value), Err("signature_invalid"));
    for changed in [&value[1..], &[value.as_slice(), &[0]].concat(), &vec![0; value.len()], &[]] {
        assert_eq!(made(b"octets", changed), Err("signature_invalid"));
    }
    Ok(())
}

#[test]
fn ecdsa_with_every_hash_on_every_curve() {
    use mock_idp::key::{p256, p384, p521};
    for (key, digest, value) in [
        (p256(), Sha256, "aaZesMpJ7+auB0vbmwB2Sqy+mxQeEaSnsapJHucXk9cf2IGu8kEQPEzJ9gZZuZjSygptEPI2ppxWY6aqxC66mQ=="),
        (p256(), Sha384, "0UEN5mj634e9ezKv1/FKOZBHb76IJfapYs8KsYDO3MlMxhf5kjLnHxrUpwKgMHidB3PrFVN24moeRm6Nz6Zm/g=="),
        (p256(), Sha512, "1zezwYDyWqOCk21uVkz9KbpYuxBzvPXhKFGc7VOLmTqIey7CyJWj9aW57kn6bbJnakKsFmFQb86OXstsDLnKRQ=="),
        (
            p384(),
            Sha256,
            "cwgMBdRyNY+AOEtswgDPSboFRM8FF/2xV4kjiIosho1OJxAIZFb9ebOTHXxEVP5TylGb2TBmYrNERFk380d9zuhVi2j5STh8H6+tOZ2jnPr87Nkg7pvv7OFHpc3j0TRM",
        ),
        (
            p384(),
            Sha384,
            "RT0hZvzdFRLuTl3oG+h0ZKLwCGmXzn16gmEs7nRloXoDtSJ0jdfZZbFmxi9J2o8DcbLTBMus4uCvcEPvv8sAQjt97gZLeECsraEmqNnPT8Nc62HhwHwARgVcmck1zO7s",
        ),
        (
            p384(),
            Sha512,
            "NdpHlHF6TO4LiVuvxQr8Ct2ArjowKLyLCpU/RbnN3H99gp00+v6B7o4oJighv8NLa3ummhZVsWrmAUSRwPDIdxNY/7L8hVncJ44khFfq5NUBiHzj17nYl0/PvwxV3ZyY",
        ),
        (
            p521(),
            Sha256,
            "ABtvYX7oQHCWgdhFv6tNNV7MAJQMZAS9LsAjR8DhsovwIIsad91w8SYF0wbKtwV/sbar7jgxTZwQWZAI4uKHS97CAUuuC0wZusHUdRAWCC0q6dmRI+nDHhNkcgcqvZY6cf28pxvpDHHkFsfIj41TeULOnlDhjAi6hlPJ5FyB/1ZHcdVc",
        ),
        (
            p521(),
            Sha384,
            "AQ+eRazS+/CrkifedtkPdNLSE7jabHafSoTVpUJVa1jIzNGiBAVhXm9rXC82t/CrstMcNKq4tPLnYCiKeSZCghDYAQVNthmE3TWPuZ6W0y0hcQ91vziiikkzUCv6h6oG9VBFAifsviRxH/XH7jPW+tt43Qm2OB2c4AZfzlWomiC8amLx",
        ),
        (
            p521(),
            Sha512,
            "AFVUQsGoXA8Vd5V9Shuv+WbLnbxAVpewdn2gqggkcY2KYEaHhirT4jsV2Tg2qQ6ErGBNftrBNwhAp8CB6lVuKV2IAXFYR3+tTo0yfP8cWpUEkQnUuYx24ZcgcTlrTiWVx8TodUAdRTXvUVodDzBVIvV+kLc/43wlQPnu9itT+mJMGavt",
        ),
    ] {
        let key = TrustedKey::from_certificate(&certificate(key), &Allow::default()).unwrap();
        verdict(&key, SignatureAlgorithm::Ecdsa(digest), value).unwrap_or_else(|reason| panic!("{digest:?} {reason}"));
        assert_eq!(verdict(&key, SignatureAlgorithm::Rsa(digest), value), Err("algorithm_key_mismatch"));
    }
}

/// Each row: a weak key or hash, and whether OpenSSL is needed for it.
#[test]
fn weak_rsa_where_it_is_allowed() {
    let allow = Allow { sha1: true, rsa1024: true, rsa512: true, ..Allow::default() };
    let okta = certificate(mock_idp::Vendor::named("okta").unwrap().key());
    for (certificate, digest, needs_openssl, value) in [
        (
            RSA1024.as_bytes(),
            Sha256,
            false,
            "KngE5cISUe7Iswhwzarx/2CI4OAQkKZk265+0hQL07GyDFK5lsbSRvN6uOTsLee4u1EMtAW6Bqx3Mi/0LLzPPB8y7aSExhBJ1j10+PBSMFj+KJoCtk1wVjehP8qqy9Ah2+y/gLbvH6ZZkx9U7dUdOTqxFgtVIGaCuAxfBOgKl+s=",
        ),
        (
            RSA1024.as_bytes(),
            Sha384,
            true,
            "A5QAv57X3MIanPUDGjXSskfYu9zKdKRiYuT09lf6LBGyCk7RZx+co+tOY2Pug+5ApXM7xfNuUaWLkk8N5MB2LlhGn9ouQtUgyP0GfKodX0o1aaSldZAwXwEvMrWYcdP7gzHl3eCW9Ul1oYYzBACQbw3/8++vH+QuI87ABsHzykM=",
        ),
        (
            RSA1024.as_bytes(),
            Sha512,
            false,
            "xDzwyP3lwDQSeCpq8ajL8x0UEJFWWoisPgpjSXzgYZZR1dJ9DCPYzsjhS7ybbXM2MV/9FEeBj8KM5kb6QpQkslx+wpLCvO/yCS/aheAKzEC296XSPotWEa7DXSTxzz96ZFiBIen57zcfFGOkxjCWJ/juPdn6Z77W5mdgu0J9vbg=",
        ),
        (
            RSA512.as_bytes(),
            Sha256,
            true,
            "A7XAV90+xHeBEUkw6c7/7rXBgSYlG9rRThkkOUaCS/UkWEWnbm+72TmlqKiL26DPzepgT6/rsRqxYeVgGi3j8Q==",
        ),
        (
            &okta,
            Sha224,
            true,
            "XzOpTNOlQ0mRbO+IRIzV2lqXllXqVhbCZXoUri2sx7fHtOVll3Sjz8V912bV7+WNeJpuT3vRqPMRksrmCzNSwT9hHvaz+fcIV9vqUUwVmDA3uxPQNOuaqarkIyf4iDGtb+l9cu/GEFevs7IxXVC0VJ06fPhWSVuv9OzFQaptMtYPHrP15cSDFNPvL/CPw629cgbCUd7NqjKyiUZgCaOZB9kspz9e5afnXMbMG4yjxQEq9QBpHgKafcwVg5bxKAiDydcO8/Rv0JFTqEfd/okz122Cc4mW3tEfcP08xJhy829c5YJ72s4OZ+J8Ui1tSsm/KUt/SmP9oDD8zsErzVf9sw==",
        ),
    ] {
        let verdict = TrustedKey::from_certificate(certificate, &allow)
            .map_err(|_| "certificate")
            .and_then(|key| verdict(&key, SignatureAlgorithm::Rsa(digest), value));
        let expected = !needs_openssl || cfg!(feature = "openssl");
        assert_eq!(verdict.is_ok(), expected, "{digest:?} {verdict:?}");
        let strict = TrustedKey::from_certificate(certificate, &Allow::default());
        assert!(strict.is_err() || digest == Sha224, "{digest:?}");
    }
}

/// Each row: a public exponent, and whether a key may have it.
#[test]
fn exponents() {
    use x509_parser::prelude::{FromDer, X509Certificate};
    let der = certificate(mock_idp::key::attacker());
    let spki = X509Certificate::from_der(&der).unwrap().1.public_key().raw.to_vec();
    let taken = |exponent: u64| match rsa_verifiers(&spki, 2048, &exponent.to_be_bytes(), &Allow::default()) {
        Ok(_) => true,
        Err(error) => {
            assert!(error.to_string().contains("exponent"), "{error}");
            false
        }
    };
    for (exponent, expected) in [
        (1, false),
        (3, false),
        (65_535, false),
        (65_536, false),
        (65_537, true),
        (65_538, false),
        ((1 << 33) - 1, true),
        ((1 << 33) + 1, false),
        (u64::MAX, false),
    ] {
        assert_eq!(taken(exponent), expected, "{exponent}");
    }
    assert!(rsa_verifiers(&spki, 2048, &[1; 9], &Allow::default()).is_err(), "more than a word");
}

#[test]
fn what_is_no_certificate_to_pin() {
    let der = certificate(mock_idp::key::attacker());
    let pem = |der: &[u8]| {
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", mock_idp::base64::encode(der))
    };
    let pinned = |file: &str| TrustedKey::from_certificate(file.as_bytes(), &Allow::default());
    let key = pinned(&pem(&der)).unwrap();
    assert!(format!("{key:?}").contains("Rsa(Sha256)"), "{key:?}");
    assert!(key.not_before() < key.not_after() && key.not_before().is_some());
    for (file, words) in [
        (pem(&[der.as_slice(), &[0]].concat()), "octets behind"),
        (pem(&der[..der.len() - 1]), "not an X.509 certificate"),
        // `openssl req -x509 -newkey ed448`
        (ED448.to_owned(), "neither RSA nor ECDSA nor Ed25519"),
    ] {
        let error = pinned(&file).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}
