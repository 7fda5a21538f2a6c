//! `CompleteMultipartUpload`: the object is its parts, as they lie.

use std::sync::Arc;

use http::HeaderMap;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, ETag};
use s3s::{S3Request, S3Response, S3Result, dto, s3_error};

use super::Server;
use super::shown::etag;
use crate::arrival::Visit;
use crate::bucket_rows::Bucket;
use crate::checksum::{Algorithm, Checksum, Kind, Stated, check, of_parts};
use crate::conditions::Writing;
use crate::described::Described;
use crate::fault;
use crate::incoming::hex;
use crate::limits::{OBJECT_BYTES_MAX, PART_BYTES_MIN};
use crate::object_rows::{Object, Piece};
use crate::upload_rows::{Part, Upload, Wanted};

pub(super) async fn complete_multipart_upload(
    server: &Server,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let bucket = visit.bucket()?.clone();
    let input = request.input;
    let (name, key) = (input.bucket, input.key);
    let chosen = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    let completion = Completion {
        bucket,
        key: key.clone(),
        upload: input.upload_id,
        chosen,
        size: input.mpu_object_size,
        kind: input.checksum_type,
        stated: stated(&request.headers)?,
        writing: Writing::new(input.if_match, input.if_none_match)?,
    };
    let blobs = Arc::clone(&server.blobs);
    let change = move |connection: &rusqlite::Connection| completion.run(connection, visit.now);
    let then = move |done: &Done| {
        done.old.iter().for_each(|old| blobs.remove_object(old));
        done.unused.iter().for_each(|blob| blobs.remove(blob));
    };
    let done = server.index.write(change, then).await?;
    let sums = done.object.described.checksum.as_ref().map(Checksum::shown).unwrap_or_default();
    Ok(S3Response::new(CompleteMultipartUploadOutput {
        location: Some(format!("/{name}/{key}")),
        bucket: Some(name),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        checksum_type: sums.checksum_type,
        e_tag: Some(etag(&done.object.etag)),
        key: Some(key),
        ..CompleteMultipartUploadOutput::default()
    }))
}

/// The checksum of the whole object, which may have the count of parts behind it.
fn stated(headers: &HeaderMap) -> S3Result<Option<(Algorithm, String)>> {
    let mut plain = headers.clone();
    for (name, value) in headers {
        let text = value.to_str().unwrap_or_default();
        if let Some((value, _)) = text.rsplit_once('-')
            && name.as_str().starts_with("x-amz-checksum-")
            && name.as_str() != "x-amz-checksum-type"
            && let Ok(value) = value.parse()
        {
            plain.insert(name, value);
        }
    }
    match Stated::read(&plain)? {
        Stated::Value(algorithm, value) => Ok(Some((algorithm, value))),
        Stated::Nothing | Stated::Trailer(_) => Ok(None),
    }
}

struct Completion {
    bucket: Bucket,
    key: String,
    upload: String,
    chosen: Vec<CompletedPart>,
    size: Option<i64>,
    kind: Option<dto::ChecksumType>,
    stated: Option<(Algorithm, String)>,
    writing: Writing,
}

struct Done {
    object: Object,
    old: Option<Object>,
    /// Files of parts that the object does not have.
    unused: Vec<String>,
}

impl Completion {
    fn run(
        self,
        connection: &rusqlite::Connection,
        now: model::Timestamp,
    ) -> crate::index::Found<Done> {
        self.bucket.check_stands(connection)?;
        let place = (self.bucket.name.as_str(), self.key.as_str());
        let upload = Upload::find(connection, place, &self.upload)?;
        let upload = upload.ok_or_else(fault::no_such_upload)?;
        let parts = self.parts(&Part::list(connection, &upload.id, 0)?, upload.checksum)?;
        let object = self.object(&upload, &parts, now)?;
        let old = Object::find(connection, place.0, place.1)?;
        self.writing.check(old.as_ref())?;
        object.put(connection, place.0)?;
        let mut unused = Upload::delete(connection, &upload.id)?;
        unused.retain(|blob| parts.iter().all(|part| part.blob != *blob));
        Ok(Done { object, old, unused })
    }

