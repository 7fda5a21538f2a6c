//! `GetObject`, and what `HeadObject` shares with it.

use std::ops::Range;

use http::HeaderMap;
use s3s::dto::{self, GetObjectInput, GetObjectOutput, StreamingBlob, Timestamp};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::Server;
use super::shown::{etag, size};
use crate::arrival::Visit;
use crate::checksum::Checksum;
use crate::conditions::Reading;
use crate::described::shown;
use crate::fault;
use crate::limits::PART_NUMBER_MAX;
use crate::object_rows::Object;
use crate::outgoing;

pub(super) async fn get_object(
    server: &Server,
    request: S3Request<GetObjectInput>,
) -> S3Result<S3Response<GetObjectOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let bucket = visit.bucket()?;
    let input = request.input;
    let overrides = Overrides {
        cache_control: input.response_cache_control,
        content_disposition: input.response_content_disposition,
        content_encoding: input.response_content_encoding,
        content_language: input.response_content_language,
        content_type: input.response_content_type,
        expires: input.response_expires,
    };
    overrides.check(&visit)?;
    let held = server.find(&bucket.name, &input.key).await?;
    let held = held.ok_or_else(|| visit.missing_key(bucket))?;
    let reading = Reading {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    reading.check(&held.object)?;
    let selected = Selected::of(&held.object, input.range.as_ref(), input.part_number)?;
    let object = held.object.clone();
    let body = StreamingBlob::wrap(outgoing::read(&server.blobs, held, selected.range.clone()));
    let mut answer = GetObjectOutput { body: Some(body), ..describe(&object, &selected) };
    if is_asked(input.checksum_mode.as_ref()) && selected.is_whole {
        let shown = object.described.checksum.as_ref().map(Checksum::shown);
        let shown = shown.unwrap_or_default();
        answer.checksum_crc32 = shown.checksum_crc32;
        answer.checksum_crc32c = shown.checksum_crc32c;
        answer.checksum_crc64nvme = shown.checksum_crc64nvme;
        answer.checksum_sha1 = shown.checksum_sha1;
        answer.checksum_sha256 = shown.checksum_sha256;
        answer.checksum_type = shown.checksum_type;
    }
    overrides.apply(&mut answer);
    Ok(S3Response::new(answer))
}

/// What of an object is asked for.
pub(super) struct Selected {
    pub(super) range: Range<u64>,
    pub(super) content_range: Option<String>,
    pub(super) parts_count: Option<i32>,
    pub(super) is_whole: bool,
}

impl Selected {
    pub(super) fn of(
        object: &Object,
        range: Option<&dto::Range>,
        part_number: Option<i32>,
    ) -> S3Result<Selected> {
        let (found, parts_count) = match (range, part_number) {
            (None, None) => {
                let range = 0..object.size;
                return Ok(Selected {
                    range,
                    content_range: None,
                    parts_count: None,
                    is_whole: true,
                });
            }
            (Some(_), Some(_)) => {
                return Err(fault::invalid_request(
                    "Cannot specify both Range header and partNumber query parameter",
                ));
            }
            (Some(range), None) => {
                (range.check(object.size).map_err(|_| not_satisfiable(object))?, None)
            }
            (None, Some(number)) => part(object, number)?,
        };
        let content_range = (found.start < found.end)
            .then(|| format!("bytes {}-{}/{}", found.start, found.end - 1, object.size));
        Ok(Selected { range: found, content_range, parts_count, is_whole: false })
    }
}

fn part(object: &Object, number: i32) -> S3Result<(Range<u64>, Option<i32>)> {
    if !(1..=PART_NUMBER_MAX).contains(&number) {
        return Err(fault::invalid_argument(
            "Part number must be an integer between 1 and 10000, inclusive",
        ));
    }
    // An object that was put at once has one part.
    let count = object.parts_count();
    let index = usize::try_from(number - 1).unwrap_or(0);
    if count.is_none() && index == 0 {
        return Ok((0..object.size, None));
    }
    let piece = count.and_then(|_| object.pieces.get(index));
    let piece = piece.ok_or_else(|| {
        let message = "The requested partnumber is not satisfiable";
        fault::custom("InvalidPartNumber", 416, message.to_owned())
    })?;
    let start = object.pieces[..index].iter().map(|piece| piece.size).sum::<u64>();
    Ok((start..start + piece.size, count))
}

fn not_satisfiable(object: &Object) -> s3s::S3Error {
    let mut error = s3_error!(InvalidRange, "The requested range is not satisfiable");
    let mut headers = HeaderMap::new();
    if let Ok(value) = format!("bytes */{}", object.size).parse() {
        headers.insert(http::header::CONTENT_RANGE, value);
    }
    error.set_headers(headers);
    error
}

pub(super) fn is_asked(mode: Option<&dto::ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == dto::ChecksumMode::ENABLED)
}

/// All that is said of an object but its checksum.
fn describe(object: &Object, selected: &Selected) -> GetObjectOutput {
    let described = &object.described;
    GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: described.cache_control.clone(),
        content_disposition: described.content_disposition.clone(),
        content_encoding: described.content_encoding.clone(),
        content_language: described.content_language.clone(),
        content_length: size(selected.range.end - selected.range.start),
        content_range: selected.content_range.clone(),
        content_type: Some(described.type_shown()),
        e_tag: Some(etag(&object.etag)),
        expires: described.expires(),
        last_modified: Some(shown(object.modified_at)),
        metadata: described.metadata_shown(),
        parts_count: selected.parts_count,
        ..GetObjectOutput::default()
    }
}

/// Headers that whoever reads wants instead of the object's own.
pub(super) struct Overrides {
    pub(super) cache_control: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) expires: Option<Timestamp>,
}

impl Overrides {
    /// COMPAT: "GetObject": they need a signature.
    pub(super) fn check(&self, visit: &Visit) -> S3Result<()> {
        let texts = [
            &self.cache_control,
            &self.content_disposition,
            &self.content_encoding,
            &self.content_language,
            &self.content_type,
        ];
        let are_given = texts.iter().any(|text| text.is_some()) || self.expires.is_some();
        if are_given && visit.principal.is_none() {
            return Err(fault::invalid_request(
                "Request specific response headers cannot be used for anonymous GET requests.",
            ));
        }
        Ok(())
    }

    fn apply(self, answer: &mut GetObjectOutput) {
        let set = |own: &mut Option<String>, wanted: Option<String>| {
            if wanted.is_some() {
                *own = wanted;
            }
        };
        set(&mut answer.cache_control, self.cache_control);
        set(&mut answer.content_disposition, self.content_disposition);
        set(&mut answer.content_encoding, self.content_encoding);
        set(&mut answer.content_language, self.content_language);
        set(&mut answer.content_type, self.content_type);
        if self.expires.is_some() {
            answer.expires = self.expires;
        }
    }
}
