//! `ListParts`.

use s3s::dto::{
    self, ChecksumAlgorithm, ChecksumType, Initiator, ListPartsInput, ListPartsOutput, StorageClass,
};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use super::shown::{etag, owner, page_size, size};
use super::upload_part::find;
use crate::arrival::Visit;
use crate::checksum::Checksum;
use crate::described::shown;
use crate::upload_rows::{Part, Wanted};

pub(super) async fn list_parts(
    server: &Server,
    request: S3Request<ListPartsInput>,
) -> S3Result<S3Response<ListPartsOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let account = &visit.bucket()?.account;
    let input = request.input;
    let max_parts = page_size(input.max_parts, "max-parts")?;
    let upload =
        find(server, (input.bucket.clone(), input.key.clone(), input.upload_id.clone())).await?;
    let (id, after) = (upload.id.clone(), input.part_number_marker.unwrap_or(0));
    let all = server.index.read(move |connection| Part::list(connection, &id, after)).await?;
    let max = usize::try_from(max_parts).unwrap_or(0);
    let page = &all[..all.len().min(max)];
    let checksum = upload.checksum;
    Ok(S3Response::new(ListPartsOutput {
        bucket: Some(input.bucket),
        checksum_algorithm: checksum
            .is_asked
            .then(|| ChecksumAlgorithm::from_static(checksum.algorithm.name())),
        checksum_type: checksum.is_asked.then(|| ChecksumType::from_static(checksum.kind.name())),
        initiator: Some(Initiator { display_name: None, id: Some(upload.initiator) }),
        is_truncated: Some(all.len() > page.len() && max > 0),
        key: Some(input.key),
        max_parts: Some(max_parts),
        next_part_number_marker: page.last().map(|part| part.number),
        owner: Some(owner(account)),
        part_number_marker: Some(after),
        parts: (!page.is_empty()).then(|| page.iter().map(|part| show(part, checksum)).collect()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        upload_id: Some(input.upload_id),
        ..ListPartsOutput::default()
    }))
}

fn show(part: &Part, wanted: Wanted) -> dto::Part {
    let is_it = |one: &&Checksum| one.algorithm == wanted.algorithm;
    let own = part.checksums.iter().find(is_it).filter(|_| wanted.is_asked);
    let sums = own.map(Checksum::shown).unwrap_or_default();
    dto::Part {
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        e_tag: Some(etag(&part.etag)),
        last_modified: Some(shown(part.modified_at)),
        part_number: Some(part.number),
        size: size(part.size),
    }
}
