//! Tags of ECS resources: what may be a tag, and how tags are shown.
//
// COMPAT: the limits are `TagResource`'s ("Basic restrictions", ECS API Reference).

use std::collections::BTreeSet;

use aws_api::ecs::{self, errors};
use model::Tags;
use wire::ApiError;

/// LIMIT: tags of one resource, those that AWS makes not counted.
pub(super) const TAGS_MAX: usize = 50;

/// What AWS keeps for itself, in any case.
const RESERVED_PREFIX: &str = "aws:";

/// The tags that a caller gives a resource that has none yet.
pub(super) fn parse(given: Option<&[ecs::Tag]>) -> Result<Tags, ApiError> {
    let given = given.unwrap_or_default();
    let mut seen = BTreeSet::new();
    let mut tags = Tags::new();
    for tag in given {
        let key = tag.key.clone().unwrap_or_default();
        check_key(&key)?;
        if !seen.insert(key.clone()) {
            return Err(errors::invalid_parameter_exception(format!(
                "Duplicate tag keys found: '{key}'. Tag keys must be unique."
            )));
        }
        tags.insert(key, tag.value.clone().unwrap_or_default());
    }
    check_count(&tags)?;
    Ok(tags)
}

/// Refuses more tags than a resource may have.
pub(super) fn check_count(tags: &Tags) -> Result<(), ApiError> {
    let count = tags.keys().filter(|key| !is_reserved(key)).count();
    if count > TAGS_MAX {
        return Err(errors::invalid_parameter_exception(format!(
            "Too many tags: {count}. A resource can have at most {TAGS_MAX} tags."
        )));
    }
    Ok(())
}

pub(super) fn check_key(key: &str) -> Result<(), ApiError> {
    if key.is_empty() {
        return Err(errors::invalid_parameter_exception("Tag key should not be null or empty."));
    }
    if is_reserved(key) {
        return Err(errors::invalid_parameter_exception(format!(
            "Tag key '{key}' is not allowed: tag keys that start with 'aws:' are reserved for \
             system use."
        )));
    }
    Ok(())
}

pub(super) fn render(tags: &Tags) -> Vec<ecs::Tag> {
    tags.iter()
        .map(|(key, value)| ecs::Tag { key: Some(key.clone()), value: Some(value.clone()) })
        .collect()
}

fn is_reserved(key: &str) -> bool {
    key.get(..RESERVED_PREFIX.len())
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX))
}
