//! `HeadObject`: what `GetObject` says, without the bytes.

use s3s::dto::{HeadObjectInput, HeadObjectOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use super::get_object::{Overrides, Selected, is_asked};
use super::shown::{etag, size};
use crate::arrival::Visit;
use crate::checksum::Checksum;
use crate::conditions::Reading;
use crate::described::shown;
use crate::object_rows::Object;

pub(super) async fn head_object(
    server: &Server,
    request: S3Request<HeadObjectInput>,
) -> S3Result<S3Response<HeadObjectOutput>> {
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
    let (name, key) = (bucket.name.clone(), input.key);
    let look = move |connection: &rusqlite::Connection| Object::find(connection, &name, &key);
    let object = server.index.read(look).await?.ok_or_else(|| visit.missing_key(bucket))?;
    let reading = Reading {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    reading.check(&object)?;
    let selected = Selected::of(&object, input.range.as_ref(), input.part_number)?;
    let is_asked = is_asked(input.checksum_mode.as_ref()) && selected.is_whole;
    Ok(S3Response::new(describe(&object, &selected, (overrides, is_asked))))
}

fn describe(
    object: &Object,
    selected: &Selected,
    (overrides, is_asked): (Overrides, bool),
) -> HeadObjectOutput {
    let described = &object.described;
    let checksum = described.checksum.as_ref().filter(|_| is_asked);
    let checksum = checksum.map(Checksum::shown).unwrap_or_default();
    HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: overrides.cache_control.or_else(|| described.cache_control.clone()),
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        content_disposition: overrides
            .content_disposition
            .or_else(|| described.content_disposition.clone()),
        content_encoding: overrides.content_encoding.or_else(|| described.content_encoding.clone()),
        content_language: overrides.content_language.or_else(|| described.content_language.clone()),
        content_length: size(selected.range.end - selected.range.start),
        content_range: selected.content_range.clone(),
        content_type: overrides.content_type.or_else(|| Some(described.type_shown())),
        e_tag: Some(etag(&object.etag)),
        expires: overrides.expires.or_else(|| described.expires()),
        last_modified: Some(shown(object.modified_at)),
        metadata: described.metadata_shown(),
        parts_count: selected.parts_count,
        ..HeadObjectOutput::default()
    }
}
