//! `UploadPart`, and what `UploadPartCopy` shares with it.

use std::sync::Arc;

use s3s::dto::{UploadPartInput, UploadPartOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use super::server::{Around, Upload as Sent};
use super::shown::etag;
use crate::arrival::Visit;
use crate::checksum::{Algorithm, Checksum, Stated};
use crate::fault;
use crate::incoming::Written;
use crate::limits::PART_NUMBER_MAX;
use crate::upload_rows::{Part, Upload, Wanted};

pub(super) async fn upload_part(
    server: &Server,
    request: S3Request<UploadPartInput>,
) -> S3Result<S3Response<UploadPartOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let S3Request { input, headers, extensions, trailing_headers, .. } = request;
    check_number(input.part_number)?;
    let place = (input.bucket, input.key, input.upload_id);
    let upload = find(server, place).await?;
    let stated = Stated::read(&headers)?.algorithm();
    check_algorithm(upload.checksum, stated)?;
    let sent = Sent { body: input.body, length: input.content_length, md5: input.content_md5 };
    let around = Around { headers: &headers, extensions: &extensions, trailers: trailing_headers };
    let own = upload.checksum.algorithm;
    let written = server.take(sent, around, |_| vec![own]).await?;
    let shown = written.checksum(stated.unwrap_or(own)).map(Checksum::shown).unwrap_or_default();
    let answer = UploadPartOutput {
        checksum_crc32: shown.checksum_crc32,
        checksum_crc32c: shown.checksum_crc32c,
        checksum_crc64nvme: shown.checksum_crc64nvme,
        checksum_sha1: shown.checksum_sha1,
        checksum_sha256: shown.checksum_sha256,
        e_tag: Some(etag(&written.etag())),
        ..UploadPartOutput::default()
    };
    put(server, &visit, (upload, input.part_number, written)).await?;
    Ok(S3Response::new(answer))
}

pub(super) fn check_number(number: i32) -> S3Result<()> {
    if (1..=PART_NUMBER_MAX).contains(&number) {
        return Ok(());
    }
    Err(fault::invalid_argument("Part number must be an integer between 1 and 10000, inclusive"))
}

/// COMPAT: a part's checksum is of the algorithm that the upload was begun with.
fn check_algorithm(wanted: Wanted, stated: Option<Algorithm>) -> S3Result<()> {
    match stated {
        Some(stated) if wanted.is_asked && stated != wanted.algorithm => {
            let (expected, actual) = (wanted.algorithm.name(), stated.name());
            Err(fault::invalid_request(format!(
                "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum \
                 Type: {}",
                expected.to_ascii_lowercase(),
                actual.to_ascii_lowercase()
            )))
        }
        Some(_) | None => Ok(()),
    }
}

pub(super) async fn find(
    server: &Server,
    (bucket, key, id): (String, String, String),
) -> S3Result<Upload> {
    let look =
        move |connection: &rusqlite::Connection| Upload::find(connection, (&bucket, &key), &id);
    server.index.read(look).await?.ok_or_else(fault::no_such_upload)
}

/// Puts a part, whose bytes are written, in the place of the one of its number.
pub(super) async fn put(
    server: &Server,
    visit: &Visit,
    (upload, number, written): (Upload, i32, Written),
) -> S3Result<()> {
    let part = Part {
        number,
        modified_at: visit.now,
        size: written.size,
        etag: written.etag(),
        checksums: written.checksums.clone(),
        blob: written.name().to_owned(),
    };
    let blobs = Arc::clone(&server.blobs);
    let change = move |connection: &rusqlite::Connection| {
        let place = (upload.bucket.as_str(), upload.key.as_str());
        if Upload::find(connection, place, &upload.id)?.is_none() {
            return Err(fault::no_such_upload().into());
        }
        let old = part.put(connection, &upload.id)?;
        written.keep();
        Ok(old)
    };
    let then = move |old: &Option<String>| old.iter().for_each(|blob| blobs.remove(blob));
    server.index.write(change, then).await?;
    Ok(())
}
