//! Ranges of addresses as callers write them.

use std::net::Ipv4Addr;

use model::Cidr;
use wire::ApiError;

/// The IPv4 range that a parameter has.
///
/// COMPAT: a range is brought to its canonical form: 100.68.0.18/18 becomes 100.68.0.0/18
/// (`CreateVpc`, `CreateSubnet`, `CreateRoute`, `CreateNetworkAclEntry`).
pub(super) fn ipv4(parameter: &str, text: &str) -> Result<Cidr, ApiError> {
    canonical(text).ok_or_else(|| {
        super::invalid(format!(
            "Value ({text}) for parameter {parameter} is invalid. This is not a valid CIDR block."
        ))
    })
}

/// Whether `inner` lies in `outer` with all its addresses, or is the same.
pub(super) fn is_within(inner: Cidr, outer: Cidr) -> bool {
    inner.prefix() >= outer.prefix() && outer.contains(inner.base())
}

fn canonical(text: &str) -> Option<Cidr> {
    let (address, prefix) = text.split_once('/')?;
    let address: Ipv4Addr = address.parse().ok()?;
    let prefix: u8 = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
    let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
    Cidr::new(Ipv4Addr::from(u32::from(address) & mask), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_brought_to_its_canonical_form() {
        let table = [
            ("100.68.0.18/18", "100.68.0.0/18"),
            ("10.0.0.0/16", "10.0.0.0/16"),
            ("255.255.255.255/0", "0.0.0.0/0"),
            ("1.2.3.4/32", "1.2.3.4/32"),
        ];
        for (text, wanted) in table {
            assert_eq!(ipv4("cidrBlock", text).expect("a range").to_string(), wanted);
        }
        for text in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/0", "10.0.0.0/-1"] {
            assert!(ipv4("cidrBlock", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_range_is_within_itself_and_what_is_wider() {
        let range = |text: &str| Cidr::parse(text).expect("a range");
        assert!(is_within(range("10.0.0.0/16"), range("10.0.0.0/16")));
        assert!(is_within(range("10.0.3.0/24"), range("10.0.0.0/16")));
        assert!(!is_within(range("10.0.0.0/8"), range("10.0.0.0/16")));
        assert!(!is_within(range("10.1.0.0/24"), range("10.0.0.0/16")));
    }
}
