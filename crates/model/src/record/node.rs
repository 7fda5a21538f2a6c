//! Nodes, and what callers' tokens stand for.

use serde::{Deserialize, Serialize};

use super::Cidr;
use crate::{Scope, Timestamp};

/// A host of the managed pool: where Fargate tasks go.
///
/// It belongs to no account; its scope is empty so that it is keyed like the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub id: String,
    /// The zones whose subnets it serves; empty is all of them.
    pub availability_zones: Vec<String>,
    /// CPU units and MiB that tasks may take, whole.
    pub cpu_units: u32,
    pub memory_mib: u32,
    /// `X86_64` or `ARM64`.
    pub cpu_architecture: String,
    /// What its host reaches by other ways: no VPC may have any of it.
    pub host_ranges: Vec<Cidr>,
    pub is_connected: bool,
    pub registered_at: Timestamp,
}

impl Node {
    pub fn scope() -> Scope {
        Scope::new("", "")
    }
}

/// What was done for one client token, so that asking again does it once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientToken {
    pub scope: Scope,
    pub operation: String,
    pub token: String,
    /// Of the request without its token: another request with this token is refused.
    pub request_sha256: String,
    /// The ids that the first call made, from which the same answer is written.
    pub result_ids: Vec<String>,
    pub created_at: Timestamp,
}
