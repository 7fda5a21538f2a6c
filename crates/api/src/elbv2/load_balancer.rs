//! Load balancers as the API shows them, and how callers name them.

use aws_api::elbv2::{self, errors};
use model::{Arn, Entry, LoadBalancer, Rule, Scope, Snapshot};
use wire::ApiError;

/// COMPAT: a client makes an alias record with it; us-east-1's on AWS, and here everyone's.
const HOSTED_ZONE_ID: &str = "Z35SXDOTRQ7X7K";

/// The load balancer that an ARN names.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<&'a Entry<LoadBalancer>, ApiError> {
    get(snapshot, scope, arn)?.ok_or_else(|| {
        errors::load_balancer_not_found_exception(format!("Load balancer '{arn}' not found"))
    })
}

/// As [`find`], or `None` where there is none.
pub(super) fn get<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<Option<&'a Entry<LoadBalancer>>, ApiError> {
    let invalid = || super::invalid(format!("'{arn}' is not a valid load balancer ARN"));
    let parsed = Arn::parse(arn).ok_or_else(invalid)?;
    let rest = parsed.resource_id("loadbalancer").ok_or_else(invalid)?;
    let name = rest.split('/').nth(1).ok_or_else(invalid)?;
    Ok(snapshot.load_balancers.get(scope, name).filter(|known| known.arn() == arn))
}

/// The ARN of the load balancer that a rule is of.
pub(super) fn arn_of_rule(rule: &Rule) -> String {
    let (name, id) = (&rule.load_balancer_name, &rule.load_balancer_id);
    rule.scope.arn("elasticloadbalancing", format_args!("loadbalancer/app/{name}/{id}"))
}

pub(super) fn render(snapshot: &Snapshot, balancer: &LoadBalancer) -> elbv2::LoadBalancer {
    elbv2::LoadBalancer {
        load_balancer_arn: Some(balancer.arn()),
        dns_name: Some(balancer.dns_name.clone()),
        canonical_hosted_zone_id: Some(HOSTED_ZONE_ID.to_owned()),
        created_time: Some(balancer.created_at),
        load_balancer_name: Some(balancer.name.clone()),
        scheme: Some(if balancer.is_internal {
            elbv2::LoadBalancerSchemeEnum::Internal
        } else {
            elbv2::LoadBalancerSchemeEnum::InternetFacing
        }),
        vpc_id: Some(balancer.vpc_id.clone()),
        state: Some(elbv2::LoadBalancerState {
            code: Some(elbv2::LoadBalancerStateEnum::Active),
            reason: None,
        }),
        r#type: Some(elbv2::LoadBalancerTypeEnum::Application),
        availability_zones: Some(availability_zones(snapshot, balancer)),
        security_groups: Some(balancer.security_group_ids.clone()),
        ip_address_type: Some(elbv2::IpAddressType::Ipv4),
        ..elbv2::LoadBalancer::default()
    }
}

/// The zones of its subnets.
pub(super) fn availability_zones(
    snapshot: &Snapshot,
    balancer: &LoadBalancer,
) -> Vec<elbv2::AvailabilityZone> {
    let zone = |id: &String| {
        let subnet = snapshot.subnets.get(&balancer.scope, id);
        elbv2::AvailabilityZone {
            zone_name: subnet.map(|subnet| subnet.availability_zone.clone()),
            subnet_id: Some(id.clone()),
            load_balancer_addresses: Some(Vec::new()),
            ..elbv2::AvailabilityZone::default()
        }
    };
    balancer.addresses.keys().map(zone).collect()
}
