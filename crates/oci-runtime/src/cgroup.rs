//! Control groups, version 1 and 2: make one with limits, read it, empty it, remove it.
//!
//! The OCI runtime makes each container's group; ours are those above: the task's, whose
//! limits hold for its containers together. Version 1 has one tree a controller, version 2 one
//! for all; a hybrid host (version 1 with an idle version 2 tree) counts as version 1, as the
//! runtime counts it.

mod tree;
mod usage;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;

use crate::bundle::{CPU_PERIOD_US, cpu_quota_us};
use crate::task::TaskLimits;

pub use usage::Usage;

/// How long processes that were killed may take to be gone.
const EMPTY_DEADLINE: Duration = Duration::from_secs(10);
const MOUNT_INFO: &str = "/proc/self/mountinfo";
const ROOT: &str = "/sys/fs/cgroup";

#[derive(Debug, Error)]
pub enum Error {
    #[error("no control groups are mounted at `{ROOT}`")]
    NotMounted,
    #[error("the control group controller `{0}` is not available")]
    NoController(&'static str),
    #[error("control group `{path}`: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("processes of the control group `{0}` do not die")]
    NotEmpty(PathBuf),
}

/// Where the host's control groups are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hierarchy {
    version: Version,
    /// Every tree, controllers first.
    trees: Vec<Tree>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tree {
    mount: PathBuf,
    /// Empty for version 2 and for trees that only track processes.
    controllers: Vec<String>,
}

impl Hierarchy {
    pub fn detect() -> Result<Self, Error> {
        let path = Path::new(MOUNT_INFO);
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Io { path: path.to_owned(), source })?;
        Self::from_mounts(&text).ok_or(Error::NotMounted)
    }

    fn from_mounts(text: &str) -> Option<Self> {
        let mut trees: Vec<Tree> = Vec::new();
        let mut version = Version::V1;
        for line in text.lines() {
            let Some((kind, tree)) = parse_mount(line) else { continue };
            if trees.iter().any(|known| known.mount == tree.mount) {
                continue;
            }
            if kind == "cgroup2" && tree.mount == Path::new(ROOT) {
                version = Version::V2;
            }
            trees.push(tree);
        }
        (!trees.is_empty()).then_some(Self { version, trees })
    }

    /// Makes the group, those above it, and sets its limits. Done again, it sets them again.
    pub fn create(&self, group: &Path, limits: &TaskLimits) -> Result<(), Error> {
        match self.version {
            Version::V1 => self.create_v1(group, limits),
            Version::V2 => self.create_v2(group, limits),
        }
    }

    fn create_v1(&self, group: &Path, limits: &TaskLimits) -> Result<(), Error> {
        for controller in ["memory", "cpu", "pids"] {
            tree::create(&inside(self.mount_of(controller)?, group))?;
        }
        if let Some(bytes) = limits.memory_bytes {
            let memory = inside(self.mount_of("memory")?, group);
            tree::write(&memory.join("memory.limit_in_bytes"), &bytes.to_string())?;
        }
        if let Some(units) = limits.cpu_units {
            let cpu = inside(self.mount_of("cpu")?, group);
            tree::write(&cpu.join("cpu.cfs_period_us"), &CPU_PERIOD_US.to_string())?;
            tree::write(&cpu.join("cpu.cfs_quota_us"), &cpu_quota_us(units).to_string())?;
            tree::write(&cpu.join("cpu.shares"), &units.max(2).to_string())?;
        }
        if let Some(pids) = limits.pids {
            let path = inside(self.mount_of("pids")?, group).join("pids.max");
            tree::write(&path, &pids.to_string())?;
        }
        Ok(())
    }

    fn create_v2(&self, group: &Path, limits: &TaskLimits) -> Result<(), Error> {
        let root = Path::new(&self.trees[0].mount);
        let mut at = root.to_owned();
        for part in relative(group).components() {
            // A controller works in a group if the group above hands it down.
            tree::write(&at.join("cgroup.subtree_control"), "+cpu +memory +pids")?;
            at.push(part);
            tree::create(&at)?;
        }
        tree::write(&at.join("cgroup.subtree_control"), "+cpu +memory +pids")?;
        if let Some(bytes) = limits.memory_bytes {
            tree::write(&at.join("memory.max"), &bytes.to_string())?;
        }
        if let Some(units) = limits.cpu_units {
            let quota = cpu_quota_us(units);
            tree::write(&at.join("cpu.max"), &format!("{quota} {CPU_PERIOD_US}"))?;
            tree::write(&at.join("cpu.weight"), &cpu_weight(units).to_string())?;
        }
        if let Some(pids) = limits.pids {
            tree::write(&at.join("pids.max"), &pids.to_string())?;
        }
        Ok(())
    }

    /// Kills every process in the group and below it, and waits until they are gone. A group
    /// that is not there is empty.
    pub fn kill_all(&self, group: &Path) -> Result<(), Error> {
        for tree in &self.trees {
            tree::kill_all(&inside(&tree.mount, group), EMPTY_DEADLINE)?;
        }
        Ok(())
    }

