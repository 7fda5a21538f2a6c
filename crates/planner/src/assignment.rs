//! What each node is to hold, made of the snapshot.
//!
//! INVARIANT: a task is told to stop only when none of its targets is left.

use std::collections::BTreeMap;

use model::packet_rules::{PacketDelta, PacketRules};
use model::session::{AssignedContainer, Assignment, NameRecord, TaskSpec, ToNode};
use model::{
    ContainerDefinition, ContainerOverride, DesiredStatus, Entry, KeyValue, Snapshot, Task,
    TaskKey, TaskState,
};

/// Every task that the node is to hold, in key order. Stopped ones are not among them.
pub fn assignments(snapshot: &Snapshot, node: &str) -> Vec<Assignment> {
    held(snapshot, node).filter_map(|task| assignment(snapshot, task)).collect()
}

/// The tasks that a node is to hold.
fn held<'a>(snapshot: &'a Snapshot, node: &'a str) -> impl Iterator<Item = &'a Entry<Task>> {
    snapshot.tasks_of_node(node).filter(|task| task.last_status != TaskState::Stopped)
}

/// Whether the task's node is to end it.
fn is_stopping(snapshot: &Snapshot, task: &Task) -> bool {
    task.desired_status == DesiredStatus::Stopped
        && snapshot.targets_of_task(&task.key).next().is_none()
}

/// One task as its node is to run it; `None` where its definition is gone.
pub fn assignment(snapshot: &Snapshot, task: &Entry<Task>) -> Option<Assignment> {
    let id = format!("{}:{:08}", task.definition.family, task.definition.revision);
    let definition = snapshot.task_definitions.get(&task.key.scope, &id)?;
    let containers = definition
        .containers
        .iter()
        .map(|container| AssignedContainer {
            id: task
                .containers
                .iter()
                .find(|known| known.name == container.name)
                .map(|known| known.id.clone())
                .unwrap_or_default(),
            definition: pinned(overridden(container, task), task),
        })
        .collect();
    Some(Assignment {
        task: task.key.clone(),
        generation: task.revision,
        is_stopping: is_stopping(snapshot, task),
        is_begun: task.last_status > TaskState::Pending,
        spec: TaskSpec {
            containers,
            cpu_units: task.overrides.cpu_units.or(definition.cpu_units),
            memory_mib: task.overrides.memory_mib.or(definition.memory_mib),
            interface: task.interface.clone(),
            has_task_role: task.overrides.task_role_arn.is_some()
                || definition.task_role_arn.is_some(),
            family: task.definition.family.clone(),
            revision: task.definition.revision,
        },
    })
}

/// The names that tasks can look up: the load balancers'.
pub fn names(snapshot: &Snapshot) -> Vec<NameRecord> {
    snapshot
        .load_balancers
        .all()
        .map(|load_balancer| NameRecord {
            name: load_balancer.dns_name.clone(),
            addresses: load_balancer.addresses.values().copied().collect(),
        })
        .collect()
}

/// What a node has been told in its session.
///
/// INVARIANT: it is all that a delta is made against, so a new session starts from the whole.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    assignments: BTreeMap<TaskKey, Assignment>,
    names: Vec<NameRecord>,
    packet_rules: PacketRules,
    /// What the packet rules were compiled from.
    compiled_from: Snapshot,
}

impl Sent {
    pub fn whole(&mut self, snapshot: &Snapshot, node: &str) -> ToNode {
        let assignments = assignments(snapshot, node);
        self.names = names(snapshot);
        self.assignments = assignments.iter().map(|one| (one.task.clone(), one.clone())).collect();
        self.packet_rules = netplan::compile(snapshot);
        self.compiled_from = snapshot.clone();
        ToNode::Desired {
            revision: snapshot.revision,
            assignments,
            names: self.names.clone(),
            packet_rules: Box::new(self.packet_rules.clone()),
        }
    }

