//! `longshore doctor`: what the host lacks, and the command that mends it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};

use super::say;

/// Something that a host must have.
struct Need {
    what: &'static str,
    is_met: fn() -> bool,
    mend: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        what: "to be run as root",
        is_met: || rustix::process::geteuid().is_root(),
        mend: "sudo longshore …",
    },
    Need {
        what: "runc, which starts containers",
        is_met: || find_program(Path::new("runc")).is_some(),
        mend: "apt-get install runc",
    },
    Need {
        what: "nft, which filters packets",
        is_met: || find_program(Path::new("nft")).is_some(),
        mend: "apt-get install nftables",
    },
    Need {
        what: "overlayfs, which shares the layers of images",
        is_met: || is_listed("/proc/filesystems", "overlay"),
        mend: "modprobe overlay",
    },
    Need {
        what: "control groups, which limit tasks",
        is_met: || is_listed("/proc/self/mounts", "cgroup"),
        mend: "mount -t cgroup2 none /sys/fs/cgroup",
    },
    Need {
        what: "IPv4 forwarding that can be switched on",
        is_met: || Path::new("/proc/sys/net/ipv4/ip_forward").exists(),
        mend: "mount -t proc proc /proc",
    },
];

pub(super) fn run() -> ExitCode {
    let mut is_all_met = true;
    for need in NEEDS {
        if (need.is_met)() {
            say(format_args!("ok       {}", need.what));
        } else {
            is_all_met = false;
            say(format_args!("missing  {}: {}", need.what, need.mend));
        }
    }
    if is_all_met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Refuses to start on a host that lacks something.
pub(super) fn require() -> Result<()> {
    match NEEDS.iter().find(|need| !(need.is_met)()) {
        Some(need) => bail!("this host lacks {}: {}", need.what, need.mend),
        None => Ok(()),
    }
}

/// The program's absolute path: as given, or found on `PATH` or where root's programs are.
pub(super) fn find_program(name: &Path) -> Option<PathBuf> {
    if name.components().count() > 1 {
        return name.canonicalize().ok();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(usual)
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}

fn is_listed(file: &str, word: &str) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.contains(word))
}
