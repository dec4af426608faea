//! Certificates and private keys as people have them: PEM, DER or bare base64 in, DER out.
//!
//! Refuses everything else, and says what it is and what to do: a private key where a certificate belongs is the most
//! common mistake, and the most dangerous one.

use super::ConfigError;
use super::found::{self, Found};
use zeroize::Zeroizing;

/// Files larger than this are no key and no certificate.
const MOST_OCTETS: usize = 1 << 20;
/// PEM blocks of one file that are looked at.
const MOST_BLOCKS: usize = 32;

/// The DER of the first certificate in the file: of a chain, that of the IdP itself.
pub(crate) fn certificate(file: &[u8]) -> Result<Vec<u8>, ConfigError> {
    let wrong = |why: &str| ConfigError::Certificate { why: why.to_owned() };
    let blocks = blocks(file).map_err(wrong)?;
    if let Some(secret) = blocks.iter().find(|found| found.is_private()) {
        return Err(wrong(&format!("the file holds {secret}; keep that secret, and give the IdP's certificate alone")));
    }
    match blocks.into_iter().next() {
        Some(Found::Certificate(der)) => Ok(der),
        Some(other) => Err(wrong(&format!("the file is {other}; {}", other.instead_of_certificate()))),
        None => Err(wrong("the file is neither PEM nor DER nor base64; export the certificate as PEM")),
    }
}

/// The DER of the first RSA private key in the file, and whether it is PKCS#8 (or else PKCS#1).
pub(crate) fn private_key(file: &[u8]) -> Result<(Zeroizing<Vec<u8>>, bool), ConfigError> {
    let wrong = |why: &str| ConfigError::PrivateKey { why: why.to_owned() };
    match blocks(file).map_err(wrong)?.into_iter().next() {
        Some(Found::Pkcs8(der)) => Ok((der, true)),
        Some(Found::Pkcs1(der)) => Ok((der, false)),
        Some(other) => Err(wrong(&format!("the file is {other}; {}", other.instead_of_private_key()))),
        None => Err(wrong("the file is neither PEM nor DER; export the key as PEM, without a password")),
    }
}

/// Why the library has no use for a private key: what it is, and what to do.
pub(crate) fn unusable_private_key(der: &[u8]) -> ConfigError {
    let why = match found::rsa_bits(der) {
        Some(bits) => format!("it is an RSA key of {bits} bits; make one of 2048 to 8192"),
        None => {
            "it is not an RSA key, and XML Encryption and our signatures need one; make one of 2048 bits".to_owned()
        }
    };
    ConfigError::PrivateKey { why }
}

/// What stands in the file, in its order: PEM blocks, whatever text is around them, or one DER.
fn blocks(file: &[u8]) -> Result<Vec<Found>, &'static str> {
    if file.len() > MOST_OCTETS {
        return Err("the file is larger than 1 MB; give one certificate or key");
    }
    // Some editors put a byte order mark in front.
    let file = file.strip_prefix("\u{feff}".as_bytes()).unwrap_or(file);
    let pem = x509_parser::pem::Pem::iter_from_buffer(file);
    let blocks: Vec<_> =
        pem.map_while(Result::ok).take(MOST_BLOCKS).map(|pem| Found::in_pem(&pem.label, pem.contents)).collect();
    if !blocks.is_empty() {
        return Ok(blocks);
    }
    let text = file.trim_ascii_start();
    if text.starts_with(b"-----BEGIN ") {
        return Err("the file is PEM that breaks off or is not base64; export it again");
    }
    if text.starts_with(b"<") {
        return Err("the file is XML; metadata goes where metadata is asked for");
    }
    Ok(bare(file).map(Found::in_der).into_iter().collect())
}

