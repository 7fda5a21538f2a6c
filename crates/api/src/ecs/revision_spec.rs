//! What the tasks of a service, or of one of its task sets, are to be made of.

use aws_api::ecs::{self, errors};
use model::{Cidr, Cluster};
use planner::rollout::RevisionSpec;
use wire::ApiError;

use super::{launch, service_load_balancers, service_settings as settings, task_definition};
use crate::{Turn, default_network, security_group_use};

/// What a request says of it.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub task_definition: Option<&'a str>,
    pub launch: launch::Wanted<'a>,
    pub platform_version: Option<&'a str>,
    pub network: Option<&'a ecs::NetworkConfiguration>,
    pub load_balancers: &'a [ecs::LoadBalancer],
}

/// Checks it against what there is. The plan makes the region's network where there is none.
pub(super) fn resolve(
    turn: &mut Turn<'_>,
    cluster: &Cluster,
    asked: &Asked<'_>,
    vpc_cidr: Cidr,
) -> Result<RevisionSpec, ApiError> {
    let named = asked.task_definition.filter(|named| !named.is_empty());
    let named = named
        .ok_or_else(|| errors::invalid_parameter_exception("TaskDefinition can not be blank."))?;
    let scope = turn.scope().clone();
    let definition = task_definition::find_active(turn.snapshot, &scope, named)?;
    turn.plan.read(definition);
    let launch = launch::resolve(cluster, &asked.launch)?;
    launch::check_definition(definition)?;
    let platform_version = launch::platform_version(asked.platform_version)?;
    let snapshot = default_network::within(turn, vpc_cidr);
    let network = settings::network((&snapshot, &scope), definition, asked.network)?;
    let groups = network.iter().flat_map(|network| &network.security_group_ids);
    security_group_use::hold(turn, groups);
    let load_balancers = service_load_balancers::parse((&snapshot, &scope), asked.load_balancers)?;
    service_load_balancers::check(&load_balancers, definition)?;
    Ok(RevisionSpec {
        definition: definition.reference(),
        launch_type: launch.launch_type,
        capacity_provider_strategy: launch.strategy,
        platform_version: Some(platform_version),
        load_balancers,
        network,
    })
}
