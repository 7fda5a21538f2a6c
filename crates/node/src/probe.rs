//! A container's health, as its checks' outcomes make it.
//
// COMPAT: "HealthCheck", ECS API Reference: failures in the start period do not count;
// `retries` failures in a row make a container unhealthy; one success makes it healthy.

use std::time::Duration;

use model::{HealthCheck, HealthStatus, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    pub status: HealthStatus,
    failures_in_a_row: u32,
    last_checked_at: Option<Timestamp>,
}

impl Probe {
    pub fn observe(
        &mut self,
        check: &HealthCheck,
        started_at: Timestamp,
        is_success: bool,
        now: Timestamp,
    ) {
        let is_first = self.last_checked_at.is_none();
        self.last_checked_at = Some(now);
        if is_success {
            self.status = HealthStatus::Healthy;
            self.failures_in_a_row = 0;
            return;
        }
        let start_period = Duration::from_secs(check.start_period_secs.into());
        let is_forgiven = self.status == HealthStatus::Unknown
            // The first check is made at once, before a program had time to begin.
            && (is_first || now < started_at + start_period);
        if !is_forgiven {
            self.failures_in_a_row += 1;
            if self.failures_in_a_row >= check.retries.max(1) {
                self.status = HealthStatus::Unhealthy;
            }
        }
    }

    /// When the next check is due.
    pub fn due_at(&self, check: &HealthCheck, started_at: Timestamp) -> Timestamp {
        let interval = Duration::from_secs(check.interval_secs.into());
        self.last_checked_at.map_or(started_at, |last| last + interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check() -> HealthCheck {
        HealthCheck {
            command: vec!["CMD".to_owned(), "true".to_owned()],
            interval_secs: 5,
            timeout_secs: 2,
            retries: 2,
            start_period_secs: 10,
        }
    }

    fn after(outcomes: &[(i64, bool)]) -> HealthStatus {
        let mut probe = Probe::default();
        for (second, is_success) in outcomes {
            let now = Timestamp::from_secs(*second);
            probe.observe(&check(), Timestamp::EPOCH, *is_success, now);
        }
        probe.status
    }

    #[test]
    fn failures_count_after_the_start_period() {
        assert_eq!(after(&[(0, false), (5, false)]), HealthStatus::Unknown);
        assert_eq!(after(&[(0, false), (15, false), (20, false)]), HealthStatus::Unhealthy);
    }

    #[test]
    fn one_success_makes_it_healthy_and_forgets_failures() {
        assert_eq!(after(&[(0, false), (5, true)]), HealthStatus::Healthy);
        assert_eq!(after(&[(0, true), (15, false)]), HealthStatus::Healthy);
        let recovered = after(&[(0, true), (15, false), (20, false), (25, true)]);
        assert_eq!(recovered, HealthStatus::Healthy);
    }

    #[test]
    fn a_healthy_container_is_given_no_start_period() {
        assert_eq!(after(&[(0, true), (1, false), (2, false)]), HealthStatus::Unhealthy);
    }

    #[test]
    fn the_first_check_is_due_at_once() {
        let mut probe = Probe::default();
        assert_eq!(probe.due_at(&check(), Timestamp::from_secs(3)), Timestamp::from_secs(3));
        probe.observe(&check(), Timestamp::EPOCH, true, Timestamp::from_secs(4));
        assert_eq!(probe.due_at(&check(), Timestamp::from_secs(3)), Timestamp::from_secs(9));
    }
}
