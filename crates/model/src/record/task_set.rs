//! Task sets: what a service under an external controller is made of.
//!
//! INVARIANT: a task set and the revision that its tasks run have the same id.

use serde::{Deserialize, Serialize};

use super::{ServiceKey, Tags};
use crate::Timestamp;

/// The whole of a service's desired count, as scales measure it.
pub const SCALE_WHOLE_PPM: u32 = 1_000_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSet {
    pub service: ServiceKey,
    /// Its revision's.
    pub id: String,
    pub status: TaskSetStatus,
    /// The share of the service's desired count that it is to have, in millionths. It is a
    /// whole number, so that a share of a count is the same wherever it is computed.
    pub scale_ppm: u32,
    /// Which of AWS's controllers made it; none did where a caller made it.
    pub started_by: Option<String>,
    /// What the controller calls it.
    pub external_id: Option<String>,
    pub stability: Stability,
    pub stability_at: Timestamp,
    pub tags: Tags,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl TaskSet {
    /// Its name to callers, and what its tasks are started by.
    pub fn name(&self) -> String {
        format!("ecs-svc/{}", self.id)
    }

    pub fn arn(&self) -> String {
        self.service.child_arn("task-set", &self.name())
    }

    /// How many tasks it is to have, rounded up.
    pub fn desired_count(&self, of_service: u32) -> u32 {
        let share = u64::from(of_service) * u64::from(self.scale_ppm);
        u32::try_from(share.div_ceil(u64::from(SCALE_WHOLE_PPM))).unwrap_or(u32::MAX)
    }
}

/// Which one is primary is for the service to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskSetStatus {
    Active,
    /// It is deleted, and goes when its last task has stopped.
    Draining,
}

/// Whether a task set has what it is to have, and all of it healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stability {
    Stabilizing,
    SteadyState,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    #[track_caller]
    fn check(of_service: u32, scale_ppm: u32, expected: u32) {
        let service = ServiceKey {
            scope: Scope::new("000000000000", "us-east-1"),
            cluster: "default".to_owned(),
            name: "web".to_owned(),
        };
        let set = TaskSet {
            service,
            id: "1".to_owned(),
            status: TaskSetStatus::Active,
            scale_ppm,
            started_by: None,
            external_id: None,
            stability: Stability::Stabilizing,
            stability_at: Timestamp::EPOCH,
            tags: Tags::new(),
            created_at: Timestamp::EPOCH,
            updated_at: Timestamp::EPOCH,
        };
        assert_eq!(set.desired_count(of_service), expected);
    }

    #[test]
    fn a_share_of_the_desired_count_is_rounded_up() {
        check(10, 300_000, 3);
        check(12, 100_000, 2);
        check(3, 333_333, 1);
        check(7, SCALE_WHOLE_PPM, 7);
        check(5_000, 1, 1);
        check(5_000, 0, 0);
        check(0, SCALE_WHOLE_PPM, 0);
    }
}
