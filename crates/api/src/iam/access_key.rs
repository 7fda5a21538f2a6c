//! Access keys: how requests name them, and how the API shows them without their secrets.

use aws_api::iam::{self, errors};
use model::{AccessKey, Entry, Snapshot};
use wire::ApiError;

/// A key of this user.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    (account, user): (&str, &str),
    id: &str,
) -> Result<&'a Entry<AccessKey>, ApiError> {
    let known = snapshot.access_keys.get(&AccessKey::scope(), id);
    known.filter(|key| key.account == account && key.user == user).ok_or_else(|| {
        let message = format!("The Access Key with id {id} cannot be found.");
        errors::no_such_entity_exception(message)
    })
}

/// The keys of a user, by id.
pub(super) fn of_user<'a>(
    snapshot: &'a Snapshot,
    (account, user): (&'a str, &'a str),
) -> impl Iterator<Item = &'a Entry<AccessKey>> {
    let all = snapshot.access_keys.list(&AccessKey::scope());
    all.filter(move |key| key.account == account && key.user == user)
}

pub(super) fn render(key: &AccessKey) -> iam::AccessKeyMetadata {
    iam::AccessKeyMetadata {
        user_name: Some(key.user.clone()),
        access_key_id: Some(key.id.clone()),
        status: Some(status(key)),
        create_date: Some(key.created_at),
    }
}

pub(super) const fn status(key: &AccessKey) -> iam::StatusType {
    if key.is_active { iam::StatusType::Active } else { iam::StatusType::Inactive }
}
