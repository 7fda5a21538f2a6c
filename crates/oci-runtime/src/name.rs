//! A container's name, and the identifier that directories and cgroups are named by.
//!
//! Names come from users and become path components, so they are checked once, here.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// COMPAT: ECS allows up to 255 letters, digits, hyphens and underscores.
const NAME_BYTES_MAX: usize = 255;
/// What of a long name is kept readable in its identifier; the whole must fit a file name.
const IDENTIFIER_STEM_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContainerName(String);

#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a container name: 1 to 255 letters, digits, hyphens and underscores")]
pub struct InvalidName(String);

impl ContainerName {
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidName> {
        let name = name.into();
        let is_valid = !name.is_empty()
            && name.len() <= NAME_BYTES_MAX
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if is_valid { Ok(Self(name)) } else { Err(InvalidName(name)) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the container's directories, cgroup and runtime state. The suffix keeps a
    /// container called `tasks` from colliding with the file of that name in every v1 cgroup.
    pub fn identifier(&self) -> String {
        if self.0.len() <= IDENTIFIER_STEM_MAX {
            return format!("{}.container", self.0);
        }
        let stem = &self.0[..IDENTIFIER_STEM_MAX];
        format!("{stem}-{:016x}.container", fnv1a(self.0.as_bytes()))
    }
}

impl fmt::Display for ContainerName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for ContainerName {
    type Error = InvalidName;

    fn try_from(name: String) -> Result<Self, InvalidName> {
        Self::new(name)
    }
}

impl From<ContainerName> for String {
    fn from(name: ContainerName) -> Self {
        name.0
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_their_directory_are_refused() {
        for name in ["", ".", "..", "a/b", "a.b", "a b", "ä", "a\0"] {
            assert!(ContainerName::new(name).is_err(), "{name:?}");
        }
        assert!(ContainerName::new("x".repeat(256)).is_err());
        assert!(ContainerName::new("web-1_a").is_ok());
    }

    #[test]
    fn identifiers_fit_a_file_name_and_differ() {
        let long = |last: &str| {
            let name = "x".repeat(254) + last;
            ContainerName::new(name).expect("255 letters are a name").identifier()
        };
        assert!(long("a").len() <= 255);
        assert_ne!(long("a"), long("b"));
        let tasks = ContainerName::new("tasks").expect("a valid name");
        assert_eq!(tasks.identifier(), "tasks.container");
    }
}
