//! `DeleteBucket`: of one that is empty, with the uploads that were begun in it.

use std::sync::Arc;

use s3s::dto::{DeleteBucketInput, DeleteBucketOutput};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::Server;
use crate::arrival::Visit;
use crate::bucket_rows::Bucket;
use crate::upload_rows::Upload;

pub(super) async fn delete_bucket(
    server: &Server,
    request: S3Request<DeleteBucketInput>,
) -> S3Result<S3Response<DeleteBucketOutput>> {
    let bucket = Visit::of(&request.extensions)?.bucket()?.clone();
    let blobs = Arc::clone(&server.blobs);
    let delete = move |connection: &rusqlite::Connection| {
        bucket.check_stands(connection)?;
        if !Bucket::is_empty(connection, &bucket.name)? {
            return Err(
                s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty").into()
            );
        }
        let left = Upload::delete_all(connection, &bucket.name)?;
        Bucket::delete(connection, &bucket.name)?;
        Ok(left)
    };
    let then = move |left: &Vec<String>| left.iter().for_each(|blob| blobs.remove(blob));
    server.index.write(delete, then).await?;
    Ok(S3Response::new(DeleteBucketOutput::default()))
}
