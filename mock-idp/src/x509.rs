//! The two things of a certificate that an X509IssuerSerial says: DER in, text out. Refuses (`None`): anything else.

use rsa::pkcs8::der::asn1::ObjectIdentifier;
use rsa::pkcs8::der::{AnyRef, Reader, SliceReader};

/// A Name as text, last part first as RFC 4514 has it.
pub(crate) fn name(der: &[u8]) -> Option<String> {
    let name: AnyRef<'_> = SliceReader::new(der).ok()?.decode().ok()?;
    let mut sets = SliceReader::new(name.value()).ok()?;
    let mut parts = Vec::new();
    while !sets.is_finished() {
        let set: AnyRef<'_> = sets.decode().ok()?;
        let pair: AnyRef<'_> = SliceReader::new(set.value()).ok()?.decode().ok()?;
        let mut pair = SliceReader::new(pair.value()).ok()?;
        let kind: ObjectIdentifier = pair.decode().ok()?;
        let value: AnyRef<'_> = pair.decode().ok()?;
        parts.push(format!("{}={}", short(&kind.to_string()), std::str::from_utf8(value.value()).ok()?));
    }
    parts.reverse();
    Some(parts.join(", "))
}

fn short(kind: &str) -> &str {
    match kind {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "S",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        other => other,
    }
}

/// A positive INTEGER of any length as decimal digits.
pub(crate) fn decimal(der: &[u8]) -> Option<String> {
    let number: AnyRef<'_> = SliceReader::new(der).ok()?.decode().ok()?;
    let mut digits = vec![0_u32];
    for octet in number.value() {
        let mut carry = u32::from(*octet);
        for digit in &mut digits {
            carry += *digit * 256;
            *digit = carry % 10;
            carry /= 10;
        }
        while carry > 0 {
            digits.push(carry % 10);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from_digit(*digit, 10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encrypt::certificate_part;

    #[test]
    fn issuer_and_serial() {
        let certificate = crate::key::pem_body(include_str!("../../fixtures/keys/sp.crt.pem")).unwrap();
        let part = |number| certificate_part(&certificate, number).unwrap();
        assert_eq!(name(&part(3)).unwrap(), "CN=samlspec test Service Provider");
        assert_eq!(decimal(&[2, 2, 1, 0]).unwrap(), "256");
        assert_eq!(decimal(&part(1)).unwrap(), "1");
        assert_eq!(name(b"no DER"), None);
    }
}
