//! Conditions on what is there: of whoever reads, and of whoever writes.
//!
//! COMPAT: "Conditional reads" and "How to prevent object overwrites with conditional writes"; of
//! two conditions that are given, the one on the tag decides, as RFC 9110 has it.

use http::HeaderMap;
use s3s::dto::{ETagCondition, Timestamp};
use s3s::{S3Error, S3Result, s3_error};

use crate::described::{http_time, shown_seconds};
use crate::fault;
use crate::object_rows::Object;

/// The four of a read.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_field_names, reason = "they are called as their headers are")]
pub(crate) struct Reading {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
    pub(crate) if_modified_since: Option<Timestamp>,
    pub(crate) if_unmodified_since: Option<Timestamp>,
}

impl Reading {
    /// Of an object that is shown to whoever asks.
    pub(crate) fn check(&self, object: &Object) -> S3Result<()> {
        match self.outcome(object) {
            Outcome::Holds => Ok(()),
            Outcome::NotModified => Err(not_modified(object)),
            Outcome::Failed => Err(fault::precondition_failed()),
        }
    }

    /// COMPAT: of a copy's source nothing is "not modified".
    pub(crate) fn check_source(&self, object: &Object) -> S3Result<()> {
        match self.outcome(object) {
            Outcome::Holds => Ok(()),
            Outcome::NotModified | Outcome::Failed => Err(fault::precondition_failed()),
        }
    }

    fn outcome(&self, object: &Object) -> Outcome {
        let modified_at = shown_seconds(object.modified_at);
        match (&self.if_match, &self.if_unmodified_since) {
            (Some(wanted), _) if !matches(wanted, object) => return Outcome::Failed,
            (None, Some(time)) if modified_at > *time => return Outcome::Failed,
            _ => {}
        }
        match (&self.if_none_match, &self.if_modified_since) {
            (Some(wanted), _) if matches(wanted, object) => Outcome::NotModified,
            (None, Some(time)) if modified_at <= *time => Outcome::NotModified,
            _ => Outcome::Holds,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Holds,
    NotModified,
    Failed,
}

fn matches(wanted: &ETagCondition, object: &Object) -> bool {
    match wanted {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == object.etag,
    }
}

fn not_modified(object: &Object) -> S3Error {
    let mut error = s3_error!(NotModified, "Not Modified");
    let mut headers = HeaderMap::new();
    if let Ok(etag) = format!("\"{}\"", object.etag).parse() {
        headers.insert(http::header::ETAG, etag);
    }
    if let Some(time) = http_time(object.modified_at).and_then(|time| time.parse().ok()) {
        headers.insert(http::header::LAST_MODIFIED, time);
    }
    error.set_headers(headers);
    error
}

/// The two of a write.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writing {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
}

impl Writing {
    pub(crate) fn new(
        if_match: Option<ETagCondition>,
        if_none_match: Option<ETagCondition>,
    ) -> S3Result<Writing> {
        // COMPAT: "PutObject": it expects the '*' value.
        match &if_none_match {
            Some(ETagCondition::ETag(_)) => {
                Err(fault::not_implemented("IfNoneMatch` of anything but `*"))
            }
            Some(ETagCondition::Any) | None => Ok(Writing { if_match, if_none_match }),
        }
    }

    /// Of the object that is there, while nobody else writes.
    pub(crate) fn check(&self, current: Option<&Object>) -> S3Result<()> {
        match (&self.if_match, current) {
            (Some(_), None) => return Err(fault::no_such_key()),
            (Some(wanted), Some(object)) if !matches(wanted, object) => {
                return Err(fault::precondition_failed());
            }
            _ => {}
        }
        match (&self.if_none_match, current) {
            (Some(_), Some(_)) => Err(fault::precondition_failed()),
            _ => Ok(()),
        }
    }
}

/// A condition that `s3s` does not read for this operation.
pub(crate) fn header(headers: &HeaderMap, name: &str) -> S3Result<Option<ETagCondition>> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let read = ETagCondition::parse_http_header(value.as_bytes());
    read.map(Some).map_err(|_| fault::invalid_argument(format!("`{name}` is no entity tag")))
}

#[cfg(test)]
mod tests {
    use model::Timestamp as Instant;

    use super::*;
    use crate::described::{Described, shown};

    fn object() -> Object {
        let (key, etag) = ("k".to_owned(), "a".to_owned());
        let modified_at = Instant::from_millis(1_440_938_160_900);
        let described = Described::default();
        Object { id: 1, key, modified_at, size: 0, etag, described, pieces: Vec::new() }
    }

    fn tag(text: &str) -> ETagCondition {
        text.parse().expect("a condition")
    }

    #[test]
    fn reads_are_conditional() {
        let at = |secs| Some(shown(Instant::from_secs(secs)));
        let (before, same) = (at(1_440_938_159), at(1_440_938_160));
        let none = Reading::default();
        let check = |reading: Reading, expected| assert_eq!(reading.outcome(&object()), expected);
        check(none.clone(), Outcome::Holds);
        check(Reading { if_match: Some(tag("\"a\"")), ..none.clone() }, Outcome::Holds);
        check(Reading { if_match: Some(tag("*")), ..none.clone() }, Outcome::Holds);
        check(Reading { if_match: Some(tag("\"b\"")), ..none.clone() }, Outcome::Failed);
        check(Reading { if_none_match: Some(tag("\"a\"")), ..none.clone() }, Outcome::NotModified);
        check(Reading { if_none_match: Some(tag("\"b\"")), ..none.clone() }, Outcome::Holds);
        check(Reading { if_modified_since: same.clone(), ..none.clone() }, Outcome::NotModified);
        check(Reading { if_modified_since: before.clone(), ..none.clone() }, Outcome::Holds);
        check(Reading { if_unmodified_since: same.clone(), ..none.clone() }, Outcome::Holds);
        let stale = Reading { if_unmodified_since: before, ..none.clone() };
        check(stale.clone(), Outcome::Failed);
        check(Reading { if_match: Some(tag("\"a\"")), ..stale }, Outcome::Holds);
        let both = Reading { if_none_match: Some(tag("\"b\"")), if_modified_since: same, ..none };
        check(both, Outcome::Holds);
    }

    #[test]
    fn writes_are_conditional() {
        let check = |if_match: &str, if_none_match: &str, current: Option<&Object>| {
            let read = |text: &str| (!text.is_empty()).then(|| tag(text));
            let writing = Writing::new(read(if_match), read(if_none_match)).expect("it is served");
            let told = writing.check(current);
            told.err().map_or("OK".to_owned(), |error| error.code().as_str().to_owned())
        };
        let object = object();
        assert_eq!(check("", "*", None), "OK");
        assert_eq!(check("", "*", Some(&object)), "PreconditionFailed");
        assert_eq!(check("\"a\"", "", Some(&object)), "OK");
        assert_eq!(check("\"b\"", "", Some(&object)), "PreconditionFailed");
        assert_eq!(check("\"a\"", "", None), "NoSuchKey");
        assert!(Writing::new(None, Some(tag("\"a\""))).is_err());
    }
}
