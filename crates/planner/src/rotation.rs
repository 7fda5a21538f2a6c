//! Rotates secrets: runs a task that puts a new value, and judges by its end what came of it.
//!
//! The version is there before the task is, pending and without a value. The task is told the
//! secret and the version, puts the value, tries it, and makes the version current. It was
//! successful where it ended well and the version is current; anything else is a failure, which
//! leaves what is current as it is. The next window then tries the same version again.
//!
//! INVARIANT: a secret has one run at a time, and a run has one task.

mod calendar;
mod cron;
mod schedule;

use std::collections::BTreeMap;

use model::{
    AwsvpcConfiguration, ClusterStatus, ContainerOverride, Entry, KeyValue, LaunchType,
    NetworkMode, Plan, Rng, RotationRun, RotationWindow, Secret, SecretRotation, SecretVersion,
    Snapshot, Tags, Task, TaskDefinition, TaskDefinitionStatus, TaskOverride, TaskState, Timestamp,
};

use crate::rollout::FARGATE_PLATFORM_VERSION;
use crate::task::{self, Draw, NewTask, TakenAddresses};

pub use schedule::{BadRules, Schedule};

/// The cluster that rotations run in.
pub const CLUSTER: &str = "default";
/// What the task finds in its environment: the secret's ARN, and the version's id.
const SECRET_VARIABLE: &str = "SECRET_ID";
const VERSION_VARIABLE: &str = "CLIENT_REQUEST_TOKEN";
/// Who started the task, as `DescribeTasks` says it.
const STARTED_BY: &str = "secretsmanager";

/// One plan for each secret that has something to be done, so that one's conflict is not
/// another's.
pub fn plan(snapshot: &Snapshot, now: Timestamp, rng: &mut Rng) -> Vec<Plan> {
    let mut taken = TakenAddresses::new();
    let mut plans = Vec::new();
    for secret in snapshot.secrets.all() {
        let Some(rotation) = secret.rotation.as_ref().filter(|_| secret.deletion.is_none()) else {
            continue;
        };
        let mut draw = Draw { now, rng: &mut *rng, taken: &mut taken };
        let plan = step(snapshot, (secret, rotation), &mut draw);
        if plan != Plan::new() {
            plans.push(plan);
        }
    }
    plans
}

fn step(
    snapshot: &Snapshot,
    (secret, rotation): (&Entry<Secret>, &SecretRotation),
    draw: &mut Draw<'_>,
) -> Plan {
    let mut plan = Plan::new();
    match (&rotation.run, rotation.next) {
        (Some(RotationRun { task: None, .. }), _) => start(snapshot, secret, draw, &mut plan),
        (Some(RotationRun { task: Some(key), version_id }), _) => {
            let task = snapshot.task(key);
            let is_over = task.is_none_or(|task| task.last_status == TaskState::Stopped);
            if is_over {
                let failure = failure(snapshot, secret, (task.map(|it| &*it.record), version_id));
                plan.update(secret, ended(secret, failure, draw.now));
            }
        }
        (None, Some(window)) => wait(secret, window, draw, &mut plan),
        (None, None) => {}
    }
    plan
}

/// Begins a run once the window is open; one that was missed gives way to the next.
fn wait(secret: &Entry<Secret>, window: RotationWindow, draw: &mut Draw<'_>, plan: &mut Plan) {
    let now = draw.now;
    if now < window.opens_at {
        return plan.wake_at(window.opens_at);
    }
    let mut next = (*secret.record).clone();
    if now < window.closes_at {
        let id = next.pending().cloned().unwrap_or_else(|| task::uuid(draw.rng));
        begin(&mut next, &id, now);
    } else if let Some(rotation) = &mut next.rotation {
        rotation.next = next_window(rotation, now);
    }
    plan.update(secret, next);
}

/// Begins a run for a version, which is its token; [`plan`] then starts the task.
pub fn begin(secret: &mut Secret, version_id: &str, now: Timestamp) {
    secret.begin_version(version_id, now);
    if let Some(rotation) = &mut secret.rotation {
        rotation.run = Some(RotationRun { version_id: version_id.to_owned(), task: None });
    }
}

/// The window after `after` in which the rules say to rotate.
pub fn next_window(rotation: &SecretRotation, after: Timestamp) -> Option<RotationWindow> {
    let schedule = Schedule::read(&rotation.rules).ok()??;
    schedule.next(after).filter(|_| rotation.is_enabled)
}

/// Makes the task of a run, which waits for room like any other.
fn start(snapshot: &Snapshot, secret: &Entry<Secret>, draw: &mut Draw<'_>, plan: &mut Plan) {
    let mut next = (*secret.record).clone();
    match new_task(snapshot, secret, draw, plan) {
        Ok(made) => {
            if let Some(run) = next.rotation.as_mut().and_then(|rotation| rotation.run.as_mut()) {
                run.task = Some(made.key.clone());
            }
            plan.insert(made);
            plan.update(secret, next);
        }
        Err(reason) => plan.update(secret, ended(secret, Some(reason), draw.now)),
    }
}

