//! `ListBuckets`: those of the account that asks.

use s3s::dto::{self, ListBucketsInput, ListBucketsOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::Server;
use super::shown::{given, owner};
use crate::arrival::Visit;
use crate::bucket_rows::Bucket;
use crate::described::shown;
use crate::fault;
use crate::limits::LISTED_BUCKETS_MAX;
use crate::listing::{read_token, token};

pub(super) async fn list_buckets(
    server: &Server,
    request: S3Request<ListBucketsInput>,
) -> S3Result<S3Response<ListBucketsOutput>> {
    let visit = Visit::of(&request.extensions)?;
    let ListBucketsInput { bucket_region, continuation_token, max_buckets, prefix } = request.input;
    let max = match max_buckets {
        Some(number) if !(1..=LISTED_BUCKETS_MAX).contains(&number) => {
            return Err(fault::invalid_argument(
                "Argument max-buckets must be an integer between 1 and 10000",
            ));
        }
        Some(number) => number,
        None => LISTED_BUCKETS_MAX,
    };
    let max = usize::try_from(max).unwrap_or(0);
    let from = given(continuation_token.as_ref()).map(read_token).transpose()?.unwrap_or_default();
    let account = visit.account()?.to_owned();
    let owner = owner(&account);
    let all =
        server.index.read(move |connection| Bucket::list(connection, &account, &from)).await?;
    let is_wanted = |bucket: &Bucket| {
        bucket_region.as_ref().is_none_or(|region| *region == bucket.region)
            && prefix.as_ref().is_none_or(|prefix| bucket.name.starts_with(prefix.as_str()))
    };
    let mut found = all.into_iter().filter(is_wanted);
    let page: Vec<dto::Bucket> = found.by_ref().take(max).map(show).collect();
    Ok(S3Response::new(ListBucketsOutput {
        buckets: Some(page),
        continuation_token: found.next().map(|bucket| token(&bucket.name)),
        owner: Some(owner),
        prefix,
    }))
}

fn show(bucket: Bucket) -> dto::Bucket {
    dto::Bucket {
        bucket_region: Some(bucket.region),
        creation_date: Some(shown(bucket.created_at)),
        name: Some(bucket.name),
    }
}
