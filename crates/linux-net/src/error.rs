//! What can go wrong with the host's network, one variant per thing the caller may do about it.

use std::{io, net::Ipv4Addr};

use crate::range::Ipv4Range;

/// A refusal or a failure of the network adapter.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The operator picks another range (or gives up the route).
    #[error("the range `{range}` of a VPC overlaps the host's route `{route}`")]
    RangeOverlapsRoute { range: Ipv4Range, route: String },
    /// The operator picks another range (or gives up the address).
    #[error("the range `{range}` of a VPC overlaps the host's address `{address}`")]
    RangeOverlapsAddress { range: Ipv4Range, address: String },
    /// The operator picks another gateway address.
    #[error(
        "the gateway address `{address}` is already held by the host's interface `{interface}`"
    )]
    GatewayTaken { address: Ipv4Addr, interface: String },
    /// Another live process manages this network namespace: stop it, or use another namespace.
    #[error("another instance already manages this network namespace")]
    InUse,
    /// The caller's mistake: an id that can be no file name.
    #[error("`{task_id}` is not a task id: 1 to 64 letters, digits, `-` or `_` are")]
    InvalidTaskId { task_id: String },
    /// The caller's mistake: an address that no VPC of this host covers.
    #[error("the address `{address}` lies in no VPC range of this host")]
    AddressOutsideRanges { address: Ipv4Addr },
    /// The caller's mistake: one task, two sets of facts. A task is one-shot, so it never moves.
    #[error("task `{task_id}` is already attached as `{held}`")]
    TaskDiffers { task_id: String, held: String },
    /// The caller's mistake: an operation inside a task that is not attached.
    #[error("task `{task_id}` has no network namespace")]
    NoSuchTask { task_id: String },
    /// The kernel refused; retry, or look at what it says.
    #[error("cannot {operation}")]
    Kernel {
        operation: String,
        #[source]
        source: io::Error,
    },
    /// The packet filter's program could not be run: install `nftables`.
    #[error("cannot run `nft`")]
    FilterProgram(#[source] io::Error),
    /// The packet filter refused a transaction; nothing of it was applied.
    #[error("the packet filter refused a change: {message}")]
    Filter { message: String },
    /// The worker thread ended without an answer.
    #[error("the network worker stopped before it answered")]
    WorkerLost,
}

impl NetworkError {
    /// Wraps an error of the operating system with what was being done.
    pub(crate) fn kernel(operation: impl Into<String>, source: io::Error) -> Self {
        Self::Kernel { operation: operation.into(), source }
    }
}
