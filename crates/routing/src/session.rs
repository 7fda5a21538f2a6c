//! What control and a balancer say to each other.
//!
//! Control sends the whole configuration each time it changes. The balancer says
//! what became of targets, always as a state, so that saying it again does no harm.

use std::net::{Ipv4Addr, SocketAddrV4};

use serde::{Deserialize, Serialize};

use crate::{Config, TargetHealth};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToBalancer {
    Config { revision: u64, config: Config },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromBalancer {
    /// The configuration of this revision is in force.
    Applied {
        revision: u64,
    },
    Health(TargetName, TargetHealth),
    /// A draining target has no request left.
    Drained(TargetName),
    /// An address that a load balancer is to listen on cannot be bound; it is tried again.
    BindFailed {
        address: SocketAddrV4,
        reason: String,
    },
    /// It could be bound after all.
    Bound {
        address: SocketAddrV4,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TargetName {
    pub target_group_arn: String,
    pub address: Ipv4Addr,
    pub port: u16,
}
