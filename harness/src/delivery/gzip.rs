//! DEFLATE and gzip without compression: blocks that are stored as they are, which every inflater must read.

/// How much goes into one stored block. So little that no tag stays whole: an XML reader that skips what it cannot read
/// must not find the message in there.
const BLOCK_BYTES: usize = 16;

/// One gzip member.
pub(super) fn stored(octets: &[u8]) -> Vec<u8> {
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    gzip.extend(deflate_stored(octets));
    gzip.extend(crc32(octets).to_le_bytes());
    gzip.extend(u32::try_from(octets.len()).unwrap_or(u32::MAX).to_le_bytes());
    gzip
}

/// One DEFLATE stream.
pub(super) fn deflate_stored(octets: &[u8]) -> Vec<u8> {
    let mut stream = Vec::with_capacity(octets.len() + 16);
    let mut blocks = octets.chunks(BLOCK_BYTES).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream
}

fn crc32(octets: &[u8]) -> u32 {
    !octets.iter().fold(!0, |crc, &octet| {
        (0..8).fold(crc ^ u32::from(octet), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// How much the bomb unpacks to.
const BOMB_OCTETS: usize = 128 << 20;

/// A start tag and blanks without end, DEFLATE-compressed. Made once; it takes a moment.
pub(super) fn bomb() -> &'static [u8] {
    static BOMB: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    BOMB.get_or_init(|| {
        let mut octets = vec![b' '; BOMB_OCTETS];
        octets.splice(..3, *b"<a>");
        miniz_oxide::deflate::compress_to_vec(&octets, 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_checksum() {
        // The check value of CRC-32.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn one_block() {
        assert_eq!(deflate_stored(b"ab"), [1, 2, 0, 0xfd, 0xff, b'a', b'b']);
    }
}
