//! Tags of alarms: what may be a tag, and how tags are shown.

use aws_api::cloudwatch;
use model::Tags;
use wire::ApiError;

/// LIMIT: tags of one alarm (`PutMetricAlarm`, `TagResource`).
const TAGS_MAX: usize = 50;

/// What AWS keeps for itself, in any case.
const RESERVED_PREFIX: &str = "aws:";

/// The tags that a caller gives, each key once.
pub(super) fn parse(given: &[cloudwatch::Tag]) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    for tag in given {
        let key = tag.key.clone().unwrap_or_default();
        check_key(&key)?;
        if tags.insert(key.clone(), tag.value.clone().unwrap_or_default()).is_some() {
            return Err(super::invalid(format!("The tag key '{key}' is given more than once.")));
        }
    }
    check_count(&tags)?;
    Ok(tags)
}

/// The tags with `given` added, or their values replaced.
pub(super) fn add(tags: &Tags, given: &[cloudwatch::Tag]) -> Result<Tags, ApiError> {
    let mut tags = tags.clone();
    tags.extend(parse(given)?);
    check_count(&tags)?;
    Ok(tags)
}

pub(super) fn render(tags: &Tags) -> Vec<cloudwatch::Tag> {
    tags.iter()
        .map(|(key, value)| cloudwatch::Tag { key: Some(key.clone()), value: Some(value.clone()) })
        .collect()
}

fn check_count(tags: &Tags) -> Result<(), ApiError> {
    if tags.len() > TAGS_MAX {
        return Err(super::invalid(format!("An alarm can have at most {TAGS_MAX} tags.")));
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), ApiError> {
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