/// DER as it stands (it starts with a SEQUENCE), or base64 of it, as metadata has it.
fn bare(file: &[u8]) -> Option<Vec<u8>> {
    const SEQUENCE: u8 = 0x30;
    if file.first() == Some(&SEQUENCE) && file.get(1).is_some_and(|length| *length >= 0x80) {
        return Some(file.to_vec());
    }
    let packed: Vec<u8> = file.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    crate::decoded::base64::decode(&packed).filter(|der| der.first() == Some(&SEQUENCE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Allow, DecryptionKey, EntityId, Idp};
    use crate::decoded::base64;

    const KEY: &str = include_str!("../../../fixtures/keys/sp.key.pem");
    const CERTIFICATE: &str = include_str!("../../../fixtures/keys/sp.crt.pem");
    const EC_KEY: &str = include_str!("../../../fixtures/keys/idp-p256.key.pem");

    fn pem(label: &str, der: &[u8]) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64::encode(der))
    }

    fn der_of(pem: &str) -> Vec<u8> {
        x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap().1.contents
    }

    /// `SEQUENCE` around this, with its length in two octets.
    fn sequence(content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[0x30, 0x82], length.as_slice(), content].concat()
    }

    fn pin(file: &[u8]) -> Result<(), String> {
        let idp = Idp::builder(EntityId::new("idp").unwrap()).allow(Allow::default());
        idp.certificate(file).map(|_| ()).map_err(|error| error.to_string())
    }

    /// Each row: what was given where a certificate belongs, what it is called, and what to do.
    #[test]
    fn what_is_no_certificate_is_called_by_its_name() {
        let spki = [&sequence(&[6, 3, 42, 3, 4, 5, 0]), [3, 2, 0, 0].as_slice()].concat();
        let request = sequence(&[&sequence(&[2, 1, 0, 0x30, 0]), [0x30, 0, 3, 1, 0].as_slice()].concat());
        let pkcs12 = sequence(&[[2, 1, 3].as_slice(), &sequence(&[6, 1, 42])].concat());
        let chain = format!("{CERTIFICATE}{CERTIFICATE}");
        for (file, found, advice) in [
            (KEY.as_bytes().to_vec(), "a private key", "keep that secret"),
            (der_of(KEY), "a private key", "keep that secret"),
            (format!("{CERTIFICATE}{KEY}").into_bytes(), "a private key", "the IdP's certificate alone"),
            (format!("{KEY}{CERTIFICATE}").into_bytes(), "a private key", "the IdP's certificate alone"),
            (pem("RSA PRIVATE KEY", &[0x30, 0]).into_bytes(), "a private key", "keep that secret"),
            (pem("EC PRIVATE KEY", &[0x30, 0]).into_bytes(), "a private key", "keep that secret"),
            (pem("ENCRYPTED PRIVATE KEY", &[0x30, 0]).into_bytes(), "a private key behind a password", "keep"),
            (pem("PUBLIC KEY", &sequence(&spki)).into_bytes(), "a public key alone", "BEGIN CERTIFICATE"),
            (sequence(&spki), "a public key alone", "BEGIN CERTIFICATE"),
            (pem("CERTIFICATE REQUEST", &request).into_bytes(), "a certificate request (CSR)", "issued for it"),
            (request, "a certificate request (CSR)", "issued for it"),
            (pkcs12, "a PKCS#12 store", "openssl pkcs12"),
            (pem("PKCS7", &[0x30, 0]).into_bytes(), "a PKCS#7 bundle", "openssl pkcs7"),
            (pem("X509 CRL", &[0x30, 0]).into_bytes(), "`X509 CRL`", "BEGIN CERTIFICATE"),
            (sequence(&[0xff; 300]), "DER of an unknown kind", "as PEM"),
            (pem("CERTIFICATE", &[0x30, 0]).into_bytes(), "not an X.509 certificate", "as PEM"),
            (CERTIFICATE.as_bytes()[..600].to_vec(), "breaks off", "export it again"),
            (b"<EntityDescriptor/>".to_vec(), "XML", "where metadata is asked for"),
            (b"hello".to_vec(), "neither PEM nor DER nor base64", "as PEM"),
            (vec![], "neither PEM nor DER nor base64", "as PEM"),
            (vec![b'A'; MOST_OCTETS + 1], "larger than 1 MB", "give one"),
        ] {
            let error = pin(&file).unwrap_err();
            assert!(error.contains(found) && error.contains(advice), "{found}: {error}");
        }
        pin(CERTIFICATE.as_bytes()).unwrap();
        pin(&der_of(CERTIFICATE)).unwrap();
        pin(base64::encode(&der_of(CERTIFICATE)).as_bytes()).unwrap();
        pin(format!("subject=x\n{CERTIFICATE}").as_bytes()).unwrap();
        pin(format!("\u{feff}{CERTIFICATE}").as_bytes()).unwrap();
        pin(chain.as_bytes()).unwrap();
    }

    #[test]
    fn a_certificate_that_is_over() {
        let idp = || Idp::builder(EntityId::new("idp").unwrap());
        let end = crate::TrustedKey::from_certificate(CERTIFICATE.as_bytes(), &Allow::default()).unwrap().not_after();
        let end = end.unwrap();
        idp().certificate_at(CERTIFICATE.as_bytes(), end).unwrap();
        let error = idp().certificate_at(CERTIFICATE.as_bytes(), end.later(std::time::Duration::from_secs(1)));
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains(&format!("valid until {end}")) && error.contains("give the IdP's present one"),
            "{error}"
        );
    }

    /// Keys that are too weak to trust or too long to afford, and what is said of them.
    #[test]
    fn keys_of_the_wrong_length() {
        let lax = Allow { rsa1024: true, ..Allow::default() };
        let idp = |allow| Idp::builder(EntityId::new("idp").unwrap()).allow(allow);
        let short = include_bytes!("../../../fixtures/keys/rsa1024.crt.pem");
        let shorter = include_bytes!("../../../fixtures/keys/rsa512.crt.pem");
        let error = idp(Allow::default()).certificate(short).unwrap_err().to_string();
        assert!(error.contains("has 1024 bits; 2048 to 8192 are taken, so ask the IdP for a new key"), "{error}");
        idp(lax).certificate(short).unwrap();
        assert!(idp(lax).certificate(shorter).unwrap_err().to_string().contains("has 512 bits"));
        let broken = idp(Allow { rsa512: true, ..lax }).certificate(shorter).map_err(|error| error.to_string());
        assert_eq!(broken.is_ok(), cfg!(feature = "openssl"));
        assert!(broken.err().is_none_or(|error| error.contains("take the cargo feature `openssl`")));
        let longer = include_bytes!("../../../fixtures/keys/rsa8448.crt.pem");
        assert!(
            idp(lax).certificate(longer).unwrap_err().to_string().contains("has 8448 bits; 2048 to 8192 are taken")
        );
        let exponent3 = include_bytes!("../../../fixtures/keys/exponent3.crt.pem");
        assert!(idp(lax).certificate(exponent3).unwrap_err().to_string().contains("RSA exponent"));
    }

    /// Each row: what was given where a private key belongs, what it is called, and what to do.
    #[test]
    fn what_is_no_private_key_is_called_by_its_name() {
        for (file, found, advice) in [
            (CERTIFICATE.to_owned(), "a certificate", "the private key that belongs to it"),
            (pem("ENCRYPTED PRIVATE KEY", &[0x30, 0]), "a private key behind a password", "openssl pkey"),
            (pem("PUBLIC KEY", &[0x30, 0]), "a public key alone", "the private key"),
            (pem("PRIVATE KEY", &[0x30, 0]), "not an RSA key", "2048"),
            (EC_KEY.to_owned(), "not an RSA key", "2048"),
            (pem("EC PRIVATE KEY", &[0x30, 0]), "a private key that is not RSA", "RSA key of 2048"),
            (String::new(), "neither PEM nor DER", "without a password"),
        ] {
            let error = DecryptionKey::from_file(file.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(found) && error.contains(advice), "{found}: {error}");
        }
        DecryptionKey::from_file(KEY.as_bytes()).unwrap();
        DecryptionKey::from_file(&der_of(KEY)).unwrap();
    }
}
