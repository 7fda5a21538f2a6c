//! Container definitions: checked and taken into the model, and shown again.
//!
//! INVARIANT: every field of a request is in the record or is refused by name.

pub(in crate::ecs) mod environment_files;
mod health_check;
mod ports;
pub(super) mod secrets;

use aws_api::ecs::{self, errors};
use model::{ContainerDefinition, Dependency, DependencyCondition, KeyValue};
use wire::ApiError;

use super::{limits, logs};
use crate::ecs::unsupported;
use crate::refuse::{Given, refuse_given};

/// LIMIT: "Up to 255 letters, numbers, underscores, and hyphens" (`ContainerDefinition`).
const NAME_LENGTH_MAX: usize = 255;

/// LIMIT: the most that Fargate waits, for a start and for a stop.
const TIMEOUT_SECS_MAX: i32 = 120;

/// The least memory that a container can run in, in MiB.
const MEMORY_MIB_MIN: i32 = 4;

pub(super) fn convert(given: &ecs::ContainerDefinition) -> Result<ContainerDefinition, ApiError> {
    let name = name(given.name.as_deref())?;
    refuse_given(&unsupported_fields(given), unsupported)?;
    refuse_given(&more_unsupported_fields(given), unsupported)?;
    refuse_in_awsvpc(given)?;
    let mut container = ContainerDefinition {
        image: image(given.image.as_deref())?,
        cpu_units: u32::try_from(given.cpu.unwrap_or(0))
            .map_err(|_| invalid(&name, "'cpu' must not be negative."))?,
        memory_mib: memory(&name, "memory", given.memory)?,
        memory_reservation_mib: memory(&name, "memoryReservation", given.memory_reservation)?,
        port_mappings: ports::convert(given.port_mappings.as_deref())?,
        is_essential: given.essential.unwrap_or(true),
        entry_point: words(given.entry_point.as_deref()),
        command: words(given.command.as_deref()),
        environment: environment(&name, given.environment.as_deref())?,
        environment_files: environment_files::convert(&name, given.environment_files.as_deref())?,
        secrets: secrets::convert(&name, given)?,
        repository_credentials: secrets::repository(&name, given)?,
        depends_on: given.depends_on.iter().flatten().map(dependency).collect(),
        start_timeout_secs: timeout(&name, "startTimeout", given.start_timeout)?,
        stop_timeout_secs: timeout(&name, "stopTimeout", given.stop_timeout)?,
        hostname: None,
        user: non_empty(given.user.as_deref()),
        working_directory: working_directory(&name, given.working_directory.as_deref())?,
        is_root_filesystem_readonly: given.readonly_root_filesystem.unwrap_or(false),
        is_init_process_enabled: false,
        capabilities_add: Vec::new(),
        capabilities_drop: Vec::new(),
        ulimits: limits::ulimits(given.ulimits.as_deref())?,
        tmpfs: Vec::new(),
        shared_memory_mib: None,
        system_controls: limits::system_controls(given.system_controls.as_deref())?,
        extra_hosts: Vec::new(),
        log_configuration: given.log_configuration.as_ref().map(logs::convert).transpose()?,
        health_check: given.health_check.as_ref().map(health_check::convert).transpose()?,
        name,
    };
    check_memory(&container)?;
    if let Some(parameters) = &given.linux_parameters {
        limits::apply(parameters, &mut container)?;
    }
    Ok(container)
}

