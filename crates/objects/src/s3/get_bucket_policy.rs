//! `GetBucketPolicy`.

use s3s::dto::{GetBucketPolicyInput, GetBucketPolicyOutput};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::Server;
use crate::arrival::Visit;

#[expect(clippy::unused_async, reason = "it is called as all operations are")]
pub(super) async fn get_bucket_policy(
    _server: &Server,
    request: S3Request<GetBucketPolicyInput>,
) -> S3Result<S3Response<GetBucketPolicyOutput>> {
    let visit = Visit::of(&request.extensions)?;
    match visit.bucket()?.policy.clone() {
        Some(policy) => Ok(S3Response::new(GetBucketPolicyOutput { policy: Some(policy) })),
        None => Err(s3_error!(NoSuchBucketPolicy, "The bucket policy does not exist")),
    }
}
