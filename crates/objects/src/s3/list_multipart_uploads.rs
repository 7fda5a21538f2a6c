//! `ListMultipartUploads`.

use s3s::dto::{
    EncodingType, Initiator, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    MultipartUpload, Owner, StorageClass,
};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use super::shown::{given, owner, page_size, prefixes};
use crate::arrival::Visit;
use crate::described::shown;
use crate::listing::{After, Encoding, Query, list};
use crate::upload_rows::Upload;

pub(super) async fn list_multipart_uploads(
    server: &Server,
    request: S3Request<ListMultipartUploadsInput>,
) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let bucket = visit.bucket()?;
    let input = request.input;
    let encoding = Encoding::parse(input.encoding_type.as_ref().map(EncodingType::as_str))?;
    let max_uploads = page_size(input.max_uploads, "max-uploads")?;
    let key_marker = input.key_marker.unwrap_or_default();
    // COMPAT: "ListMultipartUploads": without a key's marker this one is ignored.
    let id_marker = input.upload_id_marker.filter(|_| !key_marker.is_empty()).unwrap_or_default();
    let after = match (key_marker.is_empty(), id_marker.is_empty()) {
        (true, _) => After::Nothing,
        (false, true) => After::Key(key_marker.clone()),
        (false, false) => After::At(key_marker.clone()),
    };
    let query = Query {
        bucket: bucket.name.clone(),
        prefix: input.prefix.unwrap_or_default(),
        delimiter: input.delimiter.unwrap_or_default(),
        after,
        max: usize::try_from(max_uploads).unwrap_or(0),
    };
    let (asked, seen) = (query.clone(), (key_marker.clone(), id_marker.clone()));
    let is_new = move |one: &Upload| one.key != seen.0 || one.id > seen.1;
    let page = server.index.read(move |connection| list(connection, &asked, is_new)).await?;
    let next = page.next.filter(|_| query.max > 0);
    let last = page.entries.last().filter(|one| next.as_ref() == Some(&one.key));
    let owner = owner(&bucket.account);
    let show = |upload: &Upload| show(upload, encoding, &owner);
    let uploads: Vec<MultipartUpload> = page.entries.iter().map(show).collect();
    Ok(S3Response::new(ListMultipartUploadsOutput {
        bucket: Some(query.bucket),
        common_prefixes: prefixes(&page.prefixes, encoding),
        delimiter: given(Some(&query.delimiter)).map(|text| encoding.show(text)),
        encoding_type: input.encoding_type,
        is_truncated: Some(next.is_some()),
        key_marker: Some(encoding.show(&key_marker)),
        max_uploads: Some(max_uploads),
        next_upload_id_marker: last.map(|one| one.id.clone()),
        next_key_marker: next.map(|key| encoding.show(&key)),
        prefix: Some(encoding.show(&query.prefix)),
        request_charged: None,
        upload_id_marker: Some(id_marker),
        uploads: (!uploads.is_empty()).then_some(uploads),
    }))
}

fn show(upload: &Upload, encoding: Encoding, owner: &Owner) -> MultipartUpload {
    let initiator = Initiator { display_name: None, id: Some(upload.initiator.clone()) };
    MultipartUpload {
        initiated: Some(shown(upload.initiated_at)),
        initiator: Some(initiator),
        key: Some(encoding.show(&upload.key)),
        owner: Some(owner.clone()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        upload_id: Some(upload.id.clone()),
        ..MultipartUpload::default()
    }
}
