//! Certificates and private keys as people have them: PEM, DER or bare base64 in, DER out.

use super::ConfigError;
use zeroize::Zeroizing;

/// Files larger than this are no key and no certificate.
const MOST_OCTETS: usize = 1 << 20;

/// The DER of the first certificate in the file.
pub(crate) fn certificate(file: &[u8]) -> Result<Vec<u8>, ConfigError> {
    let wrong = |why: &str| ConfigError::Certificate { why: why.to_owned() };
    if file.len() > MOST_OCTETS {
        return Err(wrong("the file is larger than 1 MB"));
    }
    if let Some((label, der)) = first_block(file) {
        return match label.as_str() {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Ok(der),
            label if label.contains("PRIVATE KEY") => {
                Err(wrong("the file is a private key; keep it secret and upload the certificate"))
            }
            label => Err(wrong(&format!("the file is a {label}"))),
        };
    }
    bare(file).ok_or_else(|| wrong("it is neither PEM nor DER nor base64"))
}

/// The DER of the first RSA private key in the file, and whether it is PKCS#8 (or else PKCS#1).
pub(crate) fn private_key(file: &[u8]) -> Result<(Zeroizing<Vec<u8>>, bool), ConfigError> {
    let wrong = |why: &str| ConfigError::PrivateKey { why: why.to_owned() };
    if file.len() > MOST_OCTETS {
        return Err(wrong("the file is larger than 1 MB"));
    }
    match first_block(file) {
        Some((label, der)) if label == "PRIVATE KEY" => Ok((Zeroizing::new(der), true)),
        Some((label, der)) if label == "RSA PRIVATE KEY" => Ok((Zeroizing::new(der), false)),
        Some((label, _)) if label == "ENCRYPTED PRIVATE KEY" => {
            Err(wrong("it is protected by a password; decrypt it first"))
        }
        Some((label, _)) => Err(wrong(&format!("the file is a {label}"))),
        None => bare(file).map(|der| (Zeroizing::new(der), true)).ok_or_else(|| wrong("it is neither PEM nor DER")),
    }
}

/// How long the modulus of an RSA private key in PKCS#8 is, to say so where it is of no use.
pub(crate) fn rsa_private_key_bits(pkcs8: &[u8]) -> Option<usize> {
    aws_lc_rs::rsa::KeyPair::from_pkcs8(pkcs8).ok().map(|pair| pair.public_modulus_len() * 8)
}

/// The first PEM block, whatever text stands around it.
fn first_block(file: &[u8]) -> Option<(String, Vec<u8>)> {
    let (block, _) = x509_parser::pem::Pem::read(std::io::Cursor::new(file)).ok()?;
    Some((block.label, block.contents))
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

    #[test]
    fn files_people_upload_by_mistake() {
        let key = b"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
        assert!(certificate(key).unwrap_err().to_string().contains("private key"));
        for file in ["", "hello", "<xml/>", "AAAA", "-----BEGIN CERTIFICATE-----\n"] {
            assert!(certificate(file.as_bytes()).is_err(), "{file}");
            assert!(private_key(file.as_bytes()).is_err(), "{file}");
        }
        let certificate_pem = b"text\n-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert_eq!(certificate(certificate_pem).unwrap(), [0x30, 0]);
        assert!(private_key(certificate_pem).is_err());
    }
}
