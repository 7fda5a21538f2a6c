//! Counters of each load balancer, as `CloudWatch` names them.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

/// A reading of one load balancer's counters since it was first served by this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadBalancerMetrics {
    pub load_balancer_arn: String,
    /// `RequestCount`
    pub requests: u64,
    /// Requests not yet answered to the end.
    pub requests_in_flight: u64,
    /// `HTTPCode_ELB_3XX_Count` and so on, by the status's first digit.
    pub load_balancer_responses: [u64; 6],
    /// `HTTPCode_Target_2XX_Count` and so on, by the status's first digit.
    pub target_responses: [u64; 6],
    /// `TargetConnectionErrorCount`
    pub target_connection_errors: u64,
    /// Connections opened to targets, health checks apart.
    pub new_target_connections: u64,
}

/// The counters behind it.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    finished: AtomicU64,
    load_balancer_responses: [AtomicU64; 6],
    target_responses: [AtomicU64; 6],
    target_connection_errors: AtomicU64,
    new_target_connections: AtomicU64,
}

impl Counters {
    pub(crate) fn request_started(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn request_finished(&self) {
        self.finished.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn answered_itself(&self, status: StatusCode) {
        count(&self.load_balancer_responses, status);
    }

    pub(crate) fn target_answered(&self, status: StatusCode) {
        count(&self.target_responses, status);
    }

    pub(crate) fn target_connection_failed(&self) {
        self.target_connection_errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn target_connected(&self) {
        self.new_target_connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, load_balancer_arn: &str) -> LoadBalancerMetrics {
        let all = |counters: &[AtomicU64; 6]| {
            std::array::from_fn(|index| counters[index].load(Ordering::Relaxed))
        };
        // Finished is read first, so that the difference is never below zero.
        let finished = self.finished.load(Ordering::Relaxed);
        let requests = self.requests.load(Ordering::Relaxed);
        LoadBalancerMetrics {
            load_balancer_arn: load_balancer_arn.to_owned(),
            requests,
            requests_in_flight: requests.saturating_sub(finished),
            load_balancer_responses: all(&self.load_balancer_responses),
            target_responses: all(&self.target_responses),
            target_connection_errors: self.target_connection_errors.load(Ordering::Relaxed),
            new_target_connections: self.new_target_connections.load(Ordering::Relaxed),
        }
    }
}

fn count(counters: &[AtomicU64; 6], status: StatusCode) {
    let class = usize::from(status.as_u16() / 100);
    if let Some(counter) = counters.get(class) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
