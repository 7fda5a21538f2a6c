//! `DeleteBucketPolicy`: whether or not there is one.

use s3s::dto::{DeleteBucketPolicyInput, DeleteBucketPolicyOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use crate::arrival::Visit;
use crate::bucket_rows::Bucket;

pub(super) async fn delete_bucket_policy(
    server: &Server,
    request: S3Request<DeleteBucketPolicyInput>,
) -> S3Result<S3Response<DeleteBucketPolicyOutput>> {
    let bucket = Visit::of(&request.extensions)?.bucket()?.clone();
    let delete = move |connection: &rusqlite::Connection| {
        bucket.check_stands(connection)?;
        Bucket::set_policy(connection, &bucket.name, None)
    };
    server.index.write(delete, |()| ()).await?;
    Ok(S3Response::new(DeleteBucketPolicyOutput::default()))
}
