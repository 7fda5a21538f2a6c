//! What a task changes of its definition.
//
// COMPAT: the codes are RunTask's; the size of a task is checked as at registration.

use std::collections::BTreeSet;

use aws_api::ecs::{self, errors};
use model::{ContainerOverride, TaskDefinition, TaskOverride};
use wire::{ApiError, Shape as _};

use crate::ecs::task_definition::size::TaskSize;
use crate::ecs::task_definition::{container, conversion, role, size};
use crate::ecs::unsupported;
use crate::refuse::refuse_given;

/// LIMIT: "A total of 8192 characters are allowed for overrides" (RunTask).
const OVERRIDES_LENGTH_MAX: usize = 8192;

pub(super) fn resolve(
    given: Option<&ecs::TaskOverride>,
    definition: &TaskDefinition,
) -> Result<TaskOverride, ApiError> {
    let Some(given) = given else { return Ok(TaskOverride::default()) };
    let has_accelerators =
        given.inference_accelerator_overrides.as_ref().is_some_and(|it| !it.is_empty());
    refuse_given(
        &[
            ("overrides.inferenceAcceleratorOverrides", has_accelerators),
            ("overrides.ephemeralStorage", given.ephemeral_storage.is_some()),
        ],
        unsupported,
    )?;
    if wire::dump(ecs::TaskOverride::SCHEMA, given).len() > OVERRIDES_LENGTH_MAX {
        return Err(refuse(format!(
            "Container Overrides length must be at most {OVERRIDES_LENGTH_MAX}"
        )));
    }
    let size = size::parse(given.cpu.as_deref(), given.memory.as_deref())?;
    if size != TaskSize::default() {
        size::check_fargate(TaskSize {
            cpu_units: size.cpu_units.or(definition.cpu_units),
            memory_mib: size.memory_mib.or(definition.memory_mib),
        })?;
    }
    let containers = containers(given.container_overrides.as_deref(), definition)?;
    let execution_role_arn = role(given.execution_role_arn.as_deref());
    let has_files = containers.iter().any(|change| !change.environment_files.is_empty());
    if has_files && execution_role_arn.is_none() && definition.execution_role_arn.is_none() {
        return Err(conversion::no_execution_role("environment files"));
    }
    Ok(TaskOverride {
        containers,
        cpu_units: size.cpu_units,
        memory_mib: size.memory_mib,
        task_role_arn: role(given.task_role_arn.as_deref()),
        execution_role_arn,
    })
}

fn containers(
    given: Option<&[ecs::ContainerOverride]>,
    definition: &TaskDefinition,
) -> Result<Vec<ContainerOverride>, ApiError> {
    let mut names = BTreeSet::new();
    let mut changes = Vec::new();
    for change in given.unwrap_or_default() {
        let name = change.name.clone().unwrap_or_default();
        let Some(registered) = definition.containers.iter().find(|it| it.name == name) else {
            return Err(refuse(format!(
                "Override for container named {name} is not a container in the TaskDefinition."
            )));
        };
        if !names.insert(name.clone()) {
            return Err(refuse(format!("Container named {name} is overridden twice.")));
        }
        let converted = convert(name, change)?;
        let hard = converted.memory_mib.or(registered.memory_mib);
        let soft = converted.memory_reservation_mib.or(registered.memory_reservation_mib);
        if let (Some(hard), Some(soft)) = (hard, soft)
            && hard < soft
        {
            return Err(refuse(format!(
                "Invalid setting for container '{}'. The hard limits should be higher than soft \
                 limits.",
                converted.name
            )));
        }
        changes.push(converted);
    }
    Ok(changes)
}

fn convert(name: String, given: &ecs::ContainerOverride) -> Result<ContainerOverride, ApiError> {
    let has_resources = given.resource_requirements.as_ref().is_some_and(|it| !it.is_empty());
    refuse_given(&[("containerOverrides.resourceRequirements", has_resources)], unsupported)?;
    let cpu_units = given.cpu.map(u32::try_from).transpose();
    Ok(ContainerOverride {
        command: given.command.clone().filter(|command| !command.is_empty()),
        environment: container::environment(&name, given.environment.as_deref())?,
        environment_files: container::environment_files::convert(
            &name,
            given.environment_files.as_deref(),
        )?,
        cpu_units: cpu_units.map_err(|_| refuse("Override 'cpu' must not be negative."))?,
        memory_mib: container::memory(&name, "memory", given.memory)?,
        memory_reservation_mib: container::memory(
            &name,
            "memoryReservation",
            given.memory_reservation,
        )?,
        name,
    })
}

fn refuse(message: impl Into<String>) -> ApiError {
    errors::invalid_parameter_exception(message)
}
