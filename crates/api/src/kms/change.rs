//! Changes of keys that a caller asks for.

use model::{Entry, KmsKey, KmsKeyManager};
use wire::ApiError;

use super::key;
use crate::Turn;

/// The key to change, by its id or ARN: one of the account's own.
pub(super) fn find<'a>(turn: &Turn<'a>, named: &str) -> Result<&'a Entry<KmsKey>, ApiError> {
    let found = key::find_by_id(turn.snapshot, turn.scope(), named).map_err(super::refusal)?;
    check_own(found)?;
    Ok(found)
}

/// COMPAT: the policy of a key of AWS's own lets nobody change it ("AWS managed keys").
pub(super) fn check_own(key: &KmsKey) -> Result<(), ApiError> {
    match key.manager {
        KmsKeyManager::Customer => Ok(()),
        KmsKeyManager::Aws => Err(super::access_denied(format!(
            "{} is an AWS managed key: nobody can change it, its policy, its tags or its aliases.",
            key.arn()
        ))),
    }
}