    /// The parts that are named, as they were uploaded.
    fn parts(&self, uploaded: &[Part], wanted: Wanted) -> S3Result<Vec<Part>> {
        if self.chosen.is_empty() {
            return Err(fault::malformed_xml());
        }
        let numbers = self.chosen.iter().map(|part| part.part_number.unwrap_or(0));
        if !numbers.is_sorted_by(|one, next| one < next) {
            return Err(s3_error!(
                InvalidPartOrder,
                "The list of parts was not in ascending order. Parts must be ordered by part \
                 number."
            ));
        }
        let mut found = Vec::new();
        for chosen in &self.chosen {
            let is_it = |part: &&Part| Some(part.number) == chosen.part_number;
            let part = uploaded.iter().find(is_it).ok_or_else(fault::invalid_part)?;
            if chosen.e_tag.as_ref().map(ETag::value) != Some(part.etag.as_str()) {
                return Err(fault::invalid_part());
            }
            check_part(chosen, part, wanted)?;
            found.push(part.clone());
        }
        let all_but_last = &found[..found.len() - 1];
        if all_but_last.iter().any(|part| part.size < PART_BYTES_MIN) {
            return Err(s3_error!(
                EntityTooSmall,
                "Your proposed upload is smaller than the minimum allowed size"
            ));
        }
        Ok(found)
    }

    fn object(&self, upload: &Upload, parts: &[Part], now: model::Timestamp) -> S3Result<Object> {
        let size = parts.iter().map(|part| part.size).sum::<u64>();
        if size > OBJECT_BYTES_MAX {
            return Err(fault::too_large());
        }
        if self.size.is_some_and(|stated| u64::try_from(stated) != Ok(size)) {
            return Err(fault::invalid_request(
                "The provided 'x-amz-mp-object-size' header does not match what was computed",
            ));
        }
        let piece = |part: &Part| Piece { blob: part.blob.clone(), size: part.size };
        Ok(Object {
            id: 0,
            key: self.key.clone(),
            modified_at: now,
            size,
            etag: etag_of(parts)?,
            described: Described {
                checksum: self.checksum(upload.checksum, parts)?,
                ..upload.described.clone()
            },
            pieces: parts.iter().map(piece).collect(),
        })
    }

    fn checksum(&self, wanted: Wanted, parts: &[Part]) -> S3Result<Option<Checksum>> {
        let Wanted { algorithm, kind, .. } = wanted;
        if self.kind.as_ref().is_some_and(|stated| stated.as_str() != kind.name()) {
            return Err(fault::invalid_request(format!(
                "The upload was created using the {} checksum mode. The complete request must use \
                 the same checksum mode.",
                kind.name()
            )));
        }
        let of = |part: &Part| {
            let own = part.checksums.iter().find(|one| one.algorithm == algorithm);
            own.map(|one| (one.value.clone(), part.size))
        };
        let sums: Option<Vec<(String, u64)>> = parts.iter().map(of).collect();
        let found = sums.and_then(|sums| of_parts((algorithm, kind), &sums));
        if let (Some((stated_algorithm, stated)), Some(found)) = (&self.stated, &found) {
            if *stated_algorithm != algorithm {
                return Err(fault::invalid_request(format!(
                    "The upload was created using the {algorithm} checksum."
                )));
            }
            let value = found.value.split('-').next().unwrap_or_default();
            check(algorithm, stated, value)?;
        }
        Ok(found)
    }
}

/// COMPAT: "CompleteMultipartUpload": what is said of a part's checksum has to be so, and for a
/// composite it has to be said.
fn check_part(chosen: &CompletedPart, part: &Part, wanted: Wanted) -> S3Result<()> {
    let given = dto::Checksum {
        checksum_crc32: chosen.checksum_crc32.clone(),
        checksum_crc32c: chosen.checksum_crc32c.clone(),
        checksum_crc64nvme: chosen.checksum_crc64nvme.clone(),
        checksum_sha1: chosen.checksum_sha1.clone(),
        checksum_sha256: chosen.checksum_sha256.clone(),
        ..dto::Checksum::default()
    };
    for algorithm in crate::checksum::ALGORITHMS {
        let own = part.checksums.iter().find(|one| one.algorithm == algorithm);
        let own = own.map(|one| one.value.as_str());
        let given = algorithm.of(&given);
        if given.is_some() && given.as_deref() != own {
            return Err(fault::invalid_part());
        }
        let is_due = wanted.is_asked && wanted.kind == Kind::Composite;
        if is_due && algorithm == wanted.algorithm && given.is_none() {
            return Err(fault::invalid_request(format!(
                "The upload was created using a {} checksum. The complete request must include the \
                 checksum for each part. It was missing for part {} in the request.",
                algorithm.name().to_ascii_lowercase(),
                part.number
            )));
        }
    }
    Ok(())
}

/// COMPAT: the MD5 of the parts' MD5s, and how many there are.
fn etag_of(parts: &[Part]) -> S3Result<String> {
    let mut md5 = Md5::new();
    for part in parts {
        let digits = part.etag.as_bytes().chunks(2).map(|pair| {
            std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())
        });
        let bytes: Option<Vec<u8>> = digits.collect();
        md5.update(&bytes.ok_or_else(|| fault::internal(&"a part's tag is no MD5"))?);
    }
    Ok(format!("{}-{}", hex(&md5.finalize()), parts.len()))
}
