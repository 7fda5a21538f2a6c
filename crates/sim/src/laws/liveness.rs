//! What must come about once nothing is wrong any more: every deployment has ended, every
//! service is what it is to be, and requests get through.

use std::net::SocketAddrV4;

use model::{ServiceStatus, Snapshot, Timestamp};
use planner::health::Verdict;

use super::{Kept, kept};
use crate::requests::PRODUCTION_PORT;
use crate::weights::production;
use crate::world::World;

/// The first thing that is not yet as it is to be.
pub(crate) fn missing(world: &mut World) -> Option<String> {
    let snapshot = world.store.clone();
    let now = world.control_now();
    let draining = snapshot.services.all().find(|one| one.status == ServiceStatus::Draining);
    if let Some(service) = draining {
        return Some(format!("service {} is still draining", service.key.name));
    }
    for one in kept(&snapshot) {
        if let Some(what) = unsettled(&one, &snapshot, now) {
            return Some(format!("service {}: {what}", one.service.key.name));
        }
        if let Some(what) = unserved(world, &one, &snapshot) {
            return Some(format!("service {}: {what}", one.service.key.name));
        }
    }
    None
}

fn unsettled(one: &Kept<'_>, snapshot: &Snapshot, now: Timestamp) -> Option<String> {
    let (service, deployment) = (one.service, one.deployment);
    if !deployment.status.is_final() {
        let stage = deployment.progress.as_ref().map(|progress| progress.stage);
        return Some(format!("its deployment is {} {stage:?}", deployment.status.as_str()));
    }
    let desired = service.desired_count as usize;
    let of = |revision: Option<&str>| {
        let tasks = one.tasks(snapshot, now);
        tasks
            .filter(|(_, of, verdict)| {
                *verdict == Verdict::Healthy && revision.is_none_or(|id| id == of.id)
            })
            .count()
    };
    if deployment.is_halted() {
        // It keeps what it has; there is something to fill it up with where one was completed.
        let is_filled = service.completed_revision.is_some();
        let healthy = of(None);
        return (is_filled && healthy < desired)
            .then(|| format!("it is halted with {healthy} of {desired} tasks"));
    }
    let healthy = of(Some(&service.primary_revision));
    let alive = one.tasks(snapshot, now).filter(|(.., verdict)| *verdict != Verdict::Leaving);
    let alive = alive.count();
    if (alive, healthy) != (desired, desired) {
        return Some(format!("it has {alive} tasks, {healthy} healthy, for {desired}"));
    }
    (!service.is_steady).then(|| "it has not said that it is steady".to_owned())
}

/// Production traffic goes to the revision that is in place, and arrives.
fn unserved(world: &mut World, one: &Kept<'_>, snapshot: &Snapshot) -> Option<String> {
    if one.deployment.is_halted() || one.service.desired_count == 0 {
        return None;
    }
    let id = &one.service.primary_revision;
    let revision = snapshot.service_revision(&one.service.key, id)?;
    for weights in production(snapshot, revision).into_values() {
        let is_elsewhere = |(group, weight): (&String, &u32)| {
            *weight > 0 && !revision.target_group_arns.contains(group)
        };
        if weights.iter().any(is_elsewhere) {
            return Some("production traffic goes to another revision's target group".to_owned());
        }
    }
    let group = revision.target_group_arns.first()?;
    let name = group.split('/').nth(1)?.split('-').next()?.to_owned();
    let balancer = snapshot.load_balancers.all().find(|one| one.name == name)?;
    let address = balancer.addresses.values().next()?;
    let socket = SocketAddrV4::new(*address, PRODUCTION_PORT);
    let answered = world.pick(socket).is_some_and(|target| world.is_answering(target.address));
    (!answered).then(|| "a production request gets no answer".to_owned())
}
