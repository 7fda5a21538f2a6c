//! A task as the API shows it: its containers, its interface, its times.

use aws_api::ecs;
use model::{
    ContainerDefinition, ContainerOverride, DesiredStatus, HealthStatus, LaunchType, Node,
    Snapshot, StopCode, Task, TaskContainer, TaskDefinition, TaskInterface, TaskState,
};

use crate::ec2::interface_association::private_name_in;
use crate::ecs::task_definition::container::{environment_files, render_variable};
use crate::ecs::{tags, task_definition};

/// Whether tags are shown: those who make a task see them, others ask for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ecs) enum Shown {
    WithTags,
    WithoutTags,
}

pub(in crate::ecs) fn render(snapshot: &Snapshot, task: &Task, shown: Shown) -> ecs::Task {
    let scope = &task.key.scope;
    let definition = task_definition::get(snapshot, scope, &task.definition).map(|d| &*d.record);
    let node = task.node.as_ref().and_then(|id| snapshot.nodes.get(&Node::scope(), id));
    let is_fargate = task.launch_type == LaunchType::Fargate;
    ecs::Task {
        attachments: Some(task.interface.iter().map(|it| attachment(snapshot, task, it)).collect()),
        attributes: Some(attributes(definition, node.map(|node| &*node.record))),
        availability_zone: Some(task.availability_zone.clone()),
        capacity_provider_name: task.capacity_provider.clone(),
        cluster_arn: Some(model::cluster_arn(scope, &task.key.cluster)),
        connectivity: node.filter(|_| has_begun(task)).map(|node| {
            if node.is_connected {
                ecs::Connectivity::Connected
            } else {
                ecs::Connectivity::Disconnected
            }
        }),
        containers: Some(
            task.containers.iter().map(|it| container(task, it, definition)).collect(),
        ),
        cpu: Some(task.cpu_units.to_string()),
        created_at: Some(task.created_at),
        desired_status: Some(match task.desired_status {
            DesiredStatus::Running => "RUNNING".to_owned(),
            DesiredStatus::Stopped => "STOPPED".to_owned(),
        }),
        enable_execute_command: Some(false),
        execution_stopped_at: task.execution_stopped_at,
        group: Some(task.group.clone()),
        health_status: Some(health(task.health_status)),
        inference_accelerators: Some(Vec::new()),
        last_status: Some(task.last_status.as_str().to_owned()),
        launch_type: Some(match task.launch_type {
            LaunchType::Ec2 => ecs::LaunchType::Ec2,
            LaunchType::Fargate => ecs::LaunchType::Fargate,
        }),
        memory: Some(task.memory_mib.to_string()),
        overrides: Some(overrides(task)),
        platform_version: task.platform_version.clone(),
        platform_family: is_fargate.then(|| "Linux".to_owned()),
        pull_started_at: task.pull_started_at,
        pull_stopped_at: task.pull_stopped_at,
        started_at: task.started_at,
        started_by: task.started_by.clone(),
        stop_code: task.stop_code.map(stop_code),
        stopped_at: task.stopped_at,
        stopped_reason: task.stopped_reason.clone(),
        stopping_at: task.stopping_at,
        tags: Some(match shown {
            Shown::WithTags => tags::render(&task.tags),
            Shown::WithoutTags => Vec::new(),
        }),
        task_arn: Some(task.arn()),
        task_definition_arn: Some(task.definition.arn(scope)),
        version: Some(task.version as i64),
        ..ecs::Task::default()
    }
}

fn has_begun(task: &Task) -> bool {
    (TaskState::Activating..TaskState::Stopped).contains(&task.last_status)
}

fn attributes(definition: Option<&TaskDefinition>, node: Option<&Node>) -> Vec<ecs::Attribute> {
    let asked = definition.and_then(|definition| definition.cpu_architecture.as_ref());
    let architecture = asked.or(node.map(|node| &node.cpu_architecture));
    architecture
        .map(|architecture| ecs::Attribute {
            name: Some("ecs.cpu-architecture".to_owned()),
            value: Some(architecture.to_ascii_lowercase()),
            ..ecs::Attribute::default()
        })
        .into_iter()
        .collect()
}

// COMPAT: the details' names and the states are those of "Amazon ECS task networking".
fn attachment(snapshot: &Snapshot, task: &Task, interface: &TaskInterface) -> ecs::Attachment {
    let status = match task.last_status {
        TaskState::Provisioning => "PRECREATED",
        TaskState::Pending => "ATTACHING",
        TaskState::Activating
        | TaskState::Running
        | TaskState::Deactivating
        | TaskState::Stopping => "ATTACHED",
        TaskState::Deprovisioning => "DETACHING",
        TaskState::Stopped => "DELETED",
    };
    let scope = &task.key.scope;
    let subnet = snapshot.subnets.get(scope, &interface.subnet_id);
    let vpc = subnet.and_then(|subnet| snapshot.vpcs.get(scope, &subnet.vpc_id));
    let name = vpc.and_then(|vpc| private_name_in(vpc, interface.address));
    let details = [
        ("subnetId", Some(interface.subnet_id.clone())),
        ("networkInterfaceId", Some(interface.interface_id.clone())),
        ("macAddress", Some(interface.mac_address.clone())),
        ("privateDnsName", name),
        ("privateIPv4Address", Some(interface.address.to_string())),
    ];
    ecs::Attachment {
        id: Some(interface.attachment_id.clone()),
        r#type: Some("ElasticNetworkInterface".to_owned()),
        status: Some(status.to_owned()),
        details: Some(
            details
                .into_iter()
                .filter(|(_, value)| value.is_some())
                .map(|(name, value)| ecs::KeyValuePair { name: Some(name.to_owned()), value })
                .collect(),
        ),
    }
}

