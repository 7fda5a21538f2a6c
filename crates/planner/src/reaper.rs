//! Forgets what has had its time: addresses of stopped tasks, old records.
//
// COMPAT: stopped tasks stay describable for an hour or so ("Viewing task stopped
// errors"); an inactive service "may be cleaned up and purged" (DeleteService).

use std::time::Duration;

use model::{
    InterfaceOwner, Plan, PublicAddressHolder, ServiceStatus, Snapshot, TaskDefinitionStatus,
    TaskState, Timestamp,
};

pub const STOPPED_TASK_KEPT: Duration = Duration::from_hours(1);
pub const INACTIVE_SERVICE_KEPT: Duration = Duration::from_hours(1);
pub const CLIENT_TOKEN_KEPT: Duration = Duration::from_hours(24);
/// COMPAT: "Service deployments … created within the last 90 days" (`ListServiceDeployments`).
pub const DEPLOYMENT_KEPT: Duration = Duration::from_hours(90 * 24);
/// COMPAT: a deleted NAT gateway stays visible for about an hour ("Delete a NAT gateway").
pub const NAT_GATEWAY_KEPT: Duration = Duration::from_hours(1);
/// LIMIT: records removed by one plan; the rest go in the next.
const REMOVED_MAX: usize = 500;

pub fn plan(snapshot: &Snapshot, now: Timestamp) -> Plan {
    let mut plan = Plan::new();
    release_addresses(snapshot, &mut plan);
    release_public_addresses(snapshot, &mut plan);
    reap_tasks(snapshot, now, &mut plan);
    reap_services(snapshot, now, &mut plan);
    reap_definitions(snapshot, &mut plan);
    reap_nat_gateways(snapshot, now, &mut plan);
    for token in snapshot.client_tokens.all() {
        let end = token.created_at + CLIENT_TOKEN_KEPT;
        if now >= end { plan.delete(token) } else { plan.wake_at(end) }
    }
    if plan.changes.len() > REMOVED_MAX {
        plan.changes.truncate(REMOVED_MAX);
        plan.wake_at(now);
    }
    plan
}

/// An address is free again when its task has stopped.
fn release_addresses(snapshot: &Snapshot, plan: &mut Plan) {
    for interface in snapshot.interfaces.all() {
        let is_held = match &interface.owner {
            InterfaceOwner::Task(key) => {
                snapshot.task(key).is_some_and(|task| task.last_status != TaskState::Stopped)
            }
            InterfaceOwner::LoadBalancer { arn } => snapshot
                .load_balancers
                .list(&interface.scope)
                .any(|load_balancer| load_balancer.arn() == *arn),
            InterfaceOwner::NatGateway { id } => snapshot
                .nat_gateways
                .get(&interface.scope, id)
                .is_some_and(|gateway| gateway.deleted_at.is_none()),
            InterfaceOwner::User => true,
        };
        if !is_held {
            plan.delete(interface);
        }
    }
}

/// A public address is free again when whoever held it is gone, or holds another.
fn release_public_addresses(snapshot: &Snapshot, plan: &mut Plan) {
    for taken in snapshot.public_addresses.all() {
        let is_held = match &taken.holder {
            PublicAddressHolder::ElasticIp { scope, allocation_id } => {
                snapshot.elastic_ips.get(scope, allocation_id).is_some()
            }
            PublicAddressHolder::Interface { scope, vpc_id, address } => snapshot
                .interfaces
                .get(scope, &format!("{vpc_id}/{address}"))
                .is_some_and(|interface| interface.public_address == Some(taken.address)),
        };
        if !is_held {
            plan.delete(taken);
        }
    }
}

fn reap_tasks(snapshot: &Snapshot, now: Timestamp, plan: &mut Plan) {
    for task in snapshot.tasks.all().filter(|task| task.last_status == TaskState::Stopped) {
        let end = task.stopped_at.unwrap_or(task.created_at) + STOPPED_TASK_KEPT;
        if now >= end { plan.delete(task) } else { plan.wake_at(end) }
    }
}

fn reap_services(snapshot: &Snapshot, now: Timestamp, plan: &mut Plan) {
    for service in snapshot.services.all().filter(|s| s.status == ServiceStatus::Inactive) {
        let end = service.inactive_at.unwrap_or(service.created_at) + INACTIVE_SERVICE_KEPT;
        if now >= end { plan.delete(service) } else { plan.wake_at(end) }
    }
    for deployment in snapshot.service_deployments.all() {
        let is_current = snapshot
            .service(&deployment.service)
            .is_some_and(|service| service.current_deployment == deployment.id);
        let end = deployment.finished_at.unwrap_or(deployment.created_at) + DEPLOYMENT_KEPT;
        if deployment.status.is_final() && !is_current && now >= end {
            plan.delete(deployment);
        }
    }
    // What is known of CodeDeploy's deployment is what the service's own says.
    for deployment in snapshot.code_deploy_deployments.all() {
        let of_service = (&deployment.service, &deployment.service_deployment);
        if snapshot.service_deployment(of_service.0, of_service.1).is_none() {
            plan.delete(deployment);
        }
    }
}

fn reap_nat_gateways(snapshot: &Snapshot, now: Timestamp, plan: &mut Plan) {
    for gateway in snapshot.nat_gateways.all() {
        let Some(deleted_at) = gateway.deleted_at else { continue };
        let end = deleted_at + NAT_GATEWAY_KEPT;
        if now >= end { plan.delete(gateway) } else { plan.wake_at(end) }
    }
}

/// A definition that is being deleted goes when no task or service uses it.
fn reap_definitions(snapshot: &Snapshot, plan: &mut Plan) {
    for definition in snapshot
        .task_definitions
        .all()
        .filter(|definition| definition.status == TaskDefinitionStatus::DeleteInProgress)
    {
        let reference = definition.reference();
        let is_run = snapshot
            .tasks
            .list(&definition.scope)
            .any(|task| task.definition == reference && task.last_status != TaskState::Stopped);
        let is_served = snapshot.services.list(&definition.scope).any(|service| {
            // What a failed deployment would go back to is still of use, and so is each task set.
            let revisions = [Some(&service.primary_revision), service.completed_revision.as_ref()];
            let sets = snapshot.task_sets_of(&service.key).map(|set| &set.record.id);
            let is_named = |id: &String| {
                snapshot
                    .service_revision(&service.key, id)
                    .is_some_and(|revision| revision.definition == reference)
            };
            service.status != ServiceStatus::Inactive
                && revisions.into_iter().flatten().chain(sets).any(is_named)
        });
        if !is_run && !is_served {
            plan.delete(definition);
        }
    }
}
