//! The values and bounds that `ELBv2` gives to settings, in one place.
//!
//! COMPAT: from the `ELBv2` service model (`LoadBalancerAttribute`, `TargetGroupAttribute`,
//! `CreateTargetGroup`).

pub(crate) const IDLE_TIMEOUT_SECONDS: u32 = 60;
pub(crate) const CLIENT_KEEP_ALIVE_SECONDS: u32 = 3_600;
pub(crate) const DEREGISTRATION_DELAY_SECONDS: u32 = 300;
pub(crate) const HEALTH_CHECK_INTERVAL_SECONDS: u32 = 30;
pub(crate) const HEALTH_CHECK_TIMEOUT_SECONDS: u32 = 5;
pub(crate) const HEALTHY_THRESHOLD: u32 = 5;
pub(crate) const UNHEALTHY_THRESHOLD: u32 = 2;

/// The heaviest a target group can be in a forward action.
pub(crate) const WEIGHT_MAX: u16 = 999;
/// Bounds of what one balancer compiles; beyond them the configuration is refused.
pub(crate) const LOAD_BALANCERS_MAX: usize = 1_000;
/// Of one load balancer: no region has so many zones.
pub(crate) const ADDRESSES_MAX: usize = 32;
pub(crate) const LISTENERS_MAX: usize = 50;
pub(crate) const RULES_MAX: usize = 1_000;
pub(crate) const CONDITION_VALUES_MAX: usize = 100;
pub(crate) const FORWARD_GROUPS_MAX: usize = 5;
pub(crate) const TARGET_GROUPS_MAX: usize = 5_000;
pub(crate) const TARGETS_MAX: usize = 5_000;
pub(crate) const PATTERN_LENGTH_MAX: usize = 128;
