//! `GetBucketLocation`.

use s3s::dto::{BucketLocationConstraint, GetBucketLocationInput, GetBucketLocationOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use crate::arrival::Visit;

#[expect(clippy::unused_async, reason = "it is called as all operations are")]
pub(super) async fn get_bucket_location(
    _server: &Server,
    request: S3Request<GetBucketLocationInput>,
) -> S3Result<S3Response<GetBucketLocationOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let region = &visit.bucket()?.region;
    // COMPAT: "GetBucketLocation": buckets in us-east-1 have none.
    let location_constraint =
        (region != "us-east-1").then(|| BucketLocationConstraint::from(region.clone()));
    Ok(S3Response::new(GetBucketLocationOutput { location_constraint }))
}