    /// What changed since the last message; `None` where nothing did.
    ///
    /// A task whose record is as it was, and that is to stop or not as before, is as it was told.
    pub fn delta(&mut self, snapshot: &Snapshot, node: &str) -> Option<ToNode> {
        let mut told = std::mem::take(&mut self.assignments);
        let mut changed = Vec::new();
        for task in held(snapshot, node) {
            let known = told.get(&task.key);
            let is_as_told = known.is_some_and(|known| {
                known.generation == task.revision
                    && known.is_stopping == is_stopping(snapshot, task)
            });
            let one = if is_as_told { None } else { assignment(snapshot, task) };
            let is_new = one.as_ref().is_some_and(|one| {
                known.is_none_or(|old| old.is_stopping != one.is_stopping || old.spec != one.spec)
            });
            if is_new {
                changed.extend(one.clone());
            }
            let old = if is_as_told || one.is_some() { told.remove(&task.key) } else { None };
            if let Some(now) = one.or(old) {
                self.assignments.insert(task.key.clone(), now);
            }
        }
        let removed: Vec<TaskKey> = told.into_keys().collect();
        let names = names(snapshot);
        let names_changed = (names != self.names).then(|| names.clone());
        self.names = names;
        let packet_rules = self.packet_delta(snapshot);
        let is_as_told = changed.is_empty() && removed.is_empty();
        if is_as_told && names_changed.is_none() && packet_rules.is_none() {
            return None;
        }
        let revision = snapshot.revision;
        Some(ToNode::Delta { revision, changed, removed, names: names_changed, packet_rules })
    }

    /// What changed of the packet rules.
    fn packet_delta(&mut self, snapshot: &Snapshot) -> Option<Box<PacketDelta>> {
        if netplan::is_same(&self.compiled_from, snapshot) {
            return None;
        }
        let earlier = (&self.compiled_from, &self.packet_rules);
        let compiled = netplan::compile_after(snapshot, earlier);
        let delta = self.packet_rules.delta_to(&compiled);
        self.packet_rules = compiled;
        self.compiled_from = snapshot.clone();
        (!delta.is_empty()).then(|| Box::new(delta))
    }
}

fn overridden(container: &ContainerDefinition, task: &Task) -> ContainerDefinition {
    let mut merged = container.clone();
    let of_it = |o: &&ContainerOverride| o.name == container.name;
    let Some(change) = task.overrides.containers.iter().find(of_it) else { return merged };
    if let Some(command) = &change.command {
        merged.command = Some(command.clone());
    }
    for added in &change.environment {
        set_variable(&mut merged.environment, added);
    }
    merged.cpu_units = change.cpu_units.unwrap_or(merged.cpu_units);
    merged.memory_mib = change.memory_mib.or(merged.memory_mib);
    merged.memory_reservation_mib = change.memory_reservation_mib.or(merged.memory_reservation_mib);
    merged
}

/// The definition with its image named by the digest that the task is to run.
fn pinned(mut container: ContainerDefinition, task: &Task) -> ContainerDefinition {
    let of_it = task.containers.iter().find(|known| known.name == container.name);
    if let Some(digest) = of_it.and_then(|known| known.pinned_digest.as_ref()) {
        container.image = by_digest(&container.image, digest);
    }
    container
}

fn by_digest(image: &str, digest: &str) -> String {
    let name = image.split('@').next().unwrap_or_default();
    // A colon after the last slash begins a tag; one before it, a registry's port.
    let untagged = match (name.rfind(':'), name.rfind('/')) {
        (Some(colon), slash) if slash.is_none_or(|slash| slash < colon) => &name[..colon],
        (Some(_) | None, _) => name,
    };
    format!("{untagged}@{digest}")
}

fn set_variable(environment: &mut Vec<KeyValue>, added: &KeyValue) {
    match environment.iter_mut().find(|known| known.name == added.name) {
        Some(known) => known.value.clone_from(&added.value),
        None => environment.push(added.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_image_keeps_its_repository_and_loses_its_tag() {
        for (image, name) in [
            ("web", "web"),
            ("web:1", "web"),
            ("registry:5000/team/web", "registry:5000/team/web"),
            ("registry:5000/team/web:1", "registry:5000/team/web"),
            ("web:1@sha256:old", "web"),
        ] {
            assert_eq!(by_digest(image, "sha256:new"), format!("{name}@sha256:new"), "{image}");
        }
    }
}
