//! Tags of load balancing resources: what may be a tag, and how tags are shown.

use aws_api::elbv2::{self, errors};
use model::Tags;
use wire::ApiError;

/// LIMIT: tags of one resource ("Tags for your Application Load Balancers").
const TAGS_MAX: usize = 50;

/// What AWS keeps for itself, in any case.
const RESERVED_PREFIX: &str = "aws:";

/// The tags that a caller gives a resource that has none yet.
pub(super) fn parse(given: Option<&[elbv2::Tag]>) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    for tag in given.unwrap_or_default() {
        let key = tag.key.clone().unwrap_or_default();
        check_key(&key)?;
        if tags.insert(key, tag.value.clone().unwrap_or_default()).is_some() {
            return Err(errors::duplicate_tag_keys_exception("Tag keys must be unique"));
        }
    }
    check_count(&tags)?;
    Ok(tags)
}

/// The tags with `given` added, or their values replaced.
pub(super) fn add(tags: &Tags, given: &[elbv2::Tag]) -> Result<Tags, ApiError> {
    let mut tags = tags.clone();
    tags.extend(parse(Some(given))?);
    check_count(&tags)?;
    Ok(tags)
}

pub(super) fn render(tags: &Tags) -> Vec<elbv2::Tag> {
    tags.iter()
        .map(|(key, value)| elbv2::Tag { key: Some(key.clone()), value: Some(value.clone()) })
        .collect()
}

fn check_count(tags: &Tags) -> Result<(), ApiError> {
    if tags.len() > TAGS_MAX {
        return Err(errors::too_many_tags_exception(format!(
            "The maximum number of tags for a resource ('{TAGS_MAX}') has been exceeded"
        )));
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), ApiError> {
    let is_reserved = key
        .get(..RESERVED_PREFIX.len())
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX));
    if is_reserved {
        return Err(super::invalid(format!(
            "Tag key '{key}' cannot begin with '{RESERVED_PREFIX}', which is reserved"
        )));
    }
    Ok(())
}
