//! Tags of keys: what may be a tag, and how tags are shown.

use std::collections::BTreeSet;

use aws_api::kms::{self, errors};
use model::Tags;
use wire::ApiError;

/// LIMIT: tags of one key ("Resource quotas").
const TAGS_MAX: usize = 50;

/// What AWS keeps for itself, in any case.
const RESERVED_PREFIX: &str = "aws:";

/// The tags with `given` added, or their values replaced.
pub(super) fn add(tags: &Tags, given: &[kms::Tag]) -> Result<Tags, ApiError> {
    let mut tags = tags.clone();
    let mut seen = BTreeSet::new();
    for tag in given {
        let key = tag.tag_key.clone().unwrap_or_default();
        check_key(&key)?;
        if !seen.insert(key.clone()) {
            return Err(errors::tag_exception(format!(
                "The tag key {key} is given more than once. Tag keys must be unique."
            )));
        }
        tags.insert(key, tag.tag_value.clone().unwrap_or_default());
    }
    if tags.len() > TAGS_MAX {
        return Err(errors::limit_exceeded_exception(format!(
            "A key can have at most {TAGS_MAX} tags."
        )));
    }
    Ok(tags)
}

pub(super) fn check_key(key: &str) -> Result<(), ApiError> {
    let is_reserved = key
        .get(..RESERVED_PREFIX.len())
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX));
    if is_reserved {
        return Err(errors::tag_exception(format!(
            "The tag key {key} begins with '{RESERVED_PREFIX}', which is reserved for AWS use."
        )));
    }
    Ok(())
}
