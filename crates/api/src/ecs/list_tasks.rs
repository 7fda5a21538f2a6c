//! `ListTasks`: the ARNs of a cluster's tasks, filtered, a page at a time.

use aws_api::ecs::{self, ListTasksRequest, ListTasksResponse, errors};
use model::{DesiredStatus, LaunchType, ServiceKey, Snapshot, Task};
use wire::ApiError;

use super::listing::{self, Asked};
use super::{cluster, unsupported};
use crate::refuse::refuse_given;
use crate::{Api, Caller};

/// LIMIT: "This value can be between 1 and 100" (`ListTasks`).
const RESULTS_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListTasksRequest,
) -> Result<ListTasksResponse, ApiError> {
    refuse_given(&[("daemonName", input.daemon_name.is_some())], unsupported)?;
    check_combination(input)?;
    let snapshot = api.snapshot();
    let cluster = cluster::find(&snapshot, &caller.scope, input.cluster.as_deref())?;
    let service = match &input.service_name {
        Some(given) => Some(service_key(&snapshot, (caller, &cluster.name), given)?),
        None => None,
    };
    let tasks = match &service {
        Some(key) => snapshot.tasks_of_service(key).collect::<Vec<_>>(),
        None => cluster::tasks(&snapshot, cluster).collect(),
    };
    let asked = Asked {
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        max: RESULTS_MAX,
    };
    let matching = tasks.into_iter().filter(|task| is_match(task, input));
    let page = listing::page(matching, |task| task.key.id.clone(), asked)?;
    Ok(ListTasksResponse {
        task_arns: Some(page.items.iter().map(|task| task.arn()).collect()),
        next_token: page.next_token,
    })
}

/// COMPAT: "When you specify startedBy as the filter, it must be the only filter that you
/// use" (`ListTasks`).
fn check_combination(input: &ListTasksRequest) -> Result<(), ApiError> {
    let others = [
        ("family", input.family.is_some()),
        ("serviceName", input.service_name.is_some()),
        ("containerInstance", input.container_instance.is_some()),
    ];
    let other = others.iter().find(|(_, is_given)| *is_given);
    if let (Some((name, _)), Some(_)) = (other, &input.started_by) {
        return Err(errors::invalid_parameter_exception(format!(
            "Cannot specify both startedBy and {name}. When startedBy is specified it must be \
             the only filter."
        )));
    }
    if input.container_instance.is_some() {
        return Err(errors::invalid_parameter_exception(
            "The specified container instance was not found. Specify a valid container instance \
             and try again.",
        ));
    }
    Ok(())
}

fn service_key(
    snapshot: &Snapshot,
    (caller, cluster): (&Caller, &str),
    given: &str,
) -> Result<ServiceKey, ApiError> {
    // An ARN is `service/NAME` or `service/CLUSTER/NAME`.
    let name = given.rsplit_once('/').map_or(given, |(_, name)| name).to_owned();
    let key = ServiceKey { scope: caller.scope.clone(), cluster: cluster.to_owned(), name };
    let is_meant = !given.starts_with("arn:")
        || given == key.arn()
        || given == key.scope.arn("ecs", format_args!("service/{}", key.name));
    match snapshot.service(&key).filter(|_| is_meant) {
        Some(_) => Ok(key),
        None => Err(errors::service_not_found_exception("Service not found.")),
    }
}

fn is_match(task: &Task, input: &ListTasksRequest) -> bool {
    let is_of_family = input.family.as_ref().is_none_or(|family| task.definition.family == *family);
    let is_started_by =
        input.started_by.as_ref().is_none_or(|by| task.started_by.as_ref() == Some(by));
    let is_desired = match input.desired_status.unwrap_or(ecs::DesiredStatus::Running) {
        ecs::DesiredStatus::Running => task.desired_status == DesiredStatus::Running,
        ecs::DesiredStatus::Stopped => task.desired_status == DesiredStatus::Stopped,
        // COMPAT: no task is ever desired to be pending.
        ecs::DesiredStatus::Pending => false,
    };
    let is_launched = match input.launch_type {
        None => true,
        Some(ecs::LaunchType::Fargate) => task.launch_type == LaunchType::Fargate,
        Some(ecs::LaunchType::Ec2) => task.launch_type == LaunchType::Ec2,
        Some(ecs::LaunchType::External | ecs::LaunchType::ManagedInstances) => false,
    };
    is_of_family && is_started_by && is_desired && is_launched
}