/// COMPAT: ECS shows the empty lists of these fields where nothing was given.
pub(super) fn render(container: &ContainerDefinition) -> ecs::ContainerDefinition {
    ecs::ContainerDefinition {
        name: Some(container.name.clone()),
        image: Some(container.image.clone()),
        cpu: Some(container.cpu_units as i32),
        memory: container.memory_mib.map(|mib| mib as i32),
        memory_reservation: container.memory_reservation_mib.map(|mib| mib as i32),
        port_mappings: Some(container.port_mappings.iter().copied().map(ports::render).collect()),
        essential: Some(container.is_essential),
        entry_point: container.entry_point.clone(),
        command: container.command.clone(),
        environment: Some(container.environment.iter().map(render_variable).collect()),
        environment_files: environment_files::render(&container.environment_files),
        secrets: some(&container.secrets, secrets::render),
        repository_credentials: container
            .repository_credentials
            .as_ref()
            .map(|arn| ecs::RepositoryCredentials { credentials_parameter: Some(arn.clone()) }),
        mount_points: Some(Vec::new()),
        volumes_from: Some(Vec::new()),
        linux_parameters: limits::render(container),
        depends_on: some(&container.depends_on, render_dependency),
        start_timeout: container.start_timeout_secs.map(|secs| secs as i32),
        stop_timeout: container.stop_timeout_secs.map(|secs| secs as i32),
        user: container.user.clone(),
        working_directory: container.working_directory.clone(),
        readonly_root_filesystem: container.is_root_filesystem_readonly.then_some(true),
        ulimits: some(&container.ulimits, |limit| ecs::Ulimit {
            name: limit.name.parse().ok(),
            soft_limit: Some(limit.soft as i32),
            hard_limit: Some(limit.hard as i32),
        }),
        log_configuration: container.log_configuration.as_ref().map(logs::render),
        health_check: container.health_check.as_ref().map(health_check::render),
        system_controls: Some(
            container
                .system_controls
                .iter()
                .map(|control| ecs::SystemControl {
                    namespace: Some(control.name.clone()),
                    value: Some(control.value.clone()),
                })
                .collect(),
        ),
        ..ecs::ContainerDefinition::default()
    }
}

/// Environment variables, of a definition or of an override.
pub(in crate::ecs) fn environment(
    container: &str,
    given: Option<&[ecs::KeyValuePair]>,
) -> Result<Vec<KeyValue>, ApiError> {
    let convert = |pair: &ecs::KeyValuePair| {
        let name = pair.name.clone().unwrap_or_default();
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(invalid(
                container,
                format_args!("'{name}' is not a valid name for an environment variable."),
            ));
        }
        Ok(KeyValue { name, value: pair.value.clone().unwrap_or_default() })
    };
    given.unwrap_or_default().iter().map(convert).collect()
}

pub(in crate::ecs) fn render_variable(variable: &KeyValue) -> ecs::KeyValuePair {
    ecs::KeyValuePair { name: Some(variable.name.clone()), value: Some(variable.value.clone()) }
}

/// A hard or soft memory limit, of a definition or of an override.
pub(in crate::ecs) fn memory(
    container: &str,
    field: &str,
    given: Option<i32>,
) -> Result<Option<u32>, ApiError> {
    match given {
        Some(mib) if mib < MEMORY_MIB_MIN => Err(invalid(
            container,
            format_args!("'{field}' must be at least {MEMORY_MIB_MIN} MiB."),
        )),
        Some(mib) => Ok(Some(mib as u32)),
        None => Ok(None),
    }
}

fn check_memory(container: &ContainerDefinition) -> Result<(), ApiError> {
    match (container.memory_mib, container.memory_reservation_mib) {
        (Some(hard), Some(soft)) if hard < soft => {
            Err(invalid(&container.name, "The hard limits should be higher than soft limits."))
        }
        _ => Ok(()),
    }
}

fn unsupported_fields(given: &ecs::ContainerDefinition) -> [Given<'static>; 9] {
    [
        ("links", is_given(given.links.as_deref())),
        ("restartPolicy", given.restart_policy.is_some()),
        ("mountPoints", is_given(given.mount_points.as_deref())),
        ("volumesFrom", is_given(given.volumes_from.as_deref())),
        ("disableNetworking", given.disable_networking == Some(true)),
        ("privileged", given.privileged == Some(true)),
        ("dnsServers", is_given(given.dns_servers.as_deref())),
        ("dnsSearchDomains", is_given(given.dns_search_domains.as_deref())),
        ("dockerSecurityOptions", is_given(given.docker_security_options.as_deref())),
    ]
}

fn more_unsupported_fields(given: &ecs::ContainerDefinition) -> [Given<'static>; 7] {
    let is_unpinned = given.version_consistency == Some(ecs::VersionConsistency::Disabled);
    [
        ("interactive", given.interactive == Some(true)),
        ("pseudoTerminal", given.pseudo_terminal == Some(true)),
        ("dockerLabels", given.docker_labels.as_ref().is_some_and(|labels| !labels.is_empty())),
        ("versionConsistency", is_unpinned),
        ("resourceRequirements", is_given(given.resource_requirements.as_deref())),
        ("firelensConfiguration", given.firelens_configuration.is_some()),
        ("credentialSpecs", is_given(given.credential_specs.as_deref())),
    ]
}

