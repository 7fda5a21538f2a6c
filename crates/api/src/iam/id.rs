//! Unique ids of what has a name.

use vault::random_text;

/// Letters, and the digits that no letter is taken for.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LENGTH: usize = 17;

/// What an id is of, by its first letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdOf {
    User,
    Group,
    Role,
    Policy,
    InstanceProfile,
}

pub(super) fn new_id(of: IdOf) -> String {
    let prefix = match of {
        IdOf::User => "AIDA",
        IdOf::Group => "AGPA",
        IdOf::Role => "AROA",
        IdOf::Policy => "ANPA",
        IdOf::InstanceProfile => "AIPA",
    };
    format!("{prefix}{}", random_text(ALPHABET, LENGTH).as_str())
}
