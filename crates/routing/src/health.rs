//! What the outcomes of health checks make of a target: its state, reason code and description.
//!
//! The tracker is a counter with thresholds and no clock; whoever runs the checks says what came
//! of each. States, codes and sentences are those of `DescribeTargetHealth`.
//!
//! COMPAT: one success makes a newly registered target healthy; after that the thresholds count
//! ("After your target is registered, it must pass one health check to be considered healthy").

use serde::{Deserialize, Serialize};

/// A target's health as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetHealth {
    pub state: TargetHealthState,
    pub reason: Option<Reason>,
    pub description: Option<String>,
}

/// `TargetHealthStateEnum`, as far as an application load balancer has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetHealthState {
    Initial,
    Healthy,
    Unhealthy,
    Unused,
    Draining,
    Unavailable,
}

/// `TargetHealthReasonEnum`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    #[serde(rename = "Elb.RegistrationInProgress")]
    RegistrationInProgress,
    #[serde(rename = "Elb.InitialHealthChecking")]
    InitialHealthChecking,
    #[serde(rename = "Elb.InternalError")]
    InternalError,
    #[serde(rename = "Target.ResponseCodeMismatch")]
    ResponseCodeMismatch,
    #[serde(rename = "Target.Timeout")]
    Timeout,
    #[serde(rename = "Target.FailedHealthChecks")]
    FailedHealthChecks,
    #[serde(rename = "Target.NotRegistered")]
    NotRegistered,
    #[serde(rename = "Target.NotInUse")]
    NotInUse,
    #[serde(rename = "Target.DeregistrationInProgress")]
    DeregistrationInProgress,
    #[serde(rename = "Target.HealthCheckDisabled")]
    HealthCheckDisabled,
}

/// What came of one health check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    Passed,
    /// The target answered with a code outside the matcher.
    CodeMismatch(u16),
    TimedOut,
    /// No connection, or no HTTP answer.
    Failed,
    /// The check could not be made for the balancer's own reasons.
    InternalError,
}

/// The state of one registered target.
#[derive(Clone, Debug)]
pub struct HealthTracker {
    health: TargetHealth,
    healthy_threshold: u32,
    unhealthy_threshold: u32,
    /// Consecutive outcomes that speak against the present state.
    against: u32,
}

impl TargetHealth {
    pub fn healthy() -> Self {
        Self { state: TargetHealthState::Healthy, reason: None, description: None }
    }

    /// The state and sentence that go with a reason no single check has given.
    pub fn because(reason: Reason) -> Self {
        use TargetHealthState::{Draining, Initial, Unavailable, Unhealthy, Unused};
        let (state, description) = match reason {
            Reason::RegistrationInProgress => (Initial, "Target registration is in progress"),
            Reason::InitialHealthChecking => (Initial, "Initial health checks in progress"),
            Reason::InternalError => (Unhealthy, "Health checks failed due to an internal error"),
            Reason::ResponseCodeMismatch => (Unhealthy, "Health checks failed"),
            Reason::Timeout => (Unhealthy, "Request timed out"),
            Reason::FailedHealthChecks => (Unhealthy, "Health checks failed"),
            Reason::NotRegistered => (Unused, "Target is not registered to the target group"),
            Reason::NotInUse => {
                (Unused, "Target group is not configured to receive traffic from the load balancer")
            }
            Reason::DeregistrationInProgress => (Draining, "Target deregistration is in progress"),
            Reason::HealthCheckDisabled => {
                (Unavailable, "Health checks are disabled for the target group")
            }
        };
        Self { state, reason: Some(reason), description: Some(description.to_owned()) }
    }

    fn after(outcome: CheckOutcome) -> Self {
        match outcome {
            CheckOutcome::Passed => Self::healthy(),
            CheckOutcome::CodeMismatch(code) => Self {
                description: Some(format!("Health checks failed with these codes: [{code}]")),
                ..Self::because(Reason::ResponseCodeMismatch)
            },
            CheckOutcome::TimedOut => Self::because(Reason::Timeout),
            CheckOutcome::Failed => Self::because(Reason::FailedHealthChecks),
            CheckOutcome::InternalError => Self::because(Reason::InternalError),
        }
    }
}

