//! Tags of parameters: what may be a tag, and which resource has them.

use aws_api::ssm::{ResourceTypeForTagging, Tag, errors};
use model::{Entry, Parameter, Scope, Snapshot, Tags};
use wire::ApiError;

/// LIMIT: tags of one resource ("Tagging Systems Manager resources").
const TAGS_MAX: usize = 50;

/// What AWS keeps for itself, in any case.
const RESERVED_PREFIX: &str = "aws:";

/// The tags with `given` added, or their values replaced.
pub(super) fn add(tags: &Tags, given: &[Tag]) -> Result<Tags, ApiError> {
    let mut tags = tags.clone();
    for tag in given {
        let key = tag.key.clone().unwrap_or_default();
        let is_reserved = key
            .get(..RESERVED_PREFIX.len())
            .is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX));
        if is_reserved {
            return Err(super::invalid(format!(
                "The tag key {key} begins with '{RESERVED_PREFIX}', which is reserved for AWS use."
            )));
        }
        tags.insert(key, tag.value.clone().unwrap_or_default());
    }
    if tags.len() > TAGS_MAX {
        return Err(errors::too_many_tags_error(format!(
            "A parameter can have at most {TAGS_MAX} tags."
        )));
    }
    Ok(tags)
}

pub(super) fn render(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) })
        .collect()
}

/// The parameter whose tags are meant. Tags of anything else are refused by name.
pub(super) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    (kind, id): (ResourceTypeForTagging, &str),
) -> Result<&'a Entry<Parameter>, ApiError> {
    if kind != ResourceTypeForTagging::Parameter {
        return Err(errors::invalid_resource_type(format!(
            "`ResourceType` `{kind}` is not supported by Longshore yet"
        )));
    }
    snapshot.parameters.get(scope, id.trim()).ok_or_else(|| {
        errors::invalid_resource_id(format!(
            "The resource ID {id} is not valid. Verify that it is the name of a parameter."
        ))
    })
}
