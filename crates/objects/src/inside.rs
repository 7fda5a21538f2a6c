//! An object that Longshore itself reads for somebody, without a request for S3.
//!
//! INVARIANT: what is decided on, and how, is as if whoever it is read for had asked.

use std::sync::Arc;

use futures_util::TryStreamExt;
use iam::Context;
use model::{Principal, Timestamp};
use s3s::{S3Error, S3Result, s3_error};
use tokio::time::timeout;

use crate::access::set_time;
use crate::arrival::{Visit, bucket_arn, object_arn};
use crate::bucket_rows::Bucket;
use crate::service::Inner;
use crate::{ObjectStore, fault, outgoing};

/// A whole object that is wanted for somebody.
#[derive(Clone, Debug)]
pub struct ReadFor<'a> {
    pub principal: Arc<Principal>,
    pub now: Timestamp,
    pub bucket: &'a str,
    pub key: &'a str,
    /// A larger one is not read.
    pub bytes_max: u64,
}

/// Why it is not read, as S3 would have answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ReadError {
    pub code: String,
    pub message: String,
}

impl ObjectStore {
    /// Reads an object for somebody who may ask where its bucket is (`s3:GetBucketLocation`) and
    /// read it (`s3:GetObject`).
    pub async fn read_for(&self, wanted: ReadFor<'_>) -> Result<Vec<u8>, ReadError> {
        self.inner().read_for(wanted).await.map_err(|error| told(&error))
    }
}

impl Inner {
    async fn read_for(&self, wanted: ReadFor<'_>) -> S3Result<Vec<u8>> {
        let place = timeout(self.limits.place_wait_max, self.places.acquire()).await;
        let Ok(Ok(_place)) = place else {
            return Err(s3_error!(SlowDown, "Please reduce your request rate."));
        };
        let name = wanted.bucket.to_owned();
        let found = self.index.read(move |connection| Bucket::find(connection, &name)).await?;
        let visit = Visit {
            gate: Arc::clone(&self.gate),
            principal: Some(Arc::clone(&wanted.principal)),
            region: None,
            context: Arc::new(condition_keys(wanted.now, found.as_ref())),
            bucket: found,
            source: None,
            now: wanted.now,
        };
        let bucket = visit.bucket()?;
        visit.authorize(bucket, ("s3:GetBucketLocation", &bucket_arn(&bucket.name)))?;
        visit.authorize(bucket, ("s3:GetObject", &object_arn(&bucket.name, wanted.key)))?;
        let at = (bucket.name.as_str(), wanted.key);
        let held = outgoing::find((&self.index, &self.blobs), at).await?;
        let held = held.ok_or_else(|| visit.missing_key(bucket))?;
        let size = held.object.size;
        if size > wanted.bytes_max {
            let most = wanted.bytes_max;
            return Err(fault::invalid_request(format!(
                "The object has {size} bytes, and at most {most} are read."
            )));
        }
        // As large as it gets, so that no copy is left where it grew.
        let whole = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        let blocks = outgoing::read(&self.blobs, held, 0..size);
        let add = async |mut whole: Vec<u8>, block: bytes::Bytes| {
            whole.extend_from_slice(&block);
            Ok(whole)
        };
        blocks.try_fold(whole, add).await
    }
}

/// COMPAT: ECS's agent reads by HTTPS. Here nothing is sent at all, so that what a policy wants of
/// `aws:SecureTransport` is so.
fn condition_keys(now: Timestamp, bucket: Option<&Bucket>) -> Context {
    let mut context = Context::default();
    let mut set = |key: &str, value: &str| context.set(key, vec![value.to_owned()]);
    set("aws:SecureTransport", "true");
    set_time(now, &mut set);
    if let Some(bucket) = bucket {
        set("aws:ResourceAccount", &bucket.account);
        set("s3:ResourceAccount", &bucket.account);
    }
    context
}

fn told(error: &S3Error) -> ReadError {
    let code = error.code().as_str().to_owned();
    let message = error.message().map(str::to_owned);
    let message = message.or_else(|| fault::sentence(&code).map(str::to_owned));
    ReadError { message: message.unwrap_or_default(), code }
}
