//! Tags of networks: how they are shown, and what may be one.

use aws_api::ec2;
use model::Tags;
use wire::ApiError;

/// LIMIT: tags of one resource ("Tag restrictions", Amazon EC2 User Guide).
const TAGS_MAX: usize = 50;
const KEY_LENGTH_MAX: usize = 127;
const VALUE_LENGTH_MAX: usize = 255;

/// What AWS keeps for itself.
const RESERVED_PREFIX: &str = "aws:";

pub(super) fn render(tags: &Tags) -> Vec<ec2::Tag> {
    tags.iter()
        .map(|(key, value)| ec2::Tag { key: Some(key.clone()), value: Some(value.clone()) })
        .collect()
}

/// The tags that a request gives the resource which it makes, which is of this kind.
pub(super) fn of_new(
    kind: ec2::ResourceType,
    specifications: Option<&[ec2::TagSpecification]>,
) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    for specification in specifications.unwrap_or_default() {
        let named = specification.resource_type;
        if named != Some(kind) {
            let named = named.map_or("null", ec2::ResourceType::as_str);
            return Err(super::invalid(format!(
                "'{named}' is not a valid taggable resource type for this operation."
            )));
        }
        tags = add(&tags, specification.tags.as_deref().unwrap_or_default())?;
    }
    Ok(tags)
}

/// The tags with `given` added, or their values replaced.
pub(super) fn add(tags: &Tags, given: &[ec2::Tag]) -> Result<Tags, ApiError> {
    let mut tags = tags.clone();
    for tag in given {
        let key = tag.key.clone().unwrap_or_default();
        let value = tag.value.clone().unwrap_or_default();
        check(&key, &value)?;
        tags.insert(key, value);
    }
    if tags.len() > TAGS_MAX {
        return Err(ApiError::client(
            "TagLimitExceeded",
            format!("The maximum number of Tags for a resource has been reached ({TAGS_MAX})."),
        ));
    }
    Ok(tags)
}

/// The tags without `given`: those of the key, and of the value where one is said.
pub(super) fn remove(tags: &Tags, given: Option<&[ec2::Tag]>) -> Tags {
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Tags::new() };
    let is_given = |key: &String, value: &String| {
        given.iter().any(|tag| {
            tag.key.as_ref() == Some(key) && tag.value.as_ref().is_none_or(|given| given == value)
        })
    };
    tags.iter()
        .filter(|(key, value)| !is_given(key, value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn check(key: &str, value: &str) -> Result<(), ApiError> {
    if key.is_empty() {
        return Err(ApiError::client("MissingParameter", "Tag key must be specified."));
    }
    if key.starts_with(RESERVED_PREFIX) {
        return Err(super::invalid(format!(
            "Value ( {key} ) for parameter key is invalid. Tag keys starting with \
             '{RESERVED_PREFIX}' are reserved for internal use"
        )));
    }
    if key.chars().count() > KEY_LENGTH_MAX || value.chars().count() > VALUE_LENGTH_MAX {
        return Err(super::invalid(format!(
            "Tag key exceeds the maximum length of {KEY_LENGTH_MAX} characters, or its value \
             that of {VALUE_LENGTH_MAX}: {key}"
        )));
    }
    Ok(())
}
