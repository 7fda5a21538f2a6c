//! How a service moves from one revision to the next: what was asked, and how far it is.
//
// COMPAT: the strategies, stages and statuses are the ECS API Reference's
// ("DeploymentConfiguration", "ServiceDeployment", "DeploymentLifecycleHook").

use serde::{Deserialize, Serialize};

use super::ServiceKey;
use crate::Timestamp;

/// What a service's deployments are to be like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentConfiguration {
    pub minimum_healthy_percent: u32,
    pub maximum_percent: u32,
    pub strategy: DeploymentStrategy,
    /// How long both revisions are kept after the last shift of traffic.
    pub bake_time_mins: u32,
    pub circuit_breaker: CircuitBreaker,
    pub alarms: DeploymentAlarms,
    pub lifecycle_hooks: Vec<LifecycleHook>,
}

impl DeploymentConfiguration {
    /// A rolling deployment within these bounds, and nothing that watches it.
    pub fn rolling(minimum_healthy_percent: u32, maximum_percent: u32) -> DeploymentConfiguration {
        DeploymentConfiguration {
            minimum_healthy_percent,
            maximum_percent,
            strategy: DeploymentStrategy::Rolling,
            bake_time_mins: 0,
            circuit_breaker: CircuitBreaker::default(),
            alarms: DeploymentAlarms::default(),
            lifecycle_hooks: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeploymentStrategy {
    /// Tasks are replaced a few at a time.
    Rolling,
    /// A second set of tasks; all production traffic moves at once.
    BlueGreen,
    /// A second set of tasks; production traffic moves in equal steps.
    Linear { step_permille: u32, step_bake_mins: u32 },
    /// A second set of tasks; a small share of production traffic first, then the rest.
    Canary { permille: u32, bake_mins: u32 },
}

impl DeploymentStrategy {
    pub const fn as_str(self) -> &'static str {
        match self {
            DeploymentStrategy::Rolling => "ROLLING",
            DeploymentStrategy::BlueGreen => "BLUE_GREEN",
            DeploymentStrategy::Linear { .. } => "LINEAR",
            DeploymentStrategy::Canary { .. } => "CANARY",
        }
    }

    /// The shares of production traffic that the new revision gets, step by step, in permille;
    /// none where tasks are replaced instead. The last is 1000.
    pub fn steps(self) -> Vec<u32> {
        match self {
            DeploymentStrategy::Rolling => Vec::new(),
            DeploymentStrategy::BlueGreen => vec![1_000],
            DeploymentStrategy::Linear { step_permille, .. } => {
                let step = step_permille.max(1) as usize;
                (step..1_000).step_by(step).map(|at| at as u32).chain([1_000]).collect()
            }
            DeploymentStrategy::Canary { permille, .. } if permille < 1_000 => {
                vec![permille, 1_000]
            }
            DeploymentStrategy::Canary { .. } => vec![1_000],
        }
    }

    /// How long each step but the last is watched before the next.
    pub const fn step_bake_mins(self) -> u32 {
        match self {
            DeploymentStrategy::Rolling | DeploymentStrategy::BlueGreen => 0,
            DeploymentStrategy::Linear { step_bake_mins, .. } => step_bake_mins,
            DeploymentStrategy::Canary { bake_mins, .. } => bake_mins,
        }
    }
}

/// Ends a deployment whose tasks keep failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CircuitBreaker {
    pub is_enabled: bool,
    /// Whether the service then goes back to its last completed revision.
    pub is_rolling_back: bool,
    /// Whether a task that becomes healthy makes the count begin anew.
    pub is_reset_on_healthy_task: bool,
    pub threshold: FailureThreshold,
}

impl Default for CircuitBreaker {
    fn default() -> CircuitBreaker {
        CircuitBreaker {
            is_enabled: false,
            is_rolling_back: false,
            is_reset_on_healthy_task: true,
            threshold: FailureThreshold::BoundedPercent(50),
        }
    }
}

/// How many tasks may fail: a number, or a share of the desired count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureThreshold {
    Count(u32),
    /// Within 3 and 200 tasks.
    BoundedPercent(u32),
    UnboundedPercent(u32),
}

/// Alarms that end a deployment when any of them goes off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentAlarms {
    pub names: Vec<String>,
    pub is_enabled: bool,
    pub is_rolling_back: bool,
}

