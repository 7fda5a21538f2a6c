//! Tags of users, roles, policies and instance profiles.
//
// COMPAT: "Tag keys are not case sensitive, and their case is preserved": a key that is given again
// in another case replaces the tag ("Tags for AWS Identity and Access Management resources").

use aws_api::iam::{self, errors};
use model::{AnyRecord, Entry, IamPolicy, IamRole, IamUser, InstanceProfile, Record, Tags};
use wire::ApiError;

use super::listing::{self, Asked, Listed};
use super::quota;
use crate::Turn;

/// What AWS keeps for itself, in any case.
const RESERVED_PREFIX: &str = "aws:";

pub(super) trait Tagged: Record + Into<AnyRecord> {
    fn tags(&self) -> &Tags;

    #[must_use]
    fn with_tags(&self, tags: Tags) -> Self;
}

macro_rules! tagged {
    ($($record:ident)*) => {
        $(impl Tagged for $record {
            fn tags(&self) -> &Tags {
                &self.tags
            }

            fn with_tags(&self, tags: Tags) -> $record {
                $record { tags, ..self.clone() }
            }
        })*
    };
}

tagged!(IamUser IamRole IamPolicy InstanceProfile);

/// The tags that a caller gives what has none yet.
pub(super) fn parse(given: Option<&[iam::Tag]>) -> Result<Tags, ApiError> {
    add(&Tags::new(), given.unwrap_or_default())
}

/// Puts more tags into the turn's plan.
pub(super) fn tag<R: Tagged>(
    turn: &mut Turn<'_>,
    known: &Entry<R>,
    given: &[iam::Tag],
) -> Result<(), ApiError> {
    let tags = add(known.tags(), given)?;
    turn.plan.update(known, known.with_tags(tags));
    Ok(())
}

/// Takes tags away in the turn's plan; one that is not there is no error.
pub(super) fn untag<R: Tagged>(turn: &mut Turn<'_>, known: &Entry<R>, keys: &[String]) {
    let mut tags = known.tags().clone();
    tags.retain(|key, _| !keys.iter().any(|gone| is_same(gone, key)));
    turn.plan.update(known, known.with_tags(tags));
}

/// COMPAT: "The returned list of tags is sorted by tag key."
pub(super) fn list(tags: &Tags, asked: Asked<'_>) -> Result<Listed<iam::Tag>, ApiError> {
    listing::page_by_place(render(tags), asked)
}

pub(super) fn render(tags: &Tags) -> Vec<iam::Tag> {
    let tag = |(key, value): (&String, &String)| iam::Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    };
    tags.iter().map(tag).collect()
}

fn add(tags: &Tags, given: &[iam::Tag]) -> Result<Tags, ApiError> {
    let mut tags = tags.clone();
    for (index, tag) in given.iter().enumerate() {
        let key = tag.key.clone().unwrap_or_default();
        check_key(&key)?;
        let mut before = given[..index].iter().filter_map(|tag| tag.key.as_deref());
        if before.any(|other| is_same(other, &key)) {
            return Err(errors::invalid_input_exception(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
        tags.retain(|known, _| !is_same(known, &key));
        tags.insert(key, tag.value.clone().unwrap_or_default());
    }
    if tags.len() > quota::TAGS_MAX {
        return Err(errors::limit_exceeded_exception(format!(
            "The number of tags has reached the maximum limit of {}.",
            quota::TAGS_MAX
        )));
    }
    Ok(tags)
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn check_key(key: &str) -> Result<(), ApiError> {
    let prefix = key.get(..RESERVED_PREFIX.len());
    if prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(RESERVED_PREFIX)) {
        return Err(errors::invalid_input_exception(format!(
            "The tag key {key} begins with {RESERVED_PREFIX}, which is reserved."
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> iam::Tag {
        iam::Tag { key: Some(key.to_owned()), value: Some(value.to_owned()) }
    }

    #[test]
    fn a_key_in_another_case_is_the_same_key() {
        let tags = parse(Some(&[tag("Team", "a"), tag("env", "b")])).expect("they differ");
        let more = add(&tags, &[tag("TEAM", "c")]).expect("it replaces one");
        let pairs: Vec<(&str, &str)> =
            more.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("TEAM", "c"), ("env", "b")]);
        assert!(parse(Some(&[tag("a", ""), tag("A", "")])).is_err());
        assert!(parse(Some(&[tag("AWS:x", "")])).is_err());
    }
}
