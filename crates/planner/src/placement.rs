//! Chooses a node for each task that has none, or says why none will do.
//!
//! Placement is a pipeline: keep the nodes that every filter admits, rank them,
//! take the first. Capacity is what a node has, less what its tasks reserve.
//!
//! INVARIANT: ties break on the node's id, so iteration order never shows.

use std::collections::BTreeMap;

use model::{
    Actor, DesiredStatus, Entry, Node, Plan, Snapshot, Task, TaskDefinition, TaskState, Timestamp,
};

/// Places every task that waits, oldest first, so far as there is room.
pub fn plan(snapshot: &Snapshot, _now: Timestamp) -> Plan {
    let mut plan = Plan::new();
    let mut waiting: Vec<&Entry<Task>> = snapshot
        .tasks
        .all()
        .filter(|task| {
            task.last_status == TaskState::Provisioning
                && task.desired_status == DesiredStatus::Running
        })
        .collect();
    if waiting.is_empty() {
        return plan;
    }
    waiting.sort_by_key(|task| (task.created_at, task.key.clone()));
    let mut candidates = candidates(snapshot);
    for task in waiting {
        let request = Request::of(snapshot, task);
        if let Ok(index) = place(&candidates, &request) {
            candidates[index].take(&request);
            let mut placed = (*task.record).clone();
            placed.node = Some(candidates[index].node.id.clone());
            placed.last_status = placed
                .last_status
                .advance(Actor::Placer, TaskState::Pending)
                .expect("a task that waits may be placed");
            placed.version += 1;
            plan.read(candidates[index].node);
            plan.update(task, placed);
        }
    }
    plan
}

/// What a task asks of its node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub cpu_units: u32,
    pub memory_mib: u32,
    /// `None` where any will do.
    pub cpu_architecture: Option<String>,
    pub availability_zone: String,
    /// Tasks of one group are spread over nodes.
    pub group: String,
}

impl Request {
    pub fn of(snapshot: &Snapshot, task: &Task) -> Request {
        let id = format!("{}:{:08}", task.definition.family, task.definition.revision);
        let definition = snapshot.task_definitions.get(&task.key.scope, &id);
        Request {
            cpu_units: task.cpu_units,
            memory_mib: task.memory_mib,
            cpu_architecture: definition.and_then(|d| architecture(&d.record)),
            availability_zone: task.availability_zone.clone(),
            group: task.group.clone(),
        }
    }
}

/// The architecture that a definition asks for, in the words of the API.
pub fn architecture(definition: &TaskDefinition) -> Option<String> {
    definition.cpu_architecture.clone()
}

/// A node with what is left of it.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub node: &'a Entry<Node>,
    pub cpu_units_free: u32,
    pub memory_mib_free: u32,
    /// Tasks it holds, by group.
    pub group_counts: BTreeMap<String, u32>,
}

impl Candidate<'_> {
    /// Reserves what a task that was placed here asks for.
    pub fn take(&mut self, request: &Request) {
        self.cpu_units_free = self.cpu_units_free.saturating_sub(request.cpu_units);
        self.memory_mib_free = self.memory_mib_free.saturating_sub(request.memory_mib);
        *self.group_counts.entry(request.group.clone()).or_default() += 1;
    }
}

/// Every node, with what its tasks leave free, in order of id.
pub fn candidates(snapshot: &Snapshot) -> Vec<Candidate<'_>> {
    snapshot
        .nodes
        .all()
        .map(|node| {
            let mut candidate = Candidate {
                node,
                cpu_units_free: node.cpu_units,
                memory_mib_free: node.memory_mib,
                group_counts: BTreeMap::new(),
            };
            for task in snapshot.tasks_of_node(&node.id).filter(|t| t.is_holding_resources()) {
                candidate.take(&Request {
                    cpu_units: task.cpu_units,
                    memory_mib: task.memory_mib,
                    cpu_architecture: None,
                    availability_zone: String::new(),
                    group: task.group.clone(),
                });
            }
            candidate
        })
        .collect()
}

/// Why one node was passed over, in the words of the ECS `failures` list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub node: String,
    pub reason: &'static str,
}

/// The index of the best candidate, or the reason for each refusal.
pub fn place(candidates: &[Candidate<'_>], request: &Request) -> Result<usize, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut best: Option<usize> = None;
    for (index, candidate) in candidates.iter().enumerate() {
        let refusing = FILTERS.iter().find(|filter| !(filter.admits)(candidate, request));
        if let Some(filter) = refusing {
            refusals.push(Refusal { node: candidate.node.id.clone(), reason: filter.reason });
            continue;
        }
        let rank = |index: usize| rank(&candidates[index], request);
        if best.is_none_or(|rival| rank(index) < rank(rival)) {
            best = Some(index);
        }
    }
    best.ok_or(refusals)
}

/// The refusals as one sentence part: each reason once, with how many nodes gave it.
pub fn explain(refusals: &[Refusal]) -> String {
    if refusals.is_empty() {
        return "no node has joined".to_owned();
    }
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for refusal in refusals {
        *counts.entry(refusal.reason).or_default() += 1;
    }
    let parts: Vec<String> =
        counts.iter().map(|(reason, count)| format!("{reason} on {count} of the nodes")).collect();
    parts.join(", ")
}

struct Filter {
    admits: fn(&Candidate<'_>, &Request) -> bool,
    reason: &'static str,
}

/// The first filter that refuses a node gives the reason that is shown.
const FILTERS: &[Filter] = &[
    Filter { admits: |candidate, _| candidate.node.is_connected, reason: "AGENT" },
    Filter { admits: is_architecture_met, reason: "ATTRIBUTE" },
    Filter { admits: is_zone_served, reason: "ATTRIBUTE" },
    Filter {
        admits: |candidate, request| request.cpu_units <= candidate.cpu_units_free,
        reason: "RESOURCE:CPU",
    },
    Filter {
        admits: |candidate, request| request.memory_mib <= candidate.memory_mib_free,
        reason: "RESOURCE:MEMORY",
    },
];

fn is_architecture_met(candidate: &Candidate<'_>, request: &Request) -> bool {
    request
        .cpu_architecture
        .as_ref()
        .is_none_or(|architecture| *architecture == candidate.node.cpu_architecture)
}

fn is_zone_served(candidate: &Candidate<'_>, request: &Request) -> bool {
    let zones = &candidate.node.availability_zones;
    zones.is_empty() || zones.contains(&request.availability_zone)
}

/// Spread the group first, then fill the fullest (`binpack` on memory), then by id.
fn rank<'a>(candidate: &'a Candidate<'_>, request: &Request) -> (u32, u32, &'a str) {
    let count = candidate.group_counts.get(&request.group).copied().unwrap_or(0);
    (count, candidate.memory_mib_free, &candidate.node.id)
}