impl HealthTracker {
    /// A tracker of a target that starts out as `health` says.
    pub fn new(health: TargetHealth, healthy_threshold: u32, unhealthy_threshold: u32) -> Self {
        Self { health, healthy_threshold, unhealthy_threshold, against: 0 }
    }

    pub fn health(&self) -> &TargetHealth {
        &self.health
    }

    /// New thresholds for a target that stays registered; what was counted so far stands.
    pub fn rethreshold(&mut self, healthy_threshold: u32, unhealthy_threshold: u32) {
        self.healthy_threshold = healthy_threshold;
        self.unhealthy_threshold = unhealthy_threshold;
    }

    /// Counts one outcome; the health, if that changed it.
    pub fn observe(&mut self, outcome: CheckOutcome) -> Option<&TargetHealth> {
        let passed = outcome == CheckOutcome::Passed;
        let needed = match self.health.state {
            TargetHealthState::Initial if passed => 1,
            TargetHealthState::Healthy if passed => return self.settle(),
            TargetHealthState::Initial | TargetHealthState::Healthy => self.unhealthy_threshold,
            TargetHealthState::Unhealthy if passed => self.healthy_threshold,
            TargetHealthState::Unhealthy => {
                self.against = 0;
                return self.become_now(TargetHealth::after(outcome));
            }
            // Such a target is not checked; a late outcome changes nothing.
            TargetHealthState::Unused
            | TargetHealthState::Draining
            | TargetHealthState::Unavailable => return None,
        };
        self.against += 1;
        if self.against < needed {
            return None;
        }
        self.against = 0;
        self.become_now(TargetHealth::after(outcome))
    }

    fn settle(&mut self) -> Option<&TargetHealth> {
        self.against = 0;
        None
    }

    fn become_now(&mut self, health: TargetHealth) -> Option<&TargetHealth> {
        if self.health == health {
            return None;
        }
        self.health = health;
        Some(&self.health)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// State, code and description as they travel.
    fn line(health: &TargetHealth) -> String {
        let json = serde_json::to_value(health).expect("health is plain data");
        let text = |name: &str| json[name].as_str().unwrap_or("").to_owned();
        format!("{} {} {}", text("state"), text("reason"), text("description"))
    }

    #[expect(clippy::needless_pass_by_value, reason = "an Expect is made for one check")]
    fn check(outcomes: &[CheckOutcome], wanted: Expect) {
        let initial = TargetHealth::because(Reason::InitialHealthChecking);
        let mut tracker = HealthTracker::new(initial, 3, 2);
        let mut lines = String::new();
        for outcome in outcomes {
            let line = match tracker.observe(*outcome) {
                None => "-".to_owned(),
                Some(health) => line(health),
            };
            lines.push_str(&line);
            lines.push('\n');
        }
        wanted.assert_eq(&lines);
    }

    #[test]
    fn one_success_makes_a_new_target_healthy_and_then_thresholds_count() {
        use CheckOutcome::{CodeMismatch, Failed, Passed, TimedOut};
        check(
            &[
                Failed,
                Passed,
                TimedOut,
                Passed,
                TimedOut,
                TimedOut,
                CodeMismatch(503),
                Passed,
                Passed,
                Failed,
                Passed,
                Passed,
                Passed,
            ],
            expect![[r#"
                -
                healthy  
                -
                -
                -
                unhealthy Target.Timeout Request timed out
                unhealthy Target.ResponseCodeMismatch Health checks failed with these codes: [503]
                -
                -
                unhealthy Target.FailedHealthChecks Health checks failed
                -
                -
                healthy  
            "#]],
        );
    }

    #[test]
    fn a_new_target_that_keeps_failing_becomes_unhealthy() {
        check(
            &[CheckOutcome::Failed, CheckOutcome::Failed],
            expect![[r#"
                -
                unhealthy Target.FailedHealthChecks Health checks failed
            "#]],
        );
    }
}
