//! Clusters and account settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Scope, Timestamp};

pub type Tags = BTreeMap<String, String>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    pub scope: Scope,
    pub name: String,
    pub status: ClusterStatus,
    pub capacity_providers: Vec<String>,
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    pub tags: Tags,
    pub created_at: Timestamp,
}

impl Cluster {
    pub fn arn(&self) -> String {
        cluster_arn(&self.scope, &self.name)
    }
}

pub fn cluster_arn(scope: &Scope, name: &str) -> String {
    scope.arn("ecs", format_args!("cluster/{name}"))
}

/// A deleted cluster stays describable as `INACTIVE`, and its name can be taken again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterStatus {
    Active,
    Inactive,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityProviderStrategyItem {
    pub capacity_provider: String,
    pub weight: u32,
    pub base: u32,
}

/// One account setting of one principal, or of the account (`principal` is its root).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSetting {
    pub scope: Scope,
    pub principal_arn: String,
    pub name: String,
    pub value: String,
    pub is_default: bool,
}
