//! Which capabilities a container has: Docker's default set, changed as the user asks.

use std::collections::BTreeSet;

use super::BundleError;
use crate::spec::Capabilities;

/// COMPAT: what Docker gives a container that asks for nothing.
const DEFAULT: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

const ALL: &[&str] = &[
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
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
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
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
    "WAKE_ALARM",
];

/// Full names (`CAP_…`). What is both added and dropped is had, as with Docker, unless `ALL`
/// is added: then the drops are taken from everything.
pub(super) fn resolve(wish: &Capabilities) -> Result<BTreeSet<String>, BundleError> {
    let add = names(&wish.add)?;
    let drop = names(&wish.drop)?;
    let adds_all = wish.add.iter().any(|name| is_all(name));
    let base: &[&str] = if adds_all { ALL } else { DEFAULT };
    let mut set: BTreeSet<&str> = base.iter().copied().collect();
    set.retain(|name| !drop.contains(name));
    if !adds_all {
        set.extend(add);
    }
    Ok(set.into_iter().map(|name| format!("CAP_{name}")).collect())
}

fn names(wishes: &[String]) -> Result<BTreeSet<&'static str>, BundleError> {
    let mut set = BTreeSet::new();
    for wish in wishes {
        if is_all(wish) {
            set.extend(ALL);
            continue;
        }
        let upper = wish.to_ascii_uppercase();
        let bare = upper.strip_prefix("CAP_").unwrap_or(&upper);
        let known = ALL.iter().find(|known| **known == bare);
        set.insert(*known.ok_or_else(|| BundleError::UnknownCapability(wish.clone()))?);
    }
    Ok(set)
}

fn is_all(name: &str) -> bool {
    name.eq_ignore_ascii_case("ALL")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(add: &[&str], drop: &[&str]) -> BTreeSet<String> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        resolve(&Capabilities { add: owned(add), drop: owned(drop) }).expect("known names")
    }

    #[test]
    fn wishes_change_the_default_set() {
        assert_eq!(check(&[], &[]).len(), DEFAULT.len());
        assert!(check(&["SYS_PTRACE"], &[]).contains("CAP_SYS_PTRACE"));
        assert!(!check(&[], &["cap_net_raw"]).contains("CAP_NET_RAW"));
        assert_eq!(check(&[], &["ALL"]), BTreeSet::new());
        assert_eq!(check(&["NET_ADMIN"], &["ALL"]), BTreeSet::from(["CAP_NET_ADMIN".into()]));
        assert_eq!(check(&["ALL"], &["SYS_ADMIN"]).len(), ALL.len() - 1);
    }

    #[test]
    fn an_unknown_capability_is_refused_by_name() {
        let wish = Capabilities { add: vec!["FLY".to_owned()], drop: Vec::new() };
        assert_eq!(
            resolve(&wish).expect_err("no such capability").to_string(),
            "`FLY` is not a capability"
        );
    }
}
