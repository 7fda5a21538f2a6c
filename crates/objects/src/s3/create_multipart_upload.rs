//! `CreateMultipartUpload`.

use s3s::dto::{
    ChecksumAlgorithm, ChecksumType, CreateMultipartUploadInput, CreateMultipartUploadOutput,
};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use crate::arrival::Visit;
use crate::checksum::{Algorithm, Kind};
use crate::described::Described;
use crate::fault;
use crate::upload_rows::{Upload, Wanted};

pub(super) async fn create_multipart_upload(
    server: &Server,
    request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let bucket = visit.bucket()?.clone();
    let input = request.input;
    let checksum = wanted(&input)?;
    let described = described(&input)?;
    let upload = Upload {
        id: format!("{}{}", server.blobs.new_name(), server.blobs.new_name()),
        bucket: input.bucket,
        key: input.key,
        initiated_at: visit.now,
        initiator: visit.principal.map_or_else(String::new, |one| one.arn()),
        described,
        checksum,
    };
    let answer = CreateMultipartUploadOutput {
        bucket: Some(upload.bucket.clone()),
        checksum_algorithm: checksum
            .is_asked
            .then(|| ChecksumAlgorithm::from_static(checksum.algorithm.name())),
        checksum_type: checksum.is_asked.then(|| ChecksumType::from_static(checksum.kind.name())),
        key: Some(upload.key.clone()),
        upload_id: Some(upload.id.clone()),
        ..CreateMultipartUploadOutput::default()
    };
    let begin = move |connection: &rusqlite::Connection| {
        bucket.check_stands(connection)?;
        upload.insert(connection)
    };
    server.index.write(begin, |()| ()).await?;
    Ok(S3Response::new(answer))
}

fn wanted(input: &CreateMultipartUploadInput) -> S3Result<Wanted> {
    let kind = input.checksum_type.as_ref().map(ChecksumType::as_str);
    match &input.checksum_algorithm {
        Some(asked) => {
            let algorithm = Algorithm::parse(asked.as_str())?;
            Ok(Wanted { algorithm, kind: algorithm.kind(kind)?, is_asked: true })
        }
        None if kind.is_some() => Err(fault::invalid_request(
            "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm \
             header.",
        )),
        None => {
            let (algorithm, kind) = (Algorithm::Crc64Nvme, Kind::FullObject);
            Ok(Wanted { algorithm, kind, is_asked: false })
        }
    }
}

fn described(input: &CreateMultipartUploadInput) -> S3Result<Described> {
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
