//! Namespaces, interfaces, routes and addresses of the host and its tasks.
//!
//! There is no shared segment: each task has a namespace with one link to the host and one /32
//! address, the host routes between them, and one packet filter table of ours says who may reach
//! whom. Everything is made for whatever network namespace the process runs in, so instances in
//! different namespaces of one machine know nothing of each other.
//!
//! INVARIANT: only what carries a mark of ours (protocol, group, label, table) is ever changed.
//! INVARIANT: no thread of the caller's runtime ever changes its namespace.

mod error;
mod filter;
mod host;
mod link;
mod namespace;
mod netlink;
mod network;
mod range;
mod task;

pub mod dns;

pub use error::NetworkError;
pub use filter::{
    log::{DeniedLog, DeniedPacket},
    rules::{DeniedPackets, GatewayService},
};
pub use link::NEXT_HOP;
pub use namespace::run_inside;
pub use network::{GATEWAY_ADDRESS, Network, NetworkConfig};
pub use range::{Ipv4Range, RangeError};
pub use task::TaskNetwork;
