//! Tags of secrets: what may be a tag, and how tags are shown.

use std::collections::BTreeSet;

use aws_api::secretsmanager;
use model::Tags;
use wire::ApiError;

/// LIMIT: tags of one secret.
const TAGS_MAX: usize = 50;

/// What AWS keeps for itself, in any case.
const RESERVED_PREFIX: &str = "aws:";

/// The tags with `given` added, or their values replaced.
pub(super) fn add(tags: &Tags, given: &[secretsmanager::Tag]) -> Result<Tags, ApiError> {
    let mut tags = tags.clone();
    let mut keys = BTreeSet::new();
    for tag in given {
        let key = tag.key.clone().unwrap_or_default();
        check_key(&key)?;
        if !keys.insert(key.clone()) {
            return Err(super::invalid(format!("The tag key '{key}' is given more than once.")));
        }
        tags.insert(key, tag.value.clone().unwrap_or_default());
    }
    if tags.len() > TAGS_MAX {
        return Err(super::invalid(format!("A secret can have at most {TAGS_MAX} tags.")));
    }
    Ok(tags)
}

pub(super) fn render(tags: &Tags) -> Vec<secretsmanager::Tag> {
    let one = |(key, value): (&String, &String)| secretsmanager::Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    };
    tags.iter().map(one).collect()
}

fn check_key(key: &str) -> Result<(), ApiError> {
    if key.is_empty() {
        return Err(super::invalid("A tag has to have a key."));
    }
    let is_reserved = key
        .get(..RESERVED_PREFIX.len())
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX));
    if is_reserved {
        return Err(super::invalid(format!(
            "The tag key '{key}' begins with '{RESERVED_PREFIX}', which is reserved."
        )));
    }
    Ok(())
}
