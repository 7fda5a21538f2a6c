//! Starts a container: its root mounted, its process as the definition and the image say.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use images::{Access, ImageConfig, ImageHandle, ImageStore};
use model::session::{AssignedContainer, Assignment};
use model::task_identity::{ContainerValues, SecretText};
use model::{ContainerDefinition, TaskKey, Timestamp};
use node::ports::{Failure, ImageFacts, Started};
use oci_runtime::{
    BindMount, Capabilities, ContainerName, ContainerSpec, Environment, Error, ExecOutcome,
    ExecSpec, FailureKind, LogMode, LogSpec, Phase, Resources, RootAccess, Tmpfs, Ulimit,
};

use super::{RealHost, failure, files, name_of};

/// COMPAT: what Docker gives a container whose image has no `PATH`.
const PATH_DEFAULT: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The least that the kernel takes.
const CPU_SHARES_MIN: u32 = 2;

impl RealHost {
    pub(super) async fn start_container(
        &self,
        assignment: &Assignment,
        container: &AssignedContainer,
        image: &ImageFacts,
    ) -> Result<Started, Failure> {
        let name = name_of(&container.definition.name)?;
        let refuse = |error: Error| {
            let reason = error.ecs_reason();
            failure(reason.unwrap_or_else(|| format!("CannotStartContainerError: {error}")))
        };
        let handle = self.handle(&assignment.task).await.map_err(refuse)?;
        if !self.held.is_started(&assignment.task.id, name.as_str()) {
            let spec = self
                .container_spec(assignment, container, (&name, image))
                .await
                .map_err(|error| failure(format!("CannotCreateContainerError: {error:#}")))?;
            match handle.create(spec).await {
                Ok(()) => {}
                // Created before a crash: its start is what is left to do.
                Err(Error::Refused(refusal)) if refusal.kind == FailureKind::WrongPhase => {}
                Err(error) => return Err(refuse(error)),
            }
        }
        let status = handle.start(&name).await.map_err(refuse)?;
        self.held.add_started(&assignment.task.id, name.as_str());
        let started_us = match status.phase {
            Phase::Running { started_us, .. } => started_us,
            Phase::Exited(exit) => exit.started_us,
            Phase::Failed(refusal) => return Err(failure(refusal.ecs_reason())),
            Phase::Created | Phase::Starting => 0,
        };
        Ok(Started {
            runtime_id: super::runtime_id(&assignment.task, &name),
            at: Timestamp::from_millis(started_us as i64 / 1000),
        })
    }

    pub(super) async fn run_check(
        &self,
        task: &TaskKey,
        container: &str,
        command: &[String],
        timeout: Duration,
    ) -> bool {
        let (Ok(handle), Ok(name)) = (self.handle(task).await, name_of(container)) else {
            return false;
        };
        let spec = ExecSpec {
            args: check_arguments(command),
            environment: Environment::default(),
            user: None,
            working_directory: None,
            timeout,
        };
        let result = handle.exec(&name, spec).await;
        result.is_ok_and(|result| result.outcome == ExecOutcome::Exited { code: 0 })
    }

    /// COMPAT: `AWS_REGION` and the path are what ECS sets; the endpoint is what leads here.
    async fn given(
        &self,
        assignment: &Assignment,
        container: &AssignedContainer,
    ) -> Result<Given, Failure> {
        let values = self.identities.start_values(&assignment.task).await?;
        let region = &assignment.task.scope.region;
        let mut own = vec![
            ("AWS_REGION".to_owned(), region.clone()),
            ("AWS_DEFAULT_REGION".to_owned(), region.clone()),
            ("AWS_ENDPOINT_URL".to_owned(), self.config.endpoint_of_tasks()),
        ];
        if let Some(path) = &values.credentials_path {
            own.push(("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI".to_owned(), path.clone()));
        }
        let of_it = values.containers.get(&container.definition.name);
        Ok(Given { own, values: of_it.cloned().unwrap_or_default() })
    }

    async fn container_spec(
        &self,
        assignment: &Assignment,
        container: &AssignedContainer,
        (name, image): (&ContainerName, &ImageFacts),
    ) -> Result<ContainerSpec> {
        let work = Preparation {
            images: self.images.clone(),
            folder: self.container_dir(&assignment.task, &name.identifier()),
            assignment: assignment.clone(),
            container: container.clone(),
            image: image.clone(),
            resolver: self.network.gateway_address(),
        };
        let prepared = tokio::task::spawn_blocking(move || work.run());
        let prepared = prepared.await.context("preparing it was cut off")??;
        let (definition, config) = (&container.definition, &prepared.config);
        let given = self.given(assignment, container).await?;
        let args = arguments(definition, config);
        anyhow::ensure!(!args.is_empty(), "no command specified");
        let hostname = files::hostname(assignment, container);
        let mut spec = ContainerSpec::new(name.clone(), prepared.root, args);
        spec.mounts = prepared.mounts;
        spec.process.environment = environment(definition, config, (&hostname, &given));
        spec.process.user = definition.user.clone().unwrap_or_else(|| config.user.clone());
        spec.process.working_directory = working_directory(definition, config);
        spec.hostname = Some(hostname);
        if let Some(signal) = config.stop_signal.as_deref().and_then(|name| name.parse().ok()) {
            spec.stop_signal = signal;
        }
        apply(definition, &mut spec);
        if definition.is_init_process_enabled {
            spec.init = Some(self.executable.clone());
        }
        Ok(spec)
    }
}

/// Variables that are not of the definition's or the image's.
struct Given {
    /// Where the API and the credentials are.
    own: Vec<(String, String)>,
    values: ContainerValues,
}

