//! Who may do what: the port to the policies.

use std::fmt;

use dynamodb::Ask;
use edge::RequestContext;
use wire::ApiError;

/// Decides on what a request asks.
pub trait Authorize: fmt::Debug + Send + Sync + 'static {
    /// Refuses with `AccessDeniedException`.
    fn authorize(&self, caller: &RequestContext, ask: &Ask) -> Result<(), ApiError>;
}
