//! `PutBucketPolicy`.

use s3s::dto::{PutBucketPolicyInput, PutBucketPolicyOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use crate::arrival::Visit;
use crate::bucket_rows::Bucket;
use crate::policy;

pub(super) async fn put_bucket_policy(
    server: &Server,
    request: S3Request<PutBucketPolicyInput>,
) -> S3Result<S3Response<PutBucketPolicyOutput>> {
    let bucket = Visit::of(&request.extensions)?.bucket()?.clone();
    let text = request.input.policy;
    policy::check(&text, &bucket, &*server.gate)?;
    let put = move |connection: &rusqlite::Connection| {
        bucket.check_stands(connection)?;
        Bucket::set_policy(connection, &bucket.name, Some(&text))
    };
    server.index.write(put, |()| ()).await?;
    Ok(S3Response::new(PutBucketPolicyOutput::default()))
}