/// Something that has to agree before a deployment leaves a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleHook {
    pub target: HookTarget,
    pub stages: Vec<LifecycleStage>,
    /// Whether it is left out where a stage is entered again, for the next step of traffic.
    pub is_once: bool,
    /// JSON that the function is given, as the caller wrote it.
    pub details: Option<String>,
    pub timeout_mins: u32,
    pub timeout_action: HookAction,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HookTarget {
    /// A function that is asked.
    Lambda { function_arn: String, role_arn: Option<String> },
    /// A function that is told once, and answers through `CodeDeploy`
    /// (`PutLifecycleEventHookExecutionStatus`).
    CodeDeploy { function: String, deployment_id: String },
    /// A person who is waited for (`ContinueServiceDeployment`).
    Pause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HookAction {
    Continue,
    Rollback,
}

/// The stages of a deployment that keeps both revisions, in the order of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LifecycleStage {
    ReconcileService,
    PreScaleUp,
    ScaleUp,
    PostScaleUp,
    TestTrafficShift,
    PostTestTrafficShift,
    PreProductionTrafficShift,
    ProductionTrafficShift,
    PostProductionTrafficShift,
    BakeTime,
    CleanUp,
}

impl LifecycleStage {
    pub const ALL: [LifecycleStage; 11] = [
        LifecycleStage::ReconcileService,
        LifecycleStage::PreScaleUp,
        LifecycleStage::ScaleUp,
        LifecycleStage::PostScaleUp,
        LifecycleStage::TestTrafficShift,
        LifecycleStage::PostTestTrafficShift,
        LifecycleStage::PreProductionTrafficShift,
        LifecycleStage::ProductionTrafficShift,
        LifecycleStage::PostProductionTrafficShift,
        LifecycleStage::BakeTime,
        LifecycleStage::CleanUp,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            LifecycleStage::ReconcileService => "RECONCILE_SERVICE",
            LifecycleStage::PreScaleUp => "PRE_SCALE_UP",
            LifecycleStage::ScaleUp => "SCALE_UP",
            LifecycleStage::PostScaleUp => "POST_SCALE_UP",
            LifecycleStage::TestTrafficShift => "TEST_TRAFFIC_SHIFT",
            LifecycleStage::PostTestTrafficShift => "POST_TEST_TRAFFIC_SHIFT",
            LifecycleStage::PreProductionTrafficShift => "PRE_PRODUCTION_TRAFFIC_SHIFT",
            LifecycleStage::ProductionTrafficShift => "PRODUCTION_TRAFFIC_SHIFT",
            LifecycleStage::PostProductionTrafficShift => "POST_PRODUCTION_TRAFFIC_SHIFT",
            LifecycleStage::BakeTime => "BAKE_TIME",
            LifecycleStage::CleanUp => "CLEAN_UP",
        }
    }

    /// Whether hooks may wait here.
    pub const fn has_hooks(self) -> bool {
        match self {
            LifecycleStage::ScaleUp | LifecycleStage::BakeTime | LifecycleStage::CleanUp => false,
            LifecycleStage::ReconcileService
            | LifecycleStage::PreScaleUp
            | LifecycleStage::PostScaleUp
            | LifecycleStage::TestTrafficShift
            | LifecycleStage::PostTestTrafficShift
            | LifecycleStage::PreProductionTrafficShift
            | LifecycleStage::ProductionTrafficShift
            | LifecycleStage::PostProductionTrafficShift => true,
        }
    }
}

/// The move of a service from some revisions to one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceDeployment {
    pub service: ServiceKey,
    /// 20 letters and digits.
    pub id: String,
    pub status: DeploymentStatus,
    pub status_reason: Option<String>,
    pub target_revision: String,
    pub source_revisions: Vec<SourceRevision>,
    pub deployment_configuration: DeploymentConfiguration,
    /// Tasks of the target revision that ended before they were healthy, as the circuit
    /// breaker counts them.
    pub failed_tasks: u32,
    /// Its healthy tasks at the last look, and when their number last grew.
    pub healthy_tasks: u32,
    pub healthy_at: Option<Timestamp>,
    /// Whether alarms are heeded: not where one was on already when it began.
    pub is_watching_alarms: bool,
    /// `None` where tasks are replaced in place.
    pub progress: Option<Progress>,
    /// Why it is not to reach its target, once that is so.
    pub failure: Option<DeploymentFailure>,
    pub rollback: Option<Rollback>,
    /// Since when tasks are all in place, and the bake time runs.
    pub baking_since: Option<Timestamp>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

impl ServiceDeployment {
    pub fn arn(&self) -> String {
        self.service.child_arn("service-deployment", &self.id)
    }

