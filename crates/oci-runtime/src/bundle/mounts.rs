//! What is mounted in a container: the kernel's file systems, then the user's.

use serde_json::{Value, json};

use super::{BundleError, absolute};
use crate::spec::{BindMount, ContainerSpec, MountAccess, Tmpfs};

/// Where the init program is seen in a container; under `/dev`, which is always ours, so that
/// no image is changed by it.
pub(super) const INIT_PATH: &str = "/dev/longshore-init";

pub(super) fn all(spec: &ContainerSpec) -> Result<Vec<Value>, BundleError> {
    let mut mounts = kernel(spec.shared_memory_bytes);
    let mut users = Vec::new();
    for mount in &spec.mounts {
        users.push((depth(&mount.destination), bind(mount)?));
    }
    for mount in &spec.tmpfs {
        users.push((depth(&mount.destination), tmpfs(mount)?));
    }
    // Stable, so equals stay in the order that the user gave.
    users.sort_by_key(|(depth, _)| *depth);
    mounts.extend(users.into_iter().map(|(_, mount)| mount));
    if let Some(init) = &spec.init {
        mounts.push(json!({
            "destination": INIT_PATH, "type": "bind", "source": init,
            "options": ["bind", "ro", "nosuid", "nodev"],
        }));
    }
    Ok(mounts)
}

fn kernel(shared_memory_bytes: u64) -> Vec<Value> {
    let mount = |destination: &str, kind: &str, options: &[&str]| -> Value {
        json!({ "destination": destination, "type": kind, "source": kind, "options": options })
    };
    let closed = ["nosuid", "noexec", "nodev"];
    let read_only = ["nosuid", "noexec", "nodev", "ro"];
    let shared_memory = format!("size={shared_memory_bytes}");
    vec![
        mount("/proc", "proc", &closed),
        mount("/dev", "tmpfs", &["nosuid", "strictatime", "mode=755", "size=65536k"]),
        mount(
            "/dev/pts",
            "devpts",
            &["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
        ),
        mount("/dev/shm", "tmpfs", &["nosuid", "noexec", "nodev", "mode=1777", &shared_memory]),
        mount("/dev/mqueue", "mqueue", &closed),
        mount("/sys", "sysfs", &read_only),
        mount("/sys/fs/cgroup", "cgroup", &read_only),
    ]
}

fn bind(mount: &BindMount) -> Result<Value, BundleError> {
    let access = match mount.access {
        MountAccess::ReadOnly => "ro",
        MountAccess::ReadWrite => "rw",
    };
    Ok(json!({
        "destination": absolute(&mount.destination)?,
        "type": "bind",
        "source": mount.source,
        "options": ["rbind", "rprivate", access],
    }))
}

fn tmpfs(mount: &Tmpfs) -> Result<Value, BundleError> {
    let mut options: Vec<String> = ["nosuid", "nodev", "noexec"].map(str::to_owned).into();
    options.push(format!("size={}", mount.size_bytes));
    options.extend(mount.options.iter().cloned());
    Ok(json!({
        "destination": absolute(&mount.destination)?,
        "type": "tmpfs",
        "source": "tmpfs",
        "options": options,
    }))
}

fn depth(destination: &str) -> usize {
    destination.split('/').filter(|part| !part.is_empty()).count()
}
