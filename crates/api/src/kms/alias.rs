//! Aliases: what may be the name of one, and how one is shown.

use aws_api::kms::{AliasListEntry, errors};
use model::{Entry, KmsAlias, KmsKey};
use wire::ApiError;

use super::{change, key, managed};
use crate::Turn;

const PREFIX: &str = "alias/";

/// Refuses what may not be the name of a caller's alias.
pub(super) fn check_name(name: &str) -> Result<(), ApiError> {
    let rest = name.strip_prefix(PREFIX).unwrap_or_default();
    if rest.is_empty() {
        return Err(super::invalid("Invalid identifier"));
    }
    if name.starts_with(managed::RESERVED_PREFIX) {
        return Err(errors::invalid_alias_name_exception(format!(
            "{name} begins with {}, which is reserved for AWS managed keys.",
            managed::RESERVED_PREFIX
        )));
    }
    if rest.contains(':') {
        return Err(errors::invalid_alias_name_exception(format!(
            "{name} contains invalid characters for an alias"
        )));
    }
    Ok(())
}

/// The key that an alias is to be given to: one of the account's own that stays.
pub(super) fn target<'a>(turn: &Turn<'a>, named: &str) -> Result<&'a Entry<KmsKey>, ApiError> {
    let found = change::find(turn, named)?;
    key::check_kept(found).map_err(super::refusal)?;
    Ok(found)
}

pub(super) fn render(alias: &KmsAlias) -> AliasListEntry {
    AliasListEntry {
        alias_name: Some(alias.name.clone()),
        alias_arn: Some(alias.arn()),
        target_key_id: Some(alias.key_id.clone()),
        creation_date: Some(alias.created_at),
        last_updated_date: Some(alias.updated_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_callers_own() {
        assert_eq!(check_name("alias/a/b_c-1"), Ok(()));
        for (name, code) in [
            ("a", "ValidationException"),
            ("alias/", "ValidationException"),
            ("alias/aws/ssm", "InvalidAliasNameException"),
            ("alias/a:b", "InvalidAliasNameException"),
        ] {
            assert_eq!(check_name(name).map_err(|error| error.code), Err(code.into()), "{name}");
        }
    }
}