fn container(
    task: &Task,
    container: &TaskContainer,
    definition: Option<&TaskDefinition>,
) -> ecs::Container {
    let registered = definition
        .and_then(|definition| definition.containers.iter().find(|c| c.name == container.name));
    let change = task.overrides.containers.iter().find(|change| change.name == container.name);
    let size = |of_change: fn(&ContainerOverride) -> Option<u32>,
                of_definition: fn(&ContainerDefinition) -> Option<u32>| {
        change.and_then(of_change).or(registered.and_then(of_definition)).map(|it| it.to_string())
    };
    ecs::Container {
        container_arn: Some(container.arn(&task.key)),
        task_arn: Some(task.arn()),
        name: Some(container.name.clone()),
        image: Some(container.image.clone()),
        image_digest: container.image_digest.clone(),
        runtime_id: container.runtime_id.clone(),
        last_status: Some(container.last_status.as_str().to_owned()),
        exit_code: container.exit_code,
        reason: container.reason.clone(),
        network_bindings: Some(Vec::new()),
        network_interfaces: Some(task.interface.iter().map(network_interface).collect()),
        health_status: Some(health(container.health_status)),
        cpu: size(|change| change.cpu_units, |registered| Some(registered.cpu_units)),
        memory: size(|change| change.memory_mib, |registered| registered.memory_mib),
        memory_reservation: size(
            |change| change.memory_reservation_mib,
            |registered| registered.memory_reservation_mib,
        ),
        ..ecs::Container::default()
    }
}

fn network_interface(interface: &TaskInterface) -> ecs::NetworkInterface {
    ecs::NetworkInterface {
        attachment_id: Some(interface.attachment_id.clone()),
        private_ipv4_address: Some(interface.address.to_string()),
        ipv6_address: None,
    }
}

/// COMPAT: every container has an entry, the ones that nothing overrides too.
fn overrides(task: &Task) -> ecs::TaskOverride {
    let render = |container: &TaskContainer| {
        let change = task.overrides.containers.iter().find(|it| it.name == container.name);
        container_override(container, change)
    };
    ecs::TaskOverride {
        container_overrides: Some(task.containers.iter().map(render).collect()),
        inference_accelerator_overrides: Some(Vec::new()),
        cpu: task.overrides.cpu_units.map(|units| units.to_string()),
        memory: task.overrides.memory_mib.map(|mib| mib.to_string()),
        task_role_arn: task.overrides.task_role_arn.clone(),
        execution_role_arn: task.overrides.execution_role_arn.clone(),
        ..ecs::TaskOverride::default()
    }
}

fn container_override(
    container: &TaskContainer,
    change: Option<&ContainerOverride>,
) -> ecs::ContainerOverride {
    let name = Some(container.name.clone());
    let Some(change) = change else {
        return ecs::ContainerOverride { name, ..ecs::ContainerOverride::default() };
    };
    let environment = &change.environment;
    ecs::ContainerOverride {
        name,
        command: change.command.clone(),
        environment: (!environment.is_empty())
            .then(|| environment.iter().map(render_variable).collect()),
        environment_files: environment_files::render(&change.environment_files),
        cpu: change.cpu_units.map(|units| units as i32),
        memory: change.memory_mib.map(|mib| mib as i32),
        memory_reservation: change.memory_reservation_mib.map(|mib| mib as i32),
        ..ecs::ContainerOverride::default()
    }
}

fn health(status: HealthStatus) -> ecs::HealthStatus {
    match status {
        HealthStatus::Unknown => ecs::HealthStatus::Unknown,
        HealthStatus::Healthy => ecs::HealthStatus::Healthy,
        HealthStatus::Unhealthy => ecs::HealthStatus::Unhealthy,
    }
}

fn stop_code(code: StopCode) -> ecs::TaskStopCode {
    match code {
        StopCode::TaskFailedToStart => ecs::TaskStopCode::TaskFailedToStart,
        StopCode::EssentialContainerExited => ecs::TaskStopCode::EssentialContainerExited,
        StopCode::UserInitiated => ecs::TaskStopCode::UserInitiated,
        StopCode::ServiceSchedulerInitiated => ecs::TaskStopCode::ServiceSchedulerInitiated,
        StopCode::SpotInterruption => ecs::TaskStopCode::SpotInterruption,
        StopCode::TerminationNotice => ecs::TaskStopCode::TerminationNotice,
    }
}
