//! What the edge knows of a request, and what it expects of those who answer.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use model::{Principal, Scope, Timestamp};

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
