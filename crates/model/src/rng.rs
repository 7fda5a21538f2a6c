//! Randomness as an argument: a small generator that its owner seeds.
//!
//! Ids need to be unlikely to collide, not hard to guess, and a decision must be
//! repeatable from its seed; so this is `SplitMix64` and never a secret's source.

use std::fmt::Write as _;

/// A seeded generator. The same seed gives the same ids.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    pub const fn seeded(seed: u64) -> Rng {
        Rng(seed)
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "a number below zero was asked for");
        self.next_u64() % bound
    }

    /// `digits` lower-case hexadecimal digits, the form of task and interface ids.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            let _ = write!(text, "{:016x}", self.next_u64());
        }
        text.truncate(digits);
        text
    }

    /// A decimal number of exactly 19 digits, the form of service revision ids.
    pub fn decimal_id(&mut self) -> String {
        let lowest = 1_000_000_000_000_000_000_u64;
        (lowest + self.below(9 * lowest)).to_string()
    }

    /// `length` characters of the alphabet of service deployment ids.
    pub fn alphanumeric(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 62] =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..length)
            .map(|_| char::from(ALPHABET[self.below(ALPHABET.len() as u64) as usize]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let ids = |seed| {
            let mut rng = Rng::seeded(seed);
            (rng.hex(32), rng.decimal_id(), rng.alphanumeric(20))
        };
        assert_eq!(ids(7), ids(7));
        assert_ne!(ids(7), ids(8));
        let (hex, decimal, alphanumeric) = ids(7);
        assert_eq!((hex.len(), decimal.len(), alphanumeric.len()), (32, 19, 20));
    }
}
