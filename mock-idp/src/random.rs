//! Everything that looks random: a seed in, ids and octets out, the same ones for the same seed.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The generator of one message.
#[derive(Clone, Debug)]
pub struct Random(ChaCha20Rng);

impl Random {
    /// The generator that a seed stands for.
    pub fn seeded(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    /// That many octets.
    pub fn octets<const N: usize>(&mut self) -> [u8; N] {
        let mut octets = [0; N];
        self.0.fill_bytes(&mut octets);
        octets
    }

    /// The generator itself, for the crypto crates.
    pub(crate) fn generator(&mut self) -> &mut ChaCha20Rng {
        &mut self.0
    }

    /// An identifier after a pattern: `{hex:40}`, `{digits:26}`, `{alpha:1}`, `{alnum:32}`, `{url:24}` (with `-` and `_`),
    /// `{dotted:26}` (and with `.`) and `{guid}` are drawn, the rest is copied.
    pub fn id(&mut self, pattern: &str) -> String {
        let mut out = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((drawn, tail)) = after.split_once('}') else { break };
            self.draw(drawn, &mut out);
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    fn draw(&mut self, what: &str, out: &mut String) {
        let (kind, count) = what.split_once(':').unwrap_or((what, "0"));
        let count = count.parse().unwrap_or(0);
        match kind {
            "guid" => out.push_str(&guid(self.octets())),
            "digits" => self.characters("0123456789", count, out),
            "alpha" => self.characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", count, out),
            "alnum" => self.characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", count, out),
            "url" => self.characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", count, out),
            "dotted" => {
                self.characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", count, out)
            }
            _ => self.characters("0123456789abcdef", count, out),
        }
    }

    fn characters(&mut self, alphabet: &str, count: usize, out: &mut String) {
        for _ in 0..count {
            let drawn = usize::from(self.octets::<1>()[0]) % alphabet.len();
            out.extend(alphabet.chars().nth(drawn));
        }
    }
}

/// Sixteen octets as a version 4 GUID.
pub(crate) fn guid(mut octets: [u8; 16]) -> String {
    octets[6] = (octets[6] & 0x0f) | 0x40;
    octets[8] = (octets[8] & 0x3f) | 0x80;
    let hex = hex(&octets);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// Octets as lower-case hexadecimal.
pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_decides_the_form() {
        let mut random = Random::seeded(7);
        let id = random.id("DUO_{hex:40}");
        assert_eq!((id.len(), id.starts_with("DUO_")), (44, true));
        assert_eq!(random.id("_{guid}").len(), 37);
        assert_eq!(random.id("id{digits:26}").len(), 28);
    }

    #[test]
    fn the_seed_decides_the_characters() {
        assert_eq!(Random::seeded(7).id("{hex:40}"), Random::seeded(7).id("{hex:40}"));
        assert_ne!(Random::seeded(7).id("{hex:40}"), Random::seeded(8).id("{hex:40}"));
    }
}
