//! `linuxParameters`, `ulimits` and `systemControls`: what a container may do and use.

use aws_api::ecs::{self, errors};
use model::{ContainerDefinition, KeyValue, Tmpfs, Ulimit};
use wire::ApiError;

use crate::ecs::unsupported;
use crate::refuse::refuse_given;

/// The Linux capabilities that may be added or dropped, without their prefix.
//
// COMPAT: "KernelCapabilities" (ECS API Reference).
const CAPABILITIES: &[&str] = &[
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "SYSLOG",
    "WAKE_ALARM",
];

/// The mount options of a tmpfs without a value. Those that would bind or mount again
/// something else are not among them.
const TMPFS_FLAGS: &[&str] = &[
    "defaults",
    "ro",
    "rw",
    "suid",
    "nosuid",
    "dev",
    "nodev",
    "exec",
    "noexec",
    "sync",
    "async",
    "dirsync",
    "mand",
    "nomand",
    "atime",
    "noatime",
    "diratime",
    "nodiratime",
    "unbindable",
    "runbindable",
    "private",
    "rprivate",
    "shared",
    "rshared",
    "slave",
    "rslave",
    "relatime",
    "norelatime",
    "strictatime",
    "nostrictatime",
];

/// The mount options of a tmpfs that take a value.
const TMPFS_VALUES: &[&str] = &["mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol"];

/// Kernel parameters that belong to a namespace of the container's own.
const SYSCTL_PREFIXES: &[&str] = &["net.", "fs.mqueue."];
const SYSCTL_NAMES: &[&str] = &[
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
];

/// Puts a container's `linuxParameters` into its definition.
pub(super) fn apply(
    given: &ecs::LinuxParameters,
    container: &mut ContainerDefinition,
) -> Result<(), ApiError> {
    refuse_given(
        &[
            ("linuxParameters.devices", given.devices.as_ref().is_some_and(|d| !d.is_empty())),
            ("linuxParameters.maxSwap", given.max_swap.is_some()),
            ("linuxParameters.swappiness", given.swappiness.is_some()),
        ],
        unsupported,
    )?;
    container.is_init_process_enabled = given.init_process_enabled.unwrap_or(false);
    if let Some(capabilities) = &given.capabilities {
        container.capabilities_add = self::capabilities(capabilities.add.as_deref())?;
        container.capabilities_drop = self::capabilities(capabilities.drop.as_deref())?;
    }
    if let Some(size) = given.shared_memory_size {
        container.shared_memory_mib = Some(positive(size, "sharedMemorySize")?);
    }
    container.tmpfs =
        given.tmpfs.iter().flatten().map(tmpfs).collect::<Result<Vec<_>, ApiError>>()?;
    Ok(())
}

pub(super) fn ulimits(given: Option<&[ecs::Ulimit]>) -> Result<Vec<Ulimit>, ApiError> {
    let mut ulimits: Vec<Ulimit> = Vec::new();
    for limit in given.unwrap_or_default() {
        let name = limit.name.map_or("", ecs::UlimitName::as_str).to_owned();
        let (soft, hard) = (limit.soft_limit.unwrap_or(0), limit.hard_limit.unwrap_or(0));
        let is_unlimited = |value: i32| value == -1;
        let is_above = !is_unlimited(hard) && (is_unlimited(soft) || soft > hard);
        if soft < -1 || hard < -1 || is_above {
            return Err(refuse(format!(
                "Invalid ulimit '{name}': the soft limit ({soft}) must not be above the hard \
                 limit ({hard})."
            )));
        }
        if ulimits.iter().any(|known| known.name == name) {
            return Err(refuse(format!("Ulimit '{name}' is given twice.")));
        }
        ulimits.push(Ulimit { name, soft: i64::from(soft), hard: i64::from(hard) });
    }
    Ok(ulimits)
}

pub(super) fn system_controls(
    given: Option<&[ecs::SystemControl]>,
) -> Result<Vec<KeyValue>, ApiError> {
    let mut controls: Vec<KeyValue> = Vec::new();
    for control in given.unwrap_or_default() {
        let name = control.namespace.clone().unwrap_or_default();
        let is_own = SYSCTL_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            || SYSCTL_NAMES.contains(&name.as_str());
        if !is_own {
            return Err(refuse(format!(
                "System control '{name}' is not namespaced. Use a parameter of the network or of \
                 the IPC namespace."
            )));
        }
        if controls.iter().any(|known| known.name == name) {
            return Err(refuse(format!("System control '{name}' is given twice.")));
        }
        controls.push(KeyValue { name, value: control.value.clone().unwrap_or_default() });
    }
    Ok(controls)
}

pub(super) fn positive(value: i32, name: &str) -> Result<u32, ApiError> {
    u32::try_from(value)
        .ok()
        .filter(|value| *value > 0)
        .ok_or_else(|| refuse(format!("'{name}' must be greater than 0.")))
}

/// `None` where the definition asks for none of it.
pub(super) fn render(container: &ContainerDefinition) -> Option<ecs::LinuxParameters> {
    let has_capabilities =
        !container.capabilities_add.is_empty() || !container.capabilities_drop.is_empty();
    let is_given = has_capabilities
        || container.is_init_process_enabled
        || container.shared_memory_mib.is_some()
        || !container.tmpfs.is_empty();
    is_given.then(|| ecs::LinuxParameters {
        capabilities: has_capabilities.then(|| ecs::KernelCapabilities {
            add: Some(container.capabilities_add.clone()),
            drop: Some(container.capabilities_drop.clone()),
        }),
        init_process_enabled: container.is_init_process_enabled.then_some(true),
        shared_memory_size: container.shared_memory_mib.map(|mib| mib as i32),
        tmpfs: (!container.tmpfs.is_empty())
            .then(|| container.tmpfs.iter().map(render_tmpfs).collect()),
        devices: None,
        max_swap: None,
        swappiness: None,
    })
}

fn capabilities(given: Option<&[String]>) -> Result<Vec<String>, ApiError> {
    let given = given.unwrap_or_default();
    match given.iter().find(|name| !CAPABILITIES.contains(&name.as_str())) {
        Some(name) => Err(refuse(format!("'{name}' is not a valid Linux capability."))),
        None => Ok(given.to_vec()),
    }
}

fn tmpfs(given: &ecs::Tmpfs) -> Result<Tmpfs, ApiError> {
    let container_path = given.container_path.clone().unwrap_or_default();
    if !container_path.starts_with('/') {
        return Err(refuse(format!(
            "Tmpfs containerPath '{container_path}' must be an absolute path."
        )));
    }
    let mount_options = given.mount_options.clone().unwrap_or_default();
    let is_known = |option: &str| match option.split_once('=') {
        None => TMPFS_FLAGS.contains(&option),
        Some((name, _)) => TMPFS_VALUES.contains(&name),
    };
    if let Some(option) = mount_options.iter().find(|option| !is_known(option)) {
        return Err(refuse(format!("'{option}' is not a valid tmpfs mount option.")));
    }
    let size_mib = positive(given.size.unwrap_or(0), "tmpfs.size")?;
    Ok(Tmpfs { container_path, size_mib, mount_options })
}

fn render_tmpfs(tmpfs: &Tmpfs) -> ecs::Tmpfs {
    ecs::Tmpfs {
        container_path: Some(tmpfs.container_path.clone()),
        size: Some(tmpfs.size_mib as i32),
        mount_options: (!tmpfs.mount_options.is_empty()).then(|| tmpfs.mount_options.clone()),
    }
}

fn refuse(message: impl Into<String>) -> ApiError {
    errors::client_exception(message)
}
