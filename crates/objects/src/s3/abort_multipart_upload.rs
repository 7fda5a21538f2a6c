//! `AbortMultipartUpload`.

use std::sync::Arc;

use s3s::dto::{AbortMultipartUploadInput, AbortMultipartUploadOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use crate::fault;
use crate::upload_rows::Upload;

pub(super) async fn abort_multipart_upload(
    server: &Server,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
    let AbortMultipartUploadInput { bucket, key, upload_id, .. } = request.input;
    let blobs = Arc::clone(&server.blobs);
    let abort = move |connection: &rusqlite::Connection| {
        let found = Upload::find(connection, (&bucket, &key), &upload_id)?;
        let upload = found.ok_or_else(fault::no_such_upload)?;
        Upload::delete(connection, &upload.id)
    };
    let then = move |left: &Vec<String>| left.iter().for_each(|blob| blobs.remove(blob));
    server.index.write(abort, then).await?;
    Ok(S3Response::new(AbortMultipartUploadOutput::default()))
}
