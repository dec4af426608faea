//! The curves of ECDSA: r and s side by side in, as XML Signature writes them, ASN.1 out, as the library reads them
//! where the hash is not the curve's usual one (dsig 6.4.3, RFC 3279 2.2.3).
//!
//! Refuses a value of another length than twice the curve's.

/// A curve, by the length of its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// The curve with a field of so many bits, as x509-parser tells it: P-521's is rounded up to whole octets.
    pub(super) fn of(bits: usize) -> Option<Self> {
        match bits {
            256 => Some(Self::P256),
            384 => Some(Self::P384),
            521 | 528 => Some(Self::P521),
            _ => None,
        }
    }

    fn number_octets(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// `SEQUENCE { INTEGER r, INTEGER s }`.
    pub(super) fn to_asn1(self, value: &[u8]) -> Option<Vec<u8>> {
        let (r, s) = value.split_at_checked(self.number_octets())?;
        if s.len() != self.number_octets() {
            return None;
        }
        let body = [integer(r)?, integer(s)?].concat();
        tagged(0x30, &body)
    }
}

/// The shortest form of a positive number: no zeros in front but the one that keeps it positive.
fn integer(number: &[u8]) -> Option<Vec<u8>> {
    let first = number.iter().position(|octet| *octet != 0)?;
    let mut content = number.get(first..)?.to_vec();
    if content.first().is_some_and(|octet| *octet >= 0x80) {
        content.insert(0, 0);
    }
    tagged(0x02, &content)
}

/// Tag, length, content; longer content does not come from a curve.
fn tagged(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let length = u8::try_from(content.len()).ok()?;
    let mut tagged = vec![tag];
    if length >= 0x80 {
        tagged.push(0x81);
    }
    tagged.push(length);
    tagged.extend_from_slice(content);
    Some(tagged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_in_asn1() {
        let value = |r: u8, s: u8| [[0; 31].as_slice(), &[r], &[0; 31], &[s]].concat();
        // Each row: r and s, and their ASN.1.
        for (r, s, expected) in [
            (1, 2, Some(vec![0x30, 6, 2, 1, 1, 2, 1, 2])),
            (0x80, 0x7f, Some(vec![0x30, 7, 2, 2, 0, 0x80, 2, 1, 0x7f])),
            (0, 1, None),
            (1, 0, None),
        ] {
            assert_eq!(Curve::P256.to_asn1(&value(r, s)), expected, "{r} {s}");
        }
        let long = Curve::P384.to_asn1(&[0xff; 96]).unwrap();
        assert_eq!(long.get(..4), Some([0x30, 102, 2, 49].as_slice()));
        let longest = Curve::P521.to_asn1(&[0xff; 132]).unwrap();
        assert_eq!(longest.get(..5), Some([0x30, 0x81, 138, 2, 67].as_slice()));
        for length in [0, 1, 32, 63, 65, 66] {
            assert_eq!(Curve::P256.to_asn1(&vec![1; length]), None, "{length}");
        }
    }
}
