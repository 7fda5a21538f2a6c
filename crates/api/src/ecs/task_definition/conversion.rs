//! A request to register, checked and taken into the model.

use std::collections::BTreeSet;

use aws_api::ecs::{self, RegisterTaskDefinitionRequest, errors};
use model::{ContainerDefinition, LaunchType, NetworkMode, TaskDefinition, TaskDefinitionStatus};
use wire::{ApiError, Shape as _};

use super::size::{self, TaskSize};
use super::{container, dependencies};
use crate::Caller;
use crate::ecs::{tags, unsupported};
use crate::refuse::{Given, refuse_given};

/// LIMIT: containers of a task definition ("Amazon ECS service quotas").
const CONTAINERS_MAX: usize = 10;

/// LIMIT: the size of a definition ("Amazon ECS service quotas": 64 KB).
const DEFINITION_BYTES_MAX: usize = 64 << 10;

/// LIMIT: "Up to 255 letters, numbers, underscores, and hyphens" (`RegisterTaskDefinition`).
const FAMILY_LENGTH_MAX: usize = 255;

/// The definition that the request describes, with revision 0: the transaction numbers it.
pub(in crate::ecs) fn convert(
    caller: &Caller,
    input: &RegisterTaskDefinitionRequest,
) -> Result<TaskDefinition, ApiError> {
    refuse_given(&unsupported_fields(input), unsupported)?;
    check_family(&input.family)?;
    check_length(input)?;
    let requires_compatibilities = compatibilities(input)?;
    let network_mode = network_mode(input, &requires_compatibilities)?;
    let size = size::parse(input.cpu.as_deref(), input.memory.as_deref())?;
    if requires_compatibilities.contains(&LaunchType::Fargate) {
        size::check_fargate(size)?;
    }
    let containers = containers(&input.container_definitions, size)?;
    let execution_role_arn = role(input.execution_role_arn.as_deref());
    if execution_role_arn.is_none() {
        containers.iter().try_for_each(needs_no_execution_role)?;
    }
    let (operating_system_family, cpu_architecture) = platform(input.runtime_platform.as_ref())?;
    Ok(TaskDefinition {
        scope: caller.scope.clone(),
        family: input.family.clone(),
        revision: 0,
        status: TaskDefinitionStatus::Active,
        containers,
        cpu_units: size.cpu_units,
        memory_mib: size.memory_mib,
        network_mode,
        requires_compatibilities,
        task_role_arn: role(input.task_role_arn.as_deref()),
        execution_role_arn,
        operating_system_family,
        cpu_architecture,
        tags: tags::parse(input.tags.as_deref())?,
        registered_at: caller.now,
        registered_by: caller.principal_arn(),
        deregistered_at: None,
        delete_requested_at: None,
    })
}

/// Refuses a container of which something is read by an execution role that there is not.
fn needs_no_execution_role(container: &ContainerDefinition) -> Result<(), ApiError> {
    let has_secrets = !container.secrets.is_empty() || container.repository_credentials.is_some();
    if has_secrets {
        return Err(no_execution_role("container secrets"));
    }
    match container.environment_files.as_slice() {
        [] => Ok(()),
        _ => Err(no_execution_role("environment files")),
    }
}

/// COMPAT: what ECS says of secrets; of environment files, by analogy.
pub(in crate::ecs) fn no_execution_role(specified: &str) -> ApiError {
    errors::client_exception(format!(
        "When you are specifying {specified}, you must also specify a value for 'executionRoleArn'."
    ))
}

fn unsupported_fields(input: &RegisterTaskDefinitionRequest) -> [Given<'static>; 9] {
    [
        ("volumes", input.volumes.as_ref().is_some_and(|list| !list.is_empty())),
        (
            "placementConstraints",
            input.placement_constraints.as_ref().is_some_and(|list| !list.is_empty()),
        ),
        ("pidMode", input.pid_mode.is_some()),
        ("ipcMode", input.ipc_mode.is_some()),
        ("proxyConfiguration", input.proxy_configuration.is_some()),
        (
            "inferenceAccelerators",
            input.inference_accelerators.as_ref().is_some_and(|list| !list.is_empty()),
        ),
        ("ephemeralStorage", input.ephemeral_storage.is_some()),
        ("enableFaultInjection", input.enable_fault_injection == Some(true)),
        ("trustedExecutionConfiguration", input.trusted_execution_configuration.is_some()),
    ]
}

/// COMPAT: an empty ARN is none.
pub(in crate::ecs) fn role(arn: Option<&str>) -> Option<String> {
    arn.filter(|arn| !arn.is_empty()).map(str::to_owned)
}

fn check_family(family: &str) -> Result<(), ApiError> {
    if family.is_empty() {
        return Err(errors::client_exception("Family should not be null or empty."));
    }
    if family.len() > FAMILY_LENGTH_MAX || !super::is_word(family) {
        return Err(errors::client_exception("Family contains invalid characters."));
    }
    Ok(())
}

fn check_length(input: &RegisterTaskDefinitionRequest) -> Result<(), ApiError> {
    let length = wire::dump(RegisterTaskDefinitionRequest::SCHEMA, input).len();
    if length > DEFINITION_BYTES_MAX {
        return Err(errors::client_exception(format!(
            "Actual length: '{length}'. Max allowed length is '{DEFINITION_BYTES_MAX}' bytes."
        )));
    }
    Ok(())
}

