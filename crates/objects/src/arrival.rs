//! What is known of a request beside its HTTP, and what was decided of it: carried in its
//! extensions from one step to the next.

use std::net::IpAddr;
use std::sync::Arc;

use edge::Identity;
use http::Extensions;
use iam::Context;
use model::{Principal, Timestamp};
use s3s::S3Result;

use crate::bucket_rows::Bucket;
use crate::fault;
use crate::gate::{Ask, Gate};

/// A request that is not yet decided on.
#[derive(Clone)]
pub(crate) struct Arrival {
    pub(crate) sender: Claimed,
    pub(crate) source_ip: IpAddr,
    pub(crate) now: Timestamp,
}

/// Who sends it.
#[derive(Clone)]
pub(crate) enum Claimed {
    Nobody,
    /// The owner of a key, if the signature turns out to be right.
    Signer {
        identity: Identity,
        region: String,
    },
    /// Signatures are not asked for.
    Anyone {
        identity: Identity,
        region: String,
    },
}

/// A request that may go on.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) gate: Arc<dyn Gate>,
    /// `None` is nobody.
    pub(crate) principal: Option<Arc<Principal>>,
    pub(crate) region: Option<String>,
    pub(crate) context: Arc<Context>,
    /// The bucket that the path names, if it is there.
    pub(crate) bucket: Option<Bucket>,
    /// The bucket that a copy's source is in.
    pub(crate) source: Option<Bucket>,
    pub(crate) now: Timestamp,
}

impl Visit {
    /// Of a request that went through `access`.
    pub(crate) fn of(extensions: &Extensions) -> S3Result<Visit> {
        let found = extensions.get::<Visit>().cloned();
        found.ok_or_else(|| fault::internal(&"a request was not decided on"))
    }

    pub(crate) fn bucket(&self) -> S3Result<&Bucket> {
        self.bucket.as_ref().ok_or_else(fault::no_such_bucket)
    }

    pub(crate) fn source(&self) -> S3Result<&Bucket> {
        self.source.as_ref().ok_or_else(fault::no_such_bucket)
    }

    /// Whoever asks, by its account; nobody has none.
    pub(crate) fn account(&self) -> S3Result<&str> {
        let account = self.principal.as_ref().map(|principal| principal.account.as_str());
        account.ok_or_else(|| fault::access_denied("Access Denied".to_owned()))
    }

    pub(crate) fn authorize(&self, bucket: &Bucket, what: (&str, &str)) -> S3Result<()> {
        let (action, resource) = what;
        let bucket_policy = bucket.policy.as_deref().filter(|_| !self.is_above(bucket, action));
        let owner = &bucket.account;
        let ask = Ask { action, resource, owner, context: &self.context, bucket_policy };
        self.gate.authorize(self.principal.as_ref(), &ask).map_err(fault::access_denied)
    }

    /// COMPAT: "PutBucketPolicy": so that nobody locks a bucket for ever, the root of the account
    /// that owns it can always see, put and delete its policy, whatever that says.
    fn is_above(&self, bucket: &Bucket, action: &str) -> bool {
        let root = format!("arn:aws:iam::{}:root", bucket.account);
        let is_root = self.principal.as_ref().is_some_and(|one| one.arn() == root);
        is_root
            && ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
                .contains(&action)
    }

    /// COMPAT: "GetObject": without permission to list the bucket, one is not told what is not in
    /// it.
    pub(crate) fn missing_key(&self, bucket: &Bucket) -> s3s::S3Error {
        let resource = bucket_arn(&bucket.name);
        match self.authorize(bucket, ("s3:ListBucket", &resource)) {
            Ok(()) => fault::no_such_key(),
            Err(denied) => denied,
        }
    }
}

pub(crate) fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

pub(crate) fn object_arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}