    /// Whether it ended somewhere between two revisions, where the service is left.
    pub fn is_halted(&self) -> bool {
        self.failure.is_some()
            && matches!(self.status, DeploymentStatus::Stopped | DeploymentStatus::RollbackFailed)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRevision {
    pub id: String,
    pub requested_task_count: u32,
}

/// How far a deployment that keeps both revisions is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The revision that traffic comes from, and goes back to; a first deployment has none.
    pub source: Option<String>,
    pub stage: LifecycleStage,
    pub entered_at: Timestamp,
    /// The step of production traffic under way or next, from 0.
    pub step: u32,
    /// What of production and of test traffic goes to the target revision, in permille.
    pub production_permille: u32,
    pub test_permille: u32,
    /// When production traffic was last moved.
    pub shifted_at: Option<Timestamp>,
    /// The runs of this stage's hooks.
    pub hooks: Vec<HookRun>,
}

/// One hook at one stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HookRun {
    pub id: String,
    /// Its place in the configuration's list.
    pub index: usize,
    pub target: HookTarget,
    pub status: HookStatus,
    pub expires_at: Timestamp,
    pub timeout_action: HookAction,
    /// When a function is to be asked, or asked again.
    pub invoke_at: Option<Timestamp>,
    /// JSON that the function is given.
    pub details: Option<String>,
    /// Why it failed.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HookStatus {
    AwaitingAction,
    InProgress,
    Succeeded,
    Failed,
    TimedOut,
}

impl HookStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            HookStatus::AwaitingAction => "AWAITING_ACTION",
            HookStatus::InProgress => "IN_PROGRESS",
            HookStatus::Succeeded => "SUCCEEDED",
            HookStatus::Failed => "FAILED",
            HookStatus::TimedOut => "TIMED_OUT",
        }
    }
}

/// What ends a deployment before its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeploymentFailure {
    CircuitBreaker,
    Alarms {
        names: Vec<String>,
    },
    /// A function said no, or could not be asked.
    Hook {
        stage: LifecycleStage,
        reason: String,
    },
    /// Nobody answered at a paused hook.
    PauseTimedOut {
        stage: LifecycleStage,
    },
    /// Traffic cannot be moved.
    Networking {
        reason: String,
    },
    /// Somebody asked for it, at a paused hook or by `StopServiceDeployment`.
    Requested,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollback {
    pub reason: String,
    pub started_at: Timestamp,
    /// The revision that the service goes back to.
    pub revision: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeploymentStatus {
    Pending,
    InProgress,
    Successful,
    /// Another deployment took its place, or it was left where it was.
    Stopped,
    RollbackRequested,
    RollbackInProgress,
    RollbackSuccessful,
    RollbackFailed,
}

impl DeploymentStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            DeploymentStatus::Pending => "PENDING",
            DeploymentStatus::InProgress => "IN_PROGRESS",
            DeploymentStatus::Successful => "SUCCESSFUL",
            DeploymentStatus::Stopped => "STOPPED",
            DeploymentStatus::RollbackRequested => "ROLLBACK_REQUESTED",
            DeploymentStatus::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            DeploymentStatus::RollbackSuccessful => "ROLLBACK_SUCCESSFUL",
            DeploymentStatus::RollbackFailed => "ROLLBACK_FAILED",
        }
    }

    pub const fn is_final(self) -> bool {
        match self {
            DeploymentStatus::Pending
            | DeploymentStatus::InProgress
            | DeploymentStatus::RollbackRequested
            | DeploymentStatus::RollbackInProgress => false,
            DeploymentStatus::Successful
            | DeploymentStatus::Stopped
            | DeploymentStatus::RollbackSuccessful
            | DeploymentStatus::RollbackFailed => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_moves_in_steps_that_end_with_all_of_it() {
        let linear =
            |step_permille| DeploymentStrategy::Linear { step_permille, step_bake_mins: 1 }.steps();
        assert_eq!(linear(500), [500, 1_000]);
        assert_eq!(linear(300), [300, 600, 900, 1_000]);
        assert_eq!(linear(1_000), [1_000]);
        let canary = |permille| DeploymentStrategy::Canary { permille, bake_mins: 1 }.steps();
        assert_eq!(canary(50), [50, 1_000]);
        assert_eq!(canary(1_000), [1_000]);
        assert_eq!(DeploymentStrategy::BlueGreen.steps(), [1_000]);
        assert!(DeploymentStrategy::Rolling.steps().is_empty());
    }
}
