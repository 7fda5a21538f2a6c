//! Public addresses: the host's range of them, and who holds which.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::Cidr;
use crate::Scope;
use crate::snapshot::Kind;
use crate::table::Key;

/// The range of the host's that public addresses are taken from: one record, which control
/// writes when it starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicRange {
    pub range: Cidr,
}

/// That an address of the public range is taken. Its key makes it unique over all accounts and
/// regions, as whoever holds it is translated to by its public address alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PublicAddress {
    pub address: Ipv4Addr,
    pub holder: PublicAddressHolder,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PublicAddressHolder {
    ElasticIp {
        scope: Scope,
        allocation_id: String,
    },
    /// Of which it is the `public_address`.
    Interface {
        scope: Scope,
        vpc_id: String,
        address: Ipv4Addr,
    },
}

impl PublicRange {
    /// The id of the one record.
    pub const ID: &str = "public";

    /// It belongs to the host, and so to no account.
    pub fn scope() -> Scope {
        Scope::new("", "")
    }
}

impl PublicAddress {
    pub fn key(address: Ipv4Addr) -> Key {
        Key { kind: Kind::PublicAddress, scope: PublicRange::scope(), id: address.to_string() }
    }
}
