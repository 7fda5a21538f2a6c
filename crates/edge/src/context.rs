//! What the edge knows of a request, and what it expects of those who answer.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use model::{Principal, Scope, Timestamp};

use crate::authenticate::Identity;

/// Answers authenticated requests.
pub trait Services: Send + Sync + 'static {
    /// The services to route to.
    fn schemas(&self) -> &'static [&'static wire::Service];

    fn call<'a>(
        &'a self,
        context: &'a RequestContext,
        request: &'a wire::Request<'a>,
    ) -> BoxFuture<'a, wire::Response>;
}

/// Answers S3's requests: their bodies are streams that no buffer holds, and S3 has a protocol, a
/// way to sign and words of its own.
pub trait Objects: Send + Sync + 'static {
    /// Whether a host's name, with or without its port, is that of a bucket.
    fn is_bucket(&self, host: &str) -> bool;

    /// Answers whatever comes. Bounds of size, time and number are its own.
    fn call(&self, arrival: ObjectsArrival) -> BoxFuture<'static, Response<Body>>;
}

/// A request for S3 that nobody has vouched for yet.
#[expect(missing_debug_implementations, reason = "it may hold a secret")]
pub struct ObjectsArrival {
    pub request: Request<Body>,
    pub request_id: String,
    pub source_ip: IpAddr,
    pub now: Timestamp,
    pub sender: Sender,
}

/// Who sends a request, as far as it is settled before its signature is looked at.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "it may hold a secret")]
pub enum Sender {
    /// Whoever the signature proves, or nobody.
    Unproven,
    /// Signatures are not asked for: this root of an account, in the region that it names.
    Anyone { identity: Identity, region: String },
}

/// Who asks, from where and when: nothing in it is taken on trust, unless
/// signatures are not verified at all.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestContext {
    pub scope: Scope,
    pub principal: Arc<Principal>,
    /// None for an unsigned request.
    pub access_key_id: Option<String>,
    pub request_id: String,
    pub source_ip: IpAddr,
    pub user_agent: Option<String>,
    pub now: Timestamp,
}

/// Tells the time. The listener reads no clock of its own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