/// What is done on disk for a container before it is created; all of it may be done again.
struct Preparation {
    images: ImageStore,
    folder: PathBuf,
    assignment: Assignment,
    container: AssignedContainer,
    image: ImageFacts,
    resolver: Ipv4Addr,
}

struct Prepared {
    config: ImageConfig,
    root: PathBuf,
    mounts: Vec<BindMount>,
}

impl Preparation {
    fn run(self) -> Result<Prepared> {
        let image = self.image()?;
        let rootfs = self.images.mount(&image, &self.folder, Access::ReadWrite)?;
        let etc = self.folder.join("etc");
        let mounts = files::write(&etc, &self.assignment, &self.container, self.resolver)?;
        Ok(Prepared { config: image.config, root: rootfs.path(), mounts })
    }

    /// The image that the task was started with, whatever its name means by now.
    fn image(&self) -> Result<ImageHandle> {
        let reference = &self.container.definition.image;
        let found = self.images.resolve(&self.image.digest)?;
        found.with_context(|| format!("image `{reference}` is no longer here"))
    }
}

/// What the definition says beyond the process itself.
fn apply(definition: &ContainerDefinition, spec: &mut ContainerSpec) {
    let mebibytes = |mib: u32| u64::from(mib) << 20;
    spec.root_access = if definition.is_root_filesystem_readonly {
        RootAccess::ReadOnly
    } else {
        RootAccess::ReadWrite
    };
    spec.process.capabilities = Capabilities {
        add: definition.capabilities_add.clone(),
        drop: definition.capabilities_drop.clone(),
    };
    spec.process.ulimits = definition
        .ulimits
        .iter()
        .map(|limit| Ulimit {
            name: limit.name.clone(),
            // COMPAT: -1 is unlimited, as in Docker.
            soft: u64::try_from(limit.soft).unwrap_or(u64::MAX),
            hard: u64::try_from(limit.hard).unwrap_or(u64::MAX),
        })
        .collect();
    spec.tmpfs = definition
        .tmpfs
        .iter()
        .map(|tmpfs| Tmpfs {
            destination: tmpfs.container_path.clone(),
            size_bytes: mebibytes(tmpfs.size_mib),
            options: tmpfs.mount_options.clone(),
        })
        .collect();
    if let Some(mib) = definition.shared_memory_mib {
        spec.shared_memory_bytes = mebibytes(mib);
    }
    spec.sysctls = definition
        .system_controls
        .iter()
        .map(|control| (control.name.clone(), control.value.clone()))
        .collect::<BTreeMap<_, _>>();
    spec.resources = Resources {
        // COMPAT: "null and zero CPU values are passed to Docker as two CPU shares"
        // ("ContainerDefinition", ECS API Reference).
        cpu_shares: Some(u64::from(definition.cpu_units.max(CPU_SHARES_MIN))),
        cpu_limit_units: None,
        memory_limit_bytes: definition.memory_mib.map(mebibytes),
        memory_reservation_bytes: definition.memory_reservation_mib.map(mebibytes),
        memory_and_swap_bytes: None,
        pids: None,
    };
    let options = definition.log_configuration.as_ref().map(|logs| &logs.options);
    let is_blocking =
        options.and_then(|options| options.get("mode")).is_some_and(|mode| mode == "blocking");
    spec.logs = LogSpec {
        mode: if is_blocking { LogMode::Blocking } else { LogMode::NonBlocking },
        ..LogSpec::default()
    };
}

/// COMPAT: Docker's rule: an entry point that is given drops the image's command.
fn arguments(definition: &ContainerDefinition, config: &ImageConfig) -> Vec<String> {
    let mut args = definition.entry_point.clone().unwrap_or_else(|| config.entrypoint.clone());
    match (&definition.command, &definition.entry_point) {
        (Some(command), _) => args.extend(command.iter().cloned()),
        (None, None) => args.extend(config.command.iter().cloned()),
        (None, Some(_)) => {}
    }
    args
}

fn environment(
    definition: &ContainerDefinition,
    config: &ImageConfig,
    (hostname, given): (&str, &Given),
) -> Environment {
    let mut variables = vec![
        ("PATH".to_owned(), PATH_DEFAULT.to_owned()),
        ("HOSTNAME".to_owned(), hostname.to_owned()),
    ];
    variables.extend(config.environment.iter().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    }));
    variables.extend(given.own.iter().cloned());
    let secret = |(name, value): &(String, SecretText)| (name.clone(), value.as_str().to_owned());
    variables.extend(given.values.files.iter().map(secret));
    variables
        .extend(definition.environment.iter().map(|pair| (pair.name.clone(), pair.value.clone())));
    variables.extend(given.values.secrets.iter().map(secret));
    Environment(variables)
}

fn working_directory(definition: &ContainerDefinition, config: &ImageConfig) -> String {
    let of_image = Some(&config.working_directory).filter(|path| !path.is_empty());
    definition.working_directory.as_ref().or(of_image).cloned().unwrap_or_else(|| "/".to_owned())
}

/// COMPAT: `CMD` is followed by words, `CMD-SHELL` by one line for the shell; anything
/// else is words ("`HealthCheck`", ECS API Reference).
fn check_arguments(command: &[String]) -> Vec<String> {
    match command.split_first() {
        Some((first, rest)) if first == "CMD" => rest.to_vec(),
        Some((first, rest)) if first == "CMD-SHELL" => {
            vec!["/bin/sh".to_owned(), "-c".to_owned(), rest.join(" ")]
        }
        _ => command.to_vec(),
    }
}
