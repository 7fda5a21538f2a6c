//! `DeleteSecurityGroup`: a group that nothing is in and no other group refers to.

use aws_api::ec2::{DeleteSecurityGroupRequest, DeleteSecurityGroupResult};
use model::{SecurityGroup, Service, ServiceStatus, Snapshot, TrafficPeer};
use wire::ApiError;

use super::{describe, security_group};
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteSecurityGroupRequest,
) -> Result<DeleteSecurityGroupResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &DeleteSecurityGroupRequest,
) -> Result<DeleteSecurityGroupResult, ApiError> {
    let named = (input.group_id.as_deref(), input.group_name.as_deref());
    let known = security_group::find(turn.snapshot, &turn.caller.scope, named)?;
    if known.is_default() {
        return Err(ApiError::client(
            "CannotDelete",
            format!(
                "the specified group: \"{}\" name: \"default\" cannot be deleted by a user",
                known.id
            ),
        ));
    }
    if is_used(turn.snapshot, known) || is_referred_to(turn.snapshot, known) {
        return Err(ApiError::client(
            "DependencyViolation",
            format!("resource {} has a dependent object", known.id),
        ));
    }
    turn.plan.delete(known);
    Ok(DeleteSecurityGroupResult { r#return: Some(true), group_id: Some(known.id.clone()) })
}

/// Whether another group has a rule about it; its own go with it.
fn is_referred_to(snapshot: &Snapshot, group: &SecurityGroup) -> bool {
    let peer = TrafficPeer::Group(group.id.clone());
    let mut others = security_group::referring(snapshot, &group.scope, peer);
    others.any(|other| other.id != group.id)
}

/// Whether an interface has it, or one that is still to be made will have it.
fn is_used(snapshot: &Snapshot, group: &SecurityGroup) -> bool {
    let (scope, id) = (&group.scope, &group.id);
    snapshot.interfaces.list(scope).any(|one| one.security_group_ids.contains(id))
        || snapshot.load_balancers.list(scope).any(|one| one.security_group_ids.contains(id))
        || snapshot.services.list(scope).any(|service| will_use(snapshot, service, id))
}

/// Whether tasks that the service may yet start are in the group.
///
/// COMPAT: AWS asks interfaces alone, and leaves a service whose group is gone unable to start
/// tasks. Here the revisions that a service is at, comes from or goes to hold their groups.
fn will_use(snapshot: &Snapshot, service: &Service, id: &String) -> bool {
    if service.status == ServiceStatus::Inactive {
        return false;
    }
    let under = format!("{}/{}/", service.key.cluster, service.key.name);
    let deployments = snapshot.service_deployments.list_under(&service.key.scope, &under);
    let under_way = deployments.filter(|each| !each.status.is_final()).flat_map(|each| {
        let sources = each.source_revisions.iter().map(|source| source.id.as_str());
        sources.chain([each.target_revision.as_str()])
    });
    let own = [Some(service.primary_revision.as_str()), service.completed_revision.as_deref()];
    let task_sets = snapshot.task_sets_of(&service.key).map(|set| set.id.as_str());
    own.into_iter().flatten().chain(under_way).chain(task_sets).any(|revision| {
        let revision = snapshot.service_revision(&service.key, revision);
        let network = revision.and_then(|revision| revision.network.as_ref());
        network.is_some_and(|network| network.security_group_ids.contains(id))
    })
}
