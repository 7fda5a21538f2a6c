//! A task definition as the API shows it.

use aws_api::ecs;
use model::{LaunchType, NetworkMode, TaskDefinition, TaskDefinitionStatus};

use super::container;
use super::size::{TaskSize, is_fargate};

pub(in crate::ecs) fn render(definition: &TaskDefinition) -> ecs::TaskDefinition {
    ecs::TaskDefinition {
        task_definition_arn: Some(definition.arn()),
        container_definitions: Some(definition.containers.iter().map(container::render).collect()),
        family: Some(definition.family.clone()),
        task_role_arn: definition.task_role_arn.clone(),
        execution_role_arn: definition.execution_role_arn.clone(),
        network_mode: Some(match definition.network_mode {
            NetworkMode::Awsvpc => ecs::NetworkMode::Awsvpc,
            NetworkMode::None => ecs::NetworkMode::None,
        }),
        revision: Some(definition.revision as i32),
        volumes: Some(Vec::new()),
        status: Some(match definition.status {
            TaskDefinitionStatus::Active => ecs::TaskDefinitionStatus::Active,
            TaskDefinitionStatus::Inactive => ecs::TaskDefinitionStatus::Inactive,
            TaskDefinitionStatus::DeleteInProgress => ecs::TaskDefinitionStatus::DeleteInProgress,
        }),
        placement_constraints: Some(Vec::new()),
        compatibilities: Some(
            compatibilities(definition).into_iter().map(render_compatibility).collect(),
        ),
        runtime_platform: runtime_platform(definition),
        requires_compatibilities: (!definition.requires_compatibilities.is_empty()).then(|| {
            definition.requires_compatibilities.iter().copied().map(render_compatibility).collect()
        }),
        cpu: definition.cpu_units.map(|units| units.to_string()),
        memory: definition.memory_mib.map(|mib| mib.to_string()),
        registered_at: Some(definition.registered_at),
        deregistered_at: definition.deregistered_at,
        delete_requested_at: definition.delete_requested_at,
        registered_by: Some(definition.registered_by.clone()),
        ..ecs::TaskDefinition::default()
    }
}

/// The launch types that the definition is valid for, whichever it requires.
pub(in crate::ecs) fn compatibilities(definition: &TaskDefinition) -> Vec<LaunchType> {
    let size = TaskSize { cpu_units: definition.cpu_units, memory_mib: definition.memory_mib };
    let mut valid = vec![LaunchType::Ec2];
    if definition.network_mode == NetworkMode::Awsvpc && is_fargate(size) {
        valid.push(LaunchType::Fargate);
    }
    valid
}

fn render_compatibility(launch_type: LaunchType) -> ecs::Compatibility {
    match launch_type {
        LaunchType::Ec2 => ecs::Compatibility::Ec2,
        LaunchType::Fargate => ecs::Compatibility::Fargate,
    }
}

fn runtime_platform(definition: &TaskDefinition) -> Option<ecs::RuntimePlatform> {
    let cpu_architecture = definition.cpu_architecture.as_ref();
    let operating_system_family = definition.operating_system_family.as_ref();
    if cpu_architecture.is_none() && operating_system_family.is_none() {
        return None;
    }
    Some(ecs::RuntimePlatform {
        cpu_architecture: cpu_architecture.and_then(|name| name.parse().ok()),
        operating_system_family: operating_system_family.and_then(|name| name.parse().ok()),
    })
}