fn new_task(
    snapshot: &Snapshot,
    secret: &Secret,
    draw: &mut Draw<'_>,
    plan: &mut Plan,
) -> Result<Task, String> {
    let (scope, rotation) = (&secret.scope, secret.rotation.as_ref());
    let (rotation, run) = rotation
        .and_then(|rotation| Some((rotation, rotation.run.as_ref()?)))
        .expect("a run is started where there is one");
    let cluster = snapshot
        .clusters
        .get(scope, CLUSTER)
        .filter(|cluster| cluster.status == ClusterStatus::Active)
        .ok_or_else(|| format!("there is no cluster `{CLUSTER}`"))?;
    let definition = snapshot
        .task_definition(scope, &rotation.task_definition)
        .filter(|definition| definition.status == TaskDefinitionStatus::Active)
        .ok_or_else(|| format!("`{}` is no active task definition", rotation.task_definition))?;
    let network = network(snapshot, definition);
    if network.as_ref().is_some_and(|network| network.subnet_ids.is_empty()) {
        return Err("there is no default VPC with a subnet".to_owned());
    }
    let wanted = NewTask {
        cluster: cluster.name.clone(),
        group: format!("family:{}", definition.family),
        service: None,
        started_by: Some(STARTED_BY.to_owned()),
        launch_type: LaunchType::Fargate,
        capacity_provider: None,
        platform_version: Some(FARGATE_PLATFORM_VERSION.to_owned()),
        network,
        overrides: overrides(definition, secret, run),
        image_digests: BTreeMap::new(),
        tags: Tags::new(),
    };
    plan.read(cluster);
    plan.read(definition);
    let made = task::new_task(snapshot, definition, wanted, draw);
    let (task, interface) = made.map_err(|none| none.to_string())?;
    if let Some(interface) = interface {
        interface.insert_into(plan);
    }
    Ok(task)
}

/// The default VPC, whose default group the task is in.
fn network(snapshot: &Snapshot, definition: &TaskDefinition) -> Option<AwsvpcConfiguration> {
    let scope = &definition.scope;
    let vpc = snapshot.vpcs.list(scope).find(|vpc| vpc.is_default);
    let is_within = |id: &String| vpc.is_some_and(|vpc| vpc.id == *id);
    let subnets = snapshot.subnets.list(scope).filter(|subnet| is_within(&subnet.vpc_id));
    let subnet_ids = subnets.map(|subnet| subnet.id.clone()).collect();
    (definition.network_mode == NetworkMode::Awsvpc).then(|| AwsvpcConfiguration {
        subnet_ids,
        security_group_ids: Vec::new(),
        is_public: false,
    })
}

fn overrides(definition: &TaskDefinition, secret: &Secret, run: &RotationRun) -> TaskOverride {
    let variable =
        |name: &str, value: &str| KeyValue { name: name.to_owned(), value: value.to_owned() };
    let environment =
        vec![variable(SECRET_VARIABLE, &secret.arn()), variable(VERSION_VARIABLE, &run.version_id)];
    let of = |name: &String| ContainerOverride {
        name: name.clone(),
        environment: environment.clone(),
        ..ContainerOverride::default()
    };
    let containers = definition.containers.iter().map(|container| of(&container.name)).collect();
    TaskOverride { containers, ..TaskOverride::default() }
}

/// Why a task that has stopped did not rotate the secret; `None` where it did.
fn failure(
    snapshot: &Snapshot,
    secret: &Secret,
    (task, version_id): (Option<&Task>, &str),
) -> Option<String> {
    let Some(task) = task else { return Some("its task is gone".to_owned()) };
    let definition = snapshot.task_definition(&secret.scope, &task.definition);
    let is_essential = |name: &str| {
        let mut containers = definition.into_iter().flat_map(|it| &it.containers);
        containers.all(|container| container.name != name || container.is_essential)
    };
    let failed = task
        .containers
        .iter()
        .find(|container| container.exit_code != Some(0) && is_essential(&container.name));
    if let Some(container) = failed {
        let (id, name) = (&task.key.id, &container.name);
        return Some(match (container.exit_code, &task.stopped_reason) {
            (Some(code), _) => format!("container `{name}` of task {id} exited with {code}"),
            (None, Some(reason)) => format!("task {id} was stopped: {reason}"),
            (None, None) => format!("task {id} was stopped"),
        });
    }
    let current = secret.version_at(SecretVersion::CURRENT).map(|(id, _)| id.as_str());
    (current != Some(version_id))
        .then(|| format!("task {} ended without making its version current", task.key.id))
}

/// The secret after a run, which failed for a reason or was successful.
fn ended(secret: &Secret, failure: Option<String>, now: Timestamp) -> Secret {
    let mut next = secret.clone();
    let run = secret.rotation.as_ref().and_then(|rotation| rotation.run.as_ref());
    let version = run.and_then(|run| next.versions.get_mut(&run.version_id));
    if let Some(version) = version.filter(|_| failure.is_none()) {
        version.stages.remove(SecretVersion::PENDING);
    }
    if let Some(rotation) = &mut next.rotation {
        rotation.rotated_at = if failure.is_none() { Some(now) } else { rotation.rotated_at };
        rotation.failure = failure;
        rotation.run = None;
        rotation.next = next_window(rotation, now);
    }
    next
}
