//! The port to whoever knows keys and policies.

use std::sync::Arc;

use edge::{Identity, LookupError};
use iam::{Context, Policy};
use model::{Principal, Timestamp};

/// Knows who asks, and decides what they may.
pub trait Gate: Send + Sync + 'static {
    /// As [`edge::Credentials::lookup`].
    fn identity(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Identity, LookupError>;

    /// Whether there is everybody whom a policy names of this account.
    fn knows_principals(&self, account: &str, policy: &Policy) -> bool;

    /// Decides by identity policies and, if there is one, the bucket's policy. `None` is nobody:
    /// a request without a signature. `Err` is AWS's sentence for `AccessDenied`.
    fn authorize(&self, principal: Option<&Arc<Principal>>, ask: &Ask<'_>) -> Result<(), String>;
}

/// One action on one resource.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// For example `s3:GetObject`.
    pub action: &'a str,
    /// For example `arn:aws:s3:::bucket/key`.
    pub resource: &'a str,
    /// The account that owns the bucket.
    pub owner: &'a str,
    /// Condition keys of the request. Those of the principal are the gate's to add.
    pub context: &'a Context,
    /// The text of the bucket's policy.
    pub bucket_policy: Option<&'a str>,
}