    /// Removes the group and those below it, in every tree: the runtime makes a group's
    /// parents in all of them and removes only its own. They must be empty of processes.
    pub fn remove(&self, group: &Path) -> Result<(), Error> {
        for tree in &self.trees {
            tree::remove(&inside(&tree.mount, group))?;
        }
        Ok(())
    }

    fn mount_of(&self, controller: &'static str) -> Result<&Path, Error> {
        self.find(controller).ok_or(Error::NoController(controller))
    }

    /// The tree in which a controller's files are.
    fn find(&self, controller: &str) -> Option<&Path> {
        let has = |tree: &&Tree| {
            self.version == Version::V2 || tree.controllers.iter().any(|name| name == controller)
        };
        self.trees.iter().find(has).map(|tree| tree.mount.as_path())
    }
}

/// The kernel's own map from version 1's shares (2…262144) to version 2's weight (1…10000).
fn cpu_weight(units: u32) -> u64 {
    let shares = u64::from(units).clamp(2, 262_144);
    1 + (shares - 2) * 9999 / 262_142
}

fn inside(mount: &Path, group: &Path) -> PathBuf {
    mount.join(relative(group))
}

fn relative(group: &Path) -> &Path {
    group.strip_prefix("/").unwrap_or(group)
}

/// A line of mountinfo: `… root mount-point options … - type source super-options`.
fn parse_mount(line: &str) -> Option<(&str, Tree)> {
    let (before, after) = line.split_once(" - ")?;
    let mut after = after.split(' ');
    let kind = after.next()?;
    if kind != "cgroup" && kind != "cgroup2" {
        return None;
    }
    let mount = PathBuf::from(before.split(' ').nth(4)?);
    let options = after.nth(1).unwrap_or_default();
    let is_controller = |option: &&str| !matches!(*option, "rw" | "ro") && !option.contains('=');
    let controllers = match kind {
        "cgroup" => options.split(',').filter(is_controller).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    Some((kind, Tree { mount, controllers }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HYBRID: &str = "\
25 20 0:22 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
26 25 0:23 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
27 25 0:24 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
28 25 0:25 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
29 25 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
30 25 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids";
    const UNIFIED: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";

    #[test]
    fn a_hybrid_host_counts_as_version_1() {
        let hierarchy = Hierarchy::from_mounts(HYBRID).expect("mounted");
        assert_eq!(hierarchy.version, Version::V1);
        assert_eq!(hierarchy.find("cpuacct"), Some(Path::new("/sys/fs/cgroup/cpu,cpuacct")));
        assert_eq!(hierarchy.find("hugetlb"), None);
        assert_eq!(hierarchy.trees.len(), 5);
    }

    #[test]
    fn a_unified_host_has_one_tree() {
        let hierarchy = Hierarchy::from_mounts(UNIFIED).expect("mounted");
        assert_eq!(hierarchy.version, Version::V2);
        assert_eq!(hierarchy.find("memory"), Some(Path::new(ROOT)));
        assert_eq!(Hierarchy::from_mounts("1 1 0:1 / / rw - ext4 /dev/vda rw"), None);
    }

    fn fake(version: Version) -> (tempfile::TempDir, Hierarchy) {
        let root = tempfile::tempdir().expect("a temporary directory");
        let controllers = ["memory", "cpu", "pids"].map(str::to_owned).to_vec();
        let tree = Tree { mount: root.path().to_owned(), controllers };
        (root, Hierarchy { version, trees: vec![tree] })
    }

    const LIMITS: TaskLimits =
        TaskLimits { cpu_units: Some(512), memory_bytes: Some(1 << 20), pids: Some(7) };

    fn read(root: &tempfile::TempDir, file: &str) -> String {
        std::fs::read_to_string(root.path().join("one/task").join(file)).expect("it was written")
    }

    #[test]
    fn limits_of_version_1() {
        let (root, hierarchy) = fake(Version::V1);
        hierarchy.create(Path::new("/one/task"), &LIMITS).expect("plain files");
        assert_eq!(read(&root, "cpu.cfs_quota_us"), "50000");
        assert_eq!(read(&root, "memory.limit_in_bytes"), "1048576");
        assert_eq!(read(&root, "pids.max"), "7");
    }

    #[test]
    fn limits_of_version_2() {
        let (root, hierarchy) = fake(Version::V2);
        hierarchy.create(Path::new("/one/task"), &LIMITS).expect("plain files");
        assert_eq!(read(&root, "cpu.max"), "50000 100000");
        assert_eq!(read(&root, "memory.max"), "1048576");
        assert_eq!(read(&root, "cgroup.subtree_control"), "+cpu +memory +pids");
    }

    #[test]
    fn what_is_not_there_is_removed_already() {
        let (_root, hierarchy) = fake(Version::V1);
        hierarchy.kill_all(Path::new("/none")).expect("nothing to kill");
        hierarchy.remove(Path::new("/none")).expect("nothing to remove");
    }
}
