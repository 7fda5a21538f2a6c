//! An IPv4 range in prefix notation: what a VPC covers, and what a route of the host covers.
//!
//! INVARIANT: the host bits of `address` are zero.

use std::{fmt, net::Ipv4Addr, str::FromStr};

/// `172.31.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ipv4Range {
    address: Ipv4Addr,
    prefix: u8,
}

/// A text that names no range.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an IPv4 range such as `172.31.0.0/16`")]
pub struct RangeError(String);

impl Ipv4Range {
    /// The range of `prefix` leading bits that `address` lies in; `None` above 32.
    pub fn covering(address: Ipv4Addr, prefix: u8) -> Option<Self> {
        (prefix <= 32).then(|| Self {
            address: Ipv4Addr::from_bits(address.to_bits() & mask(prefix)),
            prefix,
        })
    }

    /// The first address.
    pub fn address(self) -> Ipv4Addr {
        self.address
    }

    /// The number of leading bits that every address of the range shares.
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// Whether `address` lies in the range.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        address.to_bits() & mask(self.prefix) == self.address.to_bits()
    }

    /// Whether any address lies in both.
    pub fn overlaps(self, other: Self) -> bool {
        let shared = self.prefix.min(other.prefix);
        self.address.to_bits() & mask(shared) == other.address.to_bits() & mask(shared)
    }
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

impl fmt::Display for Ipv4Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Ipv4Range {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let parse = || {
            let (address, prefix) = text.split_once('/')?;
            let address: Ipv4Addr = address.parse().ok()?;
            let range = Self::covering(address, prefix.parse().ok()?)?;
            (range.address == address).then_some(range)
        };
        parse().ok_or_else(|| RangeError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Ipv4Range;

    fn range(text: &str) -> Ipv4Range {
        text.parse().expect("a range")
    }

    #[test]
    fn ranges_overlap_when_one_holds_the_other() {
        let table = [
            ("172.31.0.0/16", "172.31.5.0/24", true),
            ("172.31.0.0/16", "172.16.0.0/12", true),
            ("172.31.0.0/16", "172.30.0.0/16", false),
            ("172.31.0.0/16", "0.0.0.0/0", true),
            ("10.0.0.0/32", "10.0.0.1/32", false),
        ];
        for (left, right, expected) in table {
            assert_eq!(range(left).overlaps(range(right)), expected, "{left} {right}");
            assert_eq!(range(right).overlaps(range(left)), expected, "{right} {left}");
        }
    }

    #[test]
    fn only_true_ranges_parse() {
        for text in ["172.31.0.0/16", "0.0.0.0/0", "10.0.0.1/32"] {
            assert_eq!(range(text).to_string(), text);
        }
        for text in ["172.31.0.1/16", "172.31.0.0", "172.31.0.0/33", "a/8", "::/0"] {
            assert!(text.parse::<Ipv4Range>().is_err(), "{text}");
        }
    }
}
