//! `PutObject`.

use s3s::dto::{PutObjectInput, PutObjectOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use super::server::{Around, Upload};
use super::shown::etag;
use crate::arrival::Visit;
use crate::checksum::{Algorithm, Checksum, Stated};
use crate::conditions::Writing;
use crate::described::Described;
use crate::object_rows::{Object, Piece};

pub(super) async fn put_object(
    server: &Server,
    request: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let bucket = visit.bucket()?;
    let S3Request { input, headers, extensions, trailing_headers, .. } = request;
    let described = described(&input)?;
    let writing = Writing::new(input.if_match, input.if_none_match)?;
    let upload = Upload { body: input.body, length: input.content_length, md5: input.content_md5 };
    let around = Around { headers: &headers, extensions: &extensions, trailers: trailing_headers };
    let written = server.take(upload, around, wanted).await?;
    let checksum = written.checksums.first().cloned();
    let object = Object {
        id: 0,
        key: input.key,
        modified_at: visit.now,
        size: written.size,
        etag: written.etag(),
        described: Described { checksum: checksum.clone(), ..described },
        pieces: vec![Piece { blob: written.name().to_owned(), size: written.size }],
    };
    let shown = checksum.as_ref().map(Checksum::shown).unwrap_or_default();
    let answer = PutObjectOutput {
        checksum_crc32: shown.checksum_crc32,
        checksum_crc32c: shown.checksum_crc32c,
        checksum_crc64nvme: shown.checksum_crc64nvme,
        checksum_sha1: shown.checksum_sha1,
        checksum_sha256: shown.checksum_sha256,
        checksum_type: shown.checksum_type,
        e_tag: Some(etag(&object.etag)),
        ..PutObjectOutput::default()
    };
    server.put(bucket, object, (written, writing)).await?;
    Ok(S3Response::new(answer))
}

/// COMPAT: "Checking object integrity in Amazon S3": what comes without a checksum gets this one.
fn wanted(stated: &Stated) -> Vec<Algorithm> {
    match stated.algorithm() {
        Some(_) => Vec::new(),
        None => vec![Algorithm::Crc64Nvme],
    }
}

fn described(input: &PutObjectInput) -> S3Result<Described> {
    let mut described = Described {
        cache_control: input.cache_control.clone(),
        content_disposition: input.content_disposition.clone(),
        content_language: input.content_language.clone(),
        content_type: input.content_type.clone(),
        ..Described::default()
    };
    described.set_encoding(input.content_encoding.clone());
    described.set_expires(input.expires.as_ref())?;
    described.set_metadata(input.metadata.clone())?;
    Ok(described)
}