fn compatibilities(input: &RegisterTaskDefinitionRequest) -> Result<Vec<LaunchType>, ApiError> {
    let mut launch_types = Vec::new();
    for given in input.requires_compatibilities.iter().flatten() {
        let launch_type = match given {
            ecs::Compatibility::Fargate => LaunchType::Fargate,
            ecs::Compatibility::Ec2 => LaunchType::Ec2,
            ecs::Compatibility::External | ecs::Compatibility::ManagedInstances => {
                return Err(unsupported(format!(
                    "`requiresCompatibilities` with `{given}` is not supported by Longshore yet; \
                     use `FARGATE`"
                )));
            }
        };
        if !launch_types.contains(&launch_type) {
            launch_types.push(launch_type);
        }
    }
    Ok(launch_types)
}

/// COMPAT: `bridge` is ECS's default for Linux, which has to be overridden here.
fn network_mode(
    input: &RegisterTaskDefinitionRequest,
    launch_types: &[LaunchType],
) -> Result<NetworkMode, ApiError> {
    let mode = input.network_mode.unwrap_or(ecs::NetworkMode::Bridge);
    match mode {
        ecs::NetworkMode::Awsvpc => Ok(NetworkMode::Awsvpc),
        ecs::NetworkMode::Bridge | ecs::NetworkMode::Host | ecs::NetworkMode::None => {
            if launch_types.contains(&LaunchType::Fargate) {
                return Err(errors::client_exception(
                    "Fargate only supports network mode ‘awsvpc’.",
                ));
            }
            Err(unsupported(format!(
                "`networkMode` `{mode}` is not supported by Longshore yet; use `awsvpc`"
            )))
        }
    }
}

/// The operating system's family and the CPU's architecture, as given.
fn platform(
    given: Option<&ecs::RuntimePlatform>,
) -> Result<(Option<String>, Option<String>), ApiError> {
    let Some(given) = given else { return Ok((None, None)) };
    if let Some(family) = given.operating_system_family
        && family != ecs::OSFamily::Linux
    {
        return Err(unsupported(format!(
            "`runtimePlatform.operatingSystemFamily` `{family}` is not supported by Longshore; \
             use `LINUX`"
        )));
    }
    Ok((
        given.operating_system_family.map(|family| family.to_string()),
        given.cpu_architecture.map(|architecture| architecture.to_string()),
    ))
}

fn containers(
    given: &[ecs::ContainerDefinition],
    size: TaskSize,
) -> Result<Vec<ContainerDefinition>, ApiError> {
    if given.is_empty() {
        return Err(errors::client_exception("Container definitions should not be null or empty."));
    }
    if given.len() > CONTAINERS_MAX {
        return Err(errors::client_exception(format!(
            "A task definition can have at most {CONTAINERS_MAX} container definitions."
        )));
    }
    let containers: Vec<ContainerDefinition> =
        given.iter().map(container::convert).collect::<Result<_, _>>()?;
    check_names(&containers)?;
    if !containers.iter().any(|container| container.is_essential) {
        return Err(errors::client_exception(
            "At least one container in a task definition must be marked as essential.",
        ));
    }
    check_sizes(&containers, size)?;
    dependencies::check(&containers)?;
    Ok(containers)
}

fn check_names(containers: &[ContainerDefinition]) -> Result<(), ApiError> {
    let mut names = BTreeSet::new();
    match containers.iter().find(|container| !names.insert(&container.name)) {
        Some(twice) => Err(errors::client_exception(format!(
            "Duplicate container name '{}'. Container names must be unique within a task \
             definition.",
            twice.name
        ))),
        None => Ok(()),
    }
}

/// The containers' shares fit into the task's size.
fn check_sizes(containers: &[ContainerDefinition], size: TaskSize) -> Result<(), ApiError> {
    let sum = |share: fn(&ContainerDefinition) -> u32| {
        containers.iter().map(|container| u64::from(share(container))).sum::<u64>()
    };
    if let Some(cpu_units) = size.cpu_units
        && sum(|container| container.cpu_units) > u64::from(cpu_units)
    {
        return Err(too_much("cpu"));
    }
    match size.memory_mib {
        None => {
            let unlimited = containers.iter().find(|container| {
                container.memory_mib.is_none() && container.memory_reservation_mib.is_none()
            });
            if let Some(container) = unlimited {
                return Err(container::invalid(
                    &container.name,
                    "At least one of 'memory' or 'memoryReservation' must be specified.",
                ));
            }
        }
        Some(memory_mib) => {
            let is_above = |container: &&ContainerDefinition| {
                container.memory_mib.is_some_and(|mib| mib > memory_mib)
            };
            if let Some(container) = containers.iter().find(is_above) {
                return Err(container::invalid(
                    &container.name,
                    "'memory' cannot be greater than the value of the task 'memory'.",
                ));
            }
            let reserved = sum(|container| {
                container.memory_reservation_mib.or(container.memory_mib).unwrap_or(0)
            });
            if reserved > u64::from(memory_mib) {
                return Err(too_much("memory"));
            }
        }
    }
    Ok(())
}

fn too_much(of: &str) -> ApiError {
    errors::client_exception(format!(
        "The sum of all container '{of}' values cannot be greater than the value of the task \
         '{of}'."
    ))
}
