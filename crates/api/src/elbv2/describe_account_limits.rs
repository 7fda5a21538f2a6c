//! `DescribeAccountLimits`: the limits that these operations hold callers to.

use aws_api::elbv2::{DescribeAccountLimitsInput, DescribeAccountLimitsOutput, Limit};
use wire::ApiError;

use super::{
    action, condition, create_listener, create_load_balancer, create_rule, create_target_group,
    listing, register_targets,
};

const LIMITS: [(&str, usize); 9] = [
    ("application-load-balancers", create_load_balancer::PER_REGION_MAX),
    ("condition-values-per-alb-rule", condition::VALUES_MAX),
    ("condition-wildcards-per-alb-rule", condition::WILDCARDS_MAX),
    ("listeners-per-application-load-balancer", create_listener::PER_LOAD_BALANCER_MAX),
    ("rules-per-application-load-balancer", create_rule::PER_LOAD_BALANCER_MAX),
    ("target-groups-per-action-on-application-load-balancer", action::FORWARD_TARGET_GROUPS_MAX),
    ("target-groups-per-application-load-balancer", action::TARGET_GROUPS_MAX),
    ("target-groups", create_target_group::PER_REGION_MAX),
    ("targets-per-target-group", register_targets::PER_TARGET_GROUP_MAX),
];

pub(super) fn run(
    input: &DescribeAccountLimitsInput,
) -> Result<DescribeAccountLimitsOutput, ApiError> {
    let mut limits = LIMITS;
    limits.sort_unstable();
    let asked = (input.marker.as_deref(), input.page_size);
    let page = listing::page(limits, |(name, _)| (*name).to_owned(), asked)?;
    let shown = page
        .items
        .into_iter()
        .map(|(name, max)| Limit { name: Some(name.to_owned()), max: Some(max.to_string()) });
    Ok(DescribeAccountLimitsOutput { limits: Some(shown.collect()), next_marker: page.next_token })
}
