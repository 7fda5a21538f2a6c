//! What a control group has used, and whether the kernel killed in it for want of memory.

use std::fs;
use std::path::Path;

use super::{Hierarchy, Version, inside};

/// Read at one moment; what the host does not count is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub cpu_us: Option<u64>,
    /// Without the file cache that the kernel would drop first, as Docker counts.
    pub memory_bytes: Option<u64>,
    pub memory_limit_bytes: Option<u64>,
    pub pids: Option<u64>,
}

impl Hierarchy {
    pub fn usage(&self, group: &Path) -> Usage {
        let read = |controller: &str, file: &str| self.read(controller, group, file);
        let number = |controller: &str, file: &str| read(controller, file)?.trim().parse().ok();
        let (total, limit, cache) = match self.version {
            Version::V1 => {
                ("memory.usage_in_bytes", "memory.limit_in_bytes", "total_inactive_file")
            }
            Version::V2 => ("memory.current", "memory.max", "inactive_file"),
        };
        let total: Option<u64> = number("memory", total);
        let cached = read("memory", "memory.stat").and_then(|text| field(&text, cache));
        Usage {
            cpu_us: match self.version {
                Version::V1 => {
                    number("cpuacct", "cpuacct.usage").map(|nanoseconds| nanoseconds / 1000)
                }
                Version::V2 => read("cpu", "cpu.stat").and_then(|text| field(&text, "usage_usec")),
            },
            memory_bytes: total.map(|total| total.saturating_sub(cached.unwrap_or(0))),
            memory_limit_bytes: number("memory", limit)
                .filter(|bytes| *bytes < i64::MAX as u64 / 2),
            pids: number("pids", "pids.current"),
        }
    }

    /// How many processes of the group were killed for want of memory, by whosever limit.
    pub fn oom_kills(&self, group: &Path) -> u64 {
        let file = match self.version {
            Version::V1 => "memory.oom_control",
            Version::V2 => "memory.events",
        };
        self.read("memory", group, file).and_then(|text| field(&text, "oom_kill")).unwrap_or(0)
    }

    fn read(&self, controller: &str, group: &Path, file: &str) -> Option<String> {
        fs::read_to_string(inside(self.find(controller)?, group).join(file)).ok()
    }
}

/// The number in a line `name number`.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n";
        assert_eq!(field(text, "oom_kill"), Some(3));
        assert_eq!(field(text, "oom"), None);
    }
}
