//! The seccomp profile: deny by default, with the calls that Docker's default profile allows.
//!
//! The calls are data (`syscalls.txt`); here are the few whose arguments matter, and the
//! dependence on capabilities: what a container may not do anyway is not offered either.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

use crate::inside;

const SYSCALLS: &str = include_str!("syscalls.txt");
/// New namespaces of any kind, by `clone`'s flags.
const CLONE_NAMESPACES: u32 = 0x7e02_0000;
/// Sockets to the hypervisor would leave the container's network.
const AF_VSOCK: u32 = 40;
/// The execution domains that programs ask for: Linux, 32-bit Linux, without address
/// randomisation, both, and the question which one it is.
const PERSONALITIES: [u32; 5] = [0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];
/// By these an image can run 32-bit programs.
const LOADERS: [&str; 4] = [
    "lib/ld-linux.so.2",
    "lib/ld-musl-i386.so.1",
    "lib/ld-linux-armhf.so.3",
    "lib/ld-musl-armhf.so.1",
];
const ENOSYS: u32 = 38;
const EPERM: u32 = 1;

/// Whether a container gets the system calls of 32-bit programs as well. They double the time
/// that a container takes to start, which the runtime spends on compiling the filter, so only
/// an image that has use of them gets them.
///
/// LIMIT: a static 32-bit program that a 64-bit one starts, in an image without a 32-bit
/// loader, is killed by the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    Native,
    Both,
}

impl Words {
    pub(super) fn of(rootfs: &Path, command: Option<&String>) -> Self {
        let has_loader = LOADERS.iter().any(|path| inside::open(rootfs, path).is_ok());
        let is_short = || command.is_some_and(|command| is_32_bit(rootfs, command));
        if has_loader || is_short() { Self::Both } else { Self::Native }
    }
}

pub(super) fn profile(capabilities: &BTreeSet<String>, words: Words) -> Value {
    let mut rules = vec![allow(&allowed(capabilities)), socket()];
    rules.extend(PERSONALITIES.map(personality));
    if !capabilities.contains("CAP_SYS_ADMIN") {
        rules.push(json!({
            "names": ["clone"], "action": "SCMP_ACT_ALLOW",
            "args": [{ "index": 0, "value": CLONE_NAMESPACES, "valueTwo": 0,
                       "op": "SCMP_CMP_MASKED_EQ" }],
        }));
        // Its flags are behind a pointer; "not there" makes libraries fall back to clone.
        rules.push(json!({ "names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS }));
    }
    json!({
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": EPERM,
        "architectures": architectures(words),
        "syscalls": rules,
    })
}

fn allow(names: &BTreeSet<&str>) -> Value {
    json!({ "names": names, "action": "SCMP_ACT_ALLOW" })
}

fn socket() -> Value {
    json!({
        "names": ["socket"], "action": "SCMP_ACT_ALLOW",
        "args": [{ "index": 0, "value": AF_VSOCK, "op": "SCMP_CMP_NE" }],
    })
}

fn personality(domain: u32) -> Value {
    json!({
        "names": ["personality"], "action": "SCMP_ACT_ALLOW",
        "args": [{ "index": 0, "value": domain, "op": "SCMP_CMP_EQ" }],
    })
}

fn architectures(words: Words) -> &'static [&'static str] {
    match (words, cfg!(target_arch = "aarch64")) {
        (Words::Native, false) => &["SCMP_ARCH_X86_64"],
        (Words::Both, false) => &["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        (Words::Native, true) => &["SCMP_ARCH_AARCH64"],
        (Words::Both, true) => &["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
    }
}

/// An ELF file says in its fifth byte how long its words are.
fn is_32_bit(rootfs: &Path, command: &str) -> bool {
    let mut start = [0; 5];
    let path = command.trim_start_matches('/');
    let is_read = !path.is_empty()
        && inside::open(rootfs, path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok());
    is_read && start == *b"\x7fELF\x01"
}

fn allowed(capabilities: &BTreeSet<String>) -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    let mut is_open = false;
    for line in SYSCALLS.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_suffix(':') {
            Some("always") => is_open = true,
            Some(capability) => is_open = capabilities.contains(capability),
            None if is_open => names.extend(line.split_whitespace()),
            None => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(capabilities: &[&str]) -> BTreeSet<&'static str> {
        allowed(&capabilities.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn dangerous_calls_need_their_capability() {
        let none = with(&[]);
        for name in ["mount", "bpf", "setns", "unshare", "clone", "clone3", "reboot", "kexec_load"]
        {
            assert!(!none.contains(name), "{name}");
        }
        assert!(none.contains("read") && none.contains("writev"));
        assert!(with(&["CAP_SYS_ADMIN"]).contains("mount"));
        assert!(!with(&["CAP_SYS_ADMIN"]).contains("reboot"));
        for name in ["add_key", "keyctl", "io_uring_setup", "userfaultfd", "kexec_load"] {
            assert!(!with(&["CAP_SYS_ADMIN", "CAP_SYS_BOOT"]).contains(name), "{name}");
        }
    }

    #[test]
    fn clone_cannot_make_namespaces_without_the_capability() {
        let text = profile(&BTreeSet::new(), Words::Native).to_string();
        assert!(text.contains("2114060288"), "the mask of namespace flags");
        let all = BTreeSet::from(["CAP_SYS_ADMIN".to_owned()]);
        assert!(!profile(&all, Words::Native).to_string().contains("2114060288"));
    }

    #[test]
    fn an_image_with_32_bit_programs_gets_their_calls() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let short = "/short".to_owned();
        std::fs::write(root.path().join("short"), b"\x7fELF\x01\x01").expect("a new file");
        assert_eq!(Words::of(root.path(), None), Words::Native);
        assert_eq!(Words::of(root.path(), Some(&short)), Words::Both);
        std::fs::create_dir(root.path().join("lib")).expect("a new directory");
        std::fs::write(root.path().join("lib/ld-linux.so.2"), b"").expect("a new file");
        assert_eq!(Words::of(root.path(), None), Words::Both);
    }
}
