//! The resources that have tags, by ARN.
//
// COMPAT: only the long form of a service's or task's ARN is taken ("TagResource").

use aws_api::ecs::errors;
use model::{
    Arn, Cluster, ClusterStatus, Entry, Plan, Scope, Service, ServiceKey, ServiceStatus, Snapshot,
    Tags, Task, TaskDefinition, TaskSet, TaskState,
};
use wire::ApiError;

use super::{cluster, task, task_definition, task_set};

#[derive(Debug)]
pub(super) enum Resource<'a> {
    Cluster(&'a Entry<Cluster>),
    Service(&'a Entry<Service>),
    Task(&'a Entry<Task>),
    TaskSet(&'a Entry<TaskSet>),
    TaskDefinition(&'a Entry<TaskDefinition>),
}

/// The resource of this account and region that the ARN names.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<Resource<'a>, ApiError> {
    let invalid = || refuse("Invalid resource ARN. Specify a valid ARN and try again.");
    let parsed = Arn::parse(arn).filter(|it| it.service == "ecs").ok_or_else(invalid)?;
    let (kind, rest) = parsed.resource.split_once('/').ok_or_else(invalid)?;
    let name = match kind {
        "cluster" | "task-definition" => None,
        "task" | "service" | "task-set" => Some(
            rest.split_once('/')
                .ok_or_else(|| refuse("Long arn format must be used for tagging operations"))?,
        ),
        _ => return Err(refuse(format!("Tags of a '{kind}' are not supported by Longshore yet."))),
    };
    let found = match (kind, name) {
        ("cluster", _) => return cluster::find(snapshot, scope, Some(arn)).map(Resource::Cluster),
        ("task", Some((of, _))) => {
            task::key(scope, of, arn).and_then(|key| snapshot.task(&key)).map(Resource::Task)
        }
        ("service", Some((of, name))) if parsed.scope == *scope => {
            let (cluster, name) = (of.to_owned(), name.to_owned());
            snapshot
                .service(&ServiceKey { scope: scope.clone(), cluster, name })
                .map(Resource::Service)
        }
        ("task-set", Some((of, rest))) if parsed.scope == *scope => {
            let (cluster, name) = (of.to_owned(), rest.split('/').next().unwrap_or_default());
            let key = ServiceKey { scope: scope.clone(), cluster, name: name.to_owned() };
            task_set::find(snapshot, &key, arn).ok().map(Resource::TaskSet)
        }
        ("task-definition", _) => task_definition::revision(scope, arn)
            .ok()
            .and_then(|reference| task_definition::get(snapshot, scope, &reference))
            .map(Resource::TaskDefinition),
        _ => None,
    };
    found.ok_or_else(|| {
        let kind = kind.replace('-', " ");
        refuse(format!("The specified {kind} was not found. Specify a valid {kind} and try again."))
    })
}

/// The tags of what an ARN names.
pub(crate) fn tags_of(snapshot: &Snapshot, scope: &Scope, arn: &str) -> Option<Tags> {
    find(snapshot, scope, arn).ok().map(|found| found.tags().clone())
}

impl Resource<'_> {
    pub(super) fn tags(&self) -> &Tags {
        match self {
            Resource::Cluster(entry) => &entry.tags,
            Resource::Service(entry) => &entry.tags,
            Resource::Task(entry) => &entry.tags,
            Resource::TaskSet(entry) => &entry.tags,
            Resource::TaskDefinition(entry) => &entry.tags,
        }
    }

    /// Puts the resource with these tags into the plan; one that is no longer is refused.
    pub(super) fn put_tags(&self, tags: Tags, plan: &mut Plan) -> Result<(), ApiError> {
        match self {
            Resource::Cluster(entry) => match entry.status {
                ClusterStatus::Active => {
                    plan.update(entry, Cluster { tags, ..(*entry.record).clone() });
                }
                ClusterStatus::Inactive => return Err(gone("cluster", "inactive", "active")),
            },
            Resource::Service(entry) => match entry.status {
                ServiceStatus::Active | ServiceStatus::Draining => {
                    plan.update(entry, Service { tags, ..(*entry.record).clone() });
                }
                ServiceStatus::Inactive => return Err(gone("service", "inactive", "active")),
            },
            Resource::Task(entry) => {
                if entry.last_status == TaskState::Stopped {
                    return Err(gone("task", "stopped", "running"));
                }
                let version = entry.version + 1;
                plan.update(entry, Task { tags, version, ..(*entry.record).clone() });
            }
            Resource::TaskSet(entry) => {
                plan.update(entry, TaskSet { tags, ..(*entry.record).clone() });
            }
            Resource::TaskDefinition(entry) => {
                plan.update(entry, TaskDefinition { tags, ..(*entry.record).clone() });
            }
        }
        Ok(())
    }
}

fn gone(kind: &str, state: &str, wanted: &str) -> ApiError {
    let article = if wanted == "active" { "an" } else { "a" };
    refuse(format!(
        "The specified {kind} is {state}. Specify {article} {wanted} {kind} and try again."
    ))
}

fn refuse(message: impl Into<String>) -> ApiError {
    errors::invalid_parameter_exception(message)
}
