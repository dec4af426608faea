//! The HTTP-Redirect binding's encoding: XML to a query value and back (bindings 3.4.4.1). Logout messages come this
//! way, see [`query`]; a Response does not (profiles 4.1.2), but `inspect` reads one that somebody copied.
//!
//! Refuses streams that are not raw DEFLATE, inflate beyond `Limits::message_bytes`, or have octets behind their end.

pub(crate) mod query;

use super::base64;
use crate::limits::Limits;
use crate::reject::{Reason, Rejection};
use flate2::{Compression, Decompress, FlushDecompress, Status, write::DeflateEncoder};
use std::io::Write;

/// The XML of one raw DEFLATE stream.
pub(crate) fn inflate(deflated: &[u8], limits: &Limits) -> Result<Vec<u8>, Rejection> {
    let invalid = |found: &str| Rejection::new(Reason::DeflateInvalid, "one raw DEFLATE stream", found);
    let mut xml = Vec::with_capacity(limits.message_bytes.min(deflated.len().saturating_mul(8)));
    let mut inflater = Decompress::new(false);
    loop {
        let read = usize::try_from(inflater.total_in()).unwrap_or(usize::MAX);
        let rest = deflated.get(read..).unwrap_or_default();
        match inflater.decompress_vec(rest, &mut xml, FlushDecompress::Finish) {
            Ok(Status::StreamEnd) if inflater.total_in() == deflated.len() as u64 => return Ok(xml),
            Ok(Status::StreamEnd) => return Err(invalid("octets behind its end")),
            Ok(_) if xml.len() < xml.capacity() => return Err(invalid("a stream that does not end")),
            Ok(_) if xml.len() > limits.message_bytes => {
                let expected = format!("at most {} octets", limits.message_bytes);
                return Err(Rejection::new(Reason::MessageTooLarge, expected, "more when inflated"));
            }
            // Room ran out: double it. The limit above ends this.
            Ok(_) => xml.reserve(xml.capacity().max(1024)),
            Err(_) => return Err(invalid("something else")),
        }
    }
}

/// The query value for an XML message: deflated and base64, not yet percent-encoded.
pub(crate) fn encode(xml: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(xml.len()), Compression::default());
    // Writing to a Vec cannot fail; an empty value would be refused by whoever reads it.
    let written = encoder.write_all(xml.as_bytes()).and_then(|()| encoder.finish());
    base64::encode(&written.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for xml in ["<a/>", &"<b>text</b>".repeat(10_000)] {
            let deflated = base64::decode(encode(xml).as_bytes()).unwrap();
            assert_eq!(inflate(&deflated, &Limits::default()).unwrap(), xml.as_bytes());
        }
    }

    #[test]
    fn bombs_and_broken_streams_are_refused() {
        let limits = Limits::default();
        let reason = |octets: &[u8]| inflate(octets, &limits).map_err(|r| r.reason().name()).map(|xml| xml.len());
        let bomb = base64::decode(encode(&" ".repeat(50 << 20)).as_bytes()).unwrap();
        assert_eq!(reason(&bomb), Err("message_too_large"));
        let good = base64::decode(encode("<a/>").as_bytes()).unwrap();
        assert_eq!(reason(&good), Ok(4));
        assert_eq!(reason(&good[..good.len() - 1]), Err("deflate_invalid"));
        assert_eq!(reason(&[good.as_slice(), b"x"].concat()), Err("deflate_invalid"));
        assert_eq!(reason(b""), Err("deflate_invalid"));
        assert_eq!(reason(b"<a/>"), Err("deflate_invalid"));
    }
}
