//! Tags of a session: its own, and those that go on from the session that asked for it.
//
// COMPAT: "Passing session tags in AWS STS".

use aws_api::sts::Tag;
use model::Tags;
use model::principal::Session;
use wire::ApiError;

use super::rendering::invalid;

/// LIMIT: tags of a session.
const TAGS_MAX: usize = 50;

/// The tags, and the keys of those that go on to the next session in turn.
pub(super) fn merged(
    before: Option<&Session>,
    given: &[Tag],
    transitive: &[String],
) -> Result<(Tags, Vec<String>), ApiError> {
    if given.len() > TAGS_MAX {
        return Err(invalid(format!("A session can have at most {TAGS_MAX} tags.")));
    }
    let mut tags = Tags::new();
    let mut keys = Vec::new();
    for key in before.iter().flat_map(|session| &session.transitive_tag_keys) {
        if let Some(value) = before.and_then(|session| session.tags.get(key)) {
            tags.insert(key.clone(), value.clone());
            keys.push(key.clone());
        }
    }
    for tag in given {
        let is_same = |key: &&String| key.eq_ignore_ascii_case(&tag.key);
        if keys.iter().any(|key| is_same(&key)) {
            return Err(invalid(format!(
                "One of the specified transitive tag keys can't be set because it conflicts with \
                 a transitive tag key from the calling session: {}",
                tag.key
            )));
        }
        if tags.keys().any(|key| is_same(&key)) {
            return Err(invalid(format!(
                "Duplicate tag keys found: {}. Tag keys are not told apart by case.",
                tag.key
            )));
        }
        tags.insert(tag.key.clone(), tag.value.clone());
    }
    for key in transitive {
        if !tags.contains_key(key) {
            return Err(invalid(format!(
                "The specified transitive tag key must be included in the requested tags: {key}"
            )));
        }
        keys.push(key.clone());
    }
    Ok((tags, keys))
}
