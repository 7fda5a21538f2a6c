//! `UploadPartCopy`: a part from the bytes of an object.

use std::ops::Range;

use s3s::dto::{CopyPartResult, UploadPartCopyInput, UploadPartCopyOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use super::copy_object::source_key;
use super::shown::etag;
use super::upload_part::{check_number, find, put};
use crate::arrival::Visit;
use crate::checksum::Checksum;
use crate::conditions::Reading;
use crate::described::shown;
use crate::fault;
use crate::limits::PUT_BYTES_MAX;

pub(super) async fn upload_part_copy(
    server: &Server,
    request: S3Request<UploadPartCopyInput>,
) -> S3Result<S3Response<UploadPartCopyOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let input = request.input;
    check_number(input.part_number)?;
    let upload = find(server, (input.bucket, input.key, input.upload_id)).await?;
    let from = visit.source()?;
    let key = source_key(&input.copy_source)?;
    let held = server.find(&from.name, key).await?.ok_or_else(|| visit.missing_key(from))?;
    let reading = Reading {
        if_match: input.copy_source_if_match,
        if_none_match: input.copy_source_if_none_match,
        if_modified_since: input.copy_source_if_modified_since,
        if_unmodified_since: input.copy_source_if_unmodified_since,
    };
    reading.check_source(&held.object)?;
    let range = range(input.copy_source_range.as_deref(), held.object.size)?;
    let written = server.copy(held, range, vec![upload.checksum.algorithm]).await?;
    let sums = written.checksums.first().map(Checksum::shown).unwrap_or_default();
    let result = CopyPartResult {
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        e_tag: Some(etag(&written.etag())),
        last_modified: Some(shown(visit.now)),
    };
    put(server, &visit, (upload, input.part_number, written)).await?;
    let copy_part_result = Some(result);
    Ok(S3Response::new(UploadPartCopyOutput { copy_part_result, ..Default::default() }))
}

/// COMPAT: "UploadPartCopy": `bytes=first-last`, both of them, within the source.
fn range(text: Option<&str>, size: u64) -> S3Result<Range<u64>> {
    let Some(text) = text else {
        return if size > PUT_BYTES_MAX { Err(fault::too_large()) } else { Ok(0..size) };
    };
    let ends = text.strip_prefix("bytes=").and_then(|rest| rest.split_once('-'));
    let ends = ends.and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    let Some((first, last)) = ends.filter(|(first, last): &(u64, u64)| first <= last) else {
        return Err(fault::invalid_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first \
             and last are the zero-based offsets of the first and last bytes to copy",
        ));
    };
    if last >= size {
        return Err(fault::invalid_argument(format!(
            "Range specified is not valid for source object of size: {size}"
        )));
    }
    let range = first..last + 1;
    if range.end - range.start > PUT_BYTES_MAX { Err(fault::too_large()) } else { Ok(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_of_the_source() {
        assert_eq!(range(None, 10).ok(), Some(0..10));
        assert_eq!(range(Some("bytes=2-5"), 10).ok(), Some(2..6));
        assert_eq!(range(Some("bytes=0-9"), 10).ok(), Some(0..10));
        for wrong in ["bytes=0-10", "bytes=5-2", "bytes=-5", "bytes=5-", "0-5", "bytes=a-b"] {
            assert!(range(Some(wrong), 10).is_err(), "{wrong}");
        }
    }
}