/// COMPAT: what ECS refuses of a task with an interface of its own.
fn refuse_in_awsvpc(given: &ecs::ContainerDefinition) -> Result<(), ApiError> {
    if given.hostname.as_deref().is_some_and(|hostname| !hostname.is_empty()) {
        return Err(errors::client_exception(
            "Hostname is not supported on container when networkMode=awsvpc",
        ));
    }
    if is_given(given.extra_hosts.as_deref()) {
        return Err(errors::client_exception(
            "Extra hosts are not supported on container when networkMode=awsvpc",
        ));
    }
    Ok(())
}

fn name(given: Option<&str>) -> Result<String, ApiError> {
    let name = given.unwrap_or_default();
    if name.is_empty() {
        return Err(errors::client_exception("Container.name should not be null or empty."));
    }
    if name.len() > NAME_LENGTH_MAX || !super::is_word(name) {
        return Err(errors::client_exception("Container.name contains invalid characters."));
    }
    Ok(name.to_owned())
}

fn image(given: Option<&str>) -> Result<String, ApiError> {
    let image = given.unwrap_or_default();
    if image.is_empty() {
        return Err(errors::client_exception("Container.image should not be null or empty."));
    }
    // COMPAT: the characters are those of `image` (ContainerDefinition, ECS API Reference).
    let is_valid =
        |character: char| character.is_ascii_alphanumeric() || "-_:./#@".contains(character);
    if !image.chars().all(is_valid) {
        return Err(errors::client_exception("Container.image contains invalid characters."));
    }
    Ok(image.to_owned())
}

fn timeout(container: &str, field: &str, given: Option<i32>) -> Result<Option<u32>, ApiError> {
    match given {
        Some(secs) if !(0..=TIMEOUT_SECS_MAX).contains(&secs) => Err(invalid(
            container,
            format_args!("'{field}' must be between 0 and {TIMEOUT_SECS_MAX} seconds."),
        )),
        Some(secs) => Ok(Some(secs as u32)),
        None => Ok(None),
    }
}

fn working_directory(container: &str, given: Option<&str>) -> Result<Option<String>, ApiError> {
    match non_empty(given) {
        Some(path) if !path.starts_with('/') => {
            Err(invalid(container, "'workingDirectory' must be an absolute path."))
        }
        path => Ok(path),
    }
}

fn dependency(given: &ecs::ContainerDependency) -> Dependency {
    Dependency {
        container_name: given.container_name.clone().unwrap_or_default(),
        condition: match given.condition {
            Some(ecs::ContainerCondition::Complete) => DependencyCondition::Complete,
            Some(ecs::ContainerCondition::Success) => DependencyCondition::Success,
            Some(ecs::ContainerCondition::Healthy) => DependencyCondition::Healthy,
            Some(ecs::ContainerCondition::Start) | None => DependencyCondition::Start,
        },
    }
}

fn render_dependency(dependency: &Dependency) -> ecs::ContainerDependency {
    ecs::ContainerDependency {
        container_name: Some(dependency.container_name.clone()),
        condition: Some(match dependency.condition {
            DependencyCondition::Start => ecs::ContainerCondition::Start,
            DependencyCondition::Complete => ecs::ContainerCondition::Complete,
            DependencyCondition::Success => ecs::ContainerCondition::Success,
            DependencyCondition::Healthy => ecs::ContainerCondition::Healthy,
        }),
    }
}

/// COMPAT: an empty `entryPoint` or `command` is none, as for Docker.
fn words(given: Option<&[String]>) -> Option<Vec<String>> {
    given.filter(|words| !words.is_empty()).map(<[String]>::to_vec)
}

fn non_empty(given: Option<&str>) -> Option<String> {
    given.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn is_given<T>(list: Option<&[T]>) -> bool {
    list.is_some_and(|list| !list.is_empty())
}

fn some<T, U>(list: &[T], render: impl Fn(&T) -> U) -> Option<Vec<U>> {
    (!list.is_empty()).then(|| list.iter().map(render).collect())
}

pub(super) fn invalid(container: &str, why: impl std::fmt::Display) -> ApiError {
    errors::client_exception(format!("Invalid setting for container '{container}'. {why}"))
}
