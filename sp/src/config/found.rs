//! What a file turns out to be: PEM labels or DER in, a name for it and what to do about it out.
//!
//! DER is told apart by its first parts alone; whoever uses it reads it in full.

use std::fmt;
use zeroize::Zeroizing;

/// What stands in a file.
pub(super) enum Found {
    Certificate(Vec<u8>),
    Pkcs8(Zeroizing<Vec<u8>>),
    /// An RSA private key in a form of its own.
    Pkcs1(Zeroizing<Vec<u8>>),
    OtherPrivateKey,
    PasswordProtected,
    PublicKey,
    Request,
    Pkcs12,
    Pkcs7,
    /// PEM with this label.
    Other(String),
    Unknown,
}

/// Labels longer than this are shown cut.
const MOST_LABEL_CHARS: usize = 40;

impl Found {
    pub(super) fn in_pem(label: &str, der: Vec<u8>) -> Self {
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => Self::Certificate(der),
            "PRIVATE KEY" => Self::Pkcs8(Zeroizing::new(der)),
            "RSA PRIVATE KEY" => Self::Pkcs1(Zeroizing::new(der)),
            "ENCRYPTED PRIVATE KEY" => Self::PasswordProtected,
            "PUBLIC KEY" | "RSA PUBLIC KEY" => Self::PublicKey,
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Self::Request,
            "PKCS7" | "CMS" => Self::Pkcs7,
            label if label.contains("PRIVATE KEY") => Self::OtherPrivateKey,
            label => Self::Other(label.chars().filter(|c| !c.is_control()).take(MOST_LABEL_CHARS).collect()),
        }
    }

    /// By what the outer SEQUENCE starts with, and that by what it starts with.
    pub(super) fn in_der(der: Vec<u8>) -> Self {
        const INTEGER: u8 = 0x02;
        const BIT_STRING: u8 = 0x03;
        const OBJECT_ID: u8 = 0x06;
        const SEQUENCE: u8 = 0x30;
        const EXPLICIT_VERSION: u8 = 0xa0;
        let parts = contents(&der).map(elements).unwrap_or_default();
        let inner = parts.first().map(|(_, content)| elements(content)).unwrap_or_default();
        let tags = |parts: &[(u8, &[u8])]| parts.iter().map(|(tag, _)| *tag).take(3).collect::<Vec<_>>();
        match (tags(&parts).as_slice(), tags(&inner).as_slice()) {
            ([INTEGER, SEQUENCE, ..], _) if parts.first().is_some_and(|(_, version)| *version == [3]) => Self::Pkcs12,
            ([INTEGER, SEQUENCE, _], _) => Self::Pkcs8(Zeroizing::new(der)),
            ([INTEGER, INTEGER, INTEGER], _) => Self::Pkcs1(Zeroizing::new(der)),
            ([SEQUENCE, BIT_STRING], [OBJECT_ID, ..]) => Self::PublicKey,
            ([SEQUENCE, SEQUENCE, BIT_STRING], [EXPLICIT_VERSION | INTEGER, INTEGER | SEQUENCE, SEQUENCE])
                if !is_request(&inner) =>
            {
                Self::Certificate(der)
            }
            ([SEQUENCE, SEQUENCE, BIT_STRING], [INTEGER, ..]) => Self::Request,
            ([OBJECT_ID, ..], _) => Self::Pkcs7,
            _ => Self::Unknown,
        }
    }

    pub(super) fn is_private(&self) -> bool {
        matches!(self, Self::Pkcs8(_) | Self::Pkcs1(_) | Self::OtherPrivateKey | Self::PasswordProtected)
    }

    /// What to do, where a certificate was asked for.
    pub(super) fn instead_of_certificate(&self) -> &'static str {
        match self {
            Self::Request => "give the certificate that was issued for it",
            Self::Pkcs12 => "take the certificate out with `openssl pkcs12 -nokeys -clcerts`",
            Self::Pkcs7 => "take the certificates out with `openssl pkcs7 -print_certs`",
            Self::Unknown => "export the certificate as PEM",
            _ => "give the certificate (BEGIN CERTIFICATE) that the IdP shows or has in its metadata",
        }
    }

    /// What to do, where a private key was asked for.
    pub(super) fn instead_of_private_key(&self) -> &'static str {
        match self {
            Self::Certificate(_) | Self::PublicKey | Self::Request => "give the private key that belongs to it",
            Self::PasswordProtected => "take the password away with `openssl pkey`",
            Self::Pkcs12 => "take the key out with `openssl pkcs12 -nocerts -nodes`",
            _ => "give an RSA key of 2048 bits or more as PEM",
        }
    }
}

/// A request's subject follows its version directly; of a certificate without a version, its serial is the number.
fn is_request(inner: &[(u8, &[u8])]) -> bool {
    // A version 1 certificate has serial, algorithm, issuer, validity, subject and key; a request at most four parts.
    inner.len() <= 4
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate(_) => "a certificate",
            Self::Pkcs8(_) | Self::Pkcs1(_) => "a private key",
            Self::OtherPrivateKey => "a private key that is not RSA in PKCS#8 or PKCS#1",
            Self::PasswordProtected => "a private key behind a password",
            Self::PublicKey => "a public key alone",
            Self::Request => "a certificate request (CSR)",
            Self::Pkcs12 => "a PKCS#12 store",
            Self::Pkcs7 => "a PKCS#7 bundle",
            Self::Other(label) => return write!(f, "PEM labelled `{label}`"),
            Self::Unknown => "DER of an unknown kind",
        })
    }
}

/// How many bits the modulus of an RSA private key has, in PKCS#1 or PKCS#8. Of small keys too, which the library takes
/// for none.
pub(super) fn rsa_bits(private_key: &[u8]) -> Option<usize> {
    const INTEGER: u8 = 0x02;
    const OCTET_STRING: u8 = 0x04;
    const SEQUENCE: u8 = 0x30;
    let pkcs1 = match elements(contents(private_key)?).as_slice() {
        [(INTEGER, _), (SEQUENCE, _), (OCTET_STRING, inside), ..] => inside,
        _ => private_key,
    };
    // Version, modulus, exponents, primes.
    match elements(contents(pkcs1)?).as_slice() {
        [(INTEGER, _), (INTEGER, modulus), (INTEGER, _), (INTEGER, _), ..] => {
            let octets = modulus.get(modulus.iter().position(|octet| *octet != 0)?..)?;
            Some(octets.len() * 8 - octets.first()?.leading_zeros() as usize)
        }
        _ => None,
    }
}

/// What is inside the one element that the octets are.
fn contents(der: &[u8]) -> Option<&[u8]> {
    element(der).filter(|(_, _, rest)| rest.is_empty()).map(|(_, content, _)| content)
}

/// Tags and contents of the elements side by side; at most sixteen.
fn elements(mut der: &[u8]) -> Vec<(u8, &[u8])> {
    let mut elements = Vec::new();
    while let Some((tag, content, rest)) = element(der).filter(|_| elements.len() < 16) {
        elements.push((tag, content));
        der = rest;
    }
    elements
}

/// Tag, content, and what stands behind.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (octets, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}
