//! `loadBalancers` of a service: the target groups that its tasks are registered in.

use aws_api::ecs::{self, errors};
use model::{
    Arn, Scope, ServiceLoadBalancer, ServiceRevision, Snapshot, TaskDefinition, TransportProtocol,
};
use wire::ApiError;

use super::{advanced_configuration, unsupported};
use crate::refuse::refuse_given;

/// LIMIT: AWS's quota of target groups of one service.
const TARGET_GROUPS_MAX: usize = 5;

/// The load balancers that a request gives, checked against the target groups that there
/// are. Whether they fit a definition is for [`check`] to say.
pub(super) fn parse(
    (snapshot, scope): (&Snapshot, &Scope),
    given: &[ecs::LoadBalancer],
) -> Result<Vec<ServiceLoadBalancer>, ApiError> {
    if given.len() > TARGET_GROUPS_MAX {
        return Err(errors::invalid_parameter_exception(format!(
            "loadBalancers can have at most {TARGET_GROUPS_MAX} items."
        )));
    }
    let used = planner::targets::groups_in_use(snapshot);
    let mut parsed: Vec<ServiceLoadBalancer> = Vec::new();
    for load_balancer in given {
        let next = parse_one((snapshot, scope), load_balancer)?;
        let arn = &next.target_group_arn;
        if !used.contains(arn) {
            return Err(errors::invalid_parameter_exception(format!(
                "The target group with targetGroupArn {arn} does not have an associated load \
                 balancer."
            )));
        }
        let is_given_twice = parsed.iter().any(|known| {
            known.target_group_arn == *arn && known.container_port == next.container_port
        });
        if is_given_twice {
            return Err(errors::invalid_parameter_exception(format!(
                "The target group {arn} is given twice for port {}.",
                next.container_port
            )));
        }
        parsed.push(next);
    }
    advanced_configuration::check_all(&parsed)?;
    Ok(parsed)
}

/// The target groups that a revision's tasks are in, and the rules that lead there; `None`
/// where that is what was asked for.
pub(super) fn render_resolved(revision: &ServiceRevision) -> Option<ecs::ResolvedConfiguration> {
    let load_balancers: Vec<ecs::ServiceRevisionLoadBalancer> = revision
        .registrations()
        .map(|(load_balancer, group)| ecs::ServiceRevisionLoadBalancer {
            target_group_arn: Some(group.to_owned()),
            production_listener_rule: load_balancer
                .advanced
                .as_ref()
                .map(|advanced| advanced.production_listener_rule.clone()),
        })
        .collect();
    (!load_balancers.is_empty()).then(|| ecs::ResolvedConfiguration {
        load_balancers: Some(load_balancers),
        ..ecs::ResolvedConfiguration::default()
    })
}

/// Refuses load balancers whose container or port the definition does not have.
pub(super) fn check(
    load_balancers: &[ServiceLoadBalancer],
    definition: &TaskDefinition,
) -> Result<(), ApiError> {
    for load_balancer in load_balancers {
        let (name, port) = (&load_balancer.container_name, load_balancer.container_port);
        let named = definition.containers.iter().find(|container| container.name == *name);
        let Some(container) = named else {
            return Err(errors::invalid_parameter_exception(format!(
                "The container {name} does not exist in the task definition."
            )));
        };
        let is_open = container.port_mappings.iter().any(|mapping| {
            mapping.container_port == port && mapping.protocol == TransportProtocol::Tcp
        });
        if !is_open {
            return Err(errors::invalid_parameter_exception(format!(
                "The container {name} did not have a container port {port} defined."
            )));
        }
    }
    Ok(())
}

pub(super) fn render(load_balancers: &[ServiceLoadBalancer]) -> Vec<ecs::LoadBalancer> {
    load_balancers
        .iter()
        .map(|load_balancer| ecs::LoadBalancer {
            target_group_arn: Some(load_balancer.target_group_arn.clone()),
            container_name: Some(load_balancer.container_name.clone()),
            container_port: Some(i32::from(load_balancer.container_port)),
            advanced_configuration: load_balancer
                .advanced
                .as_ref()
                .map(advanced_configuration::render),
            ..ecs::LoadBalancer::default()
        })
        .collect()
}

fn parse_one(
    (snapshot, scope): (&Snapshot, &Scope),
    given: &ecs::LoadBalancer,
) -> Result<ServiceLoadBalancer, ApiError> {
    refuse_given(
        &[("loadBalancers.loadBalancerName", given.load_balancer_name.is_some())],
        unsupported,
    )?;
    let blank =
        |name: &str| errors::invalid_parameter_exception(format!("{name} can not be blank."));
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let arn = filled(&given.target_group_arn).ok_or_else(|| blank("targetGroupArn"))?;
    let container_name = filled(&given.container_name).ok_or_else(|| blank("Container name"))?;
    let container_port = given.container_port.ok_or_else(|| blank("Container port"))?;
    if !exists(snapshot, scope, &arn) {
        return Err(errors::invalid_parameter_exception(format!(
            "The target group {arn} does not exist."
        )));
    }
    let container_port = u16::try_from(container_port).map_err(|_| {
        errors::invalid_parameter_exception(format!(
            "The container {container_name} did not have a container port {container_port} \
             defined."
        ))
    })?;
    let given = given.advanced_configuration.as_ref();
    let advanced = given.map(|given| advanced_configuration::parse((snapshot, scope), &arn, given));
    Ok(ServiceLoadBalancer {
        advanced: advanced.transpose()?,
        target_group_arn: arn,
        container_name,
        container_port,
    })
}

pub(super) fn exists(snapshot: &Snapshot, scope: &Scope, arn: &str) -> bool {
    let parsed = Arn::parse(arn).filter(|arn| arn.scope == *scope);
    parsed
        .as_ref()
        .and_then(|arn| arn.resource_id("targetgroup"))
        .and_then(|id| id.split('/').next())
        .and_then(|name| snapshot.target_groups.get(scope, name))
        .is_some_and(|group| group.arn() == arn)
}
