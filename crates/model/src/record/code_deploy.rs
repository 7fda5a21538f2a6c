//! AWS `CodeDeploy`: applications, their groups, configurations, and the deployments that are
//! begun through them.
//!
//! INVARIANT: how far a deployment is stands in the service's own deployment and nowhere else.
//
// COMPAT: the names are those of the CodeDeploy API Reference.

use serde::{Deserialize, Serialize};

use super::{DeploymentStrategy, ServiceKey};
use crate::{Scope, Timestamp};

/// A name for deployment groups to stand under.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeDeployApplication {
    pub scope: Scope,
    pub name: String,
    pub id: String,
    pub created_at: Timestamp,
}

/// Which service is deployed to, between which target groups, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeDeployGroup {
    pub scope: Scope,
    pub application: String,
    pub name: String,
    pub id: String,
    pub service: ServiceKey,
    pub settings: CodeDeploySettings,
    pub created_at: Timestamp,
}

/// What a group says of its deployments. Each deployment keeps its own, as it was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeDeploySettings {
    /// The deployment configuration's name.
    pub config: String,
    pub service_role_arn: String,
    pub target_groups: TargetGroupPair,
    /// How long somebody is waited for before production traffic moves; `None` where nobody is.
    pub ready_wait_mins: Option<u32>,
    /// How long the old tasks are kept after the last shift of traffic.
    pub termination_wait_mins: u32,
    pub auto_rollback: AutoRollback,
    pub alarms: CodeDeployAlarms,
}

/// Two target groups, and the listeners whose default rules forward to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroupPair {
    pub names: [String; 2],
    pub production_listener_arn: String,
    pub test_listener_arn: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoRollback {
    pub is_enabled: bool,
    pub events: Vec<AutoRollbackEvent>,
}

impl AutoRollback {
    /// Whether a deployment goes back after this.
    pub fn covers(&self, event: AutoRollbackEvent) -> bool {
        self.is_enabled && self.events.contains(&event)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AutoRollbackEvent {
    Failure,
    StopOnAlarm,
    StopOnRequest,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeDeployAlarms {
    pub names: Vec<String>,
    pub is_enabled: bool,
}

/// How production traffic is moved, by a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeDeployConfig {
    pub scope: Scope,
    pub name: String,
    pub id: String,
    /// Never ROLLING.
    pub strategy: DeploymentStrategy,
    /// `None` where it is one of `CodeDeploy`'s own.
    pub created_at: Option<Timestamp>,
}

/// One deployment, as far as the service's own does not say it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeDeployDeployment {
    pub scope: Scope,
    /// `d-` and nine letters and digits.
    pub id: String,
    pub application: String,
    pub group: String,
    pub service: ServiceKey,
    /// The id of the service's own deployment.
    pub service_deployment: String,
    pub settings: CodeDeploySettings,
    /// The `AppSpec`, as it was given.
    pub content: String,
    pub sha256: String,
    pub description: Option<String>,
    pub created_at: Timestamp,
}
