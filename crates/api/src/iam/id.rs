//! Unique ids and secrets, which nobody can guess.

use vault::random_text;
use zeroize::Zeroizing;

/// What ids are made of: letters and the digits that no letter is taken for.
const ID_ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_ALPHABET: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What an id is of, by its first letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdOf {
    User,
    Group,
    Role,
    Policy,
    InstanceProfile,
    AccessKey,
}

pub(super) fn new_id(of: IdOf) -> String {
    let (prefix, length) = match of {
        IdOf::User => ("AIDA", 17),
        IdOf::Group => ("AGPA", 17),
        IdOf::Role => ("AROA", 17),
        IdOf::Policy => ("ANPA", 17),
        IdOf::InstanceProfile => ("AIPA", 17),
        IdOf::AccessKey => ("AKIA", 16),
    };
    format!("{prefix}{}", *random_text(ID_ALPHABET, length))
}

/// The secret of an access key.
pub(super) fn new_secret() -> Zeroizing<String> {
    random_text(SECRET_ALPHABET, 40)
}
