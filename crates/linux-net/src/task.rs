//! One task's facts, and the names and marks that follow from them.
//!
//! The host's end of a task's link carries these facts as its alias, written last. That makes the
//! kernel the only record: a process that starts after a crash reads there which tasks are whole,
//! and rebuilds the packet filter from it without stopping their traffic.
//!
//! INVARIANT: a link without a readable alias belongs to a task that was never fully attached.

use std::net::Ipv4Addr;

use sha2::{Digest, Sha256};

use crate::{error::NetworkError, netlink::messages::Mac};

/// Task ids are file names and part of an alias.
const TASK_ID_LENGTH_MAX: usize = 64;
/// First word of the alias; the number changes with its form.
const ALIAS_MARK: &str = "longshore/2";
/// Both ends' hardware addresses are locally administered. The host's is the same on every link:
/// each link has two ends and no others.
const HOST_MAC: Mac = [0x0a, 0x6c, 0x73, 0x00, 0x00, 0x01];

/// What a task's network is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskNetwork {
    /// Names the namespace; 1 to 64 letters, digits, `-` or `_`.
    pub task_id: String,
    /// Its address, which no other task of this host holds.
    pub address: Ipv4Addr,
    /// The hardware address of its `eth0`; derived from the id when absent.
    pub mac: Option<[u8; 6]>,
    /// The MTU of both ends of its link.
    pub mtu: u32,
    /// Further addresses that exist only inside the task, on its loopback interface: those at
    /// which the node serves metadata and credentials.
    pub local_addresses: Vec<Ipv4Addr>,
}

/// The facts of an attached task, as its link's alias keeps them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Attachment {
    pub task_id: String,
    pub address: Ipv4Addr,
}

impl Attachment {
    pub(crate) fn of(task: &TaskNetwork) -> Self {
        Self { task_id: task.task_id.clone(), address: task.address }
    }

    pub(crate) fn alias(&self) -> String {
        format!("{ALIAS_MARK} {} {}", self.task_id, self.address)
    }

    pub(crate) fn parse(alias: &str) -> Option<Self> {
        let words: Vec<&str> = alias.split(' ').collect();
        let [ALIAS_MARK, task_id, address] = words.as_slice() else { return None };
        Some(Self { task_id: (*task_id).to_owned(), address: address.parse().ok()? })
    }

    pub(crate) fn host_interface(&self) -> String {
        host_interface(&self.task_id)
    }
}

/// Refuses an id that could be a path, or a word of its own in an alias.
pub(crate) fn check_id(task_id: &str) -> Result<(), NetworkError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_id =
        (1..=TASK_ID_LENGTH_MAX).contains(&task_id.len()) && task_id.bytes().all(is_allowed);
    if is_id { Ok(()) } else { Err(NetworkError::InvalidTaskId { task_id: task_id.to_owned() }) }
}

/// The name of the host's end: 15 bytes are all the kernel gives, so it is a hash (52 bits).
pub(crate) fn host_interface(task_id: &str) -> String {
    use std::fmt::Write;
    let digest = Sha256::digest(task_id);
    let mut name = "ls".to_owned();
    for byte in digest.iter().take(7) {
        write!(name, "{byte:02x}").expect("writing to a String cannot fail");
    }
    name.truncate(15);
    name
}

/// The hardware address of the host's end.
pub(crate) fn host_mac() -> Mac {
    HOST_MAC
}

/// The hardware address of the task's end.
pub(crate) fn task_mac(task: &TaskNetwork) -> Mac {
    task.mac.unwrap_or_else(|| {
        let digest = Sha256::digest(format!("mac {}", task.task_id));
        [0x0a, digest[0], digest[1], digest[2], digest[3], digest[4]]
    })
}

#[cfg(test)]
mod tests {
    use super::{Attachment, check_id, host_interface};

    #[test]
    fn interface_names_are_stable_and_fit() {
        let name = host_interface("0123456789abcdef0123456789abcdef");
        expect_test::expect!["ls3eb1bd439947e"].assert_eq(&name);
        assert_eq!(name.len(), 15);
        assert_ne!(name, host_interface("0123456789abcdef0123456789abcdee"));
    }

    #[test]
    fn an_alias_reads_back() {
        let attachment = Attachment {
            task_id: "t-1".to_owned(),
            address: "172.31.5.7".parse().expect("an address"),
        };
        assert_eq!(Attachment::parse(&attachment.alias()), Some(attachment));
        for foreign in ["", "uplink", "longshore/2 t", "longshore/1 t 1.2.3.4 denied"] {
            assert_eq!(Attachment::parse(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn ids_are_file_names() {
        assert!(check_id("0123abc-DEF_9").is_ok());
        for id in ["", ".", "..", "a/b", "a b", "é", &"x".repeat(65)] {
            assert!(check_id(id).is_err(), "{id}");
        }
    }
}
