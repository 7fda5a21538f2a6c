//! The OCI configuration of a container, from what the node wants of it.
//!
//! It is written as JSON directly: the specification's own types add a layer of builders and
//! check nothing that the runtime does not check again.
//!
//! INVARIANT: what is not said here is denied: devices, system calls, capabilities, new
//! privileges.

mod capabilities;
mod mounts;
mod process;
mod seccomp;

use std::path::Path;

use serde_json::{Value, json};
use thiserror::Error;

pub(crate) use process::exec_process;
use seccomp::Words;

use crate::spec::{ContainerSpec, Resources, RootAccess};
use crate::task::{Network, TaskBundle};
use crate::user::{self, UserError};

const OCI_VERSION: &str = "1.0.2";
/// The scheduler's period that processor limits are counted in; Docker's and the kernel's own.
pub(crate) const CPU_PERIOD_US: u64 = 100_000;
/// ECS's units to a processor.
pub(crate) const CPU_UNITS: u64 = 1024;
/// The kernel takes no quota below a millisecond.
const CPU_QUOTA_US_MIN: u64 = 1000;

/// Paths that are hidden, because they tell of the host or change it. COMPAT: Docker's list.
const MASKED: &[&str] = &[
    "/proc/asound",
    "/proc/acpi",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
];
const READ_ONLY: &[&str] =
    &["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// Why a container cannot even be described to the runtime.
#[derive(Debug, Error)]
pub enum BundleError {
    #[error("no command specified")]
    NoCommand,
    #[error(transparent)]
    User(#[from] UserError),
    #[error("`{0}` is not a capability")]
    UnknownCapability(String),
    #[error("`{0}` is not a limit")]
    UnknownUlimit(String),
    #[error("`{0}` is not an absolute path inside the container")]
    Path(String),
    #[error("the environment variable `{0}` has no valid name or value")]
    Environment(String),
    #[error("an argument holds a zero byte")]
    Argument,
    #[error("no configuration of the container is there")]
    NoConfiguration,
}

/// The whole `config.json`. Reads the image's account files, nothing else.
pub(crate) fn config(task: &TaskBundle, spec: &ContainerSpec) -> Result<Value, BundleError> {
    let user = user::resolve(&spec.rootfs, &spec.process.user)?;
    let capabilities = capabilities::resolve(&spec.process.capabilities)?;
    let words = Words::of(&spec.rootfs, spec.process.args.first());
    Ok(json!({
        "ociVersion": OCI_VERSION,
        "process": process::container_process(spec, &user, &capabilities)?,
        "root": { "path": spec.rootfs, "readonly": spec.root_access == RootAccess::ReadOnly },
        "hostname": spec.hostname,
        "mounts": mounts::all(spec)?,
        "linux": {
            "namespaces": namespaces(&task.network),
            "cgroupsPath": task.cgroup.join(spec.name.identifier()),
            "resources": resources(&spec.resources),
            "seccomp": seccomp::profile(&capabilities, words),
            "sysctl": spec.sysctls,
            "maskedPaths": MASKED,
            "readonlyPaths": READ_ONLY,
            "rootfsPropagation": "private",
        },
    }))
}

/// The quota that ECS's units come to within a period.
pub(crate) fn cpu_quota_us(units: u32) -> u64 {
    (u64::from(units) * CPU_PERIOD_US / CPU_UNITS).max(CPU_QUOTA_US_MIN)
}

fn namespaces(network: &Network) -> Value {
    let mut list: Vec<Value> =
        ["pid", "mount", "ipc", "uts", "cgroup"].map(|kind| json!({ "type": kind })).into();
    if let Network::Namespace(path) = network {
        list.push(json!({ "type": "network", "path": path }));
    }
    Value::Array(list)
}

fn resources(resources: &Resources) -> Value {
    // The runtime adds the usual harmless devices to the denial.
    let mut value = json!({ "devices": [{ "allow": false, "access": "rwm" }] });
    let quota = resources.cpu_limit_units.map(cpu_quota_us);
    set(&mut value, "/cpu/shares", resources.cpu_shares);
    set(&mut value, "/cpu/quota", quota);
    set(&mut value, "/cpu/period", quota.map(|_| CPU_PERIOD_US));
    set(&mut value, "/memory/limit", resources.memory_limit_bytes);
    set(&mut value, "/memory/reservation", resources.memory_reservation_bytes);
    set(&mut value, "/memory/swap", resources.memory_and_swap_bytes);
    set(&mut value, "/pids/limit", resources.pids);
    value
}

fn set(value: &mut Value, pointer: &str, number: Option<u64>) {
    let mut parts = pointer.split('/').skip(1);
    if let (Some(number), Some(section), Some(field)) = (number, parts.next(), parts.next()) {
        value[section][field] = json!(number);
    }
}

/// A path that means one place in the container, whatever is mounted there.
fn absolute(path: &str) -> Result<&str, BundleError> {
    let is_plain = Path::new(path).components().all(|part| {
        matches!(part, std::path::Component::RootDir | std::path::Component::Normal(_))
    });
    if path.starts_with('/') && is_plain && !path.contains('\0') {
        Ok(path)
    } else {
        Err(BundleError::Path(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::ContainerName;
    use crate::spec::{BindMount, MountAccess, Tmpfs};
    use crate::task::TaskLimits;

    fn task() -> TaskBundle {
        TaskBundle {
            task_dir: "/t".into(),
            run_dir: "/r".into(),
            cgroup: "/longshore/one/task".into(),
            network: Network::Namespace("/run/netns/n".into()),
            limits: TaskLimits::default(),
            runtime: "/usr/sbin/runc".into(),
        }
    }

    fn spec() -> ContainerSpec {
        let name = ContainerName::new("web").expect("a valid name");
        ContainerSpec::new(name, "/sys".into(), vec!["/bin/web".to_owned()])
    }

    #[test]
    fn the_default_container_is_closed() {
        let config = config(&task(), &spec()).expect("a plain container");
        assert_eq!(config["process"]["noNewPrivileges"], true);
        assert_eq!(config["linux"]["cgroupsPath"], "/longshore/one/task/web.container");
        assert_eq!(config["linux"]["resources"]["devices"][0]["allow"], false);
        assert_eq!(config["linux"]["seccomp"]["defaultAction"], "SCMP_ACT_ERRNO");
        assert_eq!(config["linux"]["namespaces"][5]["path"], "/run/netns/n");
    }

    #[test]
    fn limits_are_said_in_the_runtimes_units() {
        let mut spec = spec();
        spec.resources.cpu_limit_units = Some(512);
        spec.resources.memory_limit_bytes = Some(64 << 20);
        let config = config(&task(), &spec).expect("a plain container");
        let resources = &config["linux"]["resources"];
        assert_eq!(resources["cpu"]["quota"], 50_000);
        assert_eq!(resources["memory"]["limit"], 64 << 20);
        assert_eq!(resources["memory"].get("swap"), None);
    }

    #[test]
    fn an_outer_mount_comes_before_the_one_inside_of_it() {
        let mut spec = spec();
        let mount = |destination: &str| BindMount {
            source: "/s".into(),
            destination: destination.to_owned(),
            access: MountAccess::ReadOnly,
        };
        spec.mounts = vec![mount("/data/in"), mount("/etc/hosts")];
        spec.tmpfs =
            vec![Tmpfs { destination: "/data".into(), size_bytes: 1 << 20, options: vec![] }];
        let config = config(&task(), &spec).expect("a plain container");
        let list = config["mounts"].as_array().expect("mounts are a list");
        let place = |destination: &str| {
            list.iter().position(|m| m["destination"] == destination).expect("it is mounted")
        };
        assert!(place("/data") < place("/data/in"));
    }

    #[test]
    fn paths_that_climb_are_refused() {
        for path in ["", "data", "/a/../b", "/a\0b"] {
            assert!(absolute(path).is_err(), "{path:?}");
        }
        assert!(absolute("/a/b").is_ok());
    }
}
