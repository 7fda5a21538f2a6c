//! `CopyObject`.

use http::HeaderMap;
use s3s::dto::{CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use super::shown::etag;
use crate::arrival::Visit;
use crate::checksum::{Algorithm, Checksum};
use crate::conditions::{Reading, Writing, header};
use crate::described::{Described, shown};
use crate::fault;
use crate::limits::PUT_BYTES_MAX;
use crate::object_rows::{Object, Piece};
use crate::outgoing::Held;

pub(super) async fn copy_object(
    server: &Server,
    request: S3Request<CopyObjectInput>,
) -> S3Result<S3Response<CopyObjectOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let bucket = visit.bucket()?;
    let writing = writing(&request.headers)?;
    let input = request.input;
    let held = source(server, &visit, &input).await?;
    let described = described(&input, &held.object)?;
    let algorithm = match &input.checksum_algorithm {
        Some(asked) => Algorithm::parse(asked.as_str())?,
        None => held
            .object
            .described
            .checksum
            .as_ref()
            .map_or(Algorithm::Crc64Nvme, |one| one.algorithm),
    };
    let range = 0..held.object.size;
    let written = server.copy(held, range, vec![algorithm]).await?;
    let checksum = written.checksum(algorithm).cloned();
    let sums = checksum.as_ref().map(Checksum::shown).unwrap_or_default();
    let object = Object {
        id: 0,
        key: input.key,
        modified_at: visit.now,
        size: written.size,
        etag: written.etag(),
        described: Described { checksum, ..described },
        pieces: vec![Piece { blob: written.name().to_owned(), size: written.size }],
    };
    let result = CopyObjectResult {
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        checksum_type: sums.checksum_type,
        e_tag: Some(etag(&object.etag)),
        last_modified: Some(shown(object.modified_at)),
    };
    server.put(bucket, object, (written, writing)).await?;
    let copy_object_result = Some(result);
    Ok(S3Response::new(CopyObjectOutput { copy_object_result, ..CopyObjectOutput::default() }))
}

fn writing(headers: &HeaderMap) -> S3Result<Writing> {
    Writing::new(header(headers, "if-match")?, header(headers, "if-none-match")?)
}

async fn source(server: &Server, visit: &Visit, input: &CopyObjectInput) -> S3Result<Held> {
    let from = visit.source()?;
    let key = source_key(&input.copy_source)?;
    let held = server.find(&from.name, key).await?.ok_or_else(|| visit.missing_key(from))?;
    let reading = Reading {
        if_match: input.copy_source_if_match.clone(),
        if_none_match: input.copy_source_if_none_match.clone(),
        if_modified_since: input.copy_source_if_modified_since.clone(),
        if_unmodified_since: input.copy_source_if_unmodified_since.clone(),
    };
    reading.check_source(&held.object)?;
    if held.object.size > PUT_BYTES_MAX {
        return Err(fault::invalid_request(format!(
            "The specified copy source is larger than the maximum allowable size for a copy \
             source: {PUT_BYTES_MAX}"
        )));
    }
    if from.name == input.bucket && key == input.key && !is_replacing(input) {
        return Err(fault::invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself without \
             changing the object's metadata, storage class, website redirect location or \
             encryption attributes.",
        ));
    }
    Ok(held)
}

pub(super) fn source_key(source: &CopySource) -> S3Result<&str> {
    match source {
        CopySource::Bucket { key, .. } => Ok(key),
        CopySource::AccessPoint { .. } | CopySource::Outpost { .. } => {
            Err(fault::not_implemented("CopySource of an access point"))
        }
    }
}

fn is_replacing(input: &CopyObjectInput) -> bool {
    input.metadata_directive.as_ref().is_some_and(|one| one.as_str() == "REPLACE")
}

/// COMPAT: "CopyObject": the source's description, or a new one as a whole.
fn described(input: &CopyObjectInput, source: &Object) -> S3Result<Described> {
    let known = ["COPY", "REPLACE"];
    if input.metadata_directive.as_ref().is_some_and(|one| !known.contains(&one.as_str())) {
        return Err(fault::invalid_argument("Unknown metadata directive."));
    }
    if !is_replacing(input) {
        return Ok(source.described.clone());
    }
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
