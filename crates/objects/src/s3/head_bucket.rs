//! `HeadBucket`.

use s3s::dto::{HeadBucketInput, HeadBucketOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use crate::arrival::Visit;

#[expect(clippy::unused_async, reason = "it is called as all operations are")]
pub(super) async fn head_bucket(
    _server: &Server,
    request: S3Request<HeadBucketInput>,
) -> S3Result<S3Response<HeadBucketOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let bucket_region = Some(visit.bucket()?.region.clone());
    Ok(S3Response::new(HeadBucketOutput { bucket_region, ..HeadBucketOutput::default() }))
}
