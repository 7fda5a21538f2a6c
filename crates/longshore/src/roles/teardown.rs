//! Takes away everything that an instance has on its host. What is in its data
//! directory stays, so that the next `up` goes on with the same state.

use std::path::Path;

use anyhow::{Context as _, Result};
use linux_net::Network;

use crate::config::Paths;
use crate::host;

pub(crate) async fn run(paths: &Paths) -> Result<()> {
    for entry in std::fs::read_dir(paths.tasks()).into_iter().flatten() {
        let path = entry?.path();
        remove_task(&path).await.with_context(|| format!("`{}` stays", path.display()))?;
    }
    Network::remove_leftovers(&paths.run_dir).await.context("the network stays")?;
    remove_cgroup(&paths.cgroup());
    std::fs::remove_dir_all(paths.node_journal()).or_else(absent)?;
    std::fs::remove_dir_all(&paths.run_dir).or_else(absent).context("the run directory stays")?;
    // The parent goes with the last instance; another's keeps it.
    if let Some(parent) = paths.run_dir.parent() {
        let _ = std::fs::remove_dir(parent);
    }
    Ok(())
}

async fn remove_task(task_dir: &Path) -> Result<()> {
    host::remove_shim(&task_dir.join("shim")).await?;
    host::unmount_all(task_dir).await?;
    std::fs::remove_dir_all(task_dir).or_else(absent)?;
    Ok(())
}

/// The instance's own group and, where no other instance is left, the one above it.
fn remove_cgroup(group: &Path) {
    for hierarchy in cgroup_roots() {
        let path = hierarchy.join(group.strip_prefix("/").unwrap_or(group));
        for path in [Some(path.as_path()), path.parent()].into_iter().flatten() {
            // One that is not empty is another's, or not there.
            let _ = std::fs::remove_dir(path);
        }
    }
}

/// Where control groups are mounted: one place on v2, one a controller on v1.
fn cgroup_roots() -> Vec<std::path::PathBuf> {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ');
            let (_, path, kind) = (fields.next()?, fields.next()?, fields.next()?);
            (kind == "cgroup" || kind == "cgroup2").then(|| path.into())
        })
        .collect()
}

fn absent(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
